"""Team drafts: fair, without repeats, and of the length that a section had."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from hypothesis import given
from hypothesis import strategies as st
from support.builders import DAY, edition_of, ids, issue, pick

from digest.models.issue import Section
from digest.models.picks import OURS
from digest.ranking.chance import Chance, Draws
from digest.ranking.interleaving import Side, Taken, interleave, on_our_scale, team_draft

if TYPE_CHECKING:
    from digest.models.issue import Issue
    from digest.models.picks import Pick

DRAWS = [
    Draws(Chance("a key for the tests and nothing else", DAY), number) for number in range(400)
]

rankings = st.lists(st.sampled_from("abcdefghij"), unique=True, max_size=8).map(
    lambda names: [pick(name) for name in names]
)
flips = st.lists(st.booleans(), min_size=8, max_size=8)
alike = st.dictionaries(
    st.sampled_from("abcdefghij"), st.frozensets(st.sampled_from("abcdefghij"), max_size=2)
)


def draft(
    a: list[Pick], b: list[Pick], flips: list[bool], length: int = 8, similar: Any = None
) -> list[tuple[Pick, Side]]:
    return team_draft(
        a, b, coin=lambda turn: flips[turn], length=length, taken=Taken(similar or {})
    )


@given(rankings, rankings, flips, st.integers(0, 8))
def test_every_pick_is_of_its_ranking_and_none_is_there_twice(
    a: list[Pick], b: list[Pick], flips: list[bool], length: int
) -> None:
    found = draft(a, b, flips, length)

    assert len(found) <= length
    assert len({one.paper.id for one, _ in found}) == len(found)
    for one, side in found:
        assert one in {Side.A: a, Side.B: b}.get(side, a)


@given(rankings, rankings, flips, st.integers(0, 8))
def test_teams_differ_by_one_paper_at_most_wherever_the_list_ends(
    a: list[Pick], b: list[Pick], flips: list[bool], length: int
) -> None:
    teams: Counter[Side] = Counter()
    for _, side in draft(a, b, flips, length):
        teams[side] += 1
        assert abs(teams[Side.A] - teams[Side.B]) <= 1


@given(rankings, rankings, flips, st.integers(0, 8))
def test_the_other_way_round_with_the_coin_turned_gives_the_same(
    a: list[Pick], b: list[Pick], flips: list[bool], length: int
) -> None:
    mirror = {Side.A: Side.B, Side.B: Side.A, Side.NEITHER: Side.NEITHER}

    found = draft(a, b, flips, length)
    turned = draft(b, a, [not heads for heads in flips], length)

    assert [(one.paper.id, mirror[side]) for one, side in found] == [
        (one.paper.id, side) for one, side in turned
    ]


@given(rankings, flips, st.integers(0, 8))
def test_a_ranking_against_itself_has_no_teams_and_stays_as_it_is(
    a: list[Pick], flips: list[bool], length: int
) -> None:
    assert draft(a, a, flips, length) == [(one, Side.NEITHER) for one in a[:length]]


@given(rankings, rankings, flips, alike)
def test_no_two_near_duplicates_are_chosen(
    a: list[Pick], b: list[Pick], flips: list[bool], similar: dict[str, frozenset[str]]
) -> None:
    both = {name: others - {name} for name, others in similar.items()}
    for name, others in list(both.items()):
        for other in others:
            both[other] = both.get(other, frozenset()) | {name}

    found = [one.paper.id for one, _ in draft(a, b, flips, 8, both)]

    assert not any(other in both.get(one, ()) for one in found for other in found)


def test_each_chooses_its_best_in_turn_as_the_coin_says() -> None:
    a, b = [pick("a1"), pick("x"), pick("a2")], [pick("b1"), pick("x"), pick("b2")]

    found = draft(a, b, [True, False, True])

    assert [(one.paper.id, str(side)) for one, side in found] == [
        ("a1", "a"), ("b1", "b"), ("x", ""), ("b2", "b"), ("a2", "a"),
    ]  # fmt: skip


# -- issues ---------------------------------------------------------------------------------------


def two_sections() -> Issue:
    return issue(
        sections=(
            Section(
                slug="trending",
                name="Trending",
                trending=True,
                picks=(pick("c", topic="trending"),),
            ),
            Section(slug="agents", name="Agents", picks=tuple(map(pick, "abcd"))),
        )
    )


def test_an_issue_keeps_its_sections_and_their_lengths() -> None:
    made = two_sections()
    rival = {"agents": list(map(pick, "efgh")), "trending": [pick("a", topic="trending")]}

    for draws in DRAWS[:50]:
        found = interleave(made, rival, edition_of(made, rival="bm25"), draws)

        assert [it.slug for it in found.sections][-1] == "agents"
        section = found.sections[-1]
        assert Counter(one.team for one in section.picks) == {OURS: 2, "bm25": 2}
        assert len(set(ids(found))) == len(found.picks)


def test_a_rival_with_less_is_filled_up_by_ours_for_neither_team() -> None:
    made = issue(*map(pick, "abcd"))

    found = interleave(made, {"agents": [pick("z")]}, edition_of(made, rival="bm25"), DRAWS[0])
    without = interleave(made, {}, edition_of(made, rival="bm25"), DRAWS[0])

    assert len(found.picks) == 4
    assert {one.team for one in found.picks if one.paper.id in "cd"} == {""}
    assert without == made


def test_both_teams_are_first_equally_often() -> None:
    made = issue(*map(pick, "ab"))
    of = edition_of(made, rival="bm25")

    first = Counter(
        interleave(made, {"agents": [pick("y"), pick("z")]}, of, draws).picks[0].team
        for draws in DRAWS
    )

    assert abs(first[OURS] - first["bm25"]) < 80


def test_a_rivals_picks_have_the_scores_of_ours_at_the_same_places() -> None:
    ours = {"agents": [pick("a", 2.0, relevance=0.9), pick("b", 1.0, relevance=0.3)], "robots": []}
    rival = {"agents": [pick("b", 7.0), pick("z", 6.0), pick("a", 5.0)], "robots": [pick("r")]}

    found = on_our_scale(ours, rival)

    assert [(one.paper.id, one.score, one.relevance) for one in found["agents"]] == [
        ("b", 2.0, 0.9), ("z", 1.0, 0.3),
    ]  # fmt: skip
    assert found["robots"] == ()
