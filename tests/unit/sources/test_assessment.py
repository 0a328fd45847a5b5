"""Assessing a batch: complete, rightly empty, too early, stale, or partial."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.builders import DAY, ids, paper

from digest.models.days import window
from digest.models.paper import Announcement, AnnounceType
from digest.models.source import Batch, Channel, Forecast, Outlook, Rejected, SourceState
from digest.sources import assessment
from digest.sources.backlog import days_owed

DUE = Forecast()
EARLY = Forecast(Outlook.EARLY, "the list has only begun")
LITTLE = Forecast(Outlook.LITTLE, "little comes on Sundays")
NOTHING = Forecast(Outlook.NOTHING, "nothing comes on Sundays")
BEFORE = DAY - timedelta(days=1)
WHOLE = timedelta(days=1)


def announced(paper_id: str, category: str = "cs.CL", **details: object) -> Announcement:
    given = {"day": DAY, "type": AnnounceType.NEW} | details
    return Announcement(paper_id=paper_id, category=category, **given)  # type: ignore[arg-type]


def judged(batch: Batch, forecast: Forecast = DUE, *stale: str) -> tuple[SourceState, str | None]:
    found = assessment.assess(batch, day=DAY, forecast=forecast, stale=stale)
    return found.state, found.reason


@pytest.mark.parametrize(
    ("forecast", "state"),
    [
        (DUE, SourceState.OK),
        (NOTHING, SourceState.OK),
        (EARLY, SourceState.EARLY),
    ],
)
def test_papers_of_the_day_are_good_whatever_was_expected(
    forecast: Forecast, state: SourceState
) -> None:
    assert judged(Batch(papers=(paper(),)), forecast)[0] is state


@pytest.mark.parametrize(
    ("forecast", "state", "reason"),
    [
        (DUE, SourceState.FAILED, "it shows no papers, though Monday 2 February is no holiday"),
        (NOTHING, SourceState.EMPTY, "nothing comes on Sundays"),
        (LITTLE, SourceState.EMPTY, "little comes on Sundays"),
        (EARLY, SourceState.EARLY, "the list has only begun"),
    ],
)
def test_no_papers_are_as_good_as_was_to_be_expected(
    forecast: Forecast, state: SourceState, reason: str
) -> None:
    assert judged(Batch(), forecast) == (state, reason)


def test_papers_of_an_earlier_day_are_not_this_day_s() -> None:
    assert judged(Batch(papers=(paper(day=BEFORE),))) == (
        SourceState.STALE,
        "still shows the papers of an earlier day",
    )


def test_a_batch_that_was_served_before_is_stale_and_nothing_of_it_is_kept() -> None:
    batch = Batch(papers=(paper("1"), paper("2")))

    found = assessment.assess(batch, day=DAY, forecast=DUE, stale={"HF"})

    assert (found.state, found.batch.papers) == (SourceState.STALE, ())


def test_a_stale_category_spoils_no_other() -> None:
    batch = Batch(
        papers=(paper("1"), paper("2"), paper("3")),
        announcements=(announced("1"), announced("2", "cs.LG"), announced("3"),
                       announced("3", "cs.LG")),
        channels=(Channel(name="cs.CL", parsed=2), Channel(name="cs.LG", parsed=2)),
    )  # fmt: skip

    found = assessment.assess(batch, day=DAY, forecast=DUE, stale={"cs.LG"})

    assert ids(found.batch.papers) == ["1", "3"]
    assert [(one.name, one.is_read) for one in found.batch.channels] == [
        ("cs.CL", True), ("cs.LG", False),
    ]  # fmt: skip
    assert (found.state, found.reason) == (
        SourceState.PARTIAL,
        "cs.LG: still the papers of an earlier day",
    )


def test_fewer_papers_than_are_declared_are_a_part() -> None:
    batch = Batch(papers=(paper(),), channels=(Channel(name="cs.CL", parsed=140, declared=142),))

    assert judged(batch) == (SourceState.PARTIAL, "cs.CL has 140 of 142 papers")


@pytest.mark.parametrize(
    ("declared", "announcements"),
    [
        pytest.param(0, (), id="the listing says none"),
        pytest.param(None, ("replace",), id="new versions alone"),
    ],
)
def test_a_list_of_the_day_with_nothing_new_is_empty_and_no_error(
    declared: int | None, announcements: tuple[str, ...]
) -> None:
    batch = Batch(
        channels=(Channel(name="cs.LG", parsed=0, declared=declared),),
        announcements=tuple(
            announced("1", "cs.LG", type=AnnounceType(kind)) for kind in announcements
        ),
    )

    assert judged(batch) == (SourceState.EMPTY, "nothing new was announced in cs.LG")


@pytest.mark.parametrize(
    "channel",
    [
        pytest.param(Channel(name="cs.LG", parsed=0), id="nobody counted"),
        pytest.param(Channel(name="cs.LG", parsed=0, declared=3), id="three are missing"),
        pytest.param(Channel(name="cs.LG", parsed=0, is_read=False), id="not read"),
    ],
)
def test_an_empty_list_that_nobody_vouches_for_is_an_error(channel: Channel) -> None:
    assert judged(Batch(channels=(channel,)))[0] is SourceState.FAILED


def test_a_past_day_that_is_empty_is_believed() -> None:
    found = assessment.assess(Batch(), day=DAY, forecast=DUE, stale=(), is_past=True)

    assert (found.state, found.reason) == (
        SourceState.EMPTY,
        "it has no papers of Monday 2 February",
    )


def test_more_unusable_records_than_papers_are_a_part_of_the_list() -> None:
    batch = Batch(papers=(paper(),), rejected=(Rejected(where="x[0]", reason="no title"),) * 30)

    for found in (
        assessment.accept(batch),
        assessment.assess(batch, day=DAY, forecast=DUE, stale=()),
    ):
        assert (found.state, found.reason) == (
            SourceState.PARTIAL,
            "30 of 31 records are unusable: no title",
        )


def test_trouble_that_a_source_tells_of_is_told() -> None:
    assert judged(Batch(papers=(paper(),), trouble="cut at 2,000")) == (
        SourceState.PARTIAL,
        "cut at 2,000",
    )


@pytest.mark.parametrize(
    ("forecast", "is_past", "state"),
    [
        pytest.param(LITTLE, False, SourceState.PARTIAL, id="little"),
        pytest.param(DUE, True, SourceState.PARTIAL, id="past"),
        pytest.param(DUE, False, SourceState.FAILED, id="due"),
        pytest.param(NOTHING, True, SourceState.EMPTY, id="nothing"),
    ],
)
def test_a_list_that_was_cut_is_no_empty_one(
    *,
    forecast: Forecast,
    is_past: bool,
    state: SourceState,
) -> None:
    found = assessment.assess(
        Batch(trouble="page 2 repeats earlier ones"),
        day=DAY,
        forecast=forecast,
        stale=(),
        is_past=is_past,
    )

    assert found.state is state


def test_nothing_but_rejected_records_is_a_failure() -> None:
    batch = Batch(rejected=(Rejected(where="x[0]", reason="no title"),))

    assert judged(batch, NOTHING) == (
        SourceState.FAILED,
        "nothing in it could be used: no title",
    )


def test_files_are_believed_to_be_empty() -> None:
    assert assessment.accept(Batch()).state is SourceState.OK


@pytest.mark.parametrize(
    ("known", "stale"), [("", "no"), ("1", "no"), ("12", "no"), ("123", "yes")]
)
def test_a_batch_is_old_when_all_but_a_few_of_its_papers_are(known: str, stale: str) -> None:
    assert assessment.is_served_again({"1", "2", "3"}, set(known)) is (stale == "yes")


def test_no_papers_are_not_old() -> None:
    assert not assessment.is_served_again((), {"1"})


def test_only_news_tell_whether_a_batch_is_new() -> None:
    batch = Batch(
        announcements=(
            announced("1"),
            announced("2", type=AnnounceType.CROSS),
            announced("3", type=AnnounceType.REPLACE),
        )
    )

    assert assessment.news_by_category(batch) == {"cs.CL": {"1", "2"}}


def test_a_category_whose_date_stood_still_is_moved_to_the_day() -> None:
    batch = Batch(
        papers=(paper("1", day=BEFORE), paper("2", day=BEFORE)),
        announcements=(announced("1", day=BEFORE), announced("2", "cs.LG", day=BEFORE)),
    )

    moved = assessment.redate(batch, {"cs.CL"}, DAY)

    assert [(one.id, one.day) for one in moved.papers] == [("1", DAY), ("2", BEFORE)]
    assert [(one.paper_id, one.day) for one in moved.announcements] == [("1", DAY), ("2", BEFORE)]


def at(day: date, **later: int) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(**later)


@pytest.mark.parametrize(
    ("state", "read_at", "owed"),
    [
        pytest.param(SourceState.OK, at(DAY), [], id="read when it was whole"),
        pytest.param(SourceState.OK, at(BEFORE, hours=18), [BEFORE], id="read before it was whole"),
        pytest.param(SourceState.EMPTY, at(DAY), [], id="empty"),
        pytest.param(SourceState.FAILED, at(DAY), [BEFORE], id="failed"),
        pytest.param(SourceState.STALE, at(DAY), [BEFORE], id="stale"),
        pytest.param(SourceState.PARTIAL, at(DAY), [BEFORE], id="partial"),
        pytest.param(SourceState.EARLY, at(DAY), [BEFORE], id="early"),
    ],
)
def test_a_day_is_owed_until_it_was_read_whole(
    state: SourceState, read_at: datetime, owed: list[date]
) -> None:
    found = days_owed(
        [BEFORE], states={BEFORE: (state, read_at)}, first=BEFORE, whole_after=WHOLE, quiet=()
    )

    assert found == owed


@pytest.mark.parametrize(
    ("states", "owed"),
    [
        pytest.param({}, [], id="not read"),
        pytest.param({BEFORE: (SourceState.EMPTY, at(BEFORE))}, [], id="read early and empty"),
        pytest.param({BEFORE: (SourceState.FAILED, at(DAY))}, [BEFORE], id="failed"),
    ],
)
def test_a_quiet_day_is_owed_only_if_it_failed(
    states: dict[date, tuple[SourceState, datetime]], owed: list[date]
) -> None:
    found = days_owed([BEFORE], states=states, first=BEFORE, whole_after=WHOLE, quiet={BEFORE})

    assert found == owed


def test_services_that_know_no_past_owe_nothing() -> None:
    assert days_owed([BEFORE], states={}, first=BEFORE, whole_after=None, quiet=()) == []


@given(st.integers(0, 60), st.dates(date(2020, 1, 1), date(2040, 1, 1)))
def test_the_window_is_the_days_before_in_their_order(most: int, day: date) -> None:
    found = window(day, most)

    assert len(found) == most
    assert found == sorted(found)
    assert all(timedelta(0) < day - earlier <= timedelta(days=most) for earlier in found)
