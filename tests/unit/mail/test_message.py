"""The bytes of a mail: every header, MIME part and line end."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from email import message_from_bytes, policy
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from support.builders import DAY, NOON

from digest.errors import RenderError
from digest.mail.headers import field
from digest.mail.message import (
    CommonHeaders,
    FromIdentity,
    Recipient,
    build,
    build_transactional,
    message_id,
    read,
)
from digest.mail.quoted_printable import encode
from digest.mail.templates import Rendered

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from email.message import EmailMessage

    from digest.mail.headers import Field

TOKEN = "x" * 60
LEAVE = Recipient(
    address="reader@example.org",
    leave_url=f"https://digest.example.org/leave/{TOKEN}",
)
SENDER = FromIdentity(
    name="Trending Papers", address="digest@example.org", web_url="https://digest.example.org"
)
IDENTIFIER = message_id(DAY, 7, secret="s", domain="example.org")
#: An encoded word that Python's own e-mail package would take for two headers.
ENCODED = "=?utf-8?q?Good_news=0D=0ABcc=3A_all=40example=2Eorg?="
SHOWN = st.text(max_size=200).map(lambda text: "".join(ch for ch in text if ch.isprintable()))


def mail(
    *, subject: str = "Hello", text: str = "Plain\n", html: str = "<p>Rich</p>\n", **changes: Any
) -> bytes:
    defaults: dict[str, Any] = {"recipient": LEAVE, "identifier": IDENTIFIER}
    return build(
        CommonHeaders(changes.pop("sender", SENDER), day=DAY, at=NOON, is_public=True),
        subject=field("Subject", text=subject),
        text=[encode(text)],
        html=[encode(html)] if html else [],
        **(defaults | changes),
    )


def transactional(**changes: Any) -> bytes:
    defaults: dict[str, Any] = {
        "sender": SENDER, "to": "r@example.org", "identifier": "<1@example.org>", "at": NOON,
    }  # fmt: skip
    rendered = Rendered(subject="Confirm", text="t\n", html="<p>h</p>\n")
    return build_transactional(rendered, **(defaults | changes))


def parsed(content: bytes) -> EmailMessage:
    return message_from_bytes(content, policy=policy.default)  # type: ignore[return-value]


def defects(content: bytes) -> list[object]:
    """All that a strict parser finds wrong, in the mail, its parts and their headers."""
    parts = list(parsed(content).walk())
    headers = [header for part in parts for header in part.values()]
    return [found for thing in (*parts, *headers) for found in thing.defects]


def head_of(content: bytes) -> list[bytes]:
    return content.partition(b"\r\n\r\n")[0].split(b"\r\n")


def relaxed(body: bytes) -> bytes:
    """A body in DKIM's relaxed canonical form (RFC 6376 §3.4.4)."""
    lines = [re.sub(rb"[ \t]+", b" ", line).rstrip(b" ") for line in body.split(b"\r\n")]
    return b"\r\n".join(lines).rstrip(b"\r\n") + b"\r\n"


class HashSigner:
    """Signs with a hash of the body and the names of the headers."""

    def sign(
        self, headers: Sequence[Field], body: bytes, *, at: datetime, canonical: bool
    ) -> bytes:
        names = ",".join(name for name, _ in headers)
        seal = hashlib.sha256(body).hexdigest()
        return f"X-Seal: {seal}\r\n of {names}\r\n at {at:%Y-%m-%d}\r\n".encode()


def test_the_headers_are_those_of_a_mailing_list() -> None:
    found = parsed(mail())

    assert {name: str(found[name]) for name in found} == {
        "From": "Trending Papers <digest@example.org>",
        "To": "reader@example.org",
        "Subject": "Hello",
        "Date": "Mon, 02 Feb 2026 12:00:00 +0000",
        "Message-ID": IDENTIFIER,
        "List-Id": "Trending Papers <digest.example.org>",
        "List-Unsubscribe": f"<{LEAVE.leave_url}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "List-Help": "<https://digest.example.org/help>",
        "List-Archive": "<https://digest.example.org/archive>",
        "Archived-At": "<https://digest.example.org/archive/2026-02-02>",
        "Feedback-ID": "20260202:daily:digest:example.org",
        "Precedence": "bulk",
        "X-Auto-Response-Suppress": "OOF, AutoReply",
        "X-Digest-Issue": found["Message-ID"].strip("<>").split("@")[0],
        "MIME-Version": "1.0",
        "Content-Type": found["Content-Type"],
    }


def test_the_same_arguments_give_the_same_bytes() -> None:
    assert mail() == mail()


def test_plain_text_comes_first_and_both_parts_are_quoted_printable_utf_8() -> None:
    text, html = parsed(mail(text="Grüße\n", html="<p>Grüße</p>\n")).iter_parts()

    assert [part["Content-Type"] for part in (text, html)] == [
        'text/plain; charset="utf-8"', 'text/html; charset="utf-8"',
    ]  # fmt: skip
    assert [part["Content-Transfer-Encoding"] for part in (text, html)] == ["quoted-printable"] * 2
    assert text.get_content() == "Grüße\r\n"
    assert html.get_content() == "<p>Grüße</p>\r\n"


def test_the_address_to_leave_stands_on_one_line_unencoded() -> None:
    (line,) = re.findall(rb"(?m)^List-Unsubscribe: .*\r$", mail())

    assert len(line) > 100
    assert b"=?" not in line


def test_without_a_web_server_subscribers_leave_by_mail_only() -> None:
    sender = FromIdentity(name="T", address="digest@example.org")
    recipient = Recipient(address="r@example.org", leave_url="mailto:d@example.org")

    found = parsed(mail(sender=sender, recipient=recipient))

    assert found["List-Unsubscribe"] == "<mailto:d@example.org>"
    assert found["List-Unsubscribe-Post"] is None
    assert found["List-Help"] == "<mailto:digest@example.org?subject=help>"
    assert found["List-Archive"] is None
    assert found["Archived-At"] is None


def test_where_mail_comes_in_one_leaves_by_a_page_or_else_by_a_letter() -> None:
    recipient = replace(LEAVE, leave_address="leave+abc@news.example.org")

    found = parsed(mail(recipient=recipient))

    ways = f"<{LEAVE.leave_url}>, <mailto:leave+abc@news.example.org>"
    assert found["List-Unsubscribe"] == ways
    assert f"List-Unsubscribe: {ways}\r\n".encode() in mail(recipient=recipient)
    assert found["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_without_a_web_server_the_letter_to_leave_is_to_the_program_where_mail_comes_in() -> None:
    address = "leave+abc@news.example.org"
    sender = FromIdentity(
        name="T", address="digest@example.org", reply_to="us@example.org", help_address="help@b.org"
    )
    recipient = Recipient(
        address="r@example.org", leave_url=f"mailto:{address}?subject=leave", leave_address=address
    )

    found = parsed(mail(sender=sender, recipient=recipient))

    assert found["List-Unsubscribe"] == f"<mailto:{address}>"
    assert found["List-Unsubscribe-Post"] is None
    assert found["List-Help"] == "<mailto:help@b.org?subject=help>"
    assert found["Reply-To"] == "us@example.org"


@pytest.mark.parametrize("name", ["Auto-Submitted", "Delivered-To"])
def test_no_field_hides_refusals_or_looks_like_a_loop(name: str) -> None:
    assert parsed(mail())[name] is None


def test_where_no_mail_comes_in_no_field_for_programs_names_a_mailbox_or_shows_a_secret() -> None:
    fields = [(name, value) for name, value in parsed(mail()).items() if "<http" in value]

    assert {name for name, value in fields if TOKEN in value} == {"List-Unsubscribe"}
    assert len(fields) == 4
    assert b"mailto:" not in mail()


def test_one_click_is_only_offered_over_https() -> None:
    recipient = Recipient(address="r@example.org", leave_url="http://x/l")

    assert parsed(mail(recipient=recipient))["List-Unsubscribe-Post"] is None


def test_answers_go_where_they_are_wanted() -> None:
    sender = FromIdentity(name="T", address="digest@example.org", reply_to="people@example.org")

    found = parsed(mail(sender=sender))

    assert found["Reply-To"] == "people@example.org"
    assert found["List-Help"] == "<mailto:people@example.org?subject=help>"


@pytest.mark.parametrize(
    "name",
    [
        "Ünï <Papers>", 'The "Best", Inc.', "Papers; daily", "日々の論文", "Back\\slash", "a.b",
        "A name of eighty characters, with commas, that is longer than a line, can hold..", ENCODED,
        "日々の論文" * 16,
    ],
)  # fmt: skip
def test_any_name_of_the_site_survives(name: str) -> None:
    content = mail(sender=FromIdentity(name=name, address="digest@example.org"))

    found = parsed(content)
    (author,) = found["From"].addresses
    # Python sees a space between two encoded words of a name (against RFC 2047 §6.2).
    assert author.display_name.replace(" ", "") == name.replace(" ", "")
    assert author.addr_spec == "digest@example.org"
    assert str(found["List-Id"]).endswith("<digest.example.org>")
    assert defects(content) == []


def test_an_address_beyond_ascii_is_written_in_utf_8() -> None:
    recipient = Recipient(address="jürgen@example.org", leave_url="mailto:a@b.org")

    content = mail(recipient=recipient)

    assert "To: jürgen@example.org\r\n".encode() in content


def test_nothing_else_beyond_ascii_stands_in_a_header_unencoded() -> None:
    with pytest.raises(RenderError, match="List-Help can hold ASCII alone"):
        mail(
            sender=FromIdentity(name="T", address="d@example.org", web_url="https://bücher.example")
        )


@pytest.mark.parametrize("address", ["nobody", "a b@c.org", "a@b@c", "<a@b>", "a@b, c@d", "@b"])
def test_what_is_no_address_is_refused(address: str) -> None:
    recipient = Recipient(address=address, leave_url="mailto:a@b.org")

    with pytest.raises(RenderError, match="no address"):
        mail(recipient=recipient)


@pytest.mark.parametrize(
    "evil",
    ["a\r\nBcc: b@c", "a\nb", "a\rb", "a\x00b", "a\tb", "a\x7fb", "a\x85b", "a\u2028b", "a\u2029b"],
)
def test_a_control_character_in_a_header_is_refused(evil: str) -> None:
    with pytest.raises(RenderError, match="control character"):
        mail(subject=evil)
    with pytest.raises(RenderError, match="control character"):
        mail(sender=FromIdentity(name=evil, address="digest@example.org"))
    with pytest.raises(RenderError, match="control character"):
        mail(recipient=Recipient(address="r@b.org", leave_url=f"https://{evil}"))


def test_a_title_that_looks_encoded_is_read_as_it_was_written() -> None:
    content = mail(subject=ENCODED)

    assert parsed(content)["Subject"] == ENCODED
    assert [line for line in head_of(content) if line.startswith(b"Bcc")] == []


def test_what_joins_pictures_is_no_control_character() -> None:
    assert parsed(mail(subject="By 👩\u200d💻"))["Subject"] == "By 👩\u200d💻"


@given(SHOWN, st.text(st.characters(exclude_characters="\r"), max_size=400))
@example(ENCODED, "")
@example("é " * 90, "")
@example("a =?b é ?= c", "")
def test_every_mail_is_clean_on_the_wire_whatever_it_says(subject: str, body: str) -> None:
    content = mail(subject=subject, text=f"{body}\n", html=f"<p>{body}</p>\n")

    found = parsed(content)
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)", content)
    assert all(len(line) <= 998 for line in content.split(b"\r\n"))
    assert defects(content) == []
    assert str(found["Subject"]) == " ".join(filter(None, subject.split(" ")))
    assert "Bcc" not in found
    assert read(content) == (f"{body}\n", f"<p>{body}</p>\n")


@given(st.text(max_size=400))
def test_every_mail_is_its_own_canonical_form(body: str) -> None:
    for content in (mail(text=f"{body}.\n", html=f"<p>{body}</p>\n"), mail(text=".\n", html="")):
        canonical = content.partition(b"\r\n\r\n")[2]

        assert relaxed(canonical) == canonical


def test_only_the_one_line_that_must_not_be_folded_is_long() -> None:
    long = [line for line in mail().split(b"\r\n") if len(line) > 78]

    assert [line.partition(b":")[0] for line in long] == [b"List-Unsubscribe"]


def test_a_mail_without_html_is_plain_text_alone() -> None:
    found = parsed(mail(html=""))

    assert found.get_content_type() == "text/plain"
    assert found.get_content() == "Plain\r\n"
    assert found["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert read(mail(html="")) == ("Plain\n", "")


@pytest.mark.parametrize("make", [mail, transactional])
def test_a_signature_stands_on_top_and_covers_what_is_sent(make: Any) -> None:
    signed, unsigned = make(signer=HashSigner()), make()

    head, _, body = unsigned.partition(b"\r\n\r\n")
    names = [line.partition(b":")[0] for line in head.split(b"\r\n") if line[:1] != b" "]
    assert signed.endswith(unsigned)
    assert parsed(signed).keys()[0] == "X-Seal"
    assert parsed(signed)["X-Seal"] == (
        f"{hashlib.sha256(body).hexdigest()} of {b','.join(names).decode()} at 2026-02-02"
    )


def test_what_is_signed_is_each_header_as_it_is_sent() -> None:
    given_to_sign: list[Field] = []

    class Copyist(HashSigner):
        def sign(
            self, headers: Sequence[Field], body: bytes, *, at: datetime, canonical: bool
        ) -> bytes:
            given_to_sign.extend(headers)
            return super().sign(headers, body, at=at, canonical=canonical)

    content = mail(subject="A rather long title that is folded " * 3, signer=Copyist())

    lines = [f"{name}: ".encode() + value for name, value in given_to_sign]
    assert b"\r\n".join(lines).split(b"\r\n") == head_of(content)[3:]


def test_a_transactional_mail_is_no_list_mail_and_comes_from_whom_it_should() -> None:
    sender = FromIdentity(name="Papers", address="hello@example.org", reply_to="us@example.org")

    found = parsed(transactional(sender=sender))

    assert found["From"] == "Papers <hello@example.org>"
    assert found["Reply-To"] == "us@example.org"
    assert found["Auto-Submitted"] == "auto-replied"
    assert found["X-Auto-Response-Suppress"] == "OOF, AutoReply"
    assert [name for name in found if name.startswith(("List-", "Precedence"))] == []
    assert defects(transactional(sender=sender)) == []


def test_a_transactional_mail_may_be_answered_elsewhere_and_says_what_it_answers() -> None:
    sender = FromIdentity(name="Papers", address="hello@example.org", reply_to="us@example.org")

    found = parsed(
        transactional(sender=sender, reply_to="commands+abc@b.org", in_reply_to="<1@example.net>")
    )

    assert found.get_all("Reply-To") == ["commands+abc@b.org"]
    assert (found["In-Reply-To"], found["References"]) == ("<1@example.net>", "<1@example.net>")
    assert found["Delivered-To"] is None
