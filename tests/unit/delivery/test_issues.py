"""Mails from one desk: chosen once for all who want the same, made again from what was filed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.builders import DAY, NOON, covered, desk_of, ids, issue, paper, pick, subscriber, topic

from digest.delivery import issues
from digest.delivery.issues import IssueFactory
from digest.errors import RenderError
from digest.models.delivery import DeliveryState
from digest.models.issue import Coverage, Edition, Issue, NoIssue, Reason, Section, Seen
from digest.ranking.near_duplicates import near_duplicates
from digest.ranking.rank import rank
from digest.storage.contents import dump, list_items, load
from digest.storage.editions import StoredEdition
from subscribers.errors import AddressError
from subscribers.models import OWN, WEEK, Preferences

if TYPE_CHECKING:
    from digest.models.issue import IssueItem, Pick
    from subscribers.models import Subscriber

TOPICS = [
    topic("agents"),
    topic("robots", words_in=("robot",)),
    topic("trending", words_in=(), trending=True),
]


class Broken:
    """A printer that cannot print."""

    def __init__(self, error: Exception | None = None) -> None:
        self._error = error

    def prepare(self, *_: object) -> Any:
        assert self._error
        raise self._error


def bag_of(desk: Edition, printer: Any = None) -> IssueFactory:
    return IssueFactory(
        StoredEdition(id=1, edition=desk, at=NOON, mail_key="press", also_elsewhere=frozenset()),
        printer or Broken(),
    )


def desk(*papers: Any) -> Edition:
    """A desk as it is laid out for a day, with its near-duplicates."""
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


def rows(filed: tuple[IssueItem, ...]) -> list[IssueItem]:
    """What was filed, as it is read back from the ledger."""
    places = {it.paper_id: place for place, it in enumerate(reversed(filed))}
    return load(dump(filed, places), {place: known for known, place in places.items()})


def as_filed(made: Issue) -> Issue:
    """An issue as far as it is filed: of a reader's own picks neither relevance nor kinds are."""

    def known(found: Pick) -> Pick:
        if found.topic != OWN:
            return found
        reasons = [
            it if it.kind == "similar" else Reason(kind="word", text=it.text)
            for it in found.reasons
        ]
        return replace(found, relevance=0.0, reasons=tuple(reasons))

    sections = (replace(it, picks=tuple(map(known, it.picks))) for it in made.sections)
    return replace(made, sections=tuple(sections))


nouns = st.sampled_from(["agent", "robot", "whale", "lamp", "agents and robots", "a robot whale"])
verbs = st.sampled_from(["plans a walk", "folds napkins", "sings at sea", "reads maps slowly"])


@st.composite
def laid_out(draw: st.DrawFn) -> Edition:
    """Desks with few different papers, so that many are nearly the same."""
    said = draw(st.lists(st.tuples(nouns, verbs), min_size=1, max_size=9))
    return desk(
        *(
            paper(str(n), title=f"{noun} {n % 3}", abstract=f"The {noun} {verb}.", votes=n)
            for n, (noun, verb) in enumerate(said)
        )
    )


readers = st.builds(
    lambda topics, words, out, number: subscriber(
        topics=tuple(topics),
        preferences=Preferences(words_in=tuple(words), words_out=tuple(out), papers=number),
    ),
    st.lists(st.sampled_from([it.slug for it in TOPICS]), min_size=1, unique=True),
    st.lists(st.sampled_from(["whale", "lamp", "napkin"]), max_size=2, unique=True),
    st.lists(st.sampled_from(["sea", "slowly"]), max_size=1),
    st.none() | st.integers(1, 6),
)


# -- again ----------------------------------------------------------------------------------------


@given(laid_out(), readers, st.frozensets(st.sampled_from("01234567"), max_size=3))
def test_an_issue_is_recalled_as_it_was_filed(
    day: Edition, reader: Subscriber, seen: frozenset[str]
) -> None:
    bag = bag_of(day)
    made = bag.compose(reader, seen=Seen(papers=seen))
    if isinstance(made, NoIssue):
        return

    recalled = bag.restore(rows(list_items(made)))

    assert recalled == as_filed(made)
    assert recalled.top.paper == made.top.paper
    assert list_items(recalled) == list_items(made)


@given(laid_out(), readers)
def test_every_paper_of_an_issue_is_filed_once_in_its_order(
    day: Edition, reader: Subscriber
) -> None:
    made = bag_of(day).compose(reader)
    if isinstance(made, NoIssue):
        return

    filed = list_items(made)

    shown = [it.id for found in made.picks for it in (found.paper, *found.similar)]
    assert [it.paper_id for it in filed] == shown
    assert [it.position for it in filed] == list(range(len(shown)))


def test_what_stands_behind_a_paper_is_filed_behind_it() -> None:
    leader = pick("2", similar=(paper("3"), paper("4")))

    filed = list_items(issue(pick("1"), leader))

    assert [(it.paper_id, it.behind) for it in filed] == [
        ("1", None), ("2", None), ("3", 1), ("4", 1),
    ]  # fmt: skip


def test_scores_and_reasons_are_filed_for_a_reader_s_own_words_alone() -> None:
    why = (Reason(kind="word", text="“lamp”"), Reason(kind="similar", text="stands for 1"))
    own = pick("1", topic=OWN, score=0.25, trend=0.75, reasons=why, similar=(paper("3"),))

    of_own, behind, of_topic = list_items(issue(own, pick("2")))

    assert (of_own.score, of_own.trend, of_own.reasons) == (0.25, 0.75, ("“lamp”",))
    assert behind[-3:] == of_topic[-3:] == (None, None, None)


def test_an_issue_that_was_cut_to_fit_is_recalled_as_cut() -> None:
    whole = issue(pick("1"), pick("2"), pick("3"))
    cut = replace(whole, sections=(replace(whole.sections[0], picks=whole.picks[:2]),))

    recalled = bag_of(desk_of(whole)).restore(rows(list_items(cut)))

    assert recalled == cut


def test_sections_are_recalled_in_the_order_of_the_mail() -> None:
    sections = [
        Section(slug=slug, name=slug.capitalize(), picks=(pick(slug, topic=slug),))
        for slug in ("robots", "agents")
    ]
    made = issue(sections=tuple(sections))

    recalled = bag_of(desk_of(made)).restore(rows(list_items(made)))

    assert [it.slug for it in recalled.sections] == ["robots", "agents"]


# -- once for many --------------------------------------------------------------------------------


def test_readers_who_want_the_same_get_the_same_object() -> None:
    bag = bag_of(desk(paper("1", title="An agent")))

    ada, bo = (
        bag.compose(subscriber(number), seen=Seen(papers=frozenset({"9"}))) for number in (1, 2)
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
    ],
)
def test_readers_who_want_something_else_do_not_share(details: dict[str, Any]) -> None:
    bag = bag_of(desk(paper("1", title="An agent")))

    ada, bo = bag.compose(subscriber()), bag.compose(subscriber(8, **details))

    assert ada is not bo


def test_readers_who_have_seen_something_else_do_not_share() -> None:
    bag = bag_of(desk(paper("1", title="An agent"), paper("2", title="Two agents in a boat")))

    ada, bo = (
        bag.compose(subscriber()),
        bag.compose(subscriber(8), seen=Seen(papers=frozenset({"1"}))),
    )

    assert (set(ids(ada)), set(ids(bo))) == ({"1", "2"}, {"2"})


def test_no_more_is_kept_than_there_is_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(issues, "CACHE_SIZE", 2)
    bag = bag_of(desk(paper("1", title="An agent")))
    first = bag.compose(subscriber())
    for number in range(2, 5):
        made = bag.compose(subscriber(preferences=Preferences(papers=number)))
        assert isinstance(made, Issue)
        bag.items(made)

    again = bag.compose(subscriber())

    assert again == first
    assert again is not first
    assert (len(bag._composed), len(bag._filed)) == (2, 2)


def test_what_is_filed_is_listed_once_for_all_who_get_the_same_object() -> None:
    bag = bag_of(desk(paper("1")))
    made, twin = issue(pick("1")), issue(pick("1"))

    assert bag.items(made) is bag.items(made)
    assert bag.items(twin) == bag.items(made)


# -- nothing --------------------------------------------------------------------------------------


def test_a_reader_gets_nothing_on_a_day_on_which_they_want_none() -> None:
    days = tuple(day for day in WEEK if day != "mon")
    bag = bag_of(desk(paper("1", title="An agent")))

    found = bag.compose(subscriber(preferences=Preferences(days=days)))

    assert found == NoIssue(reason="wants no mail on a Monday")


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (RenderError("no such value"), DeliveryState.DEFERRED),
        (AddressError("is none"), DeliveryState.FAILED),
    ],
)
def test_a_mail_that_cannot_be_made_says_why(error: Exception, state: DeliveryState) -> None:
    bag, ada = bag_of(desk(), Broken(error)), subscriber()

    outcome = bag.render(ada, issue())

    assert (outcome.state, outcome.reason, outcome.message) == (state, str(error), None)


def test_silence_is_skipped_with_its_reason() -> None:
    outcome = bag_of(desk()).render(subscriber(), NoIssue(reason="nothing new"))

    assert (outcome.state, outcome.reason) == (DeliveryState.SKIPPED, "nothing new")
