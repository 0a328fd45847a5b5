"""Three independent verifiers accept our signatures, and none accepts a changed mail."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from support import dkim_verifiers
from support.builders import DAY, NOON
from support.signing import signed

from digest.mail import dkim
from digest.mail.headers import field
from digest.mail.message import CommonHeaders, FromIdentity, Recipient, build, build_transactional
from digest.mail.quoted_printable import encode
from digest.mail.templates import Rendered

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Verifier = Callable[[bytes, dict[str, str], Path], set[str]]

RENDERED = Rendered(
    subject="Agents that read maps, and robots that fold napkins, and a good many more of both",
    text="Guten Tag.\n\nTwo  spaces, a \ttab, trailing \n.\n",
    html="<p>Grüße, this line is so long that it does not fit into the 76 columns of the rest.</p>",
)
SENDER = FromIdentity(
    name="The Trending Papers of a Reading Group",
    address="digest@example.org",
    web_url="https://digest.example.org",
)
LEAVE = "https://digest.example.org/leave/" + "x" * 60


@pytest.fixture(scope="module")
def rsa() -> dkim.Key:
    return dkim.generate("spring", "rsa")


@pytest.fixture(scope="module")
def ed25519() -> dkim.Key:
    return dkim.generate("spring-ed25519", "ed25519")


@pytest.fixture
def signer(rsa: dkim.Key, ed25519: dkim.Key) -> dkim.Signer:
    return dkim.Signer("example.org", [rsa, ed25519])


def zone(signer: dkim.Signer) -> dict[str, str]:
    return {record.name: record.value for record in signer.records}


# -- mails ----------------------------------------------------------------------------------------


def issue(rendered: Rendered = RENDERED, to: str = "ada@example.org") -> bytes:
    recipient = Recipient(address=to, leave_url=LEAVE)
    return build(
        CommonHeaders(SENDER, day=DAY, at=NOON),
        recipient=recipient,
        subject=field("Subject", text=rendered.subject),
        identifier="<20260202.7@example.org>",
        text=[encode(rendered.text)],
        html=[encode(rendered.html)] if rendered.html else [],
    )


def issue_without_html() -> bytes:
    return issue(Rendered(subject="Today", text="Hello.\n", html=""))


def issue_for_an_address_in_utf_8() -> bytes:
    return issue(to="jürgen@example.org")


def issue_with_tabs_in_its_headers() -> bytes:
    return issue().replace(b"Precedence: bulk", b"List-Owner:\t <mailto:a@example.org>\t ")


def issue_without_a_body() -> bytes:
    return issue().partition(b"\r\n\r\n")[0] + b"\r\n\r\n"


def issue_with_blank_lines_at_its_end() -> bytes:
    return issue() + b"\r\n \r\n\t\r\n\r\n"


def issue_with_loose_white_space() -> bytes:
    return issue() + b" a\t \tb \r\n\v\f  \r\n\tc\r\n"


def transactional() -> bytes:
    return build_transactional(
        RENDERED, sender=SENDER, to="ada@example.org", identifier="<1@example.org>", at=NOON
    )


MAILS = [
    issue,
    issue_without_html,
    issue_for_an_address_in_utf_8,
    issue_with_tabs_in_its_headers,
    issue_without_a_body,
    issue_with_blank_lines_at_its_end,
    issue_with_loose_white_space,
    transactional,
]
VERIFIERS = [dkim_verifiers.dkimpy, dkim_verifiers.opendkim, dkim_verifiers.mail_dkim]
each_verifier = pytest.mark.parametrize("verifier", VERIFIERS)


def test_the_mails_are_as_awkward_as_they_should_be() -> None:
    assert re.search(rb"\r\nSubject: [^\r]+\r\n ", issue())
    assert "\r\nTo: jürgen@".encode() in issue_for_an_address_in_utf_8()
    assert b"\r\nList-Unsubscribe-Post:" in issue()
    assert b"\r\nList-" not in transactional()


# -- accepted -------------------------------------------------------------------------------------


@each_verifier
@pytest.mark.parametrize("mail", MAILS)
def test_every_mail_of_ours_verifies(
    mail: Callable[[], bytes], verifier: Verifier, rsa: dkim.Key, tmp_path: Path
) -> None:
    alone = dkim.Signer("example.org", [rsa])

    found = verifier(signed(mail(), alone), zone(alone), tmp_path)

    assert found == {"spring"}


@each_verifier
def test_a_second_signature_does_not_spoil_the_first(
    verifier: Verifier, signer: dkim.Signer, tmp_path: Path
) -> None:
    assert "spring" in verifier(signed(issue(), signer), zone(signer), tmp_path)


@pytest.mark.parametrize("verifier", [dkim_verifiers.dkimpy, dkim_verifiers.opendkim])
@pytest.mark.parametrize("mail", MAILS)
def test_who_knows_ed25519_believes_that_signature_too(
    mail: Callable[[], bytes], verifier: Verifier, signer: dkim.Signer, tmp_path: Path
) -> None:
    found = verifier(signed(mail(), signer), zone(signer), tmp_path)

    assert found == {"spring", "spring-ed25519"}


def received(mail: bytes) -> bytes:
    return b"Return-Path: <b@example.org>\r\nReceived: from a\r\n\tby b; today\r\n" + mail


def sent_on_by_a_list(mail: bytes) -> bytes:
    return b"Sender: list@example.net\r\nList-Id: <list.example.net>\r\n" + mail


def folded_anew(mail: bytes) -> bytes:
    return mail.replace(b"\r\nTo: ", b"\r\nTO:\r\n\t ").replace(b"-Click\r\n", b"-Click \r\n")


def with_blank_lines_at_the_end(mail: bytes) -> bytes:
    return mail + b"\r\n\r\n"


@each_verifier
@pytest.mark.parametrize(
    "relayed", [received, sent_on_by_a_list, folded_anew, with_blank_lines_at_the_end]
)
def test_a_mail_survives_what_honest_relays_do(
    relayed: Callable[[bytes], bytes], verifier: Verifier, signer: dkim.Signer, tmp_path: Path
) -> None:
    mail = signed(issue(), signer)

    found = verifier(relayed(mail), zone(signer), tmp_path)

    assert relayed(mail) != mail
    assert "spring" in found


# -- refused --------------------------------------------------------------------------------------


def flipped_byte(mail: bytes) -> bytes:
    at = mail.index(b"Guten Tag")
    return mail[:at] + bytes([mail[at] ^ 1]) + mail[at + 1 :]


def longer_body(mail: bytes) -> bytes:
    return mail + b"Buy this.\r\n"


def other_subject(mail: bytes) -> bytes:
    return mail.replace(b"\r\nSubject: Agents", b"\r\nSubject: Angels")


def other_link_to_leave(mail: bytes) -> bytes:
    return mail.replace(
        b"\r\nList-Unsubscribe: <https://digest", b"\r\nList-Unsubscribe: <https://evil"
    )


def no_one_click(mail: bytes) -> bytes:
    return mail.replace(b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n", b"")


def other_time_of_signing(mail: bytes) -> bytes:
    return mail.replace(b" t=1770033600;", b" t=1770033601;")


def second_from_below(mail: bytes) -> bytes:
    return mail.replace(b"\r\n\r\n", b"\r\nFrom: eve@example.net\r\n\r\n", 1)


def second(field: bytes) -> Callable[[bytes], bytes]:
    return lambda mail: field + b"\r\n" + mail


@each_verifier
@pytest.mark.parametrize(
    "changed",
    [
        flipped_byte,
        longer_body,
        other_subject,
        other_link_to_leave,
        no_one_click,
        other_time_of_signing,
        second_from_below,
        pytest.param(second(b"From: eve@example.net"), id="second From"),
        pytest.param(second(b"To: you@example.net"), id="second To"),
        pytest.param(second(b"Subject: Buy this"), id="second Subject"),
        pytest.param(second(b"List-Unsubscribe: <https://e.net>"), id="second List-Unsubscribe"),
        pytest.param(second(b"Reply-To: eve@example.net"), id="first Reply-To"),
        pytest.param(second(b"Cc: you@example.net"), id="first Cc"),
        pytest.param(second(b"Content-Type: text/html"), id="second Content-Type"),
    ],
)
def test_a_mail_that_was_tampered_with_is_refused(
    changed: Callable[[bytes], bytes], verifier: Verifier, signer: dkim.Signer, tmp_path: Path
) -> None:
    mail = signed(issue(), signer)

    found = verifier(changed(mail), zone(signer), tmp_path)

    assert changed(mail) != mail
    assert found == set()


@each_verifier
def test_a_signature_by_another_key_is_refused(
    verifier: Verifier, signer: dkim.Signer, ed25519: dkim.Key, tmp_path: Path
) -> None:
    other = dkim.Signer("example.org", [dkim.generate("spring", "rsa"), ed25519])

    assert "spring" not in verifier(signed(issue(), other), zone(signer), tmp_path)


@each_verifier
def test_nothing_is_believed_of_a_mail_without_signature(
    verifier: Verifier, signer: dkim.Signer, tmp_path: Path
) -> None:
    assert verifier(issue(), zone(signer), tmp_path) == set()
