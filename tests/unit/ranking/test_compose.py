"""One subscriber's issue, or the reason why there is none."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from support.builders import DAY, ids, pick, topic

from digest.models.issue import NOTHING_SEEN, Coverage, Edition, Issue, NoIssue, Seen
from digest.ranking.compose import compose

if TYPE_CHECKING:
    from digest.models.picks import Pick

SATURDAY = date(2026, 2, 7)


def edition(ranked: dict[str, list[Any]] | None = None, **coverage: Any) -> Edition:
    defaults: dict[str, Any] = {"day": DAY, "sources": (("list", 3),), "considered": 3}
    return Edition(
        papers=[],
        trend_weight=1.0,
        coverage=Coverage(**(defaults | coverage)),
        topics={slug: topic(slug) for slug in ("agents", "robots")},
        ranked={"agents": [], "robots": [], **(ranked or {})},
        similar={},
        per_topic=3,
        max_papers=9,
    )


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

    assert compose(of_the_day, wanted, seen=seen) == NoIssue(reason=reason)
