"""The papers in a mail, as the ledger stores them: a short line of JSON.

    [["agents", 3, [7, 0], 12], ["own:words", [5, null, 0.41, 0.2, [["author", "by Ada"]]]]]

There is a list for each topic, with the topic's name first. A paper is its position in the edition,
because a paper that is known by its title alone may take its real id later. `[7, 0]` is a
near-duplicate: paper 7, listed behind the mail's item 0. A paper that was ranked for this
subscriber alone, drawn by chance or chosen by a rival also has its score, trend and reasons, since
the edition's ranking does not have them. Then come the team of an interleaved section and the
chance of a draw: `[3, null, null, null, null, "ours"]`.
Withdrawals that the mail reported have a topic of their own.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from digest.models.issue import WITHDRAWN, IssueItem, Seen
from digest.models.picks import OURS
from digest.storage import pick_reasons
from subscribers.models import EXPLORE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from digest.models.issue import Issue
    from digest.models.picks import Pick

#: What an entry leaves out at its end: all but the paper's position.
_NOTHING = (None,) * 6


def list_items(issue: Issue) -> tuple[IssueItem, ...]:
    """List the papers of an issue, each followed by its near-duplicates."""
    items: dict[str, IssueItem] = {}
    for pick in issue.picks:
        position = len(items)
        item = IssueItem(pick.paper.id, position, pick.topic)
        if _is_apart(pick):
            reasons = tuple(reason for reason in pick.reasons if reason.kind != "similar")
            item = item._replace(score=pick.score, trend=pick.trend, reasons=reasons)
        item = item._replace(team=pick.team or None, propensity=pick.propensity)
        items[pick.paper.id] = item
        for other in pick.similar:
            items.setdefault(other.id, IssueItem(other.id, len(items), pick.topic, position))
    withdrawn = [
        IssueItem(paper.id, position, WITHDRAWN)
        for position, paper in enumerate(issue.withdrawn, start=len(items))
    ]
    return (*items.values(), *withdrawn)


def dump(items: Iterable[IssueItem], positions: Mapping[str, int]) -> str:
    """Return the papers of a mail as JSON; `positions` has their positions in the edition.

    Papers of one topic must follow each other.
    """
    topics: list[list[Any]] = []
    for item in items:
        if not topics or topics[-1][0] != item.topic:
            topics.append([item.topic])
        reasons = None if item.reasons is None else [*map(pick_reasons.dump, item.reasons)]
        entry: list[Any] = [
            positions[item.paper_id], item.behind, item.score, item.trend, reasons, item.team,
            item.propensity,
        ]  # fmt: skip
        while len(entry) > 1 and entry[-1] is None:
            entry.pop()
        topics[-1].append(entry if len(entry) > 1 else entry[0])
    return json.dumps(topics, ensure_ascii=False, separators=(",", ":"))


def load(text: str, ids: Mapping[int, str]) -> list[IssueItem]:
    """Return the papers of a mail; `ids` has their ids of today by position in the edition."""
    items = []
    for position, (topic, entry) in enumerate(_entries(text)):
        in_edition, behind, score, trend, reasons, *drawn = (*entry, *_NOTHING)[: len(_NOTHING) + 1]
        reasons = None if reasons is None else tuple(map(pick_reasons.load, reasons))
        paper_id = ids[in_edition]
        items.append(IssueItem(paper_id, position, topic, behind, score, trend, reasons, *drawn))
    return items


def positions(text: str) -> list[int]:
    """Return the positions in the edition of all papers of the mail, in order."""
    return [entry[0] for _, entry in _entries(text)]


def shown_positions(text: str) -> list[int]:
    """Return the positions in the edition of the papers that the mail shows, in order."""
    return [entry[0] for topic, entry in _entries(text) if topic != WITHDRAWN]


def withdrawn_positions(text: str) -> list[int]:
    """Return the positions in the edition of the papers whose withdrawal the mail reports."""
    return [entry[0] for topic, entry in _entries(text) if topic == WITHDRAWN]


def seen(text: str, ids: Mapping[int, str]) -> Seen:
    """Return the papers from `ids`, which are keyed by position, that this mail showed."""
    papers: set[str] = set()
    withdrawals: set[str] = set()
    for topic, entry in _entries(text):
        if entry[0] in ids:
            (withdrawals if topic == WITHDRAWN else papers).add(ids[entry[0]])
    return Seen(papers=frozenset(papers), withdrawals=frozenset(withdrawals))


def _is_apart(pick: Pick) -> bool:
    """Whether the edition's ranking does not have the pick as it is."""
    return pick.is_personal or pick.topic == EXPLORE or pick.team not in ("", OURS)


def _entries(text: str) -> Iterator[tuple[str, list[Any]]]:
    for topic, *entries in json.loads(text):
        for entry in entries:
            yield topic, entry if isinstance(entry, list) else [entry]
