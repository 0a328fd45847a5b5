"""The website for programs: `/api/v1`, described by its OpenAPI document.

Names and docstrings of the models and the operations are part of that document.
"""

from __future__ import annotations

from dataclasses import asdict, fields
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import APIRouter, BackgroundTasks, Depends, Path, Request
from pydantic import BaseModel, ConfigDict, Field
from pydantic.dataclasses import dataclass
from starlette.exceptions import HTTPException

from subscribers import addresses
from subscribers.editions import PaperText
from subscribers.errors import PreferenceError
from subscribers.links import Purpose
from subscribers.models import WORDING, Event, Preferences, Status, Subscriber
from subscribers.web import forms
from subscribers.web.access import record, subscriber_of
from subscribers.web.client import evidence_of, ip_of
from subscribers.web.dependencies import ServicesDep
from subscribers.web.services import WebServices
from subscribers.web.signup import sign_up

if TYPE_CHECKING:
    from collections.abc import Sequence

Token = Annotated[str, Path(description="From the link in a reader's mail.", max_length=200)]
#: Unknown keys are an error.
_STRICT = ConfigDict(extra="forbid")

routes = APIRouter(prefix="/api/v1")


class Record(BaseModel):
    """The base of JSON objects; unknown keys are an error."""

    model_config = _STRICT


class TopicOut(Record):
    """A topic to choose."""

    slug: str
    name: str


@dataclass(frozen=True, kw_only=True, config=_STRICT)
class PaperOut(PaperText):
    """A paper of an edition."""


class EditionOut(Record):
    """What a topic had on a day."""

    day: date
    topic: TopicOut
    papers: list[PaperOut]


class SignUpIn(Record):
    """A sign-up."""

    email: Annotated[str, Field(max_length=320)]
    topics: Annotated[list[str], Field(max_length=200)] = []


@dataclass(frozen=True, kw_only=True, config=_STRICT)
class Choices(Preferences):
    """A reader's choices.

    `frequency` says on which of the `days` mail comes: on each, on those from Monday to Friday, on
    the first of them with the best of the week, or on one on which enough has come together. `hour`
    is one of the `timezone`; null is the hour of the site, in its time zone. With `quiet_mail` two
    lines say that a day brought no new papers.
    """

    topics: Annotated[tuple[str, ...], Field(max_length=200)]


class ReaderOut(Record):
    """A reader's status and choices."""

    status: str
    choices: Choices
    next_mail: Annotated[
        datetime | None,
        Field(
            description="When the next mail is due, in the past if the next run sends it; null if"
            " that is not known, or if no mail comes on these days."
        ),
    ] = None


class Said(Record):
    """A message."""

    detail: str


def _messages(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Declare that these statuses are answered with a message."""
    return {status: {"model": Said} for status in statuses}


# -- reading ----------------------------------------------------------------------------------


@routes.head("/topics", include_in_schema=False)
@routes.get("/topics")
def topics(services: ServicesDep) -> list[TopicOut]:
    """List the topics."""
    return [TopicOut(slug=topic.slug, name=topic.name) for topic in services.topics]


@routes.head("/editions", include_in_schema=False)
@routes.get("/editions")
def editions(services: ServicesDep) -> list[date]:
    """List the days there are editions of, newest first."""
    return list(services.days(60))


@routes.head("/editions/{day}/{topic}", include_in_schema=False)
@routes.get("/editions/{day}/{topic}", responses=_messages(404, 422))
def edition(day: date, topic: str, services: ServicesDep) -> EditionOut:
    """Return what a topic had on a day."""
    of_day = services.edition(day)
    found = of_day.topics.get(topic) if of_day else None
    if found is None:
        raise HTTPException(404, "there is no such edition")
    names = [field.name for field in fields(PaperOut)]
    return EditionOut(
        day=found.day,
        topic=TopicOut(slug=found.topic.slug, name=found.topic.name),
        papers=[PaperOut(**{name: getattr(card, name) for name in names}) for card in found.papers],
    )


# -- signing up -------------------------------------------------------------------------------


@routes.post("/subscriptions", status_code=202, responses=_messages(400, 413, 422, 429))
def subscribe(
    wish: SignUpIn, request: Request, tasks: BackgroundTasks, services: ServicesDep
) -> Said:
    """Sign an address up; its owner is asked by mail to confirm."""
    chosen = _known(services, wish.topics) or list(services.default_topics)
    email = wish.email.strip()
    if message := forms.address_error(email):
        raise HTTPException(422, message)
    mailbox = addresses.parse(email).mailbox
    if not services.limiter.allow(ip=ip_of(request), mailbox=mailbox, now=services.clock()):
        raise HTTPException(429, "there have been many sign-ups; try again in an hour")
    evidence = evidence_of(services, request, "api", wording=WORDING)
    tasks.add_task(sign_up, services, email, chosen, evidence=evidence)
    return Said(detail="check your mail")


# -- choosing ---------------------------------------------------------------------------------


def _of_token(token: Token, services: ServicesDep) -> Subscriber:
    """Return the reader of a token; a dependency, so that nothing else is judged before it."""
    return subscriber_of(services, Purpose.MANAGE, token)


ReaderDep = Annotated[Subscriber, Depends(_of_token)]


@routes.head("/readers/{token}", include_in_schema=False)
@routes.get("/readers/{token}", responses=_messages(410, 422))
def reader(subscriber: ReaderDep, services: ServicesDep) -> ReaderOut:
    """Return a reader's status and choices."""
    return _reader_out(subscriber, services)


@routes.put("/readers/{token}", responses=_messages(400, 410, 413, 422))
def choose(subscriber: ReaderDep, choices: Choices, services: ServicesDep) -> ReaderOut:
    """Replace a reader's choices, all of them: what is left out gets its default.

    To change one, read them, change it, and send all of them back.
    """
    chosen = _known(services, choices.topics)
    preferences = Preferences(
        **{field.name: getattr(choices, field.name) for field in fields(Preferences)}
    )
    try:
        forms.check_choices(chosen, preferences, services.feedback.papers(subscriber.id))
    except PreferenceError as error:
        raise HTTPException(422, str(error)) from error
    changed = services.book.choose(subscriber.id, chosen, preferences, at=services.clock())
    return _reader_out(changed or subscriber, services)


@routes.post("/readers/{token}/{step}", responses=_messages(410, 422))
def act(
    subscriber: ReaderDep,
    step: Literal["pause", "resume", "leave"],
    request: Request,
    services: ServicesDep,
) -> ReaderOut:
    """Pause, resume or leave."""
    changed = record(services, request, subscriber, Event(step), "api")
    return _reader_out(changed or subscriber, services)


def _known(services: WebServices, chosen: Sequence[str]) -> list[str]:
    """Return these topics, each once.

    Raises:
        HTTPException: a topic does not exist.

    """
    slugs = {topic.slug for topic in services.topics}
    for slug in chosen:
        if slug not in slugs:
            raise HTTPException(422, f"there is no topic {slug!r}")
    return list(dict.fromkeys(chosen))


def _reader_out(subscriber: Subscriber, services: WebServices) -> ReaderOut:
    choices = Choices(topics=subscriber.topics, **asdict(subscriber.preferences))
    is_due = subscriber.status is Status.CONFIRMED
    return ReaderOut(
        status=str(subscriber.status),
        choices=choices,
        next_mail=services.next_mail(subscriber) if is_due else None,
    )
