"""Parsing Hugging Face's daily papers, with odd and missing fields."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.builders import DAY, NOON
from support.daily_papers import element, only, parse, read

from digest.models.paper import Links, Paper, Signals
from digest.models.source import Batch

FULL = element(
    {"numComments": 4, "title": "The outer title", "publishedAt": "2026-01-29T12:00:00.000Z"},
    authors=[{"name": "Ada Moor", "hidden": False}, {"name": "Bo Fen"}],
    publishedAt="2026-01-29T17:08:18.000Z",
    submittedOnDailyAt="2026-02-03T03:55:12.777Z",
    upvotes=10,
    githubRepo="https://github.com/example/lamps",
    githubStars=9,
    projectPage="https://lamps.example.org/",
    organization={"name": "FogLab", "fullname": "Laboratory of Fog"},
    ai_summary="Lamps can be counted.",
    ai_keywords=["lamp counting", "fog"],
)


def test_a_complete_element_gives_all_that_is_known_of_the_paper() -> None:
    assert only([FULL]) == Paper(
        id="2602.00001",
        title="Lamps in Fog",
        abstract="We count lamps.",
        authors=("Ada Moor", "Bo Fen"),
        keywords=("lamp counting", "fog"),
        published_at=datetime(2026, 1, 29, 17, 8, 18, tzinfo=UTC),
        tldr="Lamps can be counted.",
        organization="Laboratory of Fog",
        day=date(2026, 2, 3),
        featured_at=datetime(2026, 2, 3, 3, 55, 12, 777000, tzinfo=UTC),
        links=Links(
            code="https://github.com/example/lamps",
            project="https://lamps.example.org/",
            page="https://huggingface.co/papers/2602.00001",
        ),
        signals=Signals(upvotes=10, comments=4, stars=9),
        observed_at=NOON,
    )


def test_an_element_with_no_more_than_id_and_title_is_a_paper() -> None:
    paper = only([element(summary=...)])

    assert (paper.id, paper.title, paper.abstract, paper.day) == (
        "2602.00001",
        "Lamps in Fog",
        "",
        DAY,
    )


def test_an_id_that_is_not_arxivs_is_kept_as_its_own() -> None:
    paper = only([element(id="moss-report")])

    assert (paper.id, paper.links.page) == ("hf:moss-report", None)


def test_one_element_saved_by_itself_is_an_answer() -> None:
    assert only(FULL) == only([FULL])


def test_an_empty_answer_is_an_empty_day() -> None:
    assert read([]) == Batch()


@pytest.mark.parametrize(
    ("response", "reason"),
    [
        pytest.param('{"error": "Invalid date"}', "the service answered: Invalid date", id="error"),
        pytest.param("Bad Gateway", "not JSON", id="not JSON"),
        pytest.param("", "not JSON", id="nothing"),
        pytest.param('[{"paper": {"id": "26', "not JSON", id="cut off"),
        pytest.param("[" * 100_000, "not JSON", id="too deep"),
        pytest.param('"papers"', "not an array of papers", id="text"),
        pytest.param("null", "not an array of papers", id="null"),
    ],
)
def test_an_answer_that_is_no_list_of_papers_is_not_an_empty_day(
    response: str, reason: str
) -> None:
    batch = parse(response)

    assert (batch.papers, batch.declared) == ((), 1)
    assert batch.rejected[0].reason.startswith(reason)


@pytest.mark.parametrize(
    ("odd", "reason"),
    [
        pytest.param(None, "not a JSON object", id="null"),
        pytest.param([FULL], "not a JSON object", id="list"),
        pytest.param({}, "no title", id="empty"),
        pytest.param({"paper": "2602.00001"}, "no title", id="paper is text"),
        pytest.param({"paper": None}, "no title", id="paper is null"),
        pytest.param(element(id=...), "no id", id="no id"),
        pytest.param(element(id=7), "no id", id="id is a number"),
        pytest.param(element(title=None), "no title", id="title is null"),
        pytest.param(element(title=" \n"), "no title", id="title is blank"),
    ],
)
def test_an_element_that_is_no_paper_is_named_and_stops_no_other(odd: Any, reason: str) -> None:
    batch = read([odd, FULL])

    assert [paper.id for paper in batch.papers] == ["2602.00001"]
    assert [(it.where, it.reason) for it in batch.rejected] == [("day.json[0]", reason)]
    assert batch.declared == 2


def test_what_the_paper_does_not_say_the_element_around_it_may() -> None:
    outer = {"title": "Outer", "summary": "We look.", "publishedAt": "2026-01-29T12:00:00Z"}
    paper = only([element(outer, title=..., summary=...)])

    assert (paper.title, paper.abstract) == ("Outer", "We look.")
    assert paper.published_at == datetime(2026, 1, 29, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "odd",
    [
        {"paper": "text", "id": "2602.00001", "title": "Lamps"},
        {"id": "2602.00001v2", "title": "Lamps"},
    ],
)
def test_a_flat_element_is_a_paper_too(odd: dict[str, Any]) -> None:
    assert only([odd]).id == "2602.00001"


@pytest.mark.parametrize(
    ("authors", "names"),
    [
        pytest.param(None, (), id="null"),
        pytest.param(..., (), id="missing"),
        pytest.param({}, (), id="object"),
        pytest.param("Ada Moor", (), id="text"),
        pytest.param(
            [{"name": "Ada Moor", "hidden": True}, {"name": "Bo Fen"}], ("Bo Fen",), id="hidden"
        ),
        pytest.param([{"name": "Ada Moor", "hidden": None}], ("Ada Moor",), id="hidden is null"),
        pytest.param(
            ["Ada Moor", None, 7, {"name": None}, {}, {"name": " "}], ("Ada Moor",), id="odd"
        ),
        pytest.param([{"name": "MÃ¼ller"}], ("Müller",), id="broken letters"),
    ],
)
def test_authors_are_those_with_a_name_that_is_shown(authors: Any, names: tuple[str, ...]) -> None:
    assert only([element(authors=authors)]).authors == names


@pytest.mark.parametrize(
    ("sent", "votes"),
    [
        pytest.param(..., None, id="missing"),
        pytest.param(None, None, id="null"),
        pytest.param(0, 0, id="none"),
        pytest.param(7, 7, id="number"),
        pytest.param(7.0, 7, id="number with a point"),
        pytest.param("12", 12, id="text"),
        pytest.param("1.2k", 1200, id="thousands"),
        pytest.param("3M", 3_000_000, id="millions"),
        pytest.param("1,204", 1204, id="comma"),
        pytest.param("many", None, id="word"),
        pytest.param("", None, id="empty"),
        pytest.param(-3, None, id="less than none"),
        pytest.param(float("nan"), None, id="not a number"),
        pytest.param(float("inf"), None, id="no end"),
        pytest.param(10**400, None, id="huge"),
        pytest.param("9" * 400, 2**53 - 1, id="huge text"),
        pytest.param(True, None, id="true"),
        pytest.param([7], None, id="list"),
    ],
)
def test_votes_are_read_in_any_form_and_absent_is_not_none(sent: Any, votes: int | None) -> None:
    assert only([element(upvotes=sent)]).signals.upvotes == votes


def test_a_paper_without_any_signal_was_not_observed() -> None:
    assert only([element()]).observed_at is None


def test_no_votes_are_an_observation() -> None:
    assert only([element(upvotes=0)]).observed_at == NOON


@pytest.mark.parametrize(
    ("sent", "day"),
    [
        pytest.param("2026-02-03T00:00:00.000Z", date(2026, 2, 3), id="midnight"),
        pytest.param("2026-02-03T23:59:59+00:00", date(2026, 2, 3), id="last second"),
        pytest.param("2026-02-03T20:00:00-05:00", date(2026, 2, 4), id="another zone"),
        pytest.param("2026-02-03T01:00:00", date(2026, 2, 3), id="no zone"),
        pytest.param("yesterday", DAY, id="words"),
        pytest.param("0001-01-01T00:00:00+14:00", DAY, id="before time"),
        pytest.param(1770000000, DAY, id="number"),
        pytest.param(None, DAY, id="null"),
        pytest.param(..., DAY, id="missing"),
    ],
)
def test_the_feature_day_is_in_utc_or_else_the_day_asked_for(sent: Any, day: date) -> None:
    paper = only([element(submittedOnDailyAt=sent, publishedAt="2026-01-20T00:00:00Z")])

    assert paper.day == day


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "", None, 7, "https://a b/", "github.com/x"]
)
def test_a_link_that_is_no_web_address_is_left_out(url: Any) -> None:
    links = only([element(githubRepo=url, projectPage=url)]).links

    assert (links.code, links.project) == (None, None)


def test_an_id_beyond_arxiv_has_no_addresses_made_up_for_it() -> None:
    assert only([element(id="note-17")]).links == Links()


def test_a_title_with_marks_of_mathematics_and_line_ends_is_cleaned() -> None:
    assert only([element(title="For a<b\nand $x$ &amp; <i>more</i>")]).title == (
        "For a<b and x & more"
    )


@pytest.mark.parametrize(
    ("sent", "day"),
    [
        pytest.param("2026-02-01T10:00:00.000Z", date(2026, 2, 1), id="time"),
        pytest.param("some day", DAY, id="words"),
        pytest.param(True, DAY, id="true"),
    ],
)
def test_a_withdrawn_paper_is_an_update(sent: Any, day: date) -> None:
    batch = read([element(withdrawnAt=sent)])

    assert [(paper.id, paper.withdrawn_on) for paper in batch.updates] == [("2602.00001", day)]
    assert (batch.papers, batch.rejected, batch.declared) == ((), (), 1)


@pytest.mark.parametrize("sent", [None, "", False, ...])
def test_a_paper_that_is_not_withdrawn_is_none(sent: Any) -> None:
    assert only([element(withdrawnAt=sent)]).withdrawn_on is None


@pytest.mark.parametrize(
    ("inner", "outer", "name"),
    [
        pytest.param({"name": "FogLab", "fullname": "Fog"}, ..., "Fog", id="full name"),
        pytest.param({"name": "FogLab", "fullname": None}, ..., "FogLab", id="short name"),
        pytest.param(None, {"name": "FogLab"}, "FogLab", id="outer"),
        pytest.param({}, {"fullname": "Fog"}, "Fog", id="inner is empty"),
        pytest.param("Fog", ..., "Fog", id="text"),
        pytest.param([{"name": "Fog"}], 7, "", id="odd"),
    ],
)
def test_an_organization_stands_within_or_around_the_paper(
    inner: Any, outer: Any, name: str
) -> None:
    around = {} if outer is ... else {"organization": outer}

    assert only([element(around, organization=inner)]).organization == name


def test_t10_authors_that_are_null_are_none() -> None:
    assert only([element(authors=None)]).authors == ()


def test_t10_votes_in_thousands_are_a_number() -> None:
    assert only([element(upvotes="1.2k")]).signals.upvotes == 1200


def test_t10_a_paper_that_is_no_object_is_counted() -> None:
    batch = read([{"paper": ["2602.00001"]}, FULL])

    assert (len(batch.papers), len(batch.rejected), batch.declared) == (1, 1, 2)


def test_t10_an_organization_that_is_null_is_not_known() -> None:
    assert only([element({"organization": None}, organization=None)]).organization == ""


def test_t10_the_shape_of_2023_is_read() -> None:
    old = {
        "paper": {
            "id": "2305.00001",
            "authors": [{"_id": "64", "name": "Ada Moor", "hidden": False}],
            "publishedAt": "2023-05-04T00:00:00.000Z",
            "title": "Lamps in Fog",
            "summary": "We count lamps.",
            "upvotes": 3,
        },
        "publishedAt": "2023-05-04T00:00:00.000Z",
        "title": "Lamps in Fog",
        "mediaUrl": "https://cdn.example.org/lamp.png",
        "numComments": 0,
    }

    paper = only([old])

    assert (paper.day, paper.featured_at, paper.tldr, paper.organization) == (DAY, None, "", "")
    assert paper.signals == Signals(upvotes=3, comments=0)


SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)
FIELDS = [*FULL["paper"], "withdrawnAt"]
PAPERS = st.dictionaries(st.sampled_from(FIELDS), VALUES).map(lambda odd: FULL["paper"] | odd)
ELEMENTS = st.fixed_dictionaries(
    {}, optional={"paper": PAPERS | VALUES, "title": VALUES, "numComments": VALUES, "id": VALUES}
)


@given(VALUES | st.lists(ELEMENTS | VALUES, max_size=4))
def test_no_json_breaks_the_parser_and_every_element_is_accounted_for(response: Any) -> None:
    batch = read(response)

    papers = (*batch.papers, *batch.updates)
    assert batch.declared == len(papers) + len(batch.rejected)
    assert all(paper.id and paper.title for paper in papers)


@given(st.text())
def test_no_text_breaks_the_parser(text: str) -> None:
    assert parse(text).papers == ()


def test_an_id_and_a_count_that_are_not_understood_are_warned_of() -> None:
    batch = read(
        [
            element(),
            element({"numComments": -3}, id="weird-id-1", upvotes="many"),
            element(id="2613.1", upvotes=None, githubStars="1.2k"),
        ]
    )

    assert [paper.id for paper in batch.papers] == ["2602.00001", "hf:weird-id-1", "hf:2613.1"]
    reason = "is not a number of at least 0 (1 record, first in element 1)"
    assert batch.warnings == (
        f"day.json: values left out: upvotes {reason}; numComments {reason}",
        "day.json: 2 ids not understood: “weird-id-1”, “2613.1”",
    )
