"""The bytes of a mail, to the last header."""

from __future__ import annotations

import re
from email import message_from_bytes, policy
from typing import TYPE_CHECKING, Any

import pytest
from builders import DAY, NOON
from hypothesis import given
from hypothesis import strategies as st

from digest.errors import RenderError
from digest.rendering.message import Recipient, Sender, build, build_letter, message_id
from digest.rendering.templates import Rendered

if TYPE_CHECKING:
    from email.message import EmailMessage

TOKEN = "x" * 60
LEAVE = Recipient(
    address="reader@example.org",
    leave_url=f"https://digest.example.org/leave/{TOKEN}",
    leave_mailto=f"mailto:digest@example.org?subject=leave%20{TOKEN}",
)
SENDER = Sender(
    name="Trending Papers", address="digest@example.org", web_url="https://digest.example.org"
)


def mail(**changes: Any) -> bytes:
    parts = {"subject": "Hello", "text": "Plain\n", "html": "<p>Rich</p>"}
    given_parts = {key: changes.pop(key) for key in list(changes) if key in parts}
    defaults: dict[str, Any] = {
        "sender": SENDER,
        "recipient": LEAVE,
        "day": DAY,
        "identifier": message_id(DAY, 7, secret="s", domain="example.org"),
        "at": NOON,
    }
    return build(Rendered(**(parts | given_parts)), **(defaults | changes))


def parsed(content: bytes) -> EmailMessage:
    return message_from_bytes(content, policy=policy.default)  # type: ignore[return-value]


def test_the_headers_are_those_of_a_mailing_list() -> None:
    found = parsed(mail())

    assert {name: str(found[name]) for name in found} == {
        "From": "Trending Papers <digest@example.org>",
        "To": "reader@example.org",
        "Subject": "Hello",
        "Date": "Mon, 02 Feb 2026 12:00:00 +0000",
        "Message-ID": message_id(DAY, 7, secret="s", domain="example.org"),
        "List-Id": "Trending Papers <digest.example.org>",
        "List-Unsubscribe": f"<{LEAVE.leave_url}>, <{LEAVE.leave_mailto}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "List-Help": "<mailto:digest@example.org?subject=help>",
        "List-Archive": "<https://digest.example.org/archive>",
        "Feedback-ID": "20260202:daily:digest:example.org",
        "Precedence": "bulk",
        "Auto-Submitted": "auto-generated",
        "X-Digest-Issue": found["Message-ID"].strip("<>").split("@")[0],
        "MIME-Version": "1.0",
        "Content-Type": found["Content-Type"],
    }


def test_the_same_arguments_give_the_same_bytes() -> None:
    assert mail() == mail()


def test_plain_text_comes_first_and_both_parts_are_quoted_printable_utf_8() -> None:
    text, html = parsed(mail(text="Grüße\n", html="<p>Grüße</p>")).iter_parts()

    assert [part.get_content_type() for part in (text, html)] == ["text/plain", "text/html"]
    assert [part["Content-Transfer-Encoding"] for part in (text, html)] == ["quoted-printable"] * 2
    assert text.get_content() == "Grüße\r\n"
    assert html.get_content().strip() == "<p>Grüße</p>"


def test_the_addresses_to_leave_stand_on_one_line_unencoded() -> None:
    (line,) = re.findall(rb"(?m)^List-Unsubscribe: .*\r$", mail())

    assert len(line) > 150
    assert b"=?" not in line


def test_without_a_web_door_readers_leave_by_mail_alone() -> None:
    sender = Sender(name="T", address="digest@example.org")
    recipient = Recipient(
        address="r@example.org", leave_url="", leave_mailto="mailto:d@example.org"
    )

    found = parsed(mail(sender=sender, recipient=recipient))

    assert found["List-Unsubscribe"] == "<mailto:d@example.org>"
    assert found["List-Unsubscribe-Post"] is None
    assert found["List-Archive"] is None


def test_one_click_is_only_offered_over_https() -> None:
    recipient = Recipient(
        address="r@example.org", leave_url="http://x/l", leave_mailto="mailto:a@b"
    )

    assert parsed(mail(recipient=recipient))["List-Unsubscribe-Post"] is None


def test_answers_go_where_they_are_wanted() -> None:
    sender = Sender(name="T", address="digest@example.org", reply_to="people@example.org")

    found = parsed(mail(sender=sender))

    assert found["Reply-To"] == "people@example.org"
    assert found["List-Help"] == "<mailto:people@example.org?subject=help>"


@pytest.mark.parametrize(
    "name", ["Ünï <Papers>", 'The "Best", Inc.', "Papers; daily", "日々の論文"]
)
def test_any_name_of_the_site_survives(name: str) -> None:
    found = parsed(mail(sender=Sender(name=name, address="digest@example.org")))

    assert found["From"].addresses[0].display_name == name
    assert str(found["List-Id"]).endswith("<digest.example.org>")
    assert not found.defects


def test_an_address_beyond_ascii_is_written_in_utf_8() -> None:
    recipient = Recipient(address="jürgen@example.org", leave_url="", leave_mailto="mailto:a@b.org")

    content = mail(recipient=recipient)

    assert "To: jürgen@example.org\r\n".encode() in content


@pytest.mark.parametrize("evil", ["a\r\nBcc: b@c", "a\nb", "a\rb", "a\x00b", "a\x85b", "a\u2028b"])
def test_a_control_character_in_a_header_is_refused(evil: str) -> None:
    with pytest.raises(RenderError, match="control character"):
        mail(subject=evil)


@given(st.text(max_size=200), st.text(max_size=400))
def test_every_mail_is_clean_on_the_wire_whatever_it_says(subject: str, body: str) -> None:
    readable = "".join(ch for ch in subject if ch.isprintable())
    encodable = body.encode("utf-8", "ignore").decode()

    content = mail(subject=readable, text=encodable, html=f"<p>{encodable}</p>")

    found = parsed(content)
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)", content)
    assert all(len(line) <= 998 for line in content.split(b"\r\n"))
    assert [part.defects for part in found.walk()] == [[], [], []]
    assert " ".join(str(found["Subject"]).split()) == " ".join(readable.split())
    assert "Bcc" not in found


def test_a_mail_without_html_is_plain_text_alone() -> None:
    found = parsed(mail(html=""))

    assert found.get_content_type() == "text/plain"
    assert found["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_a_letter_is_no_list_mail_and_comes_from_whom_it_should() -> None:
    sender = Sender(name="Papers", address="hello@example.org", reply_to="us@example.org")

    found = parsed(
        build_letter(
            Rendered(subject="Confirm", text="t", html="<p>h</p>"),
            sender=sender,
            to="r@example.org",
            identifier="<1@example.org>",
            at=NOON,
        )
    )

    assert found["From"] == "Papers <hello@example.org>"
    assert found["Reply-To"] == "us@example.org"
    assert found["Auto-Submitted"] == "auto-replied"
    assert [name for name in found if name.startswith(("List-", "Precedence"))] == []


def test_a_message_id_tells_subscribers_and_days_and_installations_apart() -> None:
    found = {
        message_id(DAY, subscriber, secret=secret, domain="example.org")
        for subscriber in (1, 2)
        for secret in ("a", "b")
    }

    assert len(found) == 4
