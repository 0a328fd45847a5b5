"""Issues of one edition: composed once for all who want the same, restored from the ledger."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.builders import DAY, covered, edition_of, ids, issue, paper, pick, subscriber, topic

from digest.delivery import issues
from digest.delivery.issues import IssueComposer, IssueRestorer
from digest.models.issue import Coverage, Edition, Issue, NoIssue, Section, Seen
from digest.models.picks import Reason
from digest.ranking.chance import VARIANTS
from digest.ranking.interleaving import on_our_scale
from digest.ranking.near_duplicates import near_duplicates
from digest.ranking.personalize import Reader
from digest.ranking.rank import rank
from digest.storage.contents import dump, list_items, load
from subscribers.models import EXPLORE, OWN, WEEK, Preferences

if TYPE_CHECKING:
    from digest.models.issue import IssueItem
    from digest.models.picks import Pick
    from subscribers.models import Subscriber

TOPICS = [
    topic("agents"),
    topic("robots", words_in=("robot",)),
    topic("trending", words_in=(), trending=True),
]


def edition(*papers: Any) -> Edition:
    """The edition of a day with these papers, ranked and with its near-duplicates."""
    return Edition(
        coverage=Coverage(day=DAY, sources=(covered("list", len(papers)),), considered=len(papers)),
        papers=papers,
        topics={it.slug: it for it in TOPICS},
        ranked=rank(papers, TOPICS, trend_weight=0.5),
        similar=near_duplicates(papers),
        per_topic=4,
        max_papers=6,
        trend_weight=0.5,
    )


def with_trials(of: Edition) -> Edition:
    """The same with a rival that ranks the other way round, and with exploration."""
    backwards = {slug: tuple(reversed(picks)) for slug, picks in of.ranked.items()}
    return replace(
        of, explore=0.5, rival="backwards", rival_ranked=on_our_scale(of.ranked, backwards)
    )


def stored(items: tuple[IssueItem, ...]) -> list[IssueItem]:
    """The items of an issue, written to a ledger line and read back."""
    positions = {it.paper_id: position for position, it in enumerate(reversed(items))}
    return load(dump(items, positions), {position: id_ for id_, position in positions.items()})


def as_stored(composed: Issue) -> Issue:
    """An issue as the ledger keeps it: picks that are not in the edition lose their relevance."""

    def kept(found: Pick) -> Pick:
        is_apart = found.topic in (OWN, EXPLORE) or found.team == "backwards"
        return found._replace(relevance=0.0, is_personal=True) if is_apart else found

    sections = (replace(it, picks=tuple(map(kept, it.picks))) for it in composed.sections)
    return replace(composed, sections=tuple(sections))


nouns = st.sampled_from(["agent", "robot", "whale", "lamp", "agents and robots", "a robot whale"])
verbs = st.sampled_from(["plans a walk", "folds napkins", "sings at sea", "reads maps slowly"])


@st.composite
def editions(draw: st.DrawFn) -> Edition:
    """Editions of few different papers, so that many are near-duplicates."""
    sentences = draw(st.lists(st.tuples(nouns, verbs), min_size=1, max_size=9))
    return edition(
        *(
            paper(str(n), title=f"{noun} {n % 3}", abstract=f"The {noun} {verb}.", votes=n)
            for n, (noun, verb) in enumerate(sentences)
        )
    )


subscribers = st.builds(
    lambda topics, words, out, number: subscriber(
        topics=tuple(topics),
        preferences=Preferences(words_in=tuple(words), words_out=tuple(out), papers=number),
    ),
    st.lists(st.sampled_from([it.slug for it in TOPICS]), min_size=1, unique=True),
    st.lists(st.sampled_from(["whale", "lamp", "napkin"]), max_size=2, unique=True),
    st.lists(st.sampled_from(["sea", "slowly"]), max_size=1),
    st.none() | st.integers(1, 6),
)


# -- restored -------------------------------------------------------------------------------------


@given(editions(), subscribers, st.frozensets(st.sampled_from("01234567"), max_size=3))
def test_an_issue_is_restored_as_it_was_stored(
    of_the_day: Edition, who: Subscriber, seen: frozenset[str]
) -> None:
    composed = IssueComposer(of_the_day).compose(who, seen=Seen(papers=seen))
    if isinstance(composed, NoIssue):
        return

    restored = IssueRestorer(of_the_day).restore(stored(list_items(composed)))

    assert restored == as_stored(composed)
    assert restored.top.paper == composed.top.paper
    assert list_items(restored) == list_items(composed)


@given(editions(), subscribers, st.frozensets(st.sampled_from("01234567"), max_size=3))
def test_an_issue_with_a_rivals_papers_and_drawn_ones_is_restored_too(
    of_the_day: Edition, who: Subscriber, seen: frozenset[str]
) -> None:
    whole = with_trials(of_the_day)
    composed = IssueComposer(whole, secret="a key").compose(who, seen=Seen(papers=seen))
    if isinstance(composed, NoIssue):
        return

    restored = IssueRestorer(whole).restore(stored(list_items(composed)))

    assert restored == as_stored(composed)
    assert len(set(ids(composed))) == len(composed.picks)
    assert not seen & set(ids(composed))
    assert IssueComposer(whole, secret="a key").compose(who, seen=Seen(papers=seen)) == composed


@given(editions(), subscribers)
def test_without_a_secret_nothing_is_drawn(of_the_day: Edition, who: Subscriber) -> None:
    plain = IssueComposer(of_the_day).compose(who)

    assert IssueComposer(with_trials(of_the_day)).compose(who) == plain
    assert IssueComposer(of_the_day, secret="a key").compose(who) == plain


def test_readers_with_the_same_wishes_share_few_issues_and_get_all_variants() -> None:
    papers = [
        paper(str(n), title=f"{noun} {n}") for n in range(8) for noun in ("An agent", "A robot")
    ]
    composer = IssueComposer(
        replace(edition(*papers), explore=0.5), secret="a key for the tests and nothing else"
    )

    made = composer.compose_all([Reader(subscriber(number)) for number in range(300)])

    assert 2 <= len({id(one) for one in made}) <= VARIANTS


@given(editions(), subscribers)
def test_every_paper_of_an_issue_is_listed_once_in_its_order(
    of_the_day: Edition, who: Subscriber
) -> None:
    composed = IssueComposer(of_the_day).compose(who)
    if isinstance(composed, NoIssue):
        return

    items = list_items(composed)

    shown = [it.id for found in composed.picks for it in (found.paper, *found.similar)]
    assert [it.paper_id for it in items] == shown
    assert [it.position for it in items] == list(range(len(shown)))


def test_a_near_duplicate_is_listed_behind_its_pick() -> None:
    leader = pick("2", similar=(paper("3"), paper("4")))

    items = list_items(issue(pick("1"), leader))

    assert [(it.paper_id, it.behind) for it in items] == [
        ("1", None), ("2", None), ("3", 1), ("4", 1),
    ]  # fmt: skip


def test_scores_and_reasons_are_stored_for_a_subscriber_s_own_words_alone() -> None:
    why = (Reason(kind="word", text="“lamp”"), Reason(kind="similar", text="stands for 1"))
    own = pick("1", topic=OWN, score=0.25, trend=0.75, reasons=why, is_personal=True)
    own = own._replace(similar=(paper("3"),))

    of_own, behind, of_topic = list_items(issue(own, pick("2")))

    assert (of_own.score, of_own.trend, of_own.reasons) == (0.25, 0.75, why[:1])
    assert behind[4:] == of_topic[4:] == (None,) * 5


def test_an_issue_that_was_cut_to_fit_is_restored_as_cut() -> None:
    whole = issue(pick("1"), pick("2"), pick("3"))
    cut = replace(whole, sections=(replace(whole.sections[0], picks=whole.picks[:2]),))

    restored = IssueRestorer(edition_of(whole, per_topic=3)).restore(stored(list_items(cut)))

    assert restored == cut


def test_sections_are_restored_in_the_order_of_the_mail() -> None:
    sections = [
        Section(slug=slug, name=slug.capitalize(), picks=(pick(slug, topic=slug),))
        for slug in ("robots", "agents")
    ]
    composed = issue(sections=tuple(sections))

    restored = IssueRestorer(edition_of(composed)).restore(stored(list_items(composed)))

    assert [it.slug for it in restored.sections] == ["robots", "agents"]


# -- composed once for many ----------------------------------------------------------------------


def test_subscribers_who_want_the_same_get_the_same_object() -> None:
    composer = IssueComposer(edition(paper("1", title="An agent")))

    ada, bo = (
        composer.compose(subscriber(number), seen=Seen(papers=frozenset({"9"})))
        for number in (1, 2)
    )

    assert ada is bo


@pytest.mark.parametrize(
    "details",
    [
        {"topics": ("robots", "agents")},
        {"preferences": Preferences(words_in=("whale",))},
        {"preferences": Preferences(words_out=("whale",))},
        {"preferences": Preferences(authors=("Ada",))},
        {"preferences": Preferences(papers=1)},
        {"preferences": Preferences(quiet_mail=True)},
        {"preferences": Preferences(frequency="enough")},
    ],
)
def test_subscribers_who_want_something_else_do_not_share(details: dict[str, Any]) -> None:
    composer = IssueComposer(edition(paper("1", title="An agent")))

    ada, bo = composer.compose(subscriber()), composer.compose(subscriber(8, **details))

    assert ada is not bo


def test_subscribers_who_have_seen_something_else_do_not_share() -> None:
    composer = IssueComposer(
        edition(paper("1", title="An agent"), paper("2", title="Two agents in a boat"))
    )

    ada, bo = (
        composer.compose(subscriber()),
        composer.compose(subscriber(8), seen=Seen(papers=frozenset({"1"}))),
    )

    assert (set(ids(ada)), set(ids(bo))) == ({"1", "2"}, {"2"})


def test_no_more_is_kept_than_the_cache_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(issues, "CACHE_SIZE", 2)
    composer = IssueComposer(edition(paper("1", title="An agent")))
    first = composer.compose(subscriber())
    for number in range(2, 5):
        other = composer.compose(subscriber(preferences=Preferences(papers=number)))
        assert isinstance(other, Issue)
        composer.contents(other)

    again = composer.compose(subscriber())

    assert again == first
    assert again is not first
    assert (len(composer._issues), len(composer._contents)) == (2, 2)


def test_a_ledger_line_is_written_once_for_all_who_get_the_same_object() -> None:
    composer = IssueComposer(edition(paper("1")))
    composed, twin = issue(pick("1")), issue(pick("1"))

    assert composer.contents(composed) is composer.contents(composed)
    assert composer.contents(twin) == composer.contents(composed)


# -- no issue --------------------------------------------------------------------------------------


def test_a_subscriber_gets_nothing_on_a_day_on_which_they_want_none() -> None:
    days = tuple(day for day in WEEK if day != "mon")
    composer = IssueComposer(edition(paper("1", title="An agent")))

    found = composer.compose(subscriber(preferences=Preferences(days=days)))

    assert found == NoIssue(reason="wants no mail on a Monday")


# -- quiet days ------------------------------------------------------------------------------------

QUIET = Preferences(quiet_mail=True)
GONE = paper("9", title="Gone")


def without_robots(**coverage: object) -> Edition:
    """A day with one paper, which is not about robots, and with a withdrawal."""
    made = replace(edition(paper("1", title="An agent")), withdrawn=(GONE,))
    return replace(made, coverage=replace(made.coverage, **coverage))


def of_robots(number: int = 7, preferences: Preferences = QUIET) -> Subscriber:
    return subscriber(number, topics=("robots",), preferences=preferences)


def test_who_asked_for_it_is_told_that_nothing_is_new() -> None:
    composer = IssueComposer(without_robots())

    told, other, silent = composer.compose_all(
        [
            Reader(of_robots(1)),
            Reader(of_robots(2)),
            Reader(of_robots(3, Preferences())),
        ]
    )

    assert isinstance(told, Issue)
    assert (told.sections, told.picks, told.withdrawn) == ((), (), ())
    assert (told.day, told.quiet) == (DAY, "The day’s only paper is not about Robots.")
    assert told.coverage == without_robots().coverage
    assert other is told
    assert silent == NoIssue(reason="none of the day’s 1 paper is about Robots", is_quiet=True)
    assert composer.contents(told) == "[]"


@pytest.mark.parametrize(
    ("day", "preferences", "topics"),
    [
        ({"missing": ("page",)}, QUIET, ("robots",)),
        ({"stale": ("page",)}, QUIET, ("robots",)),
        ({"partial": ("page",)}, QUIET, ("robots",)),
        ({}, QUIET, ()),
        ({}, replace(QUIET, days=("tue",)), ("robots",)),
        ({}, replace(QUIET, frequency="enough"), ("robots",)),
        ({}, replace(QUIET, frequency="enough"), ("agents",)),
    ],
)
def test_nobody_is_told_of_a_quiet_day_that_is_none(
    day: dict[str, object], preferences: Preferences, topics: tuple[str, ...]
) -> None:
    reader = subscriber(topics=topics, preferences=preferences)

    found = IssueComposer(without_robots(**day)).compose(reader)

    assert isinstance(found, NoIssue)
    assert not found.is_quiet


def test_papers_come_as_ever_to_who_asked_to_be_told_of_quiet_days() -> None:
    composer = IssueComposer(without_robots())

    assert composer.compose(subscriber(preferences=QUIET)) == composer.compose(subscriber())


def test_a_withdrawal_is_reported_on_a_quiet_day_and_restored() -> None:
    of_the_day = without_robots()
    composer = IssueComposer(of_the_day)
    told = composer.compose(of_robots(), seen=Seen(papers=frozenset("9")))
    assert isinstance(told, Issue)

    restored = IssueRestorer(of_the_day).restore(stored(list_items(told)))

    assert told.withdrawn == restored.withdrawn == (GONE,)
    assert composer.contents(told) == '[["own:withdrawn",1]]'
    assert restored == replace(told, quiet="The day’s only paper is not new to you.")


def test_an_issue_is_restored_as_a_quiet_one_only_without_papers() -> None:
    whole = issue(pick("1"))

    restorer = IssueRestorer(edition_of(whole))

    assert restorer.restore(list_items(whole)).quiet == ""
    assert restorer.restore([]).quiet == "None of the day’s 40 papers is new to you."


def test_a_reader_who_waits_gets_what_has_come_together() -> None:
    papers = [paper(str(n), title=f"An agent {n}", abstract=f"Word{n}. " * 9) for n in range(4)]
    reader = subscriber(preferences=Preferences(frequency="enough"))
    composer = IssueComposer(edition(*papers))

    assert isinstance(composer.compose(reader), Issue)
    assert composer.compose(reader, seen=Seen(papers=frozenset("01"))) == NoIssue(
        reason="waits until 3 papers are new; there are 2 so far"
    )
