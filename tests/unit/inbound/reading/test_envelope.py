"""What the head of a message says of its envelope."""

from __future__ import annotations

import pytest
from support.incoming import letter

from digest.inbound.reading import envelope
from digest.inbound.reading.message import parse


@pytest.mark.parametrize(
    "sender",
    [
        "MAILER-DAEMON@mx.example.com", "Mail Delivery System <x@mx.example.com>",
        "Postmaster <postmaster@mx.example.com>", "MAILER-DAEMON <>", "mailer-daemon@",
        "=?utf-8?Q?Mail_Delivery_Subsystem?= <x@mx.example.com>",
    ],
)  # fmt: skip
def test_mail_servers_are_known_by_their_names(sender: str) -> None:
    assert envelope.is_daemon(parse(letter(sender=sender)))


def test_a_person_is_no_mail_server() -> None:
    assert not envelope.is_daemon(parse(letter(sender="Grace Post <grace@example.com>")))


@pytest.mark.parametrize(
    ("octets", "sender"),
    [
        (b"Return-Path: <grace@example.com>\nFrom: a@b.example\n\n", "grace@example.com"),
        (b"Return-Path: <>\nFrom: a@b.example\n\n", ""),
        (b"From: Grace <grace@example.com>\n\n", "grace@example.com"),
        (b"From: MAILER-DAEMON@mx.example.com\n\n", ""),
        (b"From: a@b.example\nContent-Type: multipart/report; report-type=delivery-status\n\n", ""),
        (b"\n\n", ""),
    ],
)  # fmt: skip
def test_the_sender_is_told_by_the_return_path_or_else_by_from(octets: bytes, sender: str) -> None:
    assert envelope.sender_of(parse(octets)) == sender


def test_all_fields_of_the_recipient_count_and_to_comes_last() -> None:
    octets = (
        b"Received: from x by y\n for <first@example.org>; today\nTo: <last@example.org>\n"
        b"Delivered-To: unknown\nDelivered-To: second@example.org\nX-Original-To: <a@example.org>,"
        b"\n <b@example.org>\nEnvelope-to: second@example.org\n\n"
    )

    assert envelope.recipients_of(parse(octets)) == [
        "second@example.org", "a@example.org", "b@example.org", "first@example.org",
        "last@example.org",
    ]  # fmt: skip


def test_nobody_may_be_named() -> None:
    assert envelope.recipients_of(parse(b"Subject: x\n\n")) == []
