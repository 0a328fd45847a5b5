"""The edition statement: what an issue covers, what was missing, and what comes late. Wording only.

It never says more than is known: a source that failed is unknown, not empty.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from digest.text.dates import long_date
from digest.text.wording import count, join_words

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from digest.models.issue import Coverage, SourceCoverage
    from digest.models.source import Channel

#: So many categories of a source are counted one by one.
CHANNELS = 6


def statement(edition: Coverage, language: str = "en") -> list[str]:
    """Write the edition statement, a line for each thing that is to be said."""
    lines = [_chosen(edition, language)]
    lines += filter(None, (_missing(edition), _cut_off(edition), _owed(edition), _quiet(edition)))
    return lines


def past_day(day: date, *, today: date) -> str:
    """Name a day that is past: `Monday`, or `2 February` when that is a week ago and more."""
    return f"{day:%A}" if 0 < (today - day).days < 7 else f"{day.day} {day:%B}"


def _chosen(edition: Coverage, language: str) -> str:
    considered, day = count(edition.considered, "paper"), long_date(edition.day, language)
    late = [
        f"{number:,}{'' if place else ' of them'} from {past_day(found, today=edition.day)}"
        for place, (found, number) in enumerate(edition.late)
    ]
    came_late = f", {join_words(late)}" if late else ""
    covered = (
        f": {join_words([_covered(one) for one in edition.sources])}" if edition.sources else ""
    )
    return f"Chosen from {considered} for {day}{came_late}{covered}."


def _covered(covered: SourceCoverage) -> str:
    papers = f"{count(covered.papers, 'paper')}{' so far' if covered.is_early else ''}"
    if not covered.channels:
        return f"{covered.source} ({papers})"
    if len(covered.channels) > CHANNELS:
        whole = [one for one in covered.channels if _is_whole(one)]
        of_all = f"{len(whole)} of {len(covered.channels)} categories known to be complete"
        return f"{covered.source} ({papers}, {of_all})"
    return f"{covered.source} ({', '.join(_channel(one) for one in covered.channels)})"


def _is_whole(channel: Channel) -> bool:
    declared = channel.declared
    return channel.is_read and declared is not None and channel.parsed >= declared


def _channel(channel: Channel) -> str:
    if not channel.is_read:
        return f"{channel.name} not read"
    if channel.declared is None:
        return f"{channel.name} {channel.parsed:,}"
    return f"{channel.name} {channel.parsed:,}/{channel.declared:,}"


def _missing(edition: Coverage) -> str:
    missing = [*edition.missing, *(name for name in edition.stale if name not in edition.missing)]
    if not missing:
        return ""
    rest = _again(missing, edition) or " Papers found only there are missing from this issue."
    unread = [name for name in missing if name in edition.missing]
    parts = [f"Could not be read today: {', '.join(unread)}."] if unread else []
    if edition.stale:
        parts.append(f"Still showed the papers of an earlier day: {', '.join(edition.stale)}.")
    return " ".join(parts) + rest


def _again(names: Sequence[str], edition: Coverage) -> str:
    """Promise that all of these will be read again, if they will."""
    if not set(names) <= set(edition.to_be_retried):
        return ""
    return f" {'It' if len(names) == 1 else 'They'} will be read again for your next issue."


def _cut_off(edition: Coverage) -> str:
    if not edition.partial:
        return ""
    rest = " Papers found only there may be missing from this issue."
    rest = _again(edition.partial, edition) or rest
    return f"Could not be read in full: {', '.join(edition.partial)}.{rest}"


def _owed(edition: Coverage) -> str:
    days: dict[str, list[str]] = {}
    for source, day in edition.overdue:
        days.setdefault(source, []).append(past_day(day, today=edition.day))
    owed = [f"{source} of {join_words(names)}" for source, names in days.items()]
    return f"Still missing: {'; '.join(owed)}." if owed else ""


def _quiet(edition: Coverage) -> str:
    return f"{'; '.join(edition.excused)}." if edition.excused else ""
