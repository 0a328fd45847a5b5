"""One subscriber's issue, or the reason why there is none."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from support.builders import DAY, ids, paper, pick, topic
from support.editions import edition, with_topics

from digest.models.issue import (
    NOTHING_SEEN,
    Edition,
    Issue,
    NoIssue,
    Seen,
    SourceCoverage,
)
from digest.ranking.compose import compose, quiet_issue, told_of_nothing
from subscribers.models import LIKED, OWN

if TYPE_CHECKING:
    from digest.models.picks import Pick

SATURDAY = date(2026, 2, 7)


def test_sections_follow_the_readers_order_and_empty_ones_are_left_out() -> None:
    ranked = {"agents": [pick("1", 0.9)], "robots": [pick("2", 0.4, topic="robots")]}

    both = compose(edition(ranked), ["robots", "agents"], seen=NOTHING_SEEN)
    one = compose(edition(ranked), ["robots", "agents"], seen=Seen(papers=frozenset({"2"})))

    assert isinstance(both, Issue)
    assert [(s.slug, s.name, ids(s)) for s in both.sections] == [
        ("robots", "Robots", ["2"]),
        ("agents", "Agents", ["1"]),
    ]
    assert isinstance(one, Issue)
    assert [s.slug for s in one.sections] == ["agents"]


def of_relevance(relevance: float, count: int) -> list[Pick]:
    """So many picks of agents, all this relevant."""
    return [pick(str(n), 1 - n / 100, relevance=relevance) for n in range(count)]


def test_a_section_says_how_many_papers_a_short_day_has() -> None:
    ranked = {
        "agents": of_relevance(0.5, 2),
        "robots": [pick(f"r{n}", topic="robots") for n in range(3)],
        "all": [pick("8", topic="all", relevance=1.0)],
    }
    everything = topic("all", words_in=(), trending=True)
    of_the_day = edition(ranked)
    of_the_day = replace(of_the_day, topics={**of_the_day.topics, "all": everything})

    found = compose(of_the_day, ["agents", "robots", "all"], seen=Seen(papers=frozenset("0")))

    assert isinstance(found, Issue)
    assert [(it.slug, ids(it), it.short, it.trending) for it in found.sections] == [
        ("agents", ["1"], 2, False),
        ("robots", ["r0", "r1", "r2"], None, False),
        ("all", ["8"], None, True),
    ]


def test_a_topic_without_papers_has_no_section() -> None:
    ranked = {"agents": [], "robots": [pick("r", topic="robots")]}

    found = compose(edition(ranked), ["agents", "robots"], seen=NOTHING_SEEN)

    assert isinstance(found, Issue)
    assert [it.slug for it in found.sections] == ["robots"]


@pytest.mark.parametrize("count", [0, 1, 2, 3])
def test_t18_a_topic_with_no_paper_one_or_few_or_with_all_seen_is_no_error(count: int) -> None:
    of_the_day = edition({"agents": of_relevance(0.5, count)})
    seen = Seen(papers=frozenset(map(str, range(3))))

    found = compose(of_the_day, ["agents"], seen=NOTHING_SEEN)
    again = compose(of_the_day, ["agents"], seen=seen)

    none = "none of the day’s 3 papers is about Agents"
    assert isinstance(again, NoIssue)
    assert again.reason == ("every paper about Agents was in an earlier issue" if count else none)
    assert isinstance(found, Issue) is bool(count)
    assert len(getattr(found, "picks", ())) == count


def test_the_top_pick_is_the_one_with_the_highest_score() -> None:
    ranked = {"agents": [pick("1", 0.3)], "robots": [pick("2", 0.4, topic="robots")]}

    found = compose(edition(ranked), ["agents", "robots"], seen=NOTHING_SEEN)

    assert isinstance(found, Issue)
    assert found.top.paper.id == "2"


NO_ISSUE: dict[str, tuple[Edition, list[str], Seen, str]] = {
    "nothing about it": (
        edition(), ["robots"], NOTHING_SEEN, "none of the day’s 3 papers is about Robots"),
    "all seen": (
        edition({"agents": [pick("1")]}), ["agents"], Seen(papers=frozenset({"1"})),
        "every paper about Agents was in an earlier issue"),
    "all excluded": (
        replace(edition({"agents": [pick("1")]}), excluded=frozenset("1")), ["agents"],
        NOTHING_SEEN, "the reader excludes a word or an author of every paper about Agents"),
    "quiet weekday": (
        edition(considered=0, sources=()), ["agents"], NOTHING_SEEN,
        "no papers were announced for 2026-02-02"),
    "weekend": (
        edition(considered=0, sources=(), day=SATURDAY), ["agents"], NOTHING_SEEN,
        "no papers were announced for 2026-02-07, a Saturday"),
    "stale source": (
        edition(considered=0, sources=(), stale=("page",)),
        ["agents"],
        NOTHING_SEEN,
        "no new papers for 2026-02-02: page still shows those of another day",
    ),
    "failed source": (
        edition(considered=0, sources=(), missing=("list",)), ["agents"], NOTHING_SEEN,
        "no papers for 2026-02-02: list could not be read"),
    "topic gone": (edition(), ["gone"], NOTHING_SEEN, "none of the topics exist: gone"),
    "no topics": (edition(), [], NOTHING_SEEN, "no topic is chosen"),
}  # fmt: skip


@pytest.mark.parametrize("case", NO_ISSUE.values(), ids=NO_ISSUE.keys())
def test_no_issue_has_a_reason(case: tuple[Edition, list[str], Seen, str]) -> None:
    of_the_day, wanted, seen, reason = case

    found = compose(of_the_day, wanted, seen=seen)

    assert isinstance(found, NoIssue)
    assert found.reason == reason


# -- a quiet day -----------------------------------------------------------------------------------

EARLY = SourceCoverage(source="list", papers=3, is_early=True)
#: Of each case above, what the reader is told; None where the day is not quiet.
TOLD = {
    "nothing about it": "None of the day’s 3 papers is about Robots.",
    "all seen": "Every paper about Agents was in an earlier issue.",
    "all excluded": "You exclude a word or an author of every paper about Agents.",
    "quiet weekday": "No papers were announced today.",
    "weekend": "No papers were announced today.",
    "stale source": None,
    "failed source": None,
    "topic gone": None,
    "no topics": None,
}


def none(of: Edition, *wanted: str, seen: Seen = NOTHING_SEEN) -> NoIssue:
    """Why there is no issue."""
    found = compose(of, wanted or ("agents",), seen=seen)
    assert isinstance(found, NoIssue)
    return found


@pytest.mark.parametrize("name", NO_ISSUE)
def test_a_day_is_quiet_if_all_was_read_and_nothing_is_new(name: str) -> None:
    of_the_day, wanted, seen, _ = NO_ISSUE[name]

    found = compose(of_the_day, wanted, seen=seen)

    assert isinstance(found, NoIssue)
    assert found.is_quiet is (TOLD[name] is not None)
    assert found.told == (TOLD[name] or "")


@pytest.mark.parametrize("considered", [0, 3])
@pytest.mark.parametrize(
    ("gap", "named"),
    [
        ({"missing": ("page",)}, "page could not be read"),
        ({"stale": ("page",)}, "page still shows"),
        ({"partial": ("page",)}, "page could not be read in full"),
        ({"sources": (EARLY,)}, "list had not listed all of its papers yet"),
        ({"overdue": (("page", DAY),)}, "page could not be read for 2026-02-02 yet"),
        (
            {"since": date(2026, 1, 30), "overdue": (("page", date(2026, 1, 31)),)},
            "page could not be read for 2026-01-31 yet",
        ),
    ],
)
def test_a_day_on_which_papers_may_be_unknown_is_never_quiet_and_says_why(
    gap: dict[str, Any], named: str, considered: int
) -> None:
    found = none(edition(considered=considered, **gap))

    assert (found.is_quiet, found.told) == (False, "")
    assert named in found.reason


@pytest.mark.parametrize("considered", [0, 3])
def test_a_source_without_papers_by_its_calendar_leaves_a_day_quiet(considered: int) -> None:
    excused = edition(considered=considered, sources=(), excused=("arXiv is closed on Mondays",))
    owed = edition(considered=considered, overdue=(("page", date(2026, 2, 1)),))

    assert none(excused).is_quiet
    assert none(owed).is_quiet


def test_a_source_that_is_both_missing_and_stale_is_named_once() -> None:
    assert none(edition(missing=("page",), stale=("page",))).reason == (
        "none of the day’s 3 papers is about Agents; page could not be read"
    )


def test_a_quiet_span_speaks_of_its_days() -> None:
    since = date(2026, 1, 30)

    assert none(edition(since=since)).reason == (
        "none of the 3 papers of these 3 days is about Agents"
    )
    assert none(edition(since=since)).told == (
        "None of the 3 papers of these 3 days is about Agents."
    )
    assert none(edition(since=since, considered=0)).told == (
        "No papers were announced on these 3 days."
    )


def test_one_paper_is_spoken_of_as_one() -> None:
    assert none(edition(considered=1)).told == "The day’s only paper is not about Agents."
    assert none(edition(considered=1, since=date(2026, 1, 30))).told == (
        "The only paper of these 3 days is not about Agents."
    )


def test_a_reader_is_told_of_their_own_topics_as_they_know_them() -> None:
    of_the_day = with_topics(edition(), own=OWN, liked=LIKED)

    assert none(of_the_day, OWN, "agents").told == (
        "None of the day’s 3 papers is about your own words, Agents."
    )
    assert none(of_the_day, LIKED).told == "None of the day’s 3 papers is like what you liked."
    assert none(of_the_day, LIKED).reason == (
        "none of the day’s 3 papers is like what the reader liked"
    )


def test_of_seen_and_excluded_papers_a_reader_is_told_both() -> None:
    of_the_day = edition({"agents": [pick("1"), pick("2")]})
    of_the_day = replace(of_the_day, excluded=frozenset("2"))

    assert none(of_the_day, seen=Seen(papers=frozenset("1"))).told == (
        "Every paper about Agents was in an earlier issue or has a word or an author that you"
        " exclude."
    )


def test_many_topics_are_counted() -> None:
    of_the_day = edition()
    topics = {f"t{n}": topic(f"t{n}") for n in range(99)}
    of_the_day = replace(of_the_day, topics=topics, ranked=dict.fromkeys(topics, ()))

    assert none(of_the_day, *topics).told.endswith("T17, T18, 80 more.")


def test_two_lines_hold_no_papers_and_report_withdrawals_once() -> None:
    gone, known = paper("7"), paper("8")
    of_the_day = replace(edition(), withdrawn=(gone, known, paper("9")))
    seen = Seen(papers=frozenset("78"), withdrawals=frozenset("8"))

    found = quiet_issue(of_the_day, none(of_the_day), seen=seen)

    assert found == Issue(
        day=DAY,
        sections=(),
        coverage=of_the_day.coverage,
        withdrawn=(gone,),
        quiet="None of the day’s 3 papers is about Agents.",
    )


def test_what_holds_for_all_readers_of_a_day_is_told_without_their_topics() -> None:
    assert told_of_nothing(edition()) == "None of the day’s 3 papers is new to you."
    assert told_of_nothing(edition(considered=0)) == "No papers were announced today."
