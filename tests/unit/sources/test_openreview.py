"""Reading the papers of OpenReview's venues, from both of its services."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.builders import NOON
from support.growth import grows_evenly
from support.offline_web import fetch_batch, responding, served_by
from support.services.openreview import DAY, SERVICE, VENUE, ms, note, response

from digest.errors import ConfigError, SourceError
from digest.models.identity import canonical_id
from digest.models.paper import Links, Paper
from digest.models.source import Batch, Channel, Outlook
from digest.sources import RawDocument, Source, openreview

SOURCE = Source(
    name="o", kind="openreview", url="https://api2.openreview.net/notes", venues=(VENUE,)
)


def parse(text: str) -> Batch:
    return openreview.parse(RawDocument(where="venue.json", text=text), day=DAY, now=NOON)


def read(*notes: Any) -> Batch:
    return parse(response(list(notes)))


def saying(content: dict[str, Any], **details: Any) -> dict[str, Any]:
    """A note with some of its content said otherwise; `...` leaves it out."""
    found = note(1, **details)
    wrapped = {key: {"value": value} for key, value in content.items() if value is not ...}
    rest = {key: it for key, it in found["content"].items() if key not in content}
    return found | {"content": rest | wrapped}


def only(sent: Any) -> Paper:
    batch = read(sent)
    (paper,) = (*batch.papers, *batch.updates)
    assert batch.rejected == ()
    return paper


def plain(sent: dict[str, Any]) -> dict[str, Any]:
    """A note as the older service gives it."""
    content = {key: it["value"] for key, it in sent["content"].items()}
    return sent | {"content": content, "invitation": f"{VENUE}/-/Blind_Submission"}


def test_a_complete_note_gives_all_that_is_known_of_the_paper() -> None:
    assert only(note(1)) == Paper(
        id="openreview:lamp000001",
        title="Lamps in Fog, Part 1",
        abstract="We count lamps in fog. There are many.",
        authors=("Ada Moor", "Bo Fen"),
        keywords=("lamps", "fog"),
        published_at=datetime(2025, 1, 22, 15, tzinfo=UTC),
        venue="Fog 2025 poster",
        tldr="Lamps can be counted in fog.",
        restored_on=date(2025, 3, 2),
        day=DAY,
        links=Links(
            abs="https://openreview.net/forum?id=lamp000001",
            pdf="https://openreview.net/pdf?id=lamp000001",
        ),
    )


@pytest.mark.parametrize(
    ("given", "keywords"),
    [
        pytest.param(..., (), id="none"),
        pytest.param(None, (), id="null"),
        pytest.param("lamps, fog", ("lamps", "fog"), id="text"),
        pytest.param(["lamps; fog", "<b>moss</b>", 7], ("lamps", "fog", "moss"), id="odd list"),
        pytest.param({"a": ["fog"]}, (), id="object"),
    ],
)
def test_keywords_are_those_of_the_authors(given: Any, keywords: tuple[str, ...]) -> None:
    assert only(saying({"keywords": given})).keywords == keywords


def test_plain_values_say_the_same_as_wrapped_ones() -> None:
    assert only(plain(note(1))) == only(note(1))


def test_a_note_with_no_more_than_id_title_and_date_is_a_paper() -> None:
    paper = only({"id": "a/b?", "pdate": ms(2025, 1, 22), "content": {"title": "Lamps"}})

    assert paper.id == canonical_id(None, "Lamps")  # it can be no id of OpenReview
    assert (paper.title, paper.abstract, paper.authors, paper.venue) == ("Lamps", "", (), "")
    assert paper.links == Links(abs="https://openreview.net/forum?id=a%2Fb%3F")


@pytest.mark.parametrize(
    ("times", "day"),
    [
        pytest.param({}, DAY, id="published"),
        pytest.param({"pdate": None}, date(2024, 10, 4), id="open"),
        pytest.param({"pdate": 0, "odate": None}, date(2024, 9, 22), id="true creation"),
        pytest.param({"pdate": str(ms(2025, 1, 21))}, date(2025, 1, 21), id="text"),
        pytest.param({"pdate": ms(2025, 1, 22, 23, 59, 59) + 999}, DAY, id="last moment"),
        pytest.param({"pdate": ms(2025, 1, 23)}, date(2025, 1, 23), id="midnight"),
        pytest.param({"pdate": 2**53 - 1}, date(2024, 10, 4), id="after time"),
        pytest.param({"pdate": "soon"}, date(2024, 10, 4), id="words"),
    ],
)
def test_the_day_is_the_one_on_which_it_became_public(times: dict[str, Any], day: date) -> None:
    assert only(note(1, **times)).day == day


@pytest.mark.parametrize(
    ("authors", "names"),
    [
        pytest.param(..., (), id="hidden"),
        pytest.param(None, (), id="null"),
        pytest.param("Ada Moor", (), id="text"),
        pytest.param(["Anonymous"], (), id="anonymous"),
        pytest.param(
            [{"fullname": "Ada Moor", "username": "~Ada_Moor1"}, {"username": "~Bo_Fen1"}, 7],
            ("Ada Moor",),
            id="objects",
        ),
    ],
)
def test_authors_are_those_that_are_named(authors: Any, names: tuple[str, ...]) -> None:
    assert only(saying({"authors": authors})).authors == names


@pytest.mark.parametrize(
    ("sent", "pdf"),
    [
        pytest.param("https://fog.org/a.pdf", "https://fog.org/a.pdf", id="elsewhere"),
        pytest.param("/pdf/abc.pdf", "https://openreview.net/pdf?id=lamp000001", id="here"),
        pytest.param("javascript:alert(1)", None, id="script"),
        pytest.param(None, None, id="null"),
        pytest.param(7, None, id="number"),
    ],
)
def test_a_pdf_is_with_the_service_or_at_a_web_address(sent: Any, pdf: str | None) -> None:
    assert only(saying({"pdf": sent})).links.pdf == pdf


def test_a_withdrawn_paper_is_an_update() -> None:
    batch = read(note(1, venue_id=f"{VENUE}/Withdrawn_Submission"))

    assert [(it.withdrawn_on, it.venue) for it in batch.updates] == [(date(2025, 3, 2), "")]
    assert (batch.papers, batch.rejected) == ((), ())


def test_a_withdrawal_without_a_date_was_noticed_on_the_day() -> None:
    venue = f"{VENUE}/Withdrawn_Submission"

    assert only(note(1, venue_id=venue, tmdate=None, mdate=None)).withdrawn_on == DAY


@pytest.mark.parametrize(
    ("odd", "reason"),
    [
        pytest.param(None, "not a JSON object", id="null"),
        pytest.param({"id": "a"}, "no title", id="no content"),
        pytest.param({"id": "a", "content": []}, "no title", id="content is a list"),
        pytest.param(saying({"title": None}), "no title", id="no title"),
        pytest.param(saying({"title": ["Lamps"]}), "no title", id="title is a list"),
        pytest.param(note(1, id=None), "no id", id="no id"),
        pytest.param(note(1, ddate=ms(2025, 1, 22)), "deleted", id="deleted"),
        pytest.param(
            note(1, venue_id=f"{VENUE}/Rejected_Submission"),
            "not taken by its venue",
            id="rejected",
        ),
        pytest.param(
            note(1, venue_id=f"{VENUE}/Desk_Rejected_Submission"),
            "not taken by its venue",
            id="rejected at once",
        ),
        pytest.param(
            note(1, pdate=None, odate=None, tcdate=None),
            "no date on which it became public",
            id="no date",
        ),
    ],
)
def test_a_note_that_is_no_paper_is_named_and_stops_no_other(odd: Any, reason: str) -> None:
    batch = read(odd, note(2))

    assert [(it.where, it.reason) for it in batch.rejected] == [("venue.json[0]", reason)]
    assert (len(batch.papers), batch.declared) == (1, 2)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        pytest.param("Bad Gateway", "not JSON", id="not JSON"),
        pytest.param("[]", "not a list of notes", id="array"),
        pytest.param('{"count": 0}', "not a list of notes", id="no notes"),
        pytest.param('{"notes": {}}', "not a list of notes", id="object"),
        pytest.param('{"message": "Forbidden"}', "answered: Forbidden", id="error"),
    ],
)
def test_an_answer_that_is_no_list_is_not_an_empty_venue(text: str, reason: str) -> None:
    batch = parse(text)

    assert (batch.papers, batch.declared) == ((), 1)
    assert reason in batch.rejected[0].reason
    with pytest.raises(SourceError, match=reason):
        fetch_batch(SOURCE, responding(text), day=DAY)


def test_a_venue_of_which_nobody_knows_is_trouble() -> None:
    batch = fetch_batch(SOURCE, responding(response([])), day=DAY)

    assert batch.trouble is not None
    assert "content.venueid=Fog.org/2025/Conference" in batch.trouble
    assert batch.trouble.endswith("there is nothing; check the id of the venue")


def test_venues_are_asked_for_one_by_one_and_page_by_page() -> None:
    web = served_by(SERVICE.happy)

    batch = fetch_batch(SERVICE.source("https://api2.openreview.net"), web, day=DAY)

    asked = "https://api2.openreview.net/notes?content.venueid=Fog.org%2F2025%2FConference"
    assert web.addresses == [
        f"{asked}&limit=1000&offset=0&count=true",
        f"{asked}&limit=1000&offset=3&count=true",
        f"{asked}%2FWithdrawn_Submission&limit=1000&offset=0&count=true",
    ]
    assert (batch.declared, len(batch.papers), len(batch.updates), len(batch.rejected)) == (
        SERVICE.declared,
        3,
        1,
        SERVICE.rejected,
    )
    assert batch.channels == (
        Channel(name=VENUE, parsed=4, declared=4),
        Channel(name=f"{VENUE}/Withdrawn_Submission", parsed=1, declared=1),
    )


def test_the_venue_of_a_file_is_the_first_that_is_named() -> None:
    assert [it.name for it in read(None, note(1)).channels] == [VENUE]


def test_papers_of_other_days_are_given_with_their_own() -> None:
    batch = fetch_batch(SOURCE, served_by(SERVICE.empty), day=DAY)

    assert [paper.day for paper in batch.papers] == [date(2025, 1, 21), date(2025, 1, 23)]
    assert (batch.declared, batch.trouble) == (2, None)


def test_a_source_without_venues_is_told_what_it_needs() -> None:
    with pytest.raises(ConfigError, match='source o: kind "openreview" needs venues'):
        fetch_batch(Source(name="o", kind="openreview"), responding())


def test_fewer_notes_than_a_venue_counts_are_trouble() -> None:
    source = Source(name="o", kind="openreview", venues=("A", "B"))
    web = responding(
        response([note(1, venue_id="A")]),
        response([note(2, venue_id="B")], count=3),
        response([], count=3),
    )

    batch = fetch_batch(source, web, day=DAY)

    assert (batch.trouble, batch.declared) == ("B gave 1 of 3 notes", 4)
    assert [channel.name for channel in batch.channels] == ["A", "B"]


def test_a_venue_that_cannot_be_read_stops_no_other() -> None:
    source = Source(name="o", kind="openreview", venues=("A", "B"))

    batch = fetch_batch(
        source, responding("Bad Gateway", response([note(2, venue_id="B")])), day=DAY
    )

    assert len(batch.papers) == 1
    assert batch.channels == (
        Channel(name="A", parsed=0, is_read=False),
        Channel(name="B", parsed=1, declared=1),
    )
    assert batch.trouble is not None
    assert batch.trouble.startswith("A: https://api2.openreview.net/notes?content.venueid=A")


def test_a_venue_of_which_a_later_page_fails_was_read() -> None:
    source = Source(name="o", kind="openreview", venues=("A", "B"))
    web = responding(
        response([note(1, venue_id="A")], count=2), "Bad Gateway", response([note(2, venue_id="B")])
    )

    batch = fetch_batch(source, web, day=DAY)

    assert batch.channels[0] == Channel(name="A", parsed=1, declared=2)


def test_every_venue_that_cannot_be_read_is_named() -> None:
    source = Source(name="o", kind="openreview", venues=("A", "B", "C"))
    web = responding("Bad Gateway", response([note(2, venue_id="B")]), "Bad Gateway")

    batch = fetch_batch(source, web, day=DAY)

    assert batch.trouble is not None
    assert [said.partition(":")[0] for said in batch.trouble.split("; ")] == ["A", "C"]


def test_where_no_venue_can_be_read_the_first_error_is_raised() -> None:
    source = Source(name="o", kind="openreview", venues=("A", "B"))

    with pytest.raises(SourceError, match=r"venueid=A.*not JSON"):
        fetch_batch(source, responding("Bad Gateway", "Bad Gateway"), day=DAY)


def test_a_long_venue_is_read_in_a_time_that_grows_evenly() -> None:
    abstract = {"abstract": "Lamps in fog are many. " * 60}

    def read(notes: int) -> None:
        text = response([saying(abstract, id=f"n{number}") for number in range(notes)])
        assert len(parse(text).papers) == notes

    assert grows_evenly(read, 4_000)


def test_nothing_is_expected_of_any_day() -> None:
    forecast = openreview.forecast(DAY, NOON)

    assert (forecast.outlook, forecast.reason) == (
        Outlook.LITTLE,
        "no venue publishes every day",
    )


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)
CONTENT = st.dictionaries(st.sampled_from([*note(1)["content"]]), VALUES)
ODD = st.builds(
    lambda odd, content: note(1) | odd | {"content": content | odd},
    st.dictionaries(st.sampled_from([*note(1)]), VALUES),
    CONTENT | st.just(note(1)["content"]),
)
ANSWERS = st.fixed_dictionaries({"notes": st.lists(ODD | VALUES), "count": VALUES})


@given(ANSWERS | VALUES)
def test_no_json_breaks_the_parser_and_every_note_is_accounted_for(said: Any) -> None:
    page = parse(json.dumps(said))

    papers = (*page.papers, *page.updates)
    assert page.declared == len(papers) + len(page.rejected)
    assert all(paper.id and paper.title for paper in papers)
    assert openreview.join([page]).papers == page.papers
