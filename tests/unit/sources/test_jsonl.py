"""Reading papers from JSON Lines."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.builders import DAY, NOON, paper

from digest.app import serializers
from digest.models.paper import Links, Paper, Signals
from digest.models.source import Batch
from digest.sources import RawDocument, jsonl
from digest.text.keywords import MOST


def read(*records: Any) -> Batch:
    return parse("\n".join(json.dumps(record) for record in records))


def parse(text: str) -> Batch:
    return jsonl.parse(RawDocument(where="day.jsonl", text=text), day=DAY, now=NOON)


def record(**details: Any) -> dict[str, Any]:
    return {"title": "Lamps in Fog", "abstract": "We count lamps."} | details


def only(*records: Any) -> Paper:
    batch = read(*records)
    (paper,) = batch.papers
    assert batch.rejected == ()
    return paper


def test_title_and_abstract_are_enough() -> None:
    found = only(record())

    assert (found.title, found.abstract, found.day) == ("Lamps in Fog", "We count lamps.", DAY)
    assert (found.id[:6], found.links, found.observed_at) == ("title:", Links(), None)


def test_every_field_that_is_given_is_kept() -> None:
    given = record(
        id="arXiv:2602.00001v2",
        aliases=["https://openreview.net/forum?id=lamp1&noteId=x", "doi:10.1000/ABC"],
        authors=["Ada Moor", "Bo Fen"],
        author_count=2,
        categories=["cs.CL", "cs.LG"],
        keywords=["lamp counting", "Fog", "fog"],
        published_at="2026-01-29T18:08:18+01:00",
        day="2026-02-03",
        signals={"upvotes": 10, "comments": 0},
        links={"code": "https://github.com/example/lamps"},
        unknown_to_us={"left": "alone"},
    )

    assert only(given) == Paper(
        id="2602.00001",
        aliases=("openreview:lamp1", "10.1000/abc"),
        title="Lamps in Fog",
        abstract="We count lamps.",
        authors=("Ada Moor", "Bo Fen"),
        author_count=2,
        categories=("cs.CL", "cs.LG"),
        keywords=("lamp counting", "Fog"),
        published_at=datetime(2026, 1, 29, 17, 8, 18, tzinfo=UTC),
        day=date(2026, 2, 3),
        links=Links(code="https://github.com/example/lamps"),
        signals=Signals(upvotes=10, comments=0),
        observed_at=NOON,
    )


def test_what_one_installation_prints_another_reads() -> None:
    ours = paper(
        aliases=("10.1000/abc", "openreview:lamp1"),
        authors=("Ada Moor",),
        author_count=1,
        categories=("cs.CL",),
        keywords=("lamp counting", "fog (thick, grey)"),
        published_at=datetime(2026, 1, 29, 17, tzinfo=UTC),
        links=Links(abs="https://arxiv.org/abs/2602.00001", pdf="https://arxiv.org/pdf/2602.00001"),
        votes=12,
    )

    assert only(serializers.paper(ours)) == ours


def test_ids_that_are_not_understood_are_one_warning_and_cost_no_paper() -> None:
    given = [record(title=f"Lamps {number}", id=f"PMID: {number}") for number in range(5)]

    batch = read(*given, record(id="2602.00001"), record(aliases=["the lamp paper"]))

    assert len(batch.papers) == 7
    assert batch.warnings == (
        "day.jsonl: 6 ids not understood: “PMID: 0”, “PMID: 1”, “PMID: 2”, …",
    )


def test_an_id_is_read_as_it_is_written_and_not_as_text() -> None:
    assert only(record(id="10.1000/a--b_{c}")).id == "10.1000/a--b_{c}"
    forum = "https://openreview.net/forum?id=lamp1&noteId=x"
    assert only(record(id=forum)).id == "openreview:lamp1"


def test_of_many_keywords_the_first_are_kept_with_a_warning() -> None:
    many = [f"lamp {number}" for number in range(MOST + 1)]

    batch = read(record(keywords=many))

    assert batch.papers[0].keywords == tuple(many[:MOST])
    assert batch.warnings == (
        f"day.jsonl: values left out: keywords holds more than {MOST} (1 record, first in line 1)",
    )


def test_a_keyword_withdraws_no_paper() -> None:
    assert only(record(keywords=["withdrawn", "This paper has been withdrawn."])).keywords


def test_an_address_that_is_given_is_not_replaced() -> None:
    given = record(id="2602.00001", links={"abs": "https://example.org/lamps"})

    assert only(given).links.abs == "https://example.org/lamps"


def test_null_is_as_good_as_missing() -> None:
    fields = (
        "id",
        "authors",
        "author_count",
        "categories",
        "keywords",
        "published_at",
        "day",
        "signals",
        "links",
    )

    assert only(record(**dict.fromkeys(fields))) == only(record())


@pytest.mark.parametrize("url", ["javascript:alert(1)", 7, "https://me@example.org/"])
def test_a_link_that_is_no_web_address_is_left_out(url: Any) -> None:
    assert only(record(links={"code": url, "page": url})).links == Links()


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        pytest.param("{", "not JSON", id="cut off"),
        pytest.param("[" * 100_000, "not JSON", id="too deep"),
        pytest.param('{"author_count": ' + "9" * 5000 + "}", "not JSON", id="endless number"),
        pytest.param("[1]", "not a JSON object", id="list"),
        pytest.param("null", "not a JSON object", id="null"),
    ],
)
def test_a_line_that_is_no_object_is_rejected(line: str, reason: str) -> None:
    batch = parse(line)

    assert (batch.papers, batch.declared) == ((), 1)
    assert batch.rejected[0].where == "day.jsonl:1"
    assert batch.rejected[0].reason.startswith(reason)


@pytest.mark.parametrize(
    ("details", "reason"),
    [
        pytest.param({"title": None}, "no title", id="no title"),
        pytest.param({"title": "\u200b "}, "no title", id="title of nothing"),
        pytest.param({"title": ["x"]}, "title is not text", id="title is a list"),
    ],
)
def test_a_record_without_a_title_is_rejected(details: dict[str, Any], reason: str) -> None:
    batch = read(record(**details))

    assert [(it.where, it.reason) for it in batch.rejected] == [("day.jsonl:1", reason)]


@pytest.mark.parametrize(
    ("details", "reason"),
    [
        pytest.param({"id": 2602.00001}, "id is not text", id="id is a number"),
        pytest.param(
            {"authors": "Ada Moor"}, "authors is not a list of texts", id="authors are text"
        ),
        pytest.param({"categories": [1]}, "categories holds what is not text", id="categories"),
        pytest.param({"keywords": "fog"}, "keywords is not a list of texts", id="keywords"),
        pytest.param(
            {"author_count": -1}, "author_count is not a whole number of at least 0", id="count"
        ),
        *(
            pytest.param(
                {"signals": {"upvotes": votes}},
                "signals.upvotes is not a whole number of at least 0",
                id=f"{votes} votes",
            )
            for votes in (True, 2**53, -3, 1.5, "many", [7])
        ),
        pytest.param({"signals": [1]}, "signals is not a JSON object", id="signals are a list"),
        pytest.param(
            {"links": "https://a.example"}, "links is not a JSON object", id="link is text"
        ),
        pytest.param(
            {"links": {"pdf": "javascript:alert(1)"}},
            "links.pdf is not an http or https address",
            id="link to a script",
        ),
        pytest.param({"day": "2 February"}, "day is not a date like 2026-02-02", id="day in words"),
        pytest.param({"day": 20260202}, "day is not a date like 2026-02-02", id="day is a number"),
        pytest.param(
            {"published_at": "soon"},
            "published_at is not a time like 2026-02-02T09:30:00Z",
            id="time",
        ),
    ],
)
def test_a_value_of_the_wrong_kind_is_left_out_and_named(
    details: dict[str, Any], reason: str
) -> None:
    batch = read(record(), record(title="Kilns", **details))

    assert batch.papers == read(record(), record(title="Kilns")).papers
    assert batch.warnings == (f"day.jsonl: values left out: {reason} (1 record, first in line 2)",)
    assert (batch.rejected, batch.declared) == ((), 2)


def test_of_a_list_only_what_is_no_text_is_left_out() -> None:
    batch = read(record(authors=["Ada Moor", None, {"name": "Bo Fen"}, "Cy Lund"]))

    assert batch.papers[0].authors == ("Ada Moor", "Cy Lund")
    assert batch.warnings


def test_keys_that_mean_nothing_are_named_once_a_file_with_what_was_meant() -> None:
    odd = record(summary="We count.", abstrct="We count.", upvotes=3, x=1)
    batch = read(*[odd] * 965, record(x=1))

    assert len(batch.papers) == 966
    (warning,) = batch.warnings
    assert warning == (
        "day.jsonl: unknown keys: x (966 records); abstrct (965 records; did you mean abstract?);"
        " summary (965 records; did you mean abstract?);"
        " upvotes (965 records; did you mean signals.upvotes?)"
    )


def test_what_digest_itself_writes_is_no_unknown_key() -> None:
    assert read(serializers.paper(paper("2602.00001"))).warnings == ()


def test_a_withdrawal_whose_day_cannot_be_read_is_one_all_the_same() -> None:
    batch = read(record(withdrawn_on="yes"))

    assert [one.withdrawn_on for one in batch.updates] == [DAY]
    assert "withdrawn_on is not a date like 2026-02-02" in batch.warnings[0]


@pytest.mark.parametrize(
    "details",
    [
        {"comment": "The authors have withdrawn this paper due to an error"},
        {"abstract": "This paper has been withdrawn by the authors."},
    ],
)
def test_a_paper_whose_own_words_withdraw_it_is_withdrawn(details: dict[str, Any]) -> None:
    assert [one.withdrawn_on for one in read(record(**details)).updates] == [DAY]
    assert not read(record(**details, withdrawn_on=None)).updates


@pytest.mark.parametrize(
    ("details", "restored_on"),
    [
        ({}, None),
        ({"version": 1}, None),
        ({"version": 3}, DAY),
        ({"version": 3, "day": "2026-02-01"}, date(2026, 2, 1)),
        ({"withdrawn_on": None}, DAY),
        ({"restored_on": "2026-01-30"}, date(2026, 1, 30)),
        ({"withdrawn_on": None, "restored_on": None}, None),
    ],
)
def test_a_record_may_say_that_its_paper_stands(
    details: dict[str, Any], restored_on: date | None
) -> None:
    assert only(record(**details)).restored_on == restored_on


def test_of_several_records_the_last_says_whether_a_paper_is_withdrawn() -> None:
    gone, back = record(withdrawn_on="2026-02-01"), record(withdrawn_on=None)

    assert len(read(gone, back).updates) == 0
    assert len(read(back, gone).updates) == 1


def test_a_bad_line_stops_no_other_and_is_counted() -> None:
    batch = parse(f"{json.dumps(record())}\n\nnonsense\r\n{json.dumps(record(title='Kilns'))}\r\n")

    assert [found.title for found in batch.papers] == ["Lamps in Fog", "Kilns"]
    assert [it.where for it in batch.rejected] == ["day.jsonl:3"]
    assert batch.declared == 3


def test_a_line_separator_inside_a_text_ends_no_line() -> None:
    text = json.dumps(record(abstract="We count\u2028lamps."), ensure_ascii=False)

    assert [found.abstract for found in parse(text).papers] == ["We count lamps."]


@pytest.mark.parametrize("identifier", ["title:\ud800abc", "10.1000/\ud800abc", "\ud800"])
def test_an_id_holds_nothing_a_database_cannot_keep(identifier: str) -> None:
    assert only(record(id=identifier)).id.encode()


def test_an_empty_file_is_an_empty_batch() -> None:
    assert parse("\n \n") == Batch()


FIELDS = (
    "id",
    "title",
    "abstract",
    "authors",
    "categories",
    "keywords",
    "signals",
    "links",
    "day",
    "published_at",
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)


@given(st.dictionaries(st.sampled_from(FIELDS), VALUES | st.text(min_size=1)))
def test_every_object_is_a_paper_or_rejected(given: dict[str, Any]) -> None:
    batch = read(given)

    assert len(batch.papers) + len(batch.rejected) == batch.declared == 1


@given(st.text())
def test_no_text_breaks_the_parser(text: str) -> None:
    batch = parse(text)

    assert (batch.papers, batch.declared) == ((), len(batch.rejected))


def test_an_array_of_papers_is_read_like_their_lines() -> None:
    lines = [{"id": "2602.00001", "title": "One", "abstract": "A."}, {"title": "Two"}]

    array = parse(json.dumps(lines, indent=2))

    assert array.papers == parse("\n".join(map(json.dumps, lines))).papers
    assert [paper.abstract for paper in array.papers] == ["A.", ""]


def test_an_array_without_papers_is_an_empty_batch() -> None:
    assert parse("[]").declared == 0


def test_signals_of_the_future_were_read_now() -> None:
    text = '{"title": "Lamps", "signals": {"upvotes": 3}, "observed_at": "2099-01-01T00:00:00Z"}'

    (found,) = parse(text).papers

    assert found.observed_at == NOON
