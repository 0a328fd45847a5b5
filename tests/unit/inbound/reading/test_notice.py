"""What a report tells people of one address."""

from __future__ import annotations

import pytest
from support.incoming import READER, multipart, text_part

from digest.inbound.reading import notice
from digest.inbound.reading.message import parse

FORMS = {
    "on its line": f"{READER}: no such user\nother@example.com: full\n",
    "below, as in Exim": f"  {READER}\n    no such\n    user\n  other@example.com\n    full\n",
    "folded, as in Postfix": f"<{READER}>: no such\n    user\n\n<other@example.com>: full\n",
    "in a list": f"- {READER}: no such user\n- other@example.com: full\n",
    "in another case": f"{READER.upper()}: no such user\n",
}


@pytest.mark.parametrize("text", FORMS.values(), ids=FORMS)
def test_the_lines_about_an_address_are_found(text: str) -> None:
    assert notice.about(notice.openings(f"Sorry.\n\n{text}\nBye"), READER) == "no such user"


def test_the_lines_about_another_address_are_not_taken() -> None:
    assert notice.about(notice.openings("other@example.com: full\n"), READER) == ""


def test_an_address_in_escapes_is_found() -> None:
    assert (
        notice.about(notice.openings("  gr\\303\\274n@example.com\n    gone\n"), "grün@example.com")
        == "gone"
    )


@pytest.mark.parametrize(
    "line",
    [
        "g.o'hopper@example.com: gone", "'g.o'hopper@example.com' gone",
        "<g.o'hopper@example.com>... gone",
    ],
)  # fmt: skip
def test_an_apostrophe_is_part_of_an_address_or_stands_around_it(line: str) -> None:
    assert notice.about(notice.openings(line), "g.o'hopper@example.com") == "gone"


def test_a_quoted_local_part_is_found() -> None:
    assert (
        notice.about(
            notice.openings('"grace hopper"@example.com: gone'), "grace hopper@example.com"
        )
        == "gone"
    )


def test_all_addresses_are_listed() -> None:
    found = list(notice.openings(f"<{READER}>:\nfull\n\n<other@example.com>:\ngone\n"))

    assert found == [(READER, "full"), ("other@example.com", "gone")]


def test_a_transcript_tells_what_the_remote_server_said_of_an_address() -> None:
    text = (
        "   ----- Transcript of session follows -----\n>>> DATA\n<<< 550 on a list\n"
        f"550 5.1.1 <{READER}>... User unknown\n<<< 452 full\n<other@example.com>... Deferred\n"
        "<<< 554 5.5.1 No valid recipients\n"
    )

    assert notice.remote_replies(text, READER) == "550 on a list"


def test_a_transcript_tells_nothing_of_an_address_by_what_was_said_of_another() -> None:
    text = (
        "----- Transcript of session follows -----\n<<< 550 5.7.1 <other@example.com>: on a list\n"
        f"550 5.1.1 <other@example.com>... User unknown\n550 5.1.1 {READER}... User unknown\n"
    )

    assert notice.remote_replies(text, READER) == ""


def test_a_transcript_may_quote_no_server() -> None:
    text = f"----- Transcript of session follows -----\n550 5.1.1 {READER}... User unknown\n"

    assert notice.remote_replies(text, READER) == ""
    assert notice.remote_replies("no transcript", READER) is None


def test_plain_text_is_read_before_html() -> None:
    whole = parse(multipart("Content-Type: text/html\n\n<b>markup</b>", text_part("plain")))

    assert notice.text_of(whole.parts).strip() == "plain"


def test_html_is_read_where_there_is_nothing_else() -> None:
    whole = parse(
        multipart(
            "Content-Type: text/html\n\n<style>p { top: 0 }</style><p>a@b.example</p>no &amp; no"
        )
    )

    assert notice.about(notice.openings(notice.text_of(whole.parts)), "a@b.example") == "no & no"


def test_a_notice_may_be_missing() -> None:
    assert notice.text_of(()) == ""
