"""What an answer takes does not tell who an address belongs to: the work comes after the answer."""

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
    from support.site import House

STANDINGS: dict[str, tuple[Event, ...]] = {
    "pending": (),
    "confirmed": (Event.CONFIRM,),
    "left": (Event.CONFIRM, Event.LEAVE),
    "suppressed": (Event.COMPLAINT,),
    "erased": (),
}
FORM = b"application/x-www-form-urlencoded"


@dataclass
class Wire:
    """Speaks ASGI to a site and writes down what it did to the database, and when it answered."""

    house: House
    log: list[str] = field(default_factory=list)

    def post(self, path: str, body: bytes, content_type: bytes) -> list[str]:
        """Return what happened, in order: statements and pieces of the answer."""
        scope = {
            "type": "http", "method": "POST", "path": path, "raw_path": path.encode(),
            "query_string": b"", "scheme": "https", "http_version": "1.1",
            "server": ("digest.example.org", 443), "client": ("192.0.2.7", 5000),
            "headers": [(b"host", b"digest.example.org"), (b"content-type", content_type)],
        }  # fmt: skip
        waiting = [{"type": "http.request", "body": body, "more_body": False}]

        async def receive() -> dict[str, Any]:
            return waiting.pop() if waiting else {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            last = message["type"] == "http.response.body" and not message.get("more_body")
            self.log.append("answered" if last else "answering")

        sa.event.listen(self.house.app.engine, "before_cursor_execute", self._note)
        asyncio.run(self.house.site(scope, receive, send))
        sa.event.remove(self.house.app.engine, "before_cursor_execute", self._note)
        return self.log

    def _note(self, *about: Any) -> None:
        statement = about[2]
        self.log.append(statement.split()[0])


def settle(house: House, name: str) -> None:
    """Write somebody of this standing into the book; `new` is nobody."""
    if name in STANDINGS:
        reader = house.reader(f"{name}@example.org", *STANDINGS[name])
        if name == "erased":
            privacy.erase(reader, house.book, forget=house.house.forget, evidence=evidence())


@pytest.mark.parametrize("name", ["new", *STANDINGS])
def test_the_form_is_answered_before_the_book_is_opened(house: House, name: str) -> None:
    settle(house, name)
    stamp = house.stamp()
    house.wait(minutes=1)
    form = urlencode({"email": f"{name}@example.org", "stamp": stamp, "topic": "agents"})

    log = Wire(house).post("/subscribe", form.encode(), FORM)

    assert log[:2] == ["answering", "answered"]
    assert "SELECT" in log[2:]


@pytest.mark.parametrize("name", ["new", *STANDINGS])
def test_the_api_answers_before_the_book_is_opened(house: House, name: str) -> None:
    settle(house, name)
    body = f'{{"email": "{name}@example.org"}}'.encode()

    log = Wire(house).post("/api/v1/subscriptions", body, b"application/json")

    assert log[:2] == ["answering", "answered"]
    assert "SELECT" in log[2:]
