"""The first line that a person wrote."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.growth import grows_evenly
from support.reader_mail import mail

from digest.inbound.commands.written import first_line, first_written, text_of_html
from digest.inbound.reading.message import parse


@pytest.mark.parametrize(
    "text",
    [
        "unsubscribe",
        "\n\n  unsubscribe  \n\nBest regards\nAda",
        "Hello,\n\nunsubscribe",
        "Dear team,\nunsubscribe",
        "\ufeff\u200bunsubscribe",
        "unsubscribe\n\nOn Monday, 2 Feb 2026, Digest wrote:\n> five papers\n> unsubscribe here",
        "unsubscribe\nOn Mon, 2 Feb 2026 at 12:00, Digest\n<digest@example.org> wrote:\n> papers",
        "> five papers\n\nunsubscribe",
        "Am 02.02.2026 um 12:00 schrieb Digest:\n> fünf Artikel\n\nunsubscribe",
        "On Mon, 2 Feb 2026 at 12:00, Digest\n<digest@example.org> wrote:\n> papers\n\nunsubscribe",
        "unsubscribe\n-- \nAda\nstop",
        "unsubscribe\n\n-----Original Message-----\nFrom: Digest\nstop",
    ],
)
def test_what_is_written_above_or_below_a_quotation_is_found(text: str) -> None:
    assert first_written(text) == "unsubscribe"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "> unsubscribe",
        ">unsubscribe\n> stop",
        "On Monday, 2 Feb 2026, Digest wrote:\n> unsubscribe",
        "On 2 Feb 2026, Digest wrote:\n\nunsubscribe",
        "Le lun. 2 févr. 2026 à 12:00, Digest <digest@example.org> a écrit :\n\nunsubscribe",
        "2026年2月2日 Digest <digest@example.org> 写道：\nunsubscribe",
        "-----Original Message-----\nunsubscribe",
        "-------- Ursprüngliche Nachricht --------\nunsubscribe",
        "________________________________\nFrom: Digest\nunsubscribe",
        "From: Digest <digest@example.org>\nSent: Monday\n\nunsubscribe",
        "Von: Digest\nunsubscribe",
        "-- \nunsubscribe",
        "Sent from my iPhone\n\nunsubscribe",
        "Hello,\n> unsubscribe",
    ],
)
def test_what_is_quoted_or_signed_was_not_written(text: str) -> None:
    assert first_written(text) in ("", "Sent from my iPhone")


@given(st.lists(st.text(alphabet=st.characters(exclude_categories=["C", "Z"]), max_size=30)))
def test_a_line_with_a_mark_of_quotation_is_never_taken(lines: list[str]) -> None:
    assert first_written("\n".join(f"> {line}" for line in lines)) == ""


def test_the_first_plain_part_is_read() -> None:
    html, plain = "Content-Type: text/html\n\n<p>stop</p>", "Content-Type: text/plain\n\nleave"
    body = f"--x\n{html}\n--x\n{plain}\n--x--"
    message = mail(body, Content_Type="multipart/alternative; boundary=x")

    assert first_line(message) == "leave"


def test_html_is_read_where_there_is_no_plain_text() -> None:
    html = (
        "<html><head><title>x</title></head><body><div>un&shy;subscribe</div>"
        '<div class="gmail_quote">stop</div></body></html>'
    )

    assert first_line(mail(html, Content_Type="text/html; charset=utf-8")) == "unsubscribe"


@pytest.mark.parametrize(
    "html",
    [
        "<blockquote><p>unsubscribe</p></blockquote>",
        '<div class="gmail_quote">On Monday<div>unsubscribe</div></div>',
        "<style>unsubscribe</style>",
        '<div id="divRplyFwdMsg">From</div><p>unsubscribe</p>',
    ],
)
def test_what_html_quotes_was_not_written(html: str) -> None:
    assert first_written(text_of_html(html)) == ""


def test_attachments_and_mails_within_a_mail_are_not_read() -> None:
    attached = "--x\nContent-Type: text/plain\nContent-Disposition: attachment\n\nleave\n--x--"
    within = "--x\nContent-Type: message/rfc822\n\nSubject: a\n\nunsubscribe\n--x--"

    for body in (attached, within):
        assert first_line(mail(body, Content_Type="multipart/mixed; boundary=x")) == ""


@given(st.binary(max_size=2000))
def test_whatever_octets_come_are_read_without_an_error(octets: bytes) -> None:
    for head in (b"", b"Content-Type: text/html\n\n"):
        assert "\n" not in first_line(parse(head + octets))


def test_declarations_of_word_end_nothing() -> None:
    assert first_written(text_of_html("<p>leave</p><![unknown [x]]>")) == "leave"


def test_text_without_tags_is_text_of_html_too() -> None:
    assert first_written(text_of_html("leave")) == "leave"


@pytest.mark.parametrize("piece", ["<", "<a ", "<!--", '<a b="', "<![CDATA[", "</", "<div>", "&"])
def test_the_time_grows_evenly_with_whatever_is_repeated_in_html(piece: str) -> None:
    assert grows_evenly(lambda size: text_of_html(piece * size), 8_000)


@pytest.mark.parametrize("piece", [":", "On 1 wrote ", "> ", ">\n", "- ", "wrote\n", "_", " "])
def test_the_time_grows_evenly_with_whatever_is_repeated_in_a_text(piece: str) -> None:
    assert grows_evenly(lambda size: first_written(piece * size), 8_000)
