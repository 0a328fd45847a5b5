"""What readers' verdicts on interleaved issues say of two rankers.

An issue is won by the ranker whose papers earned more: a like or a save adds one, and "less like
this" takes one away, since the ranker chose what the reader does not want. A reader who answers
every mail would decide alone, so readers are counted too: each is won by the ranker that won more
of their issues.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from digest.models.picks import OURS
from digest.ranking.evaluation.sign_test import SignTest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from digest.models.feedback import Verdict


@dataclass(frozen=True, kw_only=True)
class JudgedIssue:
    """One interleaved issue and what its reader said."""

    reader: int
    rival: str
    #: the team of each paper that a team chose, by the paper's id
    teams: Mapping[str, str]
    verdicts: Mapping[str, Verdict]


@dataclass(frozen=True, kw_only=True)
class Duel:
    """Our ranker beside a rival: a win is ours."""

    rival: str
    issues: SignTest
    #: each reader once
    readers: SignTest


def credit(teams: Mapping[str, str], verdicts: Mapping[str, Verdict]) -> Counter[str]:
    """Return what each team of an issue earned; teams of which nothing was said are left out."""
    earned: Counter[str] = Counter()
    for paper_id, verdict in verdicts.items():
        if team := teams.get(paper_id):
            earned[team] += 1 if verdict.is_liked else -1
    return earned


def compare(issues: Iterable[JudgedIssue]) -> list[Duel]:
    """Return the outcome beside each rival, in the order of their names.

    An issue without a verdict on a paper of a team is no tie: nothing was said of it.
    """
    signs: dict[str, list[int]] = defaultdict(list)
    by_reader: dict[str, Counter[int]] = defaultdict(Counter)
    for issue in issues:
        earned = credit(issue.teams, issue.verdicts)
        if not earned:
            continue
        sign = _sign(earned[OURS] - earned[issue.rival])
        signs[issue.rival].append(sign)
        by_reader[issue.rival][issue.reader] += sign
    return [
        Duel(
            rival=rival,
            issues=_test(of_issues),
            readers=_test(map(_sign, by_reader[rival].values())),
        )
        for rival, of_issues in sorted(signs.items())
    ]


def _test(signs: Iterable[int]) -> SignTest:
    number = Counter(signs)
    return SignTest(wins=number[1], losses=number[-1], ties=number[0])


def _sign(difference: int) -> int:
    return (difference > 0) - (difference < 0)
