"""Text after cleaning, files after decoding, and addresses that may be links."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from digest.text.clean import MAX_LENGTH, clean, decode, looks_like_html, repair_encoding, safe_url
from digest.text.wording import squeeze

#: Pieces that make cleaning hard, and text made of them.
PIECES = (
    *("&amp;", "amp;", "lt;", "&#60;", "<", "b", ">", "</i>", "<br/>", "a<b", "e", "\u0301"),
    *("\u200b", "\ufeff", "\ud800", "\x00", "\x85", " ", "\n", "脺", "谩", "Ã¼", "大", "$x$"),
)
KNOTTY = st.lists(st.sampled_from(PIECES) | st.text(max_size=3)).map("".join)


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        pytest.param("Two\n  lines\tand a tab ", "Two lines and a tab", id="white space"),
        pytest.param("Salt &amp; pepper", "Salt & pepper", id="entity"),
        pytest.param("Salt &amp;amp; pepper", "Salt & pepper", id="entity of an entity"),
        pytest.param("caf&eacute 2 &lt 3", "café 2 < 3", id="entities without a semicolon"),
        pytest.param(
            "see https://example.org/?id=1&noteId=2&copy=3",
            "see https://example.org/?id=1&noteId=2&copy=3",
            id="an address that only seems to hold entities",
        ),
        pytest.param("H<sub>2</sub>O is <i>wet</i>", "H₂O is wet", id="tags"),
        pytest.param('<a href="x">here</a>', "here", id="tag with an attribute"),
        pytest.param("<jats:p>Words</jats:p>", "Words", id="tag of a publisher"),
        pytest.param("&lt;b&gt;bold&lt;/b&gt;", "bold", id="tags written as entities"),
        pytest.param("for a<b and c>d we show", "for a<b and c>d we show", id="mathematics"),
        pytest.param("a list<int> of them", "a list<int> of them", id="unknown tag"),
        pytest.param(
            "zero\u200bwidth \u202eturned\ufeff", "zerowidth turned", id="invisible marks"
        ),
        pytest.param("a\x00b\x1bc\x7f", "abc", id="control characters"),
        pytest.param("lone \ud800surrogate", "lone surrogate", id="half a character"),
        pytest.param("Mu\u0308ller", "M\u00fcller", id="letter and mark apart"),
        pytest.param("a\u061cb\u180ec\xadd\u034fe", "abcde", id="marks that nobody sees"),
        pytest.param("one\u2028two\u2029three", "one two three", id="line and paragraph ends"),
        pytest.param("say\U000e0041\U000e007f no", "say no", id="tag characters"),
        pytest.param("a\ufe0f\ufe0f\ufe0fb \ufe0fc\U000e0100", "a\ufe0fb c", id="selectors"),
        pytest.param("end-\nto-end", "end- to-end", id="hyphen at a line's end"),
        pytest.param('$\\alpha$-DPO of M\\"uller', "α-DPO of Müller", id="TeX"),
        pytest.param("$\\lt$b$\\gt$bold", "bold", id="tag made by TeX"),
        pytest.param("R\\&amp;D", "R&D", id="entity behind a backslash"),
    ],
)
def test_clean_text_can_be_shown(sent: str, shown: str) -> None:
    assert clean(sent) == shown


@given(KNOTTY)
@example("<b<b>>")
@example("e\u200b\u0301")
def test_clean_text_does_not_change_when_cleaned_again(text: str) -> None:
    once = clean(text)

    assert clean(once) == once


@given(KNOTTY)
def test_clean_text_is_one_printable_line(text: str) -> None:
    shown = clean(text)

    assert shown == squeeze(shown)
    assert shown.encode("utf-8").decode() == shown


@pytest.mark.parametrize(
    ("broken", "whole"),
    [
        pytest.param("T脺LU 3", "TÜLU 3", id="GBK, capital"),
        pytest.param("Pir谩 2.0", "Pirá 2.0", id="GBK, small, before a space"),
        pytest.param("MÃ¼ller", "Müller", id="Windows-1252"),
        pytest.param("itâ€™s", "it’s", id="Windows-1252, three bytes"),
    ],
)
def test_wrongly_decoded_letters_are_repaired(broken: str, whole: str) -> None:
    assert repair_encoding(broken) == whole


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("大模型 of 语言", id="Chinese"),
        pytest.param("日本語のテキスト", id="Japanese"),
        pytest.param("한국어", id="Korean"),
        pytest.param("大模型 for Pir谩 2.0", id="Chinese beside a broken word"),
        pytest.param("TÜLU 3 and Pirá 2.0", id="already whole"),
        pytest.param("Ångström, Łódź, naïve", id="western letters"),
        pytest.param("∀x ∈ ℝ: x² ≥ 0", id="mathematics"),
    ],
)
def test_text_that_may_be_right_is_not_repaired(text: str) -> None:
    assert repair_encoding(text) == text


@pytest.mark.parametrize("letter", ["ü", "é", "Ü", "ß", "ñ", "á"])
def test_a_letter_decoded_as_gbk_is_repaired(letter: str) -> None:
    misread = f"{letter} x".encode().decode("gbk")

    assert repair_encoding(misread) == f"{letter} x"


@pytest.mark.parametrize(
    ("octets", "text"),
    [
        pytest.param("Pirá".encode(), "Pirá", id="UTF-8"),
        pytest.param("Pirá".encode("utf-8-sig"), "Pirá", id="UTF-8 with a mark"),
        pytest.param("Pirá".encode("utf-16"), "Pirá", id="UTF-16"),
        pytest.param(b"\xfe\xff\x00P\x00i", "Pi", id="UTF-16, big end first"),
        pytest.param(b"Pir\xe1 \x93quoted\x94", "Pirá “quoted”", id="Windows-1252"),
        pytest.param(b"", "", id="nothing"),
    ],
)
def test_a_file_is_decoded_by_what_it_holds(octets: bytes, text: str) -> None:
    assert decode(octets) == text


@given(st.binary() | st.binary().map(lambda rest: b"\xff\xfe" + rest))
def test_any_file_can_be_decoded(octets: bytes) -> None:
    assert isinstance(decode(octets), str)


@pytest.mark.parametrize(
    "page",
    [
        "<!DOCTYPE html><p>x",
        "\ufeff\n <html lang='en'>",
        "<head>",
        "<?xml version='1.0'?>",
        "a<BODY>",
    ],
)
def test_a_web_page_is_recognised(page: str) -> None:
    assert looks_like_html(page)


@pytest.mark.parametrize("text", ["", "new\n\nDaily Papers", "A <b>bold</b> claim", "html is dull"])
def test_text_is_not_taken_for_a_web_page(text: str) -> None:
    assert not looks_like_html(text)


@pytest.mark.parametrize(
    "url",
    [
        "https://arxiv.org/abs/2602.00001",
        "http://example.org",
        "HTTPS://example.org:8443/a?b=c&d=e#f",
        "https://münchen.example/straße",
        "https://[2001:db8::1]/",
        "https://пример.рф/",
        "https://example.org/a%20b",
    ],
)
def test_a_web_address_may_stand_in_a_mail(url: str) -> None:
    assert safe_url(url) == url


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("javascript:alert(1)", id="script"),
        pytest.param("JavaScript:alert(1)", id="script in capitals"),
        pytest.param("java\tscript:alert(1)", id="script with a tab"),
        pytest.param("JaVaScRiPt://example.org/%0aalert(1)", id="script that looks like a host"),
        pytest.param("data:text/html,x", id="data"),
        pytest.param("mailto:reader@example.org", id="mail"),
        pytest.param("ftp://example.org/", id="other protocol"),
        pytest.param("//example.org/x", id="no protocol"),
        pytest.param("example.org", id="no protocol, no host"),
        pytest.param("https://", id="no host"),
        pytest.param("https://:80/", id="port without a host"),
        pytest.param("https://[::1", id="broken host"),
        pytest.param("https://me@example.org/", id="user name"),
        pytest.param("https://example.org:x@evil.example/", id="password"),
        pytest.param("https://example.org/a b", id="space"),
        pytest.param(" https://example.org/", id="leading space"),
        pytest.param("https://example.org/\n", id="line end"),
        pytest.param("https://example.org/\x00", id="control"),
        pytest.param("https://example.org/\x7f", id="delete"),
        pytest.param("https://example.org/\u202egpj.exe", id="turned writing"),
        pytest.param("https://example.org/\ud800", id="half a character"),
        pytest.param('https://example.org/"onclick="x', id="quotation mark"),
        pytest.param("https://example.org/<b>", id="tag"),
        pytest.param("https://example.org\\@evil.example", id="backslash"),
        pytest.param("https://example.org/%0d%0aSet-Cookie:x", id="encoded line end"),
        pytest.param("https://example.org/%00", id="encoded control"),
        pytest.param("https://example.org:99999/", id="port out of range"),
        pytest.param("https://example.org:http/", id="port that is none"),
        pytest.param("http:\\\\example.org", id="backslashes for slashes"),
        pytest.param("https:///example.org", id="three slashes"),
        pytest.param("https://ex\u0430mple.org/", id="a Cyrillic letter among Latin ones"),
        pytest.param("https://example.org/\u061c", id="Arabic mark"),
        pytest.param("https://example.org/\U000e0041", id="tag character"),
        pytest.param("https://example.org/" + "x" * 2000, id="too long"),
        pytest.param("", id="nothing"),
        pytest.param(None, id="null"),
        pytest.param(7, id="number"),
    ],
)
def test_what_is_no_plain_web_address_is_no_link(url: object) -> None:
    assert safe_url(url) is None


@given(st.text() | st.text().map(lambda rest: "https://" + rest))
def test_a_link_is_returned_unchanged_or_not_at_all(url: str) -> None:
    assert safe_url(url) in (url, None)


def test_noncharacters_are_removed() -> None:
    assert clean("Ag\ufffeen\uffffts \ufffd") == "Agents \ufffd"


def test_joiners_that_a_language_needs_are_kept() -> None:
    assert clean("👩\u200d🔬 نمی\u200cخواهم ❤\ufe0f") == "👩\u200d🔬 نمی\u200cخواهم ❤\ufe0f"


def test_a_text_longer_than_any_paper_is_cut() -> None:
    assert len(clean("&amp;" * 50_000)) <= MAX_LENGTH
    assert len(clean("\u0958" * 50_000)) <= MAX_LENGTH


@pytest.mark.parametrize("text", ["&" + "amp;" * 4000, "<b" * 5000 + ">" * 5000])
def test_text_that_would_need_endless_passes_loses_its_markup(text: str) -> None:
    shown = clean(text)

    assert shown == clean(shown)
    assert not {"&", "<"} & set(shown)


@pytest.mark.parametrize(
    ("markup", "plain"),
    [
        ("<jats:title>Methods</jats:title><jats:p>We <jats:italic>do</jats:italic>.</jats:p>",
         "Methods: We do."),
        ("<p>One.</p><p>Two.</p>", "One. Two."),
        ("one<br/>two", "one two"),
        ("&lt;i&gt;Lamps&lt;/i&gt; of <em>fog</em>", "Lamps of fog"),
        ("<italic>in vitro</italic> <bold>lamps</bold>", "in vitro lamps"),
        ("10<sup>-3</sup> of H<sub>2</sub>O", "10⁻³ of H₂O"),
        ("a<sup>th</sup> lamp", "ath lamp"),
        ("for a<b and c>d", "for a<b and c>d"),
    ],
)  # fmt: skip
def test_markup_is_removed_and_no_word_joined_to_another(markup: str, plain: str) -> None:
    assert clean(markup) == plain
