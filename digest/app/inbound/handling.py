"""Handles the mail that came in, for one installation: what it is, and what follows."""

from __future__ import annotations

import time
from functools import cache, partial
from typing import TYPE_CHECKING

from digest.app.clock import now
from digest.app.config.resources import templates_dir
from digest.app.config.topics import default_topics
from digest.app.inbound.addresses import own_addresses
from digest.app.inbound.own_mail import ours_on
from digest.app.site_times import site_times
from digest.errors import RenderError
from digest.inbound.commands.acting import Commands
from digest.inbound.consequences import Consequences
from digest.inbound.handling import Handler
from digest.inbound.reading.explanation import explain
from digest.mail.templates import subject_of
from digest.mail.verp import ID_PLACEHOLDER
from digest.models.delivery import MailKind
from digest.models.inbound import Arrival, Explanation, MessageKind
from subscribers.models import WORDING
from subscribers.rate_limits import windows

if TYPE_CHECKING:
    from collections.abc import Callable

    from digest.app.services import App

#: Seconds for which the messages that wait may hold up a run.
HOLD_UP = 30.0


def handle_waiting(
    app: App,
    *,
    should_continue: Callable[[], bool] = lambda: True,
    pause: Callable[[float], object] = time.sleep,
) -> int:
    """Handle the messages that wait, at the rate of `[inbound] rate`; return how many.

    Raises:
        StoreError: the database cannot be used now; the rest still waits.

    """
    each = max(span.total_seconds() / most for span, most in windows(app.config.inbound.rate))
    return handler(app).handle_waiting(
        should_continue=should_continue, pause=lambda handled: pause(handled * each)
    )


def handle_before_run(app: App, *, should_continue: Callable[[], bool] = lambda: True) -> int:
    """Handle the messages that wait before a run sends mail: whoever wrote "leave" has left.

    Many of them do not hold it up for long; the rest is handled after it.
    """
    end = time.monotonic() + HOLD_UP
    return handler(app).handle_waiting(
        should_continue=lambda: should_continue() and time.monotonic() < end
    )


def handler(app: App) -> Handler:
    """Return what handles the messages of an installation."""
    obeying = commands(app)
    return Handler(
        engine=app.engine,
        arrivals=app.arrivals,
        bounces=app.bounces,
        consequences=Consequences(
            bounces=app.bounces,
            book=app.book,
            signs_return_addresses=ID_PLACEHOLDER in app.config.mail.bounce_address,
            clock=now,
        ),
        explain=partial(_explain, app, obeying),
        obey=obeying.obey,
        clock=now,
    )


def commands(app: App) -> Commands:
    """Return the commands that readers can write."""
    config = app.config
    mail = config.mail
    return Commands(
        book=app.book,
        queue=app.transactional_queue,
        answers=app.answers,
        allow_join=app.signup_limiter.allow_by_mail,
        command_addresses=app.command_addresses,
        bounce_address=mail.bounce_address,
        own_addresses=[one for one in (mail.from_address, mail.letters_from, mail.reply_to) if one],
        secrets=app.secrets,
        topics=app.topics,
        default_topics=default_topics(app.topics),
        names=[config.site.name],
        confirm_subject=confirm_subject(config.site.name, config.site.postal_address),
        wording=WORDING,
        clock=now,
        site_times=site_times(app.config.schedule),
    )


@cache
def confirm_subject(site: str, postal_address: str) -> str:
    """Return the Subject of the mail that asks to confirm; empty if each reader has another."""
    variables = {"site": site, "postal_address": postal_address, "topics": "", "can_reply": True}
    try:
        return subject_of(templates_dir(), MailKind.CONFIRM, variables)
    except RenderError:
        return ""


def _explain(app: App, obeying: Commands, arrival: Arrival) -> Explanation:
    if obeying.is_leave_address(arrival.envelope.recipient, at=arrival.received_at):
        return Explanation(
            kind=MessageKind.COMMAND, why="it was sent to the address of a List-Unsubscribe field"
        )
    # A message that waited long is judged by the day on which it came.
    ours = ours_on(app.config, arrival.received_at.date(), secrets=app.secrets)
    found = explain(arrival.content, arrival.envelope, ours, obeying.recognise)
    recipient = arrival.envelope.recipient
    if found.returned.is_proven or not recipient or own_addresses(app.config)(recipient):
        return found
    # A pipe takes what it is given: a wrong line of a mail server must not lose others' mail.
    return Explanation(
        kind=MessageKind.NOT_UNDERSTOOD,
        why=f"it is for {recipient}, which is no address of [inbound] or [mail]; see what the mail"
        " server hands over",
    )
