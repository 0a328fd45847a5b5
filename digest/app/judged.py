"""Past mails ranked anew, beside what their readers said of the papers.

It only reads. A reader's topics and words are those of today.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING

from digest.app.backtest import BacktestRequest, past_edition, read_rankers
from digest.errors import NotFoundError
from digest.models.issue import Issue
from digest.ranking.evaluation.judged import JudgedLists
from digest.ranking.personalize import Personalizer, Reader
from digest.sources.fetch import no_progress
from subscribers.models import own_topic

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import date

    from digest.app.pipeline import ProgressBar
    from digest.app.services import App
    from digest.models.issue import Edition, NoIssue
    from digest.storage.judged_mails import JudgedMail
    from subscribers.models import Subscriber

#: So many readers are looked up at once.
_PAGE = 500


@dataclass(frozen=True, kw_only=True)
class Said:
    """How many verdicts there are on papers of one sort."""

    liked: int
    total: int


@dataclass(frozen=True, kw_only=True)
class JudgedReplay:
    """What rankers would have put into the mails that readers answered."""

    mails: Sequence[JudgedLists]
    #: on papers that a ranking chose, and on those that were drawn by chance
    chosen: Said
    drawn: Said

    @property
    def readers(self) -> int:
        """How many readers answered."""
        return len({mail.reader for mail in self.mails})


def replay_judged(
    app: App, request: BacktestRequest, *, progress: ProgressBar = no_progress
) -> JudgedReplay:
    """Return what each ranker would have put into each mail that its reader answered.

    Raises:
        ConfigError: the days are in the wrong order, or a ranker is not known or named twice.
        NotFoundError: no reader of these topics answered a mail of these days.

    """
    rankers = read_rankers(request)
    by_day: dict[date, list[JudgedMail]] = defaultdict(list)
    for mail in app.judged_mails.between(request.first, request.last):
        by_day[mail.day].append(mail)
    judged: list[JudgedLists] = []
    with progress("days") as (total, advance):
        total(len(by_day))
        for day, mails in by_day.items():
            readers = _readers(app, {mail.subscriber_id for mail in mails}, request)
            known = [mail for mail in mails if mail.subscriber_id in readers]
            if known:
                edition = past_edition(app, day, request)
                lists = {
                    name: _lists(replace(edition, ranked=ranker(edition)), readers, known)
                    for name, ranker in rankers.items()
                }
                judged += [
                    _judged(mail, {name: lists[name][number] for name in rankers})
                    for number, mail in enumerate(known)
                ]
            advance(1)
    if not judged:
        raise NotFoundError(
            f"no reader of these topics has said anything of a mail from {request.first} to"
            f" {request.last}, or its delivery is pruned"
        )
    return JudgedReplay(
        mails=judged,
        chosen=_count(judged, is_drawn=False),
        drawn=_count(judged, is_drawn=True),
    )


def _readers(
    app: App, subscriber_ids: Collection[int], request: BacktestRequest
) -> dict[int, Subscriber]:
    """Return the subscribers who want a topic of the request, or have words of their own."""
    wanted = {topic.slug for topic in request.topics}
    ids = sorted(subscriber_ids)
    found = (app.book.some(ids[start : start + _PAGE]) for start in range(0, len(ids), _PAGE))
    return {
        one.id: one
        for one in chain.from_iterable(found)
        if own_topic(one) or not wanted.isdisjoint(one.topics)
    }


def _lists(
    edition: Edition, readers: Mapping[int, Subscriber], mails: Sequence[JudgedMail]
) -> list[tuple[str, ...]]:
    """Return what each mail's reader would have got of an edition."""
    wanted = [Reader(readers[mail.subscriber_id]) for mail in mails]
    return [_in_order(issue) for issue in Personalizer(edition).compose(wanted)]


def _in_order(issue: Issue | NoIssue) -> tuple[str, ...]:
    """Return the papers of an issue, the first of each section before the second of any."""
    if not isinstance(issue, Issue):
        return ()
    places = [
        (place, number, pick.paper.id)
        for number, section in enumerate(issue.sections)
        for place, pick in enumerate(section.picks)
    ]
    return tuple(paper_id for *_, paper_id in sorted(places))


def _judged(mail: JudgedMail, lists: Mapping[str, Sequence[str]]) -> JudgedLists:
    return JudgedLists(
        reader=mail.subscriber_id,
        lists=lists,
        verdicts=mail.verdicts,
        propensities={
            item.paper_id: item.propensity for item in mail.items if item.propensity is not None
        },
    )


def _count(mails: Sequence[JudgedLists], *, is_drawn: bool) -> Said:
    said = [
        verdict.is_liked
        for mail in mails
        for paper_id, verdict in mail.verdicts.items()
        if (paper_id in mail.propensities) is is_drawn
    ]
    return Said(liked=sum(said), total=len(said))
