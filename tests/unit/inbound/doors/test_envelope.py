"""For whom a message is and who sent it, by the most certain of what a program hands over."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.errors import ConfigError
from digest.inbound.doors.addresses import OwnAddresses
from digest.inbound.doors.envelope import HandedOver, from_mailbox, from_pipe, split_from_line

OURS = OwnAddresses(["{command}@news.example.org", "bounces+{id}@news.example.org"])
HELP, LEAVE, BACK = (
    "help@news.example.org",
    "leave+a@news.example.org",
    "bounces+1@news.example.org",
)
MAIL = b"Subject: hello\r\n\r\nDear reader\r\n"


def piped(content: bytes = MAIL, **known: Any) -> HandedOver:
    usual: dict[str, Any] = {"recipients": [], "sender": None, "variables": {}, "is_ours": OURS}
    return from_pipe(content, **{**usual, **known})


def with_header(*lines: str) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode() + MAIL


# -- recipients of a pipe ---------------------------------------------------------------------


def test_the_command_line_is_believed_before_everything() -> None:
    handed = piped(
        with_header(f"Delivered-To: {HELP}"),
        recipients=["bounces+AbC@p1.example.net", LEAVE, LEAVE],
        variables={"RECIPIENT": HELP},
    )

    assert handed.recipients == ("bounces+AbC@p1.example.net", LEAVE)


def test_the_variable_is_believed_before_the_header() -> None:
    handed = piped(with_header(f"Delivered-To: {HELP}"), variables={"RECIPIENT": LEAVE})

    assert handed.recipients == (LEAVE,)


@pytest.mark.parametrize("empty", ["", None])
def test_an_empty_word_or_variable_says_nothing(empty: str | None) -> None:
    variables = {} if empty is None else {"RECIPIENT": empty}

    handed = piped(with_header(f"Delivered-To: {HELP}"), recipients=[""], variables=variables)

    assert handed.recipients == (HELP,)


@pytest.mark.parametrize("name", ["EXTENSION", "LOCAL_PART_SUFFIX", "USER", "LOGNAME", "LOCAL"])
def test_no_other_variable_says_for_whom_a_message_is(name: str) -> None:
    assert piped(variables={name: HELP}).recipients == ()


@pytest.mark.parametrize("word", ["%(recipient)", "${recipient}", "%{rcpt}", "%(a)@example.org"])
def test_a_word_that_was_not_filled_in_is_named(word: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(f"recipient {word} was not filled in")):
        piped(recipients=[word])
    with pytest.raises(ConfigError, match=re.escape(f"sender {word} was not filled in")):
        piped(recipients=[HELP], sender=word)


@pytest.mark.parametrize("word", ["bounces+x", "a b@c d", "@", "bounces+x@"])
def test_a_word_that_is_no_address_is_named(word: str) -> None:
    with pytest.raises(ConfigError, match="is no address; let the mail server hand over the whole"):
        piped(recipients=[word])
    with pytest.raises(ConfigError, match="is no address"):
        piped(variables={"RECIPIENT": word})


# -- recipients of a header -------------------------------------------------------------------


@pytest.mark.parametrize("name", ["Delivered-To", "X-Original-To", "Envelope-to", "DELIVERED-TO"])
def test_a_line_that_a_server_added_names_the_recipient(name: str) -> None:
    assert piped(with_header(f"{name}: {HELP}")).recipients == (HELP,)
    assert from_mailbox(with_header(f"{name}: {HELP}"), is_ours=OURS).recipients == (HELP,)


def test_all_added_lines_are_looked_through_for_addresses_of_ours() -> None:
    message = with_header(
        "Delivered-To: unknown",
        "Received: from x by y for <subscribe@news.example.org>; today",
        "Delivered-To: root@localhost",
        f"Envelope-to: {HELP},",
        f"\t{LEAVE}, ada@example.net",
        f"X-Original-To: {HELP}",
    )

    assert piped(message).recipients == (HELP, LEAVE)


def test_the_mailbox_behind_an_address_with_a_tag_is_no_second_recipient() -> None:
    message = with_header(
        "Delivered-To: bounces@news.example.org", f"X-Original-To: {LEAVE}", f"Envelope-to: {LEAVE}"
    )

    assert from_mailbox(message, is_ours=OURS).recipients == (LEAVE,)


def test_without_these_the_newest_received_that_names_us_counts() -> None:
    message = with_header(
        "Received: from 127.0.0.1 by mx with IMAP for <root@localhost>; today",
        "Received: from client",
        f"\tby mx with ESMTP id 1\n\tfor <{HELP}>; yesterday",
        f"Received: by other for {LEAVE}; before",
    )

    assert piped(message).recipients == (HELP,)
    assert not from_mailbox(message, is_ours=OURS).is_guess


def test_a_mailbox_falls_back_to_what_the_writer_wrote() -> None:
    message = with_header(f"To: Digest <{HELP}>, ada@example.net", f"Cc: {LEAVE}")

    handed = from_mailbox(message, is_ours=OURS)

    assert handed.recipients == (HELP, LEAVE)
    assert handed.is_guess
    assert piped(message).recipients == ()


def test_a_mailbox_may_hold_a_message_for_nobody_of_ours() -> None:
    handed = from_mailbox(MAIL, is_ours=OURS)

    assert handed.recipients == ()
    assert handed.is_guess


def test_a_forged_header_names_at_most_fifty() -> None:
    lines = [f"Delivered-To: leave+{number}@news.example.org" for number in range(500)]

    assert len(from_mailbox(with_header(*lines), is_ours=OURS).recipients) == 50


def test_the_body_names_nobody() -> None:
    assert piped(MAIL + f"\r\nDelivered-To: {HELP}\r\n".encode()).recipients == ()


# -- the sender -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("known", "sender"),
    [
        (
            {"sender": "s@example.net", "variables": {"SENDER": "other@example.net"}},
            "s@example.net",
        ),
        ({"sender": "", "variables": {"SENDER": "other@example.net"}}, ""),
        ({"sender": "<>"}, ""),
        ({"sender": "MAILER-DAEMON"}, ""),
        ({"variables": {"SENDER": "o@example.net"}}, "o@example.net"),
        ({"variables": {"SENDER": ""}}, ""),
        ({}, "path@example.net"),
        ({"sender": "no\x1bdomain"}, "nodomain"),
    ],
)
def test_the_sender_is_that_of_the_first_place_that_has_one(
    known: dict[str, Any], sender: str
) -> None:
    message = b"From line@example.net today\n" + with_header("Return-Path: <path@example.net>")

    assert piped(message, **known).sender == sender


@pytest.mark.parametrize(
    ("line", "sender"),
    [(b"From s@example.net  Sat Nov 28", "s@example.net"), (b"From MAILER-DAEMON Sat", ""),
     (b"From <> Sat", ""), (b"From  ", "")],
)  # fmt: skip
def test_the_from_line_names_the_sender_where_nothing_else_does(line: bytes, sender: str) -> None:
    assert piped(line + b"\n" + MAIL).sender == sender


def test_a_message_of_an_unknown_sender_is_not_answered() -> None:
    assert piped().sender == ""


# -- the message ------------------------------------------------------------------------------


def test_only_a_first_from_line_is_dropped() -> None:
    twice = b"From a today\r\nFrom b today\r\n" + MAIL

    assert split_from_line(twice) == (b"From b today\r\n" + MAIL, "a")
    assert split_from_line(MAIL) == (MAIL, None)
    assert split_from_line(b"From: a@example.org\n\n") == (b"From: a@example.org\n\n", None)


@given(st.binary(max_size=400))
def test_any_bytes_have_an_envelope(content: bytes) -> None:
    handed = from_mailbox(content, is_ours=OURS)

    assert content.endswith(handed.content)
    assert all(map(OURS, handed.recipients))
    assert handed.sender.isprintable()
    assert piped(content).sender == handed.sender
