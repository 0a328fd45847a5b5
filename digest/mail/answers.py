"""What answers to mails say, in the variables of their templates.

Each kind has its details (`TransactionalMail.details`):

- `help` has none;
- `topics`: `unknown`, words that are no topics, and `understood`, the slugs of those that are;
- `ask`: `command`, a word of `Asked`, and `topics`, the slugs of the topics that are wanted, or
  `times`, when mail is wanted as a command, and `when`, when it comes then in words;
- `done`: `done`, a word of `Done`.

An answer may go to somebody who never wrote. So of what was written it repeats only words that
could be topics, and few of them. When mail is wanted is said in words of ours.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from digest.errors import RenderError
from digest.mail.command_address import CommandWord
from digest.mail.links import mailto
from subscribers.models import Status
from subscribers.timing_words import ANY_TIMES, when

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from digest.mail.command_address import CommandAddresses
    from digest.models.delivery import Details, TransactionalMail
    from subscribers.models import Subscriber
    from subscribers.timing_words import SiteTimes


class Asked(StrEnum):
    """What an answer of the kind `ask` asks about."""

    PAUSE = "pause"
    RESUME = "resume"
    TOPICS = "topics"
    TIMES = "times"


class Done(StrEnum):
    """What an answer of the kind `done` says was done."""

    CONFIRMED = "confirmed"
    TOPICS = "topics"
    TIMES = "times"
    PAUSED = "paused"
    RESUMED = "resumed"
    LEFT = "left"


#: Who can pause, resume and choose.
SUBSCRIBED = (Status.CONFIRMED, Status.PAUSED)
#: Words that are repeated at most.
MOST_WORDS = 10
_WORD = re.compile(r"[a-z0-9-]{1,40}")
#: Topics in the example of a command.
_IN_EXAMPLE = 2


def variables(
    mail: TransactionalMail,
    subscriber: Subscriber | None,
    *,
    topics: Mapping[str, str],
    commands: CommandAddresses,
    reply_to: str,
    site_times: SiteTimes = ANY_TIMES,
) -> dict[str, Any]:
    """Return the variables of an answer; `topics` has the names of all by their slugs.

    `reply_to` is the address with the subscriber's token, if they can answer with a command.

    Raises:
        RenderError: nothing can be done by mail any more, or the details are not of the kind.

    """
    if not commands:
        raise RenderError("[inbound] address is empty, so that no mail is answered")
    details = mail.details
    subscribe_address = commands.of(CommandWord.SUBSCRIBE)
    wanted = [slug for slug in details.get("topics", ()) if slug in topics]
    try:
        command = Asked(str(details.get("command", Asked.PAUSE)))
        done = Done(str(details.get("done", Done.TOPICS)))
    except ValueError as error:
        raise RenderError(f"no answer of the kind {mail.kind} says that: {error}") from error
    return {
        "status": subscriber.status if subscriber else "",
        "subscribe_address": subscribe_address,
        "subscribe_url": mailto(subscribe_address, "subscribe"),
        "command_url": mailto(reply_to) if reply_to else "",
        "all_topics": [{"slug": slug, "name": name} for slug, name in topics.items()],
        "example": ", ".join([*topics][:_IN_EXAMPLE]),
        "unknown": ", ".join(repeatable(details.get("unknown", ()))),
        "understood": ", ".join(
            topics[slug] for slug in details.get("understood", ()) if slug in topics
        ),
        "command": str(command),
        "subject": _subject(command, wanted, str(details.get("times", ""))),
        "when": _when(details, subscriber, site_times),
        "wanted": ", ".join(topics[slug] for slug in wanted),
        "done": str(done),
    }


def _subject(command: Asked, wanted: Sequence[str], times: str) -> str:
    """Return the Subject that is the command."""
    if command is Asked.TOPICS:
        return f"{command} {', '.join(wanted)}"
    return times if command is Asked.TIMES else str(command)


def _when(details: Details, subscriber: Subscriber | None, site: SiteTimes) -> str:
    """Return when mail comes, or would come, in words; empty for who gets none."""
    of_now = when(subscriber.preferences, site=site) if subscriber else ""
    return str(details.get("when", of_now))


def repeatable(words: Sequence[str]) -> list[str]:
    """Return the words that an answer may repeat: as slugs are made, and the first few."""
    return [word for word in words if _WORD.fullmatch(word)][:MOST_WORDS]
