"""The same doors for programs: `/api/v1`, described in its OpenAPI document."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import APIRouter, BackgroundTasks, Path, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from subscribers import links
from subscribers.errors import ConsentError, LinkError, PreferenceError
from subscribers.links import Purpose
from subscribers.models import WEEK, Event, Preferences
from subscribers.web import forms
from subscribers.web.client import evidence_of, ip_of
from subscribers.web.services import WORDING
from subscribers.web.signup import sign_up

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from subscribers.models import Subscriber
    from subscribers.web.services import WebServices

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Word = Annotated[str, Field(min_length=1, max_length=100)]
Words = Annotated[list[Word], Field(max_length=50)]
Token = Annotated[str, Path(description="From the link in a reader's mail.", max_length=200)]


class Record(BaseModel):
    """A JSON object; what it does not know is an error."""

    model_config = ConfigDict(extra="forbid")


class TopicOut(Record):
    """A topic to choose."""

    slug: str
    name: str


class PaperOut(Record):
    """A paper of an edition."""

    id: str
    title: str
    url: str
    byline: str
    tldr: str
    summary: str
    why: str
    signals: str


class EditionOut(Record):
    """What a topic had on a day."""

    day: date
    topic: TopicOut
    papers: list[PaperOut]


class SignUpIn(Record):
    """A sign-up."""

    email: Annotated[str, Field(max_length=320)]
    topics: Annotated[list[str], Field(max_length=200)] = []


class Choices(Record):
    """What a reader chose."""

    topics: Annotated[list[str], Field(max_length=200)]
    words_in: Words = []
    words_out: Words = []
    authors: Words = []
    papers: Annotated[int, Field(ge=1, le=50)] | None = None
    days: Annotated[list[Day], Field(min_length=1, max_length=7)] = list(WEEK)  # type: ignore[arg-type]
    timezone: str = "UTC"
    hour: Annotated[int, Field(ge=0, le=23)] = 18
    language: str = "en"
    text_only: bool = False


class ReaderOut(Record):
    """How a reader stands."""

    status: str
    choices: Choices


class Said(Record):
    """An answer in words."""

    detail: str


def _said(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Describe answers in words."""
    return {status: {"model": Said} for status in statuses}


def fault(status: int, words: str, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """Return an error as JSON."""
    return JSONResponse({"detail": words}, status_code=status, headers=dict(headers or {}))


def explain(faults: Sequence[Mapping[str, Any]]) -> str:
    """Name every field that is not as described, and what is wrong with it."""
    return "; ".join(
        f"{'.'.join(str(part) for part in found['loc'])}: {found['msg']}" for found in faults
    )


def router(house: WebServices) -> APIRouter:
    """Return the API's routes."""
    routes = APIRouter(prefix="/api/v1")
    _reading(routes, house)
    _signing_up(routes, house)
    _choosing(routes, house)
    return routes


def _reading(routes: APIRouter, house: WebServices) -> None:
    @routes.get("/topics")
    def topics() -> list[TopicOut]:
        """List the topics."""
        return [TopicOut(slug=topic.slug, name=topic.name) for topic in house.topics]

    @routes.get("/editions")
    def editions() -> list[date]:
        """List the days there are editions of, newest first."""
        return list(house.days(60))

    @routes.get("/editions/{day}/{topic}", responses=_said(404, 422))
    def edition(day: date, topic: str) -> EditionOut:
        """Return what a topic had on a day."""
        found = house.edition(day, topic)
        if found is None:
            raise HTTPException(404, "there is no such edition")
        return EditionOut(
            day=found.day,
            topic=TopicOut(slug=found.topic.slug, name=found.topic.name),
            papers=[
                PaperOut(**{name: getattr(entry, name) for name in PaperOut.model_fields})
                for entry in found.entries
            ],
        )


def _signing_up(routes: APIRouter, house: WebServices) -> None:
    @routes.post("/subscriptions", status_code=202, responses=_said(400, 413, 422, 429))
    def subscribe(wish: SignUpIn, request: Request, tasks: BackgroundTasks) -> Said:
        """Sign an address up; whoever it belongs to is asked by mail to confirm."""
        wanted = _known(house, wish.topics) or list(house.default_topics)
        email = wish.email.strip()
        if words := forms.address_fault(email):
            raise HTTPException(422, words)
        if not house.limiter.allow(ip=ip_of(request), mailbox=forms.mailbox(email)):
            raise HTTPException(429, "there have been many sign-ups; try again in an hour")
        evidence = evidence_of(house, request, "api", wording=WORDING)
        tasks.add_task(sign_up, house, email, wanted, evidence=evidence)
        return Said(detail="check your mail")


def _choosing(routes: APIRouter, house: WebServices) -> None:
    def reader_of(token: str) -> Subscriber:
        try:
            found = links.read(Purpose.MANAGE, token, secrets=house.secrets, now=house.clock())
        except LinkError as error:
            raise HTTPException(410, str(error)) from error
        reader = house.book.get(found)
        if reader is None:
            raise HTTPException(410, "this subscription is no longer here")
        return reader

    @routes.get("/readers/{token}", responses=_said(410, 422))
    def reader(token: Token) -> ReaderOut:
        """Return how a reader stands."""
        return _reader_out(reader_of(token))

    @routes.put("/readers/{token}", responses=_said(400, 410, 413, 422))
    def choose(token: Token, choices: Choices) -> ReaderOut:
        """Change a reader's choices."""
        found = reader_of(token)
        chosen: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in choices.model_dump(exclude={"topics"}).items()
        }
        try:
            preferences = Preferences(**chosen)
        except PreferenceError as error:
            raise HTTPException(422, str(error)) from error
        topics = _known(house, choices.topics)
        if words := forms.choice_fault(topics, preferences):
            raise HTTPException(422, words)
        changed = house.book.choose(found.id, topics, preferences)
        return _reader_out(changed or found)

    @routes.post("/readers/{token}/{step}", responses=_said(410, 422))
    def act(token: Token, step: Literal["pause", "resume", "leave"], request: Request) -> ReaderOut:
        """Pause, resume or leave."""
        found = reader_of(token)
        try:
            evidence = evidence_of(house, request, "api")
            changed = house.book.record(found.id, Event(step), evidence=evidence)
        except ConsentError as error:
            raise HTTPException(410, str(error)) from error
        return _reader_out(changed or found)


def _known(house: WebServices, topics: list[str]) -> list[str]:
    slugs = {topic.slug for topic in house.topics}
    for slug in topics:
        if slug not in slugs:
            raise HTTPException(422, f"there is no topic {slug!r}")
    return list(dict.fromkeys(topics))


def _reader_out(reader: Subscriber) -> ReaderOut:
    chosen = reader.preferences
    return ReaderOut(
        status=str(reader.status),
        choices=Choices(
            topics=list(reader.topics),
            words_in=list(chosen.words_in),
            words_out=list(chosen.words_out),
            authors=list(chosen.authors),
            papers=chosen.papers,
            days=list(chosen.days),  # type: ignore[arg-type]
            timezone=chosen.timezone,
            hour=chosen.hour,
            language=chosen.language,
            text_only=chosen.text_only,
        ),
    )
