"""Polling a mailbox: what is stored, for whom, and in which order all happens."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from support.builders import NOON

from digest.errors import StoreError
from digest.inbound.doors.addresses import OwnAddresses
from digest.inbound.doors.mailbox import InMailbox
from digest.inbound.doors.poll import Polled, poll
from digest.storage.arrivals import Arrivals

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import sqlalchemy as sa

    from digest.models.inbound import Incoming

OURS = OwnAddresses(["{command}@news.example.org", "bounces+{id}@news.example.org"])
BACK, LEAVE = "bounces+1@news.example.org", "leave+2@news.example.org"


def mail(number: int, *lines: str) -> bytes:
    head = [*lines, f"Message-ID: <{number}@example.net>", "From: ada@example.net"]
    return "\r\n".join([*head, "", "Dear list"]).encode()


@dataclass
class Box:
    """A mailbox in memory."""

    contents: Sequence[bytes]
    channel: str = "maildir"
    gone: list[str] = field(default_factory=list)

    def batches(self) -> Iterator[list[InMailbox]]:
        for number in range(0, len(self.contents), 2):
            some = self.contents[number : number + 2]
            yield [InMailbox(str(number + behind), one) for behind, one in enumerate(some)]

    def done(self, batch: Sequence[InMailbox]) -> None:
        self.gone += [message.key for message in batch]


def test_each_mail_is_stored_for_each_of_its_recipients(engine: sa.Engine) -> None:
    added = ("Return-Path: <>", f"Delivered-To: {BACK}", f"Delivered-To: {LEAVE}")
    box = Box([mail(1, *added), mail(2, "Return-Path: <s@example.net>", f"X-Original-To: {LEAVE}")])
    store = Arrivals(engine)

    polled = poll(box, store=store, is_ours=OURS, clock=lambda: NOON)

    assert polled == Polled(read=2, new=3, unnamed=0)
    assert box.gone == ["0", "1"]
    found = [(one.envelope.sender, one.envelope.recipient) for one in store.waiting(9)]
    assert found == [("", BACK), ("", LEAVE), ("s@example.net", LEAVE)]
    assert {one.channel for one in store.waiting(9)} == {"maildir"}


def test_a_mail_that_was_renumbered_or_fetched_otherwise_is_stored_once(engine: sa.Engine) -> None:
    one = mail(1, f"Delivered-To: {BACK}")
    again = b"X-TUID: x\r\nReceived: by fetcher\r\n" + one
    box = Box([one, again, b"From MAILER-DAEMON today\r\n" + one.replace(b"\r\n", b"\n") + b"\n"])

    assert poll(box, store=Arrivals(engine), is_ours=OURS, clock=lambda: NOON).new == 1
    assert box.gone == ["0", "1", "2"]


def test_mails_that_name_nobody_are_stored_counted_and_told(
    engine: sa.Engine, caplog: pytest.LogCaptureFixture
) -> None:
    box = Box([mail(1, f"To: {LEAVE}"), mail(2, "To: list@example.net")], channel="imap")
    store = Arrivals(engine)

    with caplog.at_level(logging.INFO):
        polled = poll(box, store=store, is_ours=OURS, clock=lambda: NOON)

    assert polled == Polled(read=2, new=2, unnamed=2)
    assert [one.envelope.recipient for one in store.waiting(9)] == [LEAVE, ""]
    assert [one.message for one in caplog.records] == ["mailbox read", "recipients not named"]


def test_a_mail_that_is_not_stored_is_not_done(engine: sa.Engine) -> None:
    class Full:
        def store_all(self, messages: Sequence[Incoming]) -> list[int]:
            raise StoreError("the disk is full")

    box = Box([mail(1, f"Delivered-To: {BACK}")])

    with pytest.raises(StoreError):
        poll(box, store=Full(), is_ours=OURS, clock=lambda: NOON)
    assert box.gone == []


def test_a_poll_can_be_stopped_between_two_batches(engine: sa.Engine) -> None:
    box = Box([mail(number, f"Delivered-To: {BACK}") for number in range(5)])

    polled = poll(
        box,
        store=Arrivals(engine),
        is_ours=OURS,
        clock=lambda: NOON,
        should_continue=lambda: len(box.gone) < 3,
    )

    assert polled.read == 4
    assert box.gone == ["0", "1", "2", "3"]
