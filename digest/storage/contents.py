"""What a mail holds, as the ledger keeps it: a short line of JSON in which papers are places.

    [["agents", 3, [7, 0], 12], ["own:words", [5, null, 0.41, 0.2, ["“maps” in the title"]]]]

A list for each topic: its papers by their places on the desk; `[place, position]` stands behind
another paper, being nearly the same; what was ranked for this reader alone has its score, trend
and reasons, for the desk knows nothing of them. A place outlives the id: a paper known by its title
alone may take its real id later. Withdrawals that the mail told of stand under a topic of their
own.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from digest.models.issue import WITHDRAWN, IssueItem, Seen
from subscribers.models import OWN

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from digest.models.issue import Issue


def list_items(issue: Issue) -> tuple[IssueItem, ...]:
    """List the papers of an issue, near-duplicates behind the one they are like."""
    rows: dict[str, IssueItem] = {}
    for pick in issue.picks:
        position = len(rows)
        row = IssueItem(pick.paper.id, position, pick.topic)
        if pick.topic == OWN:
            reasons = tuple(reason.text for reason in pick.reasons if reason.kind != "similar")
            row = row._replace(score=pick.score, trend=pick.trend, reasons=reasons)
        rows[pick.paper.id] = row
        for other in pick.similar:
            rows.setdefault(other.id, IssueItem(other.id, len(rows), pick.topic, position))
    withdrawn = [
        IssueItem(paper.id, len(rows) + place, WITHDRAWN)
        for place, paper in enumerate(issue.withdrawn)
    ]
    return (*rows.values(), *withdrawn)


def dump(filed: Iterable[IssueItem], places: Mapping[str, int]) -> str:
    """Write papers down, by their places; those of a topic come in a row."""
    topics: list[list[Any]] = []
    for row in filed:
        if not topics or topics[-1][0] != row.topic:
            topics.append([row.topic])
        entry: list[Any] = [places[row.paper_id], row.behind, row.score, row.trend, row.reasons]
        while len(entry) > 1 and entry[-1] is None:
            entry.pop()
        topics[-1].append(entry if len(entry) > 1 else entry[0])
    return json.dumps(topics, ensure_ascii=False, separators=(",", ":"))


def load(text: str, ids: Mapping[int, str]) -> list[IssueItem]:
    """Return what was written, with the papers' ids of today by their places."""
    found = []
    for position, (topic, entry) in enumerate(_entries(text)):
        place, behind, score, trend, reasons = (*entry, None, None, None, None)[:5]
        why = None if reasons is None else tuple(reasons)
        found.append(IssueItem(ids[place], position, topic, behind, score, trend, why))
    return found


def shown_positions(text: str) -> list[int]:
    """Return the places of the papers that were shown, in order."""
    return [entry[0] for topic, entry in _entries(text) if topic != WITHDRAWN]


def seen(text: str, ids: Mapping[int, str]) -> Seen:
    """Return what this mail has shown of the papers in `ids`, which are keyed by position."""
    papers: set[str] = set()
    withdrawals: set[str] = set()
    for topic, entry in _entries(text):
        if entry[0] in ids:
            (withdrawals if topic == WITHDRAWN else papers).add(ids[entry[0]])
    return Seen(papers=frozenset(papers), withdrawals=frozenset(withdrawals))


def _entries(text: str) -> Iterator[tuple[str, list[Any]]]:
    for topic, *entries in json.loads(text):
        for entry in entries:
            yield topic, entry if isinstance(entry, list) else [entry]
