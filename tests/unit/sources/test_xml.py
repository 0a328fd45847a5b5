"""XML is parsed strictly, without external references and within limits."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.errors import SourceError
from digest.sources.xml import DEEPEST, parse_xml


def nested(depth: int) -> str:
    return "<a>" * depth + "</a>" * depth


def test_a_document_is_a_tree() -> None:
    root = parse_xml('<feed xmlns="urn:x"><entry n="1">Über &amp; alles</entry></feed>', "here")

    assert root.tag == "{urn:x}feed"
    assert [(entry.tag, entry.get("n"), entry.text) for entry in root] == [
        ("{urn:x}entry", "1", "Über & alles")
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "iso-8859-1", "us-ascii", "utf-16", "klingon"])
def test_a_declared_encoding_says_nothing_of_text(encoding: str) -> None:
    assert parse_xml(f"<?xml version='1.0' encoding='{encoding}'?><a>Ü日</a>", "x").text == "Ü日"


@pytest.mark.parametrize(
    ("text", "position"),
    [
        pytest.param("", "line 1, column 0", id="nothing"),
        pytest.param("<a>\n <b>", "line 2, column 4", id="truncated"),
        pytest.param("<a>\n</b>", "line 2, column 2", id="another end"),
        pytest.param("<a>&nbsp;</a>", "line 1, column 3", id="an entity of HTML"),
        pytest.param("<a>\0</a>", "line 1, column 3", id="nul"),
        pytest.param("<a/><b/>", "line 1, column 4", id="two roots"),
        pytest.param("<a>\nab\ud800</a>", "line 2, column 2", id="half a character"),
        pytest.param('{"error": "no"}', "line 1, column 0", id="JSON"),
        pytest.param("<x:a/>", "line 1, column 0", id="an unknown namespace"),
    ],
)
def test_what_is_not_well_formed_is_refused_with_its_place(text: str, position: str) -> None:
    with pytest.raises(SourceError, match=f"^the feed is not XML: .*{position}$"):
        parse_xml(text, "the feed")


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(f'<!DOCTYPE l [<!ENTITY l0 "ha">{LAUGHS}]><l>&l9;</l>', id="billion laughs"),
        pytest.param('<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>', id="file"),
        pytest.param('<!DOCTYPE a SYSTEM "http://127.0.0.1:1/a.dtd"><a/>', id="fetched"),
        pytest.param('<!DOCTYPE a [<!ENTITY % p SYSTEM "http://127.0.0.1:1/">%p;]><a/>', id="%"),
        pytest.param("<!DOCTYPE html><html/>", id="a page"),
    ],
)
def test_a_document_type_is_refused(text: str) -> None:
    with pytest.raises(SourceError, match=r"^the feed is not read: .*line 1, column \d+$"):
        parse_xml(text, "the feed")


def test_a_hundred_elements_within_each_other_are_enough() -> None:
    assert parse_xml(nested(DEEPEST), "x").tag == "a"

    with pytest.raises(SourceError, match="more than 100 elements within each other: line 1"):
        parse_xml(nested(DEEPEST + 1), "x")


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("<a>" * 1_700_000, id="deep"),
        pytest.param("\0" * 5_000_000, id="nul"),
        pytest.param("<&>" * 1_700_000, id="brackets"),
        pytest.param("<a" + " b" * 2_500_000, id="attributes"),
        pytest.param("<" + "a" * 5_000_000, id="a name without end"),
        pytest.param("<a>" + "x" * 5_000_000, id="text without end"),
        pytest.param("<a><![CDATA[" + "]" * 5_000_000, id="data without end"),
        pytest.param("<a><!--" + "- " * 2_500_000, id="a comment without end"),
    ],
)
def test_five_megabytes_of_nonsense_are_refused(text: str) -> None:
    with pytest.raises(SourceError):
        parse_xml(text, "x")


@given(st.text(alphabet="<>/&;!?[]-ab\"'= \n\ud800\0ü", max_size=60))
def test_any_text_within_no_element_is_a_source_error(text: str) -> None:
    with pytest.raises(SourceError, match=r"^x is not .*line \d+, column \d+$"):
        parse_xml(f"{text}<", "x")
