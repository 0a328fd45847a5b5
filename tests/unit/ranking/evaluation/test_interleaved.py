"""Who wins an issue and a reader, and by how much."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from support.builders import DAY, edition_of, ids, issue, pick

from digest.models.feedback import Verdict
from digest.models.picks import OURS
from digest.ranking.chance import Chance, Draws
from digest.ranking.evaluation.interleaved import JudgedIssue, compare, credit
from digest.ranking.interleaving import interleave

LIKE, LESS, SAVE = Verdict.LIKE, Verdict.LESS, Verdict.SAVE
TEAMS = {"a": OURS, "b": OURS, "y": "bm25", "z": "bm25"}


def judged(reader: int = 1, rival: str = "bm25", **verdicts: Verdict) -> JudgedIssue:
    return JudgedIssue(reader=reader, rival=rival, teams=TEAMS, verdicts=verdicts)


def test_a_like_or_a_save_earns_one_and_less_of_it_costs_one() -> None:
    found = credit(TEAMS, {"a": LIKE, "b": LESS, "y": SAVE, "z": LIKE, "of neither": LIKE})

    assert found == {OURS: 0, "bm25": 2}


def test_issues_and_readers_are_won_lost_or_tied() -> None:
    issues = [
        judged(1, a=LIKE),
        judged(1, a=LIKE, b=LIKE, y=LIKE),
        judged(1, y=SAVE),
        judged(2, z=LIKE),
        judged(3, a=LIKE, z=LIKE),
        judged(4, a=LESS),
    ]

    (found,) = compare(issues)

    assert (found.issues.wins, found.issues.losses, found.issues.ties) == (2, 3, 1)
    assert (found.readers.wins, found.readers.losses, found.readers.ties) == (1, 2, 1)


def test_nothing_said_of_either_team_is_no_tie() -> None:
    assert compare([judged(x=LIKE), judged()]) == []


def test_each_rival_is_compared_by_itself() -> None:
    newest = JudgedIssue(reader=1, rival="newest", teams={"n": "newest"}, verdicts={"n": LIKE})

    found = compare([newest, judged(a=LIKE)])

    assert [(one.rival, one.issues.wins, one.issues.losses) for one in found] == [
        ("bm25", 1, 0), ("newest", 0, 1),
    ]  # fmt: skip


verdicts = st.dictionaries(st.sampled_from("abyz"), st.sampled_from(list(Verdict)))


@given(st.lists(st.tuples(st.integers(1, 3), verdicts), max_size=9))
def test_with_the_teams_exchanged_wins_are_losses(
    answers: list[tuple[int, dict[str, Verdict]]],
) -> None:
    other = {"a": "bm25", "b": "bm25", "y": OURS, "z": OURS}

    def sums(teams: dict[str, str]) -> list[tuple[int, int, int]]:
        found = compare(
            JudgedIssue(reader=reader, rival="bm25", teams=teams, verdicts=said)
            for reader, said in answers
        )
        return [(t.wins, t.losses, t.ties) for one in found for t in (one.issues, one.readers)]

    assert sums(TEAMS) == [(losses, wins, ties) for wins, losses, ties in sums(other)]


def liked(better: str, *, days: int = 60) -> list[JudgedIssue]:
    """What readers say who like the papers whose ids begin so, of ours a and theirs z."""
    made = issue(*(pick(f"a{n}") for n in range(4)))
    rival = [pick(f"z{n}") for n in range(4)]
    found = []
    for number in range(days):
        draws = Draws(Chance(f"key {number}", DAY), number % 10)
        mail = interleave(made, {"agents": rival}, edition_of(made, rival="bm25"), draws)
        found.append(
            JudgedIssue(
                reader=number,
                rival="bm25",
                teams={one.paper.id: one.team for one in mail.picks},
                verdicts={it: LIKE for it in ids(mail) if it.startswith(better)},
            )
        )
    return found


def test_the_better_ranker_is_found_whichever_it_is() -> None:
    for better, ours in (("a", True), ("z", False)):
        (found,) = compare(liked(better))

        assert found.readers.is_seen
        assert (found.readers.wins > found.readers.losses) is ours


def test_readers_who_like_only_what_stands_first_prefer_neither() -> None:
    issues = liked("a", days=200)
    first = [
        JudgedIssue(
            reader=it.reader, rival="bm25", teams=it.teams, verdicts={next(iter(it.teams)): LIKE}
        )
        for it in issues
    ]

    (found,) = compare(first)

    assert not found.readers.is_seen
