"""Issues of one edition for subscribers."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.builders import DAY, NOON, covered, ids, paper, subscriber, topic

from digest.models.feedback import Feedback, Verdict
from digest.models.issue import NOTHING_SEEN, Coverage, Edition, Issue, NoIssue, Seen, WordCounts
from digest.models.picks import Reason
from digest.ranking.near_duplicates import near_duplicates
from digest.ranking.personalize import Personalizer, Reader
from digest.ranking.profiles import ProfileLearner
from digest.ranking.rank import rank
from subscribers.models import Preferences

PAPERS = [
    paper("1", title="Agents that plan", abstract="Trips by rail, bus or boat.", votes=9),
    paper("2", title="Agents: a survey", votes=5),
    paper(
        "3",
        title="Sorting with whales",
        abstract="Order out of chaos at sea.",
        authors=("Ada Lovelace",),
        votes=1,
    ),
]


def edition(papers: Any = PAPERS) -> Edition:
    """A day of papers, ranked for one topic by words and one by votes."""
    topics = [topic(), topic("trending", words_in=(), trending=True)]
    return Edition(
        coverage=Coverage(day=DAY, sources=(covered("list", 3),), considered=len(papers)),
        papers=papers,
        topics={found.slug: found for found in topics},
        ranked=rank(papers, topics, trend_weight=1.0),
        similar=near_duplicates(papers),
        per_topic=5,
        max_papers=9,
        trend_weight=1.0,
    )


def composed(seen: Seen = NOTHING_SEEN, **preferences: Any) -> Issue | NoIssue:
    """What a subscriber to agents with these preferences gets."""
    reader = subscriber(preferences=Preferences(**preferences))
    [found] = Personalizer(edition()).compose([Reader(reader, seen)])
    return found


def shown(**preferences: Any) -> list[tuple[str, list[str]]]:
    """The sections of the issue of a subscriber to agents with these preferences."""
    found = composed(**preferences)
    assert isinstance(found, Issue)
    return [(section.name, ids(section)) for section in found.sections]


def test_without_preferences_nothing_changes() -> None:
    assert shown() == [("Agents", ["1", "2"])]


@pytest.mark.parametrize(
    "own",
    [{"words_in": ("whale",)}, {"authors": ("ada lovelace",)}],
    ids=["a word", "an author"],
)
def test_words_and_authors_of_ones_own_make_a_section_that_comes_first(own: Any) -> None:
    assert shown(**own) == [("Your own words", ["3"]), ("Agents", ["1", "2"])]


def test_picks_for_ones_own_words_say_why() -> None:
    found = composed(words_in=("whale", "sort"))

    assert isinstance(found, Issue)
    assert found.sections[0].picks[0].reasons == (
        Reason(
            kind="word",
            text="“whales” and “Sorting” in the title",
            place="title",
            values=("whales", "Sorting"),
        ),
    )


def test_the_reason_of_near_duplicates_comes_last() -> None:
    papers = [paper(str(n), title="Whales at sea", votes=n) for n in range(3)]
    reader = subscriber(preferences=Preferences(words_in=("whale",)))

    [found] = Personalizer(edition(papers)).compose([Reader(reader)])

    assert isinstance(found, Issue)
    [own] = found.sections[0].picks
    assert [reason.kind for reason in own.reasons] == ["word", "similar"]
    assert {it.id for it in own.similar} == {"0", "1"}


def test_words_out_keep_papers_out_of_every_topic() -> None:
    assert shown(words_out=("surveys",), words_in=("survey",)) == [("Agents", ["1"])]


def test_a_subscriber_can_have_fewer_papers_but_not_more_than_the_site_gives() -> None:
    assert shown(papers=1) == [("Agents", ["1"])]
    assert shown(papers=50) == shown()


@pytest.mark.parametrize(
    ("words_out", "seen", "reason"),
    [
        ("agent", (), "the reader excludes a word or an author of {}"),
        ("agent", ("1",), "the reader excludes a word or an author of {}"),
        (
            "survey",
            ("1",),
            "{} was in an earlier issue or has a word or an author that the reader excludes",
        ),
        ("whale", ("1", "2"), "{} was in an earlier issue"),
    ],
)
def test_who_gets_nothing_because_of_excluded_words_is_told_so(
    words_out: str, seen: tuple[str, ...], reason: str
) -> None:
    found = composed(Seen(papers=frozenset(seen)), words_out=(words_out,))

    assert found == NoIssue(reason=reason.format("every paper about Agents"), is_quiet=True)


def test_only_where_readers_may_wait_do_they_wait_for_enough() -> None:
    reader = Reader(subscriber(preferences=Preferences(frequency="enough")))
    daily = Reader(subscriber())
    own = Reader(subscriber(preferences=Preferences(frequency="enough", authors=("Ada Lovelace",))))

    [ranked] = Personalizer(edition()).compose([reader])
    [waits, usual, at_once] = Personalizer(edition(), may_wait=True).compose([reader, daily, own])

    assert isinstance(ranked, Issue)
    assert waits == NoIssue(reason="waits until 3 papers are new; there are 2 so far")
    assert usual == ranked
    assert isinstance(at_once, Issue)


nouns = st.sampled_from(["agent", "whale", "multi-agent", "survey"])
wishes = st.builds(
    lambda topics, words, out: subscriber(
        topics=tuple(topics), preferences=Preferences(words_in=tuple(words), words_out=tuple(out))
    ),
    st.lists(st.sampled_from(["agents", "trending"]), min_size=1, unique=True),
    st.lists(nouns, max_size=2),
    st.lists(nouns, max_size=2),
)


@given(st.lists(st.tuples(nouns, nouns), min_size=1, max_size=6), st.lists(wishes, max_size=4))
def test_t17_nobody_gets_a_paper_with_a_word_that_they_exclude(
    pairs: list[tuple[str, str]], readers: list[Any]
) -> None:
    papers = [
        paper(str(n), title=f"An {one} {n % 3}", abstract=f"The {two}s here.", votes=n)
        for n, (one, two) in enumerate(pairs)
    ]
    issues = Personalizer(edition(papers)).compose([Reader(one) for one in readers])

    for reader, found in zip(readers, issues, strict=True):
        if isinstance(found, NoIssue):
            continue
        for pick in found.picks:
            for one in (pick.paper, *pick.similar):
                text = f"{one.title} {one.abstract}".casefold()
                assert not any(word in _words(text) for word in reader.preferences.words_out)


@given(
    excluded=st.sets(st.integers(0, 29), max_size=30),
    seen=st.sets(st.integers(0, 29), max_size=10),
    verdict=st.sampled_from([Verdict.LIKE, Verdict.LESS]),
)
def test_what_a_reader_excludes_or_saw_costs_them_no_more_with_feedback_than_without(
    excluded: set[int], seen: set[int], verdict: Verdict
) -> None:
    papers = [
        paper(f"{n:02}", title=f"Agents at sea {n}", authors=(f"Ada {n}",)) for n in range(30)
    ]
    like = Feedback(
        paper_id="x", verdict=verdict, at=NOON, channel="mail", title="Agents", abstract="Sea."
    )
    profile = ProfileLearner(WordCounts(papers=100, papers_with={"agent": 20, "sea": 5})).learn(
        [like]
    )
    muted = tuple(f"Ada {number}" for number in excluded)
    of = subscriber(preferences=Preferences(muted=muted))
    had = Seen(papers=frozenset(f"{number:02}" for number in seen))

    without, having = Personalizer(edition(papers)).compose(
        [Reader(of, had), Reader(of, had, profile)]
    )

    if isinstance(without, NoIssue):
        assert having == without
    else:
        assert isinstance(having, Issue)
        assert len(having.sections[0].picks) == len(without.sections[0].picks)


def _words(text: str) -> set[str]:
    """The words of a made-up text without their plural; parts of a compound are words too."""
    whole = {word.strip(".").removesuffix("s") for word in text.split()}
    return whole | {part for word in whole for part in word.split("-")}


@given(st.lists(wishes, max_size=5))
def test_a_reader_gets_the_same_among_others_as_alone(readers: list[Any]) -> None:
    personalizer = Personalizer(edition())
    pairs = [Reader(one) for one in readers]

    together = list(personalizer.compose(pairs))

    assert together == [
        found for pair in pairs for found in Personalizer(edition()).compose([pair])
    ]
