"""What is signed, in which form, and how the signature is written (RFC 6376)."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import dkim as dkimpy
import pytest
from dkim.canonicalization import Relaxed
from hypothesis import example, given
from hypothesis import strategies as st
from support.builders import NOON

from digest.mail.dkim import (
    OVERSIGNED,
    SIGNED,
    Key,
    Signer,
    canonical_body,
    canonical_value,
    generate,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    Headers = Sequence[tuple[str, bytes]]

HEADERS = [
    ("From", b" Papers <digest@example.org>"),
    ("Subject", b" Today"),
    ("List-Unsubscribe", b" <https://example.org/leave>"),
    ("List-Unsubscribe-Post", b" List-Unsubscribe=One-Click"),
]
BODY = b"Hello.\r\n"

#: Pieces of which any value on the wire can be made: white space is folded before a space or tab.
value_pieces = st.sampled_from([b" ", b"\t", b"\r\n ", b"\r\n\t", b"a", b";", "é".encode()])
values = st.lists(value_pieces, max_size=12).map(b"".join)
body_pieces = st.sampled_from(
    [b" ", b"\t", b"\r\n", b"a", b"\r", b"\n", b"\v", b"\f", b"\0", b"\xa0", b"=20", b" \r\n"]
)
bodies = st.lists(body_pieces, max_size=24).map(b"".join)
#: What SMTP lets through (RFC 5321 §2.3.8): no CR or LF but those that end a line.
lines = st.lists(st.sampled_from([b" ", b"\t", b"a", b"\xa0", b"=20"]), max_size=4).map(b"".join)
sendable = st.lists(lines.map(lambda line: line + b"\r\n"), max_size=6).map(b"".join)
names = st.sampled_from([*OVERSIGNED, *SIGNED, "subject", "LIST-ID", "Received", "X-Other"])
header_sets = st.lists(st.tuples(names, values.map(lambda value: b" x" + value)), max_size=12)


@pytest.fixture(scope="module")
def rsa() -> Key:
    return generate("spring", "rsa")


@pytest.fixture(scope="module")
def ed25519() -> Key:
    return generate("spring-ed25519", "ed25519")


@pytest.fixture(scope="module")
def signer(rsa: Key) -> Signer:
    return Signer("example.org", [rsa])


def believed(headers: Headers, body: bytes, signatures: bytes, signer: Signer) -> bool:
    """Whether dkimpy, given the DNS records, believes the first signature."""
    fields = b"".join(b"%b:%b\r\n" % (name.encode(), value) for name, value in headers)
    value = signer.records[0].value.encode()
    try:
        mail = dkimpy.DKIM(signatures + fields + b"\r\n" + body)
        return bool(mail.verify(dnsfunc=lambda *_, **__: value))
    except dkimpy.DKIMException:
        return False


def tags(signature: bytes) -> dict[str, str]:
    """The tags of the first signature, without the white space of folding."""
    value = signature.split(b"DKIM-Signature:")[1].decode()
    pairs = re.sub(r"\s", "", value).split(";")
    return dict(pair.split("=", 1) for pair in pairs)


def listed(signature: bytes) -> list[str]:
    return tags(signature)["h"].split(":")


# -- the relaxed form -----------------------------------------------------------------------------


@given(bodies)
def test_a_body_s_relaxed_form_is_dkimpy_s(body: bytes) -> None:
    on_the_wire = body if not body or body.endswith(b"\r\n") else body + b"\r\n"

    assert canonical_body(on_the_wire) == Relaxed.canonicalize_body(on_the_wire)


@given(bodies)
def test_the_line_end_that_the_wire_adds_changes_nothing(body: bytes) -> None:
    assert canonical_body(body) == canonical_body(body + b"\r\n")


@given(bodies)
def test_a_body_in_relaxed_form_is_left_as_it_is(body: bytes) -> None:
    relaxed = canonical_body(body)

    assert canonical_body(relaxed) is relaxed or relaxed == b""


@pytest.mark.parametrize("body", [b"", b"\r\n", b" ", b"\t\r\n \r\n\r\n"])
def test_a_body_of_blank_lines_is_empty(body: bytes) -> None:
    assert canonical_body(body) == b""


def test_a_million_blank_lines_take_no_time_to_speak_of() -> None:
    assert canonical_body(b"a" + b"\r\n" * 1_000_000) == b"a\r\n"


@given(values)
def test_a_value_s_relaxed_form_is_dkimpy_s(value: bytes) -> None:
    ((_, theirs),) = Relaxed.canonicalize_headers([(b"X", value)])

    assert canonical_value(value) == theirs.removesuffix(b"\r\n")


def test_vertical_tab_and_form_feed_are_no_white_space_in_a_value() -> None:
    assert canonical_value(b" \va \v\t b\f\r\n c\f ") == b"\va \v b\f c\f"


# -- what is covered ------------------------------------------------------------------------------


@given(header_sets, sendable)
def test_any_mail_is_signed_so_that_it_verifies(
    signer: Signer, headers: Headers, body: bytes
) -> None:
    mail = [("From", b" a@example.org"), *headers]

    assert believed(mail, body, signer.sign(mail, body, at=NOON), signer)


@given(header_sets, st.sampled_from(OVERSIGNED))
def test_none_of_what_a_reader_goes_by_can_be_added_to_any_mail(
    signer: Signer, headers: Headers, name: str
) -> None:
    mail = [("From", b" a@example.org"), *headers]
    signature = signer.sign(mail, BODY, at=NOON)

    assert not believed([(name, b" new"), *mail], BODY, signature, signer)
    assert not believed([*mail, (name, b" new")], BODY, signature, signer)


@pytest.mark.parametrize("name", [*OVERSIGNED, *SIGNED])
def test_a_header_that_is_covered_cannot_be_taken_away(signer: Signer, name: str) -> None:
    mail = [("From", b" a@example.org"), ("Received", b" by b"), (name, b" x")]
    signature = signer.sign(mail, BODY, at=NOON)

    assert believed(mail, BODY, signature, signer)
    assert not believed(mail[:-1], BODY, signature, signer)


def test_from_and_both_headers_to_leave_are_listed_twice(signer: Signer) -> None:
    found = listed(signer.sign(HEADERS, BODY, at=NOON))

    assert found[:2] == ["From", "From"]
    assert found.count("List-Unsubscribe") == found.count("List-Unsubscribe-Post") == 2


def test_what_relays_may_add_is_listed_as_often_as_it_is_there(signer: Signer) -> None:
    mail = [*HEADERS, ("Feedback-ID", b" 1:a"), ("feedback-id", b" 2:b")]

    found = listed(signer.sign(mail, BODY, at=NOON))

    assert [found.count(name) for name in ("Feedback-ID", "List-Id", "Sender")] == [2, 0, 0]


# -- the signature --------------------------------------------------------------------------------


@given(header_sets, bodies)
def test_the_same_mail_has_the_same_signatures(
    rsa: Key, ed25519: Key, headers: Headers, body: bytes
) -> None:
    first, second = (Signer("example.org", [rsa, ed25519]) for _ in range(2))

    assert first.sign(headers, body, at=NOON) == second.sign(headers, body, at=NOON)


def test_the_signature_says_what_was_done(signer: Signer) -> None:
    found = tags(signer.sign(HEADERS, BODY, at=datetime(2026, 2, 2, 12, 0, 0, 999, UTC)))

    assert found | {"b": "", "h": ""} == {
        "v": "1",
        "a": "rsa-sha256",
        "c": "relaxed/relaxed",
        "d": "example.org",
        "s": "spring",
        "t": "1770033600",
        "h": "",
        "bh": "yZQq1c8wjBl0fZ4Wc/oraMCAG1mZJv5v/hlvyFy+t6A=",
        "b": "",
    }


def test_the_word_that_a_body_is_relaxed_already_changes_no_signature(signer: Signer) -> None:
    trusted = signer.sign(HEADERS, BODY, at=NOON, canonical=True)

    assert trusted == signer.sign(HEADERS, BODY, at=NOON)


def test_a_wrong_word_is_not_found_out(signer: Signer) -> None:
    body = b"two  spaces\r\n"

    trusted = signer.sign(HEADERS, body, at=NOON, canonical=True)

    assert not believed(HEADERS, body, trusted, signer)


def test_rsa_comes_first_whatever_the_order_of_the_keys(rsa: Key, ed25519: Key) -> None:
    found = Signer("example.org", [ed25519, rsa]).sign(HEADERS, BODY, at=NOON)

    assert re.findall(rb"DKIM-Signature: v=1; a=(\S+);", found) == [
        b"rsa-sha256",
        b"ed25519-sha256",
    ]


@given(header_sets, st.integers(1, 63), st.integers(1, 63))
@example([], 20, 1)  # would make a first line of 77
def test_no_line_is_longer_than_76_columns(
    rsa: Key, ed25519: Key, headers: Headers, domain: int, selector: int
) -> None:
    keys = [Key("s" * selector, rsa.private), ed25519]

    found = Signer("d" * domain, keys).sign(headers, BODY, at=NOON)

    assert not re.search(rb"(?<!\r)\n|\r(?!\n)|[ \t]\r\n", found)
    assert found.endswith(b"\r\n")
    assert max(map(len, found.split(b"\r\n"))) <= 76


def test_a_domain_too_long_for_a_line_stays_in_one_piece(rsa: Key) -> None:
    domain = ".".join(["d" * 60] * 4)
    signer = Signer(domain, [rsa])

    found = signer.sign(HEADERS, BODY, at=NOON)

    assert f"\r\n d={domain};\r\n".encode() in found
    assert believed(HEADERS, BODY, found, signer)


# -- the domain -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address", ["digest@example.org", "Hello@EXAMPLE.org", "hello@letters.example.org"]
)
def test_a_domain_signs_for_itself_and_what_is_below_it(address: str) -> None:
    assert Signer("Example.org", []).may_sign_for(address)


@pytest.mark.parametrize("address", ["hello@badexample.org", "hello@org", "hello@example.net"])
def test_a_domain_does_not_sign_for_another(signer: Signer, address: str) -> None:
    assert not signer.may_sign_for(address)


def test_a_record_s_strings_are_no_longer_than_the_dns_takes(signer: Signer) -> None:
    (record,) = signer.records

    strings = re.findall(r'"([^"]*)"', record.zone_line)

    assert record.zone_line.startswith("spring._domainkey.example.org. IN TXT ")
    assert record.value.startswith("v=DKIM1; k=rsa; t=s; p=")
    assert max(map(len, strings)) <= 255
    assert "".join(strings) == record.value
