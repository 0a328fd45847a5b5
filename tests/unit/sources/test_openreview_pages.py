"""The pages of a venue: all of them are read, whatever OpenReview counts and how many it gives."""

from __future__ import annotations

import json

import pytest
from support.http_server import Response
from support.offline_web import OfflineClient, OfflineRequest, fetch_batch, responding
from support.services.openreview import DAY, VENUE, note, response

from digest.sources import Source

SOURCE = Source(
    name="o", kind="openreview", url="https://api2.openreview.net/notes", venues=(VENUE,)
)


def test_a_count_without_end_is_not_followed_without_end() -> None:
    pages = [response([note(number)], count=10**9) for number in range(60)]

    batch = fetch_batch(SOURCE, responding(*pages), day=DAY)

    assert batch.trouble == (
        f"{VENUE} gave 50 of 1,000,000,000 notes; {VENUE}: the notes go on after 50 pages"
    )


def serving(
    notes: int, *, most: int, count: object = None, is_stuck: bool = False
) -> OfflineClient:
    """A service with so many notes that gives at most so many of them a page, and this count."""

    def respond(asked: OfflineRequest) -> str:
        first = 0 if is_stuck else int(asked.params["offset"])
        there = range(first, min(first + min(most, int(asked.params["limit"])), notes))
        return json.dumps({"notes": [note(number) for number in there], "count": count})

    return OfflineClient(respond)


@pytest.mark.parametrize("count", [None, "many", 1000, 1400])
@pytest.mark.parametrize("most", [1000, 2000])
def test_a_venue_is_read_to_its_end_whatever_it_counts(count: object, most: int) -> None:
    batch = fetch_batch(SOURCE, serving(1400, most=most, count=count), day=DAY)

    assert (len(batch.papers), batch.trouble) == (1400, None)


@pytest.mark.parametrize("count", [None, 1400])
@pytest.mark.parametrize("most", [1, 7, 500])
def test_a_service_may_give_fewer_notes_than_are_asked_for(count: object, most: int) -> None:
    notes = min(1400, 40 * most)
    count = None if count is None else notes

    batch = fetch_batch(SOURCE, serving(notes, most=most, count=count), day=DAY)

    assert (len(batch.papers), batch.trouble) == (notes, None)


@pytest.mark.parametrize("most", [10, 500, 700])
def test_a_count_of_the_page_is_not_taken_for_that_of_the_venue(most: int) -> None:
    notes = min(1400, 40 * most + 1)

    def respond(asked: OfflineRequest) -> str:
        first = int(asked.params["offset"])
        there = [note(number) for number in range(first, min(first + most, notes))]
        return response(there, count=len(there))

    batch = fetch_batch(SOURCE, OfflineClient(respond), day=DAY)

    assert (len(batch.papers), batch.trouble) == (notes, None)


@pytest.mark.parametrize("second", [Response(status=500), {"message": "Oops"}, "Bad Gateway"])
def test_the_pages_of_the_only_venue_before_an_error_are_kept(second: Response | str) -> None:
    first = response([note(number) for number in range(1000)], count=1400)

    batch = fetch_batch(SOURCE, responding(first, second), day=DAY)

    assert (len(batch.papers), batch.declared) == (1000, 1400)
    assert batch.trouble is not None


@pytest.mark.parametrize("count", [None, 1400])
def test_a_page_that_repeats_itself_is_trouble(count: object) -> None:
    batch = fetch_batch(SOURCE, serving(1400, most=1000, count=count, is_stuck=True), day=DAY)

    assert len(batch.papers) == 1000
    assert batch.trouble is not None
    assert batch.trouble.endswith(f"{VENUE}: page 2 repeats earlier ones, after 1,000 notes")
