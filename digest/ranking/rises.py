"""Papers that were passed over and took off later: "now trending".

A paper that an earlier edition had comes back once its votes have clearly risen since and it is
among the most voted of its own day.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from digest.models.trend import Rise
from digest.ranking.prior import TOP_SHARE
from digest.ranking.rates import EXPECTED_COUNTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from digest.models.paper import Paper
    from digest.models.trend import Trend

#: So many papers come back in one edition at most.
MOST = 3
#: Votes, with those by which all are shrunk, have risen clearly if they are so many times as many.
#: A list grows 1.6 times from evening to morning as a rule.
RISEN = 2.5
#: Fewer votes are no rise, whatever they were.
FEWEST = 20


def rises(
    papers: Iterable[Paper], *, before: Mapping[str, int], trends: Mapping[str, Trend]
) -> dict[str, Rise]:
    """Return the papers that took off, by id, the most risen first; three at most.

    Args:
        papers: those that earlier editions had.
        before: the votes that each had when the first of these editions was made.
        trends: how each compares with its own day now.

    """
    found = []
    for paper in papers:
        then, now, trend = before.get(paper.id), paper.signals.upvotes, trends.get(paper.id)
        if then is None or now is None or trend is None or trend.rank is None:
            continue
        growth = (now + EXPECTED_COUNTS) / (then + EXPECTED_COUNTS)
        last_of_ties = trend.rank + trend.tied - 1
        if now >= FEWEST and growth >= RISEN and last_of_ties <= trend.cohort * TOP_SHARE:
            found.append((-trend.score, -growth, paper.id, Rise(votes=now, before=then)))
    return {id_: rise for _, _, id_, rise in sorted(found, key=lambda it: it[:3])[:MOST]}
