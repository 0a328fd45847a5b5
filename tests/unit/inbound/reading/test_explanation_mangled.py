"""Whatever bytes come: nothing raises, and nothing is proven that nobody signed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.incoming import (
    READER_ID,
    block,
    explain,
    head_part,
    letter,
    multipart,
    own_message_id,
    report,
    returned,
    status_part,
    text_part,
    verp,
)

SIGNED = report(
    block(diagnostic="550 5.1.1 no such user"),
    notice="<grace@example.com>: host mx said: 550 5.1.1\n    no such user",
    back=returned(identifier=own_message_id(), lines=f"Return-Path: <{verp()}>\n"),
)
#: Messages of each kind.
KINDS = [
    SIGNED,
    multipart(
        text_part("A complaint."),
        "Content-Type: message/feedback-report\n\nFeedback-Type: abuse\n",
        head_part(),
        kind="report; report-type=feedback-report",
    ),
    multipart(
        text_part("It was rejected."),
        "Content-Type: message/disposition-notification\n\nDisposition: automatic-action; deleted",
        kind="report; report-type=disposition-notification",
    ),
    multipart(text_part("x"), status_part(block(), kind="message/global-delivery-status")),
    letter("Hi. This is the qmail-send program.\n\n<a@b.example>:\n550 no\n", sender="<>"),
    letter(
        "This is the DragonFly Mail Agent.\n\nThere was an error delivering your mail to <a@b>.\n",
        sender="MAILER-DAEMON@mx.example.com",
    ),
    letter(
        "Your message\n\nwas not delivered to:\n\n  a@b.example\n\nbecause:\n\n  no such user\n",
        sender="postmaster@mx.example.com",
    ),
    letter("I am away.", head="Auto-Submitted: auto-replied\n"),
]

#: What signs a mail, and what stands in its place.
SIGNS = [(verp().encode(), b"bounces@x.example"), (own_message_id().encode(), b"<1@x.example>")]


def unsigned(octets: bytes) -> bytes:
    for sign, other in SIGNS:
        octets = octets.replace(sign, other)
    return octets


def mangled(draw: st.DrawFn, octets: bytes) -> bytes:
    """The same bytes cut, with lines in another order, twice or gone, and with other bits."""
    lines = octets.split(b"\n")
    for _ in range(draw(st.integers(0, 3))):
        first, second = (draw(st.integers(0, len(lines) - 1)) for _ in range(2))
        lines[first], lines[second] = lines[second], draw(st.sampled_from(lines))
    changed = bytearray(b"\n".join(lines))
    for _ in range(draw(st.integers(0, 5))):
        changed[draw(st.integers(0, len(changed) - 1))] = draw(st.integers(0, 255))
    begin = draw(st.integers(0, 40)) if draw(st.booleans()) else 0
    return bytes(changed[begin : draw(st.integers(0, len(changed)))])


@st.composite
def mangled_messages(draw: st.DrawFn) -> bytes:
    return mangled(draw, unsigned(draw(st.sampled_from(KINDS))))


@st.composite
def mangled_signed_messages(draw: st.DrawFn) -> bytes:
    return mangled(draw, SIGNED)


@given(
    octets=mangled_messages() | st.binary(max_size=500), sender=st.sampled_from(["", "a@b.example"])
)
def test_a_mangled_message_is_something_and_proves_nothing(octets: bytes, sender: str) -> None:
    found = explain(octets, sender=sender)

    assert found.why
    assert not found.returned.is_proven


@given(octets=mangled_signed_messages())
def test_what_a_mangled_message_proves_is_what_was_signed(octets: bytes) -> None:
    found = explain(octets).returned

    assert found.subscriber_id == READER_ID or not found.is_proven


@given(text=st.text(max_size=300), subject=st.text(st.characters(exclude_categories=["C"])))
def test_a_vacation_notice_bounces_nobody_whatever_it_says(text: str, subject: str) -> None:
    octets = letter(text, subject=subject, head="Auto-Submitted: auto-replied (vacation)\n")

    assert explain(octets).recipients == ()


@pytest.mark.parametrize(
    "octets",
    [
        b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n" * 200_000,
        b"Content-Type: message/rfc822\n\n" * 20_000,
        b"X: y\n" * 100_000,
        b"Subject: " + b"a" * 500_000,
        b"Subject: " + b"=?utf-8?B?YQ==?= " * 30_000,
        letter("<" * 400_000),
        letter("a@b.example " * 40_000, sender="MAILER-DAEMON@x.example", subject="failed"),
        letter("a@b.example\n" * 40_000, sender="MAILER-DAEMON@x.example", subject="failed"),
        report(*[block(address=f"a{number}@b.example") for number in range(5_000)]),
        report(block(diagnostic="user " * 80_000), notice="mailbox " * 50_000),
        report(block(), notice="recipient not " * 40_000),
        report(block(diagnostic="550 " + "a-" * 8_000)),
        report(
            *[block(address=f"a{number}@b.example") for number in range(5_000)],
            notice="\n".join(f"a{number}@b.example" for number in range(5_000)),
        ),
        report(
            *[block(address=f"a{number}@b.example") for number in range(100)],
            notice="Transcript of session follows\n"
            + "".join(f"<<< 550 {n}\na{n % 100}@b.example\n" for n in range(5_000)),
        ),
        letter("This is the mail system \n" + "\n \n" * 5_000, sender="<>"),
        letter(
            "This is the mail system \n" + "a@b.example\n" * 5_000,
            head="".join(f"X-Failed-Recipients: a{n}@b.example\n" for n in range(900)),
            sender="MAILER-DAEMON@x.example",
        ),
        letter("x" * 60_000 + "\n" + "This " * 10_000, sender="<>"),
    ],
    ids=range(17),
)
def test_a_message_made_to_take_long_takes_no_longer_than_others(octets: bytes) -> None:
    """The bound is loose: what grows with the square of the size would take minutes."""
    assert explain(octets, sender="").why
