"""`digest inbound list`, `show` and `retry`; what `status` and `subscribers show` tell of mail."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from support.bounce_report import report
from support.builders import NOON
from support.command import DAY
from support.machine_clock import set_clock

from digest.app import config, pipeline, services
from digest.app.clock import now
from digest.mail.verp import return_address

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from support.command import Command

    from digest.app.services import App

BOUNCES = "bounces+{id}@example.org"
ODD = b"From: x@example.net\r\nSubject: \x1b[31mwhat is this\r\n\r\nNobody knows.\r\n"


@pytest.fixture
def app(furnished: Path, digest: Command, monkeypatch: pytest.MonkeyPatch) -> Iterator[App]:
    """An installation that has mailed its readers, to whose bounce address mail comes."""
    monkeypatch.setenv("DIGEST_MAIL__BOUNCE_ADDRESS", BOUNCES)
    set_clock(monkeypatch, NOON)
    digest("run", *DAY)
    found = services.open_app(config.load(furnished / "config.toml"))
    yield found
    found.close()


def receive(app: App, content: bytes, recipient: str, *, sender: str = "x@example.net") -> None:
    app.arrivals.store(content, sender=sender, recipients=[recipient], channel="lmtp", now=NOON)
    pipeline.housekeeping(app, app.transport(), clock=now)


def bounce(app: App, address: str, *, status: str, diagnostic: str) -> None:
    """Have the mail to a reader come back."""
    reader = app.book.find(address)
    assert reader is not None
    to = return_address(BOUNCES, NOON.date(), reader.id, secret=app.secrets[0])
    receive(app, report(address, status=status, diagnostic=diagnostic), to, sender="")


def test_what_was_not_understood_is_listed_with_the_reason(app: App, digest: Command) -> None:
    receive(app, ODD, "digest@example.org")

    listed = digest("inbound", "list").out
    assert "not-understood" in listed
    assert "neither a report nor a command" in " ".join(listed.split())
    [row] = json.loads(digest("inbound", "list", "--json").out)
    assert (row["id"], row["state"], row["result"]) == (1, "kept", "kept for the operator")


def test_where_all_was_understood_nothing_is_listed_unless_all_is_asked_for(
    app: App, digest: Command
) -> None:
    bounce(app, "ada@example.org", status="5.2.2", diagnostic="552 5.2.2 mailbox full")

    assert digest("inbound", "list").out == "every message that came in was understood\n"
    assert "handled" in digest("inbound", "list", "--all").out


def test_an_installation_to_which_nothing_came_says_so(app: App, digest: Command) -> None:
    assert digest("inbound", "list", "--all").out == "nothing came in yet\n"


def test_a_message_is_shown_with_its_text_and_nothing_that_a_terminal_obeys(
    app: App, digest: Command
) -> None:
    receive(app, ODD, "digest@example.org")

    shown = digest("inbound", "show", "1").out
    assert "recipient:    digest@example.org" in shown
    assert "Nobody knows." in shown
    assert "\x1b" not in shown
    assert json.loads(digest("inbound", "show", "1", "--json").out)["content"] == ODD.decode()
    assert digest("inbound", "show", "1", "--raw").out.encode() == ODD


def test_of_a_message_that_was_handled_the_text_is_not_kept(app: App, digest: Command) -> None:
    bounce(app, "ada@example.org", status="5.1.1", diagnostic="550 5.1.1 no such user")

    assert "the message itself is not kept" in digest("inbound", "show", "1").out
    assert "is not kept any more" in digest("inbound", "show", "1", "--raw").err


def test_a_message_whose_text_was_dropped_says_so(app: App, digest: Command) -> None:
    receive(app, ODD, "digest@example.org")
    app.arrivals.drop_oldest(most=0)

    shown = " ".join(digest("inbound", "show", "1").out.split())
    assert "the message itself is not kept: its text was dropped: messages like it took" in shown
    assert "its text was dropped" in digest("inbound", "show", "1", "--raw").err
    assert "its text was dropped" in " ".join(digest("inbound", "list").out.split())
    assert "none of these messages" in digest("inbound", "retry", "1").err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("show", "9"), "no message has the number 9"),
        (("retry", "9"), "none of these messages is kept"),
        (("show", "1", "--raw", "--json"), "cannot go with --json"),
    ],
)
def test_a_wrong_number_is_named(
    app: App, digest: Command, arguments: tuple[str, ...], said: str
) -> None:
    result = digest("inbound", *arguments)

    assert result.code == 2
    assert said in result.err


def test_what_was_not_understood_can_be_handled_again(app: App, digest: Command) -> None:
    receive(app, ODD, "digest@example.org")

    result = digest("inbound", "retry")

    assert result.out == "handled 1 message again; 1 not understood\n"


def test_status_tells_what_came_back_of_the_day_and_what_is_left_to_do(
    app: App, digest: Command
) -> None:
    bounce(app, "ada@example.org", status="5.2.2", diagnostic="552 5.2.2 mailbox full")
    receive(app, ODD, "digest@example.org")

    out = " ".join(digest("status", *DAY).out.split())
    assert "came back: soft 552 5.2.2 mailbox full" in out
    assert "2026-02-02: came back: 1 soft" in out
    assert "1 message came in not understood" in out
    found = json.loads(digest("status", *DAY, "--json").out)
    assert found["came_back"] == {"soft": 1}
    assert found["inbound"]["kept"] == 1
    [ada] = [one for one in found["people"] if one["address"] == "ada@example.org"]
    assert [one["class"] for one in ada["came_back"]] == ["soft"]


def test_a_reader_is_shown_with_what_came_back(app: App, digest: Command) -> None:
    bounce(app, "ada@example.org", status="5.1.1", diagnostic="550 5.1.1 no such user")

    out = " ".join(digest("subscribers", "show", "ada@example.org").out.split())
    assert "ada@example.org: suppressed" in out
    assert "came back: hard 550 5.1.1 no such user" in out
    assert "the address is suppressed" in out
    found = json.loads(digest("subscribers", "show", "ada@example.org", "--json").out)
    assert [one["kind"] for one in found["inbound"]] == ["bounce"]
    assert [one["class"] for one in found["issues"][0]["came_back"]] == ["hard"]


def test_who_is_erased_leaves_no_message_behind(app: App, digest: Command) -> None:
    bounce(app, "ada@example.org", status="5.1.1", diagnostic="550 5.1.1 no such user")

    digest("subscribers", "erase", "ada@example.org")

    assert json.loads(digest("inbound", "list", "--all", "--json").out) == []
