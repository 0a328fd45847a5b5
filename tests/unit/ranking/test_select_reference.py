"""Selecting beside a plain implementation of the same rules, and what holds for any day."""

from __future__ import annotations

from typing import Any, NamedTuple

from hypothesis import given
from hypothesis import strategies as st
from support.builders import ids, pick

from digest.models.picks import Pick, Rankings
from digest.ranking.select import CLEAR, select

SLUGS = ("agents", "robots", "proofs", "trending", "votes")
LAST = ("trending", "votes")
PAPERS = "abcdefghijklmnop"


class Wishes(NamedTuple):
    """All that a selection is made from."""

    ranked: dict[str, list[Pick]]
    wanted: list[str]
    options: dict[str, Any]


class Plain:
    """The rules in so many words: at each step it looks at every pick of every topic."""

    def __init__(self, ranked: dict[str, list[Pick]], named: list[str], **options: Any) -> None:
        self.ranked, self.named, self.similar = ranked, named, options["similar"]
        self.barred = {*options["seen"], *options["excluded"]}
        self.barred |= {other for it in options["seen"] for other in self.similar.get(it, ())}
        self.shown: dict[str, Pick] = {}

    def is_free(self, found: Pick) -> bool:
        alike = {other for it in self.shown for other in self.similar.get(it, ())}
        return found.paper.id not in {*self.barred, *self.shown, *alike}

    def fits_best(self, found: Pick) -> bool:
        fits = [
            (-other.relevance, place, other.topic)
            for place, slug in enumerate(self.named)
            for other in self.ranked[slug]
            if other.paper.id == found.paper.id
        ]
        return min(fits)[2] == found.topic

    def fill(self, slugs: list[str], quota: int, most: int, is_offered: Any) -> None:
        while len(self.shown) < most:
            heads = []
            for place, slug in enumerate(slugs):
                if sum(it.topic == slug for it in self.shown.values()) < quota:
                    free = [it for it in self.ranked[slug] if self.is_free(it) and is_offered(it)]
                    heads += [(-it.score, place, it) for it in free[:1]]
            if not heads:
                break
            best = min(heads, key=lambda head: head[:2])[2]
            self.shown[best.paper.id] = best

    def fill_best_first(self, quota: int, most: int, is_offered: Any) -> None:
        def best(found: Pick) -> bool:
            return is_offered(found) and self.fits_best(found)

        self.fill(self.named, quota, most, best)
        self.fill(self.named, quota, most, is_offered)


def is_clear(found: Pick) -> bool:
    return found.relevance >= CLEAR


def is_mention(found: Pick) -> bool:
    return found.relevance < CLEAR


def plainly(ranked: dict[str, list[Pick]], wanted: list[str], **options: Any) -> Any:
    """Select by looking at every pick of every topic, in every round, at each step."""
    topics = [slug for slug in dict.fromkeys(wanted) if slug in ranked]
    named = [slug for slug in topics if slug not in options["last"]]
    trending = [slug for slug in topics if slug in options["last"]]
    per_topic, max_papers = options["per_topic"], options["max_papers"]
    share = min(max(1, max_papers // max(len(topics), 1)), per_topic)
    kept = min(share * len(trending), max(0, max_papers - share * len(named)))
    plain = Plain(ranked, named, **options)
    plain.fill_best_first(share, max_papers - kept, is_clear)
    plain.fill_best_first(share, max_papers - kept, is_mention)
    plain.fill_best_first(per_topic, max_papers - kept, is_clear)
    for quota in (share, per_topic):
        for slug in trending:
            plain.fill([slug], quota, max_papers, lambda _: True)
    plain.fill_best_first(per_topic, max_papers, is_clear)
    return {slug: [it for it in ranked[slug] if it in plain.shown.values()] for slug in topics}


@st.composite
def wishes(draw: st.DrawFn) -> Wishes:
    """A few topics and papers, with ties, mentions, fillers and near-duplicates."""
    ranked = {}
    for slug in SLUGS:
        of_topic = draw(st.lists(st.sampled_from(PAPERS), unique=True))
        relevances = st.sampled_from((0.1, CLEAR / 2, CLEAR, 0.7))
        votes = st.sampled_from((1.0, 1.3))
        picks = []
        for paper_id in of_topic:
            relevance = 1.0 if slug in LAST else draw(relevances)
            score = relevance * draw(votes)
            picks.append(pick(paper_id, score, relevance=relevance, topic=slug))
        ranked[slug] = sorted(picks, key=lambda it: (it.score, it.paper.id), reverse=True)
    pairs = draw(st.lists(st.tuples(st.sampled_from(PAPERS), st.sampled_from(PAPERS)), max_size=5))
    similar: dict[str, set[str]] = {}
    for one, other in pairs:
        if one != other:
            similar.setdefault(one, set()).add(other)
            similar.setdefault(other, set()).add(one)
    options = {
        "seen": draw(st.frozensets(st.sampled_from(PAPERS), max_size=6)),
        "excluded": draw(st.frozensets(st.sampled_from(PAPERS), max_size=3)),
        "similar": {paper_id: frozenset(others) for paper_id, others in similar.items()},
        "per_topic": draw(st.integers(1, 6)),
        "max_papers": draw(st.integers(1, 20)),
        "last": LAST,
    }
    return Wishes(ranked, draw(st.lists(st.sampled_from(SLUGS), max_size=5)), options)


def shown_in(found: dict[str, list[Pick]]) -> list[str]:
    """The papers of all sections."""
    return [paper_id for section in found.values() for paper_id in ids(section)]


@given(wishes())
def test_it_selects_what_looking_at_every_pick_selects(given_: Wishes) -> None:
    found = select(given_.ranked, given_.wanted, **given_.options)

    expected = plainly(given_.ranked, given_.wanted, **given_.options)
    assert {slug: ids(section) for slug, section in found.items()} == {
        slug: ids(section) for slug, section in expected.items()
    }
    rankings = Rankings.of(given_.ranked)
    nothing_seen = {**given_.options, "seen": (), "excluded": ()}
    select(rankings, given_.wanted, **nothing_seen)
    # What rankings keep of other subscribers changes nothing.
    assert select(rankings, given_.wanted, **given_.options) == found


@given(wishes())
def test_no_quota_is_broken_and_no_paper_repeated_seen_or_excluded(given_: Wishes) -> None:
    options = given_.options
    found = select(given_.ranked, given_.wanted, **options)

    behind = [it.id for section in found.values() for pick in section for it in pick.similar]
    shown = shown_in(found)
    assert len(shown) <= options["max_papers"]
    assert all(len(section) <= options["per_topic"] for section in found.values())
    assert len(shown) + len(behind) == len({*shown, *behind})
    assert not {*shown, *behind} & (options["seen"] | options["excluded"])
    for one in shown:
        assert not options["similar"].get(one, frozenset()) & {*shown, *options["seen"]}


@given(wishes())
def test_no_much_voted_paper_is_missing_while_the_trending_section_has_room(
    given_: Wishes,
) -> None:
    options = given_.options
    found = select(given_.ranked, given_.wanted, **options)

    shown = shown_in(found)
    gone = {*shown, *options["seen"], *options["excluded"]}
    gone |= {other for it in (*shown, *options["seen"]) for other in options["similar"].get(it, ())}
    for slug in set(LAST) & set(found):
        missing = [it for it in given_.ranked[slug] if it.paper.id not in gone]
        if missing and len(shown) < options["max_papers"]:
            assert len(found[slug]) == options["per_topic"]
        for later in found[slug]:  # and none that has fewer votes takes its place
            assert not missing or later.score >= missing[0].score


@given(wishes())
def test_the_order_of_topics_and_of_what_was_seen_changes_no_choice_of_papers_of_one_topic(
    given_: Wishes,
) -> None:
    (one, *_) = given_.wanted or ["agents"]
    again = {**given_.options, "seen": sorted(given_.options["seen"], reverse=True)}
    shuffled = dict(reversed(given_.ranked.items()))

    assert select(given_.ranked, [one], **given_.options) == select(shuffled, [one], **again)
