"""An issue only if there is something: who chose that waits until enough papers are new."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from support.builders import ids, pick
from support.editions import edition, with_topics

from digest.models.issue import NOTHING_SEEN, Edition, Issue, NoIssue, Seen
from digest.ranking.compose import ENOUGH, compose, if_enough
from subscribers.models import EXPLORE, LIKED, OWN

if TYPE_CHECKING:
    from digest.models.picks import Pick


def waiting(of: Edition, *wanted: str, seen: Seen = NOTHING_SEEN) -> Issue | NoIssue:
    """What a reader gets of topics who wants mail when there is something."""
    return if_enough(compose(of, wanted, seen=seen), of, wanted, seen=seen)


def numbered(slug: str, *names: str, relevance: float = 0.5) -> list[Pick]:
    return [
        pick(name, 1 - place / 100, topic=slug, relevance=relevance)
        for place, name in enumerate(names)
    ]


@pytest.mark.parametrize(
    ("new", "said"), [(1, "there is 1 so far"), (2, "there are 2 so far"), (3, ""), (4, "")]
)
def test_who_wants_mail_when_there_is_something_waits_for_enough(new: int, said: str) -> None:
    of_the_day = edition({"agents": numbered("agents", *"0123"[:new])})

    found = waiting(of_the_day, "agents")

    assert ENOUGH == 3
    if said:
        assert found == NoIssue(reason=f"waits until 3 papers are new; {said}")
    else:
        assert found == compose(of_the_day, ["agents"], seen=NOTHING_SEEN)


def test_papers_of_all_topics_count_together_and_those_that_were_seen_do_not() -> None:
    of_the_day = edition(
        {"agents": numbered("agents", "1", "2"), "robots": numbered("robots", "2", "3")}
    )

    assert isinstance(waiting(of_the_day, "agents", "robots"), Issue)
    assert waiting(of_the_day, "agents", "robots", seen=Seen(papers=frozenset("3"))) == NoIssue(
        reason="waits until 3 papers are new; there are 2 so far"
    )


@pytest.mark.parametrize("quotas", [{"max_papers": 1}, {"per_topic": 1}])
@pytest.mark.parametrize("relevance", [0.3, 0.5])
def test_papers_that_an_issue_has_no_room_for_count(
    quotas: dict[str, int], relevance: float
) -> None:
    of_the_day = edition({"agents": numbered("agents", *"123", relevance=relevance)})

    found = waiting(replace(of_the_day, **quotas), "agents", "robots")

    assert isinstance(found, Issue)
    assert len(found.picks) == 1


def test_a_paper_for_ones_own_words_is_enough_also_under_a_topic_that_has_it_too() -> None:
    both = [pick("1", topic="agents", relevance=0.9)]
    of_the_day = with_topics(edition(), own=OWN)
    mine = {OWN: [pick("1", topic=OWN, relevance=0.5)]}
    own = replace(of_the_day, ranked={**of_the_day.ranked, **mine})
    shared = replace(own, ranked={**own.ranked, "agents": both})
    twin = pick("2", 2.0, topic="agents", relevance=0.9)
    alike = replace(
        own,
        ranked={**own.ranked, "agents": [twin, *both]},
        similar={"1": frozenset("2"), "2": frozenset("1")},
    )

    assert isinstance(waiting(own, OWN, "agents"), Issue)
    found = waiting(shared, OWN, "agents")
    assert isinstance(found, Issue)
    assert [it.slug for it in found.sections] == ["agents"]
    found = waiting(alike, OWN, "agents")
    assert isinstance(found, Issue)
    assert (ids(found), ids(found.top.similar)) == (["2"], ["1"])
    assert isinstance(waiting(own, OWN, "agents", seen=Seen(papers=frozenset("1"))), NoIssue)


def test_what_a_reader_liked_counts_only_if_they_chose_nothing_else() -> None:
    liked = with_topics(edition({"agents": numbered("agents", "1")}), liked=LIKED)
    liked = replace(liked, ranked={**liked.ranked, LIKED: numbered(LIKED, "2", "3", "4")})

    assert waiting(liked, "agents", LIKED) == NoIssue(
        reason="waits until 3 papers are new; there is 1 so far"
    )
    assert isinstance(waiting(liked, LIKED), Issue)


def test_a_paper_outside_the_topics_does_not_count() -> None:
    of_the_day = edition({"agents": numbered("agents", "1", "2")})
    found = compose(of_the_day, ["agents"], seen=NOTHING_SEEN)
    assert isinstance(found, Issue)
    outside = replace(found.sections[0], slug=EXPLORE, picks=(pick("3", topic=EXPLORE),))
    found = replace(found, sections=(*found.sections, outside))

    assert isinstance(if_enough(found, of_the_day, ["agents"], seen=NOTHING_SEEN), NoIssue)


def test_who_waits_is_not_told_of_quiet_days_and_keeps_the_reason() -> None:
    found = waiting(edition(), "agents")

    assert found == NoIssue(reason="none of the day’s 3 papers is about Agents")
    assert getattr(found, "told", None) == ""
