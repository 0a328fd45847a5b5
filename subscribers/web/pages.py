"""The pages a reader walks through: sign up, confirm, choose, pause, leave.

A page shows, a button acts: GET and HEAD change nothing. The pages of a link need no cookie and
no password, since the link itself says who may act; it is in its reader's mail alone.
"""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import available_timezones

from fastapi import APIRouter, Depends, Request
from starlette.background import BackgroundTask
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from subscribers import links, privacy
from subscribers.errors import ConsentError, LinkError, PreferenceError
from subscribers.links import Purpose
from subscribers.models import LANGUAGES, WEEK, Event, Status
from subscribers.web import forms
from subscribers.web.client import evidence_of, ip_of
from subscribers.web.services import WORDING
from subscribers.web.signup import sign_up
from subscribers.web.templates import ForgottenError, StrangerError

if TYPE_CHECKING:
    from starlette.responses import HTMLResponse

    from subscribers.models import Preferences, Subscriber
    from subscribers.web.services import WebServices
    from subscribers.web.templates import Views

_READ = ["GET", "HEAD"]
_LANGUAGE_NAMES = dict(
    zip(
        LANGUAGES,
        ("English", "Deutsch", "Español", "Français", "Italiano", "Nederlands", "Português"),
        strict=True,
    )
)
_DAY_NAMES = dict(
    zip(WEEK, ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
        strict=True)
)  # fmt: skip


async def _form(request: Request) -> FormData:
    """Read what a form sent; what is done with it may then wait for the database in a thread."""
    return await request.form(max_fields=200, max_files=0)


_Form = Annotated[FormData, Depends(_form)]
_ZONES = {zone for zone in available_timezones() if "/" in zone} | {"UTC"}
_GONE = "This subscription is no longer here. Sign up again to come back."


def router(house: WebServices, views: Views) -> APIRouter:
    """Return the pages' routes."""
    desk = _Pages(house, views)
    routes = APIRouter(include_in_schema=False)
    for path, methods, page in (
        ("/", _READ, desk.home),
        ("/subscribe", ["POST"], desk.subscribe),
        ("/sent", _READ, desk.sent),
        ("/confirm/{token}", _READ, desk.ask_confirm),
        ("/confirm/{token}", ["POST"], desk.confirm),
        ("/refuse/{token}", _READ, desk.ask_refuse),
        ("/refuse/{token}", ["POST"], desk.refuse),
        ("/leave/{token}", _READ, desk.ask_leave),
        ("/leave/{token}", ["POST"], desk.leave),
        ("/manage/{token}", _READ, desk.manage),
        ("/manage/{token}", ["POST"], desk.choose),
        ("/manage/{token}/pause", ["POST"], desk.pause),
        ("/manage/{token}/resume", ["POST"], desk.resume),
        ("/manage/{token}/leave", ["POST"], desk.leave_from_manage),
        ("/manage/{token}/privacy", ["POST"], desk.ask_privacy),
        ("/privacy/{token}", _READ, desk.privacy),
        ("/privacy/{token}/export.json", _READ, desk.export),
        ("/privacy/{token}/erase", ["POST"], desk.erase),
    ):
        routes.add_api_route(path, page, methods=methods, response_model=None)
    return routes


class _Pages:
    """The pages, on a house and its views."""

    def __init__(self, house: WebServices, views: Views) -> None:
        self._services = house
        self._views = views

    # -- signing up -----------------------------------------------------------------------

    def home(self, topic: str = "") -> Response:
        wanted = [found.slug for found in self._services.topics if found.slug == topic]
        return self._sign_up_page(topics=wanted)

    def subscribe(self, request: Request, form: _Form) -> Response:
        house = self._services
        sent = forms.read_sign_up(form, house, now=house.clock())
        if sent.trapped:
            return RedirectResponse("/sent", status_code=303)
        if sent.fault:
            return self._sign_up_page(
                email=sent.email, topics=sent.topics, fault=sent.fault, status=422
            )
        if not house.limiter.allow(ip=ip_of(request), mailbox=forms.mailbox(sent.email)):
            return self._sign_up_page(
                email=sent.email,
                topics=sent.topics,
                fault="There have been many sign-ups from here. Please try again in an hour.",
                status=429,
            )
        work = BackgroundTask(
            sign_up,
            house,
            sent.email,
            sent.topics or tuple(house.default_topics),
            evidence=evidence_of(house, request, "web", wording=WORDING),
        )
        return RedirectResponse("/sent", status_code=303, background=work)

    def sent(self) -> Response:
        return self._views.page("sent")

    def _sign_up_page(
        self,
        *,
        email: str = "",
        topics: Any = (),
        fault: str = "",
        status: int = 200,
    ) -> HTMLResponse:
        house = self._services
        newest = next(iter(house.days(1)), None)
        cards = [
            (topic, house.edition(newest, topic.slug) if newest else None) for topic in house.topics
        ]
        return self._views.page(
            "home",
            status=status,
            cards=cards,
            day=newest,
            email=email,
            chosen=set(topics),
            fault=fault,
            stamp=forms.stamp(house, now=house.clock()),
            trap=forms.TRAP,
        )

    # -- confirming -----------------------------------------------------------------------

    def ask_confirm(self, token: str) -> Response:
        reader = self._reader(Purpose.CONFIRM, token)
        if reader.status in (Status.CONFIRMED, Status.PAUSED):
            return self._views.page("confirmed", already=True)
        if reader.status is not Status.PENDING:
            raise StrangerError(_GONE)
        return self._ask("Confirm your subscription", "Yes, send me the digest", reader)

    def confirm(self, token: str, request: Request) -> Response:
        reader = self._reader(Purpose.CONFIRM, token)
        already = reader.status in (Status.CONFIRMED, Status.PAUSED)
        if not already:
            self._record(reader, Event.CONFIRM, request)
        # No link to manage here: that would make every confirm link one.
        return self._views.page("confirmed", already=already)

    def ask_refuse(self, token: str) -> Response:
        reader = self._reader(Purpose.REFUSE, token)
        return self._ask("Never write to this address again?", "Never write to me again", reader)

    def refuse(self, token: str, request: Request) -> Response:
        self._record(self._reader(Purpose.REFUSE, token), Event.COMPLAINT, request)
        return self._views.page("done", words="We will not write to this address again.")

    # -- leaving --------------------------------------------------------------------------

    def ask_leave(self, token: str) -> Response:
        try:
            reader = self._reader(Purpose.LEAVE, token)
        except ForgottenError:
            return self._left()
        if reader.status in (Status.LEFT, Status.SUPPRESSED):
            return self._left()
        return self._ask("Leave the digest?", "Leave", reader)

    def leave(self, token: str, request: Request) -> Response:
        # One-click (RFC 8058): nobody reads the body, in either encoding; the address says it all.
        # Who was erased, or never confirmed, has what they ask for.
        with suppress(ForgottenError):
            self._record(self._reader(Purpose.LEAVE, token), Event.LEAVE, request)
        return self._left()

    def _left(self) -> HTMLResponse:
        return self._views.page("done", words="You have left. No further digest will be sent.")

    # -- choosing -------------------------------------------------------------------------

    def manage(self, token: str, saved: str = "", asked: str = "") -> Response:
        reader = self._reader(Purpose.MANAGE, token)
        sent = "A mail with the link is on its way, unless you had one within the hour."
        note = "Saved." if saved else sent if asked else ""
        return self._choices(reader, token, note=note)

    def choose(self, token: str, form: _Form) -> Response:
        reader = self._reader(Purpose.MANAGE, token)
        try:
            topics, preferences = forms.read_choices(form, self._services.topics)
        except PreferenceError as error:
            return self._choices(reader, token, fault=f"Not saved: {error}.", status=422)
        if words := forms.choice_fault(topics, preferences):
            return self._choices(reader, token, fault=f"Not saved: {words}.", status=422)
        self._services.book.choose(reader.id, topics, preferences)
        return RedirectResponse(f"/manage/{token}?saved=1", status_code=303)

    def pause(self, token: str, request: Request) -> Response:
        return self._act(token, Event.PAUSE, request)

    def resume(self, token: str, request: Request) -> Response:
        return self._act(token, Event.RESUME, request)

    def leave_from_manage(self, token: str, request: Request) -> Response:
        self._record(self._reader(Purpose.MANAGE, token), Event.LEAVE, request)
        return self._left()

    def _act(self, token: str, event: Event, request: Request) -> Response:
        reader = self._reader(Purpose.MANAGE, token)
        if reader.status not in (Status.CONFIRMED, Status.PAUSED):
            return self._choices(reader, token, fault="You get no digest at present.", status=409)
        self._record(reader, event, request)
        return RedirectResponse(f"/manage/{token}?saved=1", status_code=303)

    def _choices(
        self, reader: Subscriber, token: str, *, note: str = "", fault: str = "", status: int = 200
    ) -> HTMLResponse:
        preferences: Preferences = reader.preferences
        return self._views.page(
            "manage",
            status=status,
            reader=reader,
            token=token,
            topics=self._services.topics,
            preferences=preferences,
            days=_DAY_NAMES,
            languages=_LANGUAGE_NAMES,
            timezones=sorted(_ZONES | {preferences.timezone}),
            note=note,
            fault=fault,
        )

    # -- one's own data -------------------------------------------------------------------

    def ask_privacy(self, token: str) -> Response:
        reader = self._reader(Purpose.MANAGE, token)
        self._services.queue_mail(reader.id, "privacy")
        return RedirectResponse(f"/manage/{token}?asked=1", status_code=303)

    def privacy(self, token: str) -> Response:
        reader = self._reader(Purpose.PRIVACY, token)
        return self._views.page("privacy", reader=reader, token=token)

    def export(self, token: str) -> Response:
        reader = self._reader(Purpose.PRIVACY, token)
        house = self._services
        known = privacy.export(reader, house.book, issues=house.issues, letters=house.transactional)
        return Response(
            json.dumps(known, ensure_ascii=False, indent=2),
            media_type="application/json",
            headers={"Content-Disposition": 'attachment; filename="digest-data.json"'},
        )

    def erase(self, token: str, request: Request) -> Response:
        house = self._services
        reader = self._reader(Purpose.PRIVACY, token)
        evidence = evidence_of(house, request, "web")
        privacy.erase(reader, house.book, forget=house.forget, evidence=evidence)
        return self._views.page("done", words="Everything we knew about you is erased.")

    # -- what the pages share -------------------------------------------------------------

    def _ask(self, title: str, button: str, reader: Subscriber) -> HTMLResponse:
        names = {topic.slug: topic.name for topic in self._services.topics}
        topics = [names[slug] for slug in reader.topics if slug in names]
        return self._views.page("ask", title=title, button=button, reader=reader, topics=topics)

    def _reader(self, purpose: Purpose, token: str) -> Subscriber:
        """Return who a link belongs to."""
        house = self._services
        try:
            subscriber_id = links.read(purpose, token, secrets=house.secrets, now=house.clock())
        except LinkError as error:
            words = str(error)
            raise StrangerError(words[:1].upper() + words[1:] + ".") from error
        reader = house.book.get(subscriber_id)
        if reader is None:
            raise ForgottenError(_GONE)
        return reader

    def _record(self, reader: Subscriber, event: Event, request: Request) -> None:
        try:
            evidence = evidence_of(self._services, request, "web")
            self._services.book.record(reader.id, event, evidence=evidence)
        except ConsentError as error:  # they have left since, and only a sign-up brings them back
            raise StrangerError(_GONE) from error
