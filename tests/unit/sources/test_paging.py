"""When a service's list goes on, and whether its pages add up."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from digest.errors import RefusedError, SourceError
from digest.sources.paging import SMALLEST_LIMIT, Pages


def read(records: int, *, asked: int, limit: int, total: int | None) -> Pages:
    """The pages of a list of so many records, as a service with a limit gives them."""
    pages = Pages("records", asked=asked, most=1000)
    while True:
        there = range(pages.given, min(pages.given + min(asked, limit), records))
        pages.add(there, total=total)
        if not pages.go_on:
            return pages


def refused(status: int) -> SourceError:
    return RefusedError("no", status=status, body="")


SIZES = st.integers(1, 40)


@given(records=st.integers(0, 300), asked=SIZES, limit=SIZES, counts=st.booleans())
def test_a_list_is_read_to_its_end_with_or_without_a_total(
    *, records: int, asked: int, limit: int, counts: bool
) -> None:
    pages = read(records, asked=asked, limit=limit, total=records if counts else None)

    assert (pages.given, pages.trouble, pages.lacking) == (records, None, None)


@given(st.integers(1, 300), SIZES, st.integers(0, 300))
def test_a_total_that_is_wrong_costs_no_record_of_full_pages(
    records: int, asked: int, total: int
) -> None:
    pages = read(records, asked=asked, limit=asked, total=total)

    assert pages.given == records
    assert (pages.lacking is not None) == (total > records)


@given(st.lists(st.integers(0, 5), min_size=1), st.none() | st.integers(0, 1000))
def test_a_page_that_repeats_itself_ends_the_list(page: list[int], total: int | None) -> None:
    pages = Pages("records", asked=len(page), most=1000)

    assert pages.add(page, total=total)
    assert not pages.add(page, total=total)
    assert not pages.go_on
    # Full pages are doubted whatever the total.
    assert pages.trouble == f"page 2 repeats earlier ones, after {len(set(page))} records"


def test_pages_that_overlap_are_no_whole_list() -> None:
    pages = Pages("records", asked=3, most=10)
    pages.add([1, 2, 3], total=5)
    pages.add([3, 4], total=5)

    assert (pages.go_on, pages.lacking) == (False, None)
    assert pages.trouble == "its pages overlap: only 4 of 5 records came"


def test_what_a_page_says_of_the_next_one_counts_more_than_the_total() -> None:
    pages = Pages("records", asked=3, most=10)

    pages.add([1, 2, 3], total=3, has_more=True)
    assert pages.go_on
    pages.add([], total=None, has_more=True)
    assert pages.go_on
    pages.add([4], total=9, has_more=False)
    assert not pages.go_on
    assert pages.lacking == "it gave 4 of 9 records"


@given(st.integers(0, 300), st.integers(SMALLEST_LIMIT, 40))
def test_a_total_that_counts_the_page_is_not_that_of_the_list(records: int, limit: int) -> None:
    pages = Pages("records", asked=1000, most=1000)
    while True:
        there = range(pages.given, min(pages.given + limit, records))
        pages.add(there, total=len(there))
        if not pages.go_on:
            break

    assert (pages.given, pages.trouble, pages.lacking) == (records, None, None)


def test_a_list_that_its_total_says_is_whole_may_be_given_again() -> None:
    pages = Pages("records", asked=100, most=10)
    pages.add(range(30), total=30)
    assert pages.go_on
    pages.add(range(30), total=30)

    assert (pages.go_on, pages.trouble, pages.lacking) == (False, None, None)


def test_a_page_that_does_not_exist_ends_the_list_unless_the_one_before_was_full() -> None:
    pages = Pages("records", asked=30, most=10)
    assert not pages.end(refused(404))
    pages.add(range(30), total=None)
    assert not pages.end(refused(404))
    pages.add(range(30, 50), total=None)

    assert not pages.end(refused(500))
    assert not pages.end(SourceError("silent"))
    assert pages.end(refused(404))
    assert (pages.go_on, pages.trouble) == (False, None)


def test_a_list_without_end_is_cut_and_says_so() -> None:
    pages = Pages("records", asked=1, most=3)
    for number in range(3):
        assert pages.add([number], total=None)

    assert not pages.go_on
    assert pages.trouble == "the records go on after 3 pages"
