"""A complete website for tests: real pages, a real database, and mail written to a folder."""

from __future__ import annotations

import asyncio
import email
import itertools
import re
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from email import policy
from typing import TYPE_CHECKING, Any

import httpx
import sqlalchemy as sa
from fastapi.routing import APIRoute
from support.builders import NOON, PEPPER, enrolled

from digest.app import config, pipeline, web
from digest.app.services import App
from digest.storage.schema import editions
from subscribers import links
from subscribers.book import Book
from subscribers.links import Purpose
from subscribers.web import api, archive, create, pages

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from email.message import EmailMessage
    from pathlib import Path

    from starlette.types import ASGIApp

    from digest.delivery.transports import Transport
    from digest.models.delivery import MailKind
    from subscribers.models import Event, Subscriber


URL = "https://digest.example.org"
DAYS = (date(2026, 2, 2), date(2026, 2, 1))
NASTY = "An agent & <script>alert('out')</script> “so what”"
TOPICS = [
    {"slug": "agents", "name": "Agents", "words_in": ["agent"]},
    {"slug": "robots", "name": "Robots & machines", "words_in": ["robot"]},
    {"slug": "whales", "name": "Whales", "words_in": ["whale"]},
    {"slug": "trending", "name": "Trending overall", "trending": True},
]
PAPERS: list[dict[str, Any]] = [
    {
        "id": "2602.00001",
        "title": "An Agent that Reads Maps",
        "abstract": "The agent finds its way by reading maps. It is rarely lost.",
        "authors": ["Ada Example", "Ben Example"],
        "published_at": "2026-01-30T08:00:00Z",
        "day": "2026-02-02",
        "signals": {"upvotes": 12, "comments": 0, "stars": None},
        "links": {"code": "https://example.org/maps"},
    },
    {
        "id": "10.1000/a<b>#c",
        "title": NASTY,
        "abstract": "An agent <b>writes</b> & reads.",
        "day": "2026-02-02",
    },
    {
        "id": "2602.00003",
        "title": "A Robot that Folds Napkins",
        "abstract": "A robot learns to fold napkins from three films.",
        "authors": ["Cyd Example"],
        "day": "2026-02-02",
    },
    {
        "id": "2602.00004",
        "title": "An Agent that Waters Plants",
        "abstract": "An agent waters plants when they are dry.",
        "day": "2026-02-01",
    },
]


@dataclass
class Client:
    """An HTTP client with one IP address; it keeps no cookies and follows no redirects."""

    asgi: ASGIApp
    ip: str = "192.0.2.7"
    runner: asyncio.Runner = field(default_factory=asyncio.Runner)

    def request(self, method: str, path: str, **details: Any) -> httpx.Response:
        """Return the response after all background tasks are done."""

        async def once() -> httpx.Response:
            transport = httpx.ASGITransport(
                self.asgi, client=(self.ip, 5000), raise_app_exceptions=False
            )
            async with httpx.AsyncClient(transport=transport, base_url=URL) as client:
                return await client.request(method, path, **details)

        return self.runner.run(once())

    def get(self, path: str, **details: Any) -> httpx.Response:
        return self.request("GET", path, **details)

    def post(self, path: str, **details: Any) -> httpx.Response:
        return self.request("POST", path, **details)


def routes() -> dict[str, set[str]]:
    """The methods of every path of the site."""
    found: dict[str, set[str]] = {}
    for router in (*pages.ROUTERS, archive.routes, api.routes):
        for route in router.routes:
            assert isinstance(route, APIRoute)
            found.setdefault(route.path, set()).update(route.methods)
    return found


class Site:
    """The parts of a website, and shorthands for what visitors and subscribers do."""

    def __init__(self, folder: Path, engine: sa.Engine, **tables: Mapping[str, Any]) -> None:
        """Open the site on a database; `tables` change its configuration."""
        self.now = NOON
        self.folder = folder
        self.app = App(config=configuration(folder, **tables), engine=engine)
        # The app's own book has random ids; this one must replace it before its first use.
        self.book = Book(engine, new_id=itertools.count(100).__next__, pepper=PEPPER)
        self.app.__dict__["book"] = self.book
        self.wake_ups: list[datetime] = []
        self.services = web.web_services(
            self.app, clock=lambda: self.now, wake=lambda: self.wake_ups.append(self.now)
        )
        self.asgi = create(self.services)
        self.client = Client(self.asgi)

    def serve(self, **changed: Any) -> None:
        """Serve the site anew with other services."""
        self.services = replace(self.services, **changed)
        self.client.asgi = self.asgi = create(self.services)

    def close(self) -> None:
        self.client.runner.close()
        self.app.engine.dispose()

    def fetch(self) -> None:
        fetch(self.app)

    def mail(self, *days: date) -> None:
        mail(self.app, days)

    def wait(self, **time: float) -> None:
        """Move the clock forward."""
        self.now += timedelta(**time)

    # -- requests -------------------------------------------------------------------------

    def request(self, method: str, path: str, **details: Any) -> httpx.Response:
        return self.client.request(method, path, **details)

    def get(self, path: str) -> httpx.Response:
        return self.client.get(path)

    def post(self, path: str, **details: Any) -> httpx.Response:
        return self.client.post(path, **details)

    def stamp(self) -> str:
        """The signed time in the sign-up form."""
        return find(r'name="stamp" value="([^"]+)"', self.get("/").text)

    def sign_up(
        self, address: str, *topics: str, ip: str = "192.0.2.7", **fields: Any
    ) -> httpx.Response:
        """Open the form, and send it a minute later."""
        stamp = self.stamp()
        self.wait(minutes=1)
        form = {"email": address, "topic": list(topics), "stamp": stamp} | fields
        client = Client(self.asgi, ip=ip, runner=self.client.runner)
        return client.post("/subscribe", data=form)

    def subscriber(self, address: str, *events: Event, **details: Any) -> Subscriber:
        """Add a subscriber with these events after the sign-up."""
        return enrolled(self.book, address, *events, **details)

    def token(self, purpose: Purpose, subscriber: Subscriber, *, at: datetime | None = None) -> str:
        """A link of this time; one for feedback is of the mail that `mail` made."""
        of_mail = purpose is Purpose.FEEDBACK
        at = at or (NOON if of_mail else self.now)
        day = DAYS[0] if of_mail else None
        return links.sign(purpose, subscriber.id, secrets=self.app.secrets, at=at, day=day)

    def link(self, purpose: Purpose, subscriber: Subscriber, *, at: datetime | None = None) -> str:
        return path_of(purpose, self.token(purpose, subscriber, at=at))

    # -- mails ----------------------------------------------------------------------------

    def deliver(self, transport: Transport | None = None) -> int:
        """Send the transactional mails that are due; return their number."""
        transport = transport or self.app.transport()
        return pipeline.housekeeping(self.app, transport, clock=lambda: self.now)

    def mails(self) -> list[EmailMessage]:
        """All mails that were sent, by file name."""
        files = sorted((self.folder / "outbox").rglob("*.eml"))
        return [read_mail(file.read_bytes()) for file in files]

    def subjects(self) -> list[str]:
        self.deliver()
        return [mail["Subject"] for mail in self.mails()]

    def mail_to(self, address: str, kind: MailKind) -> EmailMessage:
        """Send all due mails; return the newest mail of a kind to an address."""
        self.deliver()
        *_, newest = sorted((self.folder / "outbox").rglob(f"{address}.{kind}.eml"))
        return read_mail(newest.read_bytes())

    # -- the database ---------------------------------------------------------------------

    def status(self, address: str) -> str | None:
        found = self.book.find(address)
        return found and str(found.status)

    def dump(self) -> dict[str, list[tuple[object, ...]]]:
        """Every row of every table."""
        with self.app.engine.connect() as db:
            return {
                table: [tuple(row) for row in db.execute(sa.text(f"SELECT * FROM {table}"))]  # noqa: S608
                for table in sa.inspect(db).get_table_names()
            }

    def bytes(self) -> bytes:
        """The content of the database file, the write-ahead log included."""
        with self.app.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as db:
            db.exec_driver_sql("COMMIT")
            db.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            db.exec_driver_sql("BEGIN")
        return (self.folder / "digest.db").read_bytes()


def path_of(purpose: Purpose, token: str) -> str:
    """The page of a token; feedback is about the first paper of an edition."""
    return f"/{purpose}/{token}/0/more" if purpose is Purpose.FEEDBACK else f"/{purpose}/{token}"


def configuration(folder: Path, **tables: Mapping[str, Any]) -> config.Config:
    defaults: dict[str, Any] = {
        "site": {
            "secret_key": "a key for the tests and nothing else",
            "pepper": PEPPER,
            "postal_address": "1 Test Street",
        },
        "topics": TOPICS,
        "sources": [{"name": "file", "kind": "jsonl", "path": "papers.jsonl"}],
        "web": {"url": URL},
        "mail": {},
    }
    merged = {name: defaults.get(name, {}) | dict(table) for name, table in tables.items()}
    return config.build(defaults | merged, folder=folder, where="the tests")


def fetch(app: App, days: Iterable[date] = DAYS) -> None:
    """Fetch the papers of these days into the database."""
    for day in days:
        replace(app.fetcher, clock=lambda: NOON).fetch(day, app.sources, only_day=True)


def mail(app: App, days: Iterable[date] = DAYS) -> None:
    """Store the editions of these days as if their mails had left; there are no deliveries."""
    for day in sorted(days):
        edition = pipeline.build_edition(app, day)
        stored = app.editions.save(edition, mail_key="as mailed", now=NOON)
        with app.engine.begin() as db:
            this = editions.c.id == stored.id
            db.execute(editions.update().where(this).values(mailed_at=NOON))


def read_mail(content: bytes) -> EmailMessage:
    return email.message_from_bytes(content, policy=policy.default)  # type: ignore[arg-type]


def text_of(mail: EmailMessage, kind: str = "plain") -> str:
    part = mail.get_body((kind,))
    assert part is not None
    return str(part.get_content())


def path_in(mail: EmailMessage, purpose: Purpose) -> str:
    """The path of the link of this purpose in a mail."""
    return find(rf"{re.escape(URL)}(/{purpose}/\S+)", text_of(mail))


def find(pattern: str, text: str) -> str:
    found = re.search(pattern, text)
    assert found, f"no {pattern} in {text[:2000]}"
    return found[1]
