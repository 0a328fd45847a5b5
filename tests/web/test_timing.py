"""The time of a response does not reveal whether an address is known: the work comes later."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest
import sqlalchemy as sa
from support.builders import evidence

from subscribers import privacy
from subscribers.models import Event

if TYPE_CHECKING:
    from support.site import Site

STATUSES: dict[str, tuple[Event, ...]] = {
    "pending": (),
    "confirmed": (Event.CONFIRM,),
    "left": (Event.CONFIRM, Event.LEAVE),
    "suppressed": (Event.COMPLAINT,),
    "erased": (),
}
FORM = b"application/x-www-form-urlencoded"


@dataclass
class Recorder:
    """Sends ASGI requests to a site; records its SQL statements and response messages."""

    site: Site
    log: list[str] = field(default_factory=list)

    def post(self, path: str, body: bytes, content_type: bytes) -> list[str]:
        """Return the SQL statements and the messages of the response, in order."""
        scope = {
            "type": "http", "method": "POST", "path": path, "raw_path": path.encode(),
            "query_string": b"", "scheme": "https", "http_version": "1.1",
            "server": ("digest.example.org", 443), "client": ("192.0.2.7", 5000),
            "headers": [(b"host", b"digest.example.org"), (b"content-type", content_type)],
        }  # fmt: skip
        requests = [{"type": "http.request", "body": body, "more_body": False}]

        async def receive() -> dict[str, Any]:
            return requests.pop() if requests else {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            last = message["type"] == "http.response.body" and not message.get("more_body")
            self.log.append("answered" if last else "answering")

        sa.event.listen(self.site.app.engine, "before_cursor_execute", self._note)
        asyncio.run(self.site.asgi(scope, receive, send))
        sa.event.remove(self.site.app.engine, "before_cursor_execute", self._note)
        return self.log

    def _note(self, *about: Any) -> None:
        statement = about[2]
        # How many sign-ups there were lately says nothing about the address book.
        if "signups" not in statement and not statement.startswith("BEGIN"):
            self.log.append(statement.split()[0])


def add_subscriber(site: Site, name: str) -> None:
    """Add a subscriber with this status; `new` adds nobody."""
    if name in STATUSES:
        subscriber = site.subscriber(f"{name}@example.org", *STATUSES[name])
        if name == "erased":
            privacy.erase(subscriber, site.book, forget=site.services.forget, evidence=evidence())


@pytest.mark.parametrize("name", ["new", *STATUSES])
def test_the_form_is_answered_before_the_address_book_is_read(site: Site, name: str) -> None:
    add_subscriber(site, name)
    stamp = site.stamp()
    site.wait(minutes=1)
    form = urlencode({"email": f"{name}@example.org", "stamp": stamp, "topic": "agents"})

    log = Recorder(site).post("/subscribe", form.encode(), FORM)

    assert log[:2] == ["answering", "answered"]
    assert "SELECT" in log[2:]


@pytest.mark.parametrize("name", ["new", *STATUSES])
def test_the_api_answers_before_the_address_book_is_read(site: Site, name: str) -> None:
    add_subscriber(site, name)
    body = f'{{"email": "{name}@example.org"}}'.encode()

    log = Recorder(site).post("/api/v1/subscriptions", body, b"application/json")

    assert log[:2] == ["answering", "answered"]
    assert "SELECT" in log[2:]
