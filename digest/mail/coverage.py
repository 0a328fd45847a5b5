"""The statement in each mail: what an issue covers, what is missing, what came late. Wording only.

It never says more than is known: a source that could not be read is not called empty.
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

#: Up to so many categories of a source are listed one by one.
CHANNELS = 6


def statement(coverage: Coverage, language: str = "en") -> list[str]:
    """Write the statement, one line for each fact."""
    parts = (_missing(coverage), _partial(coverage), _overdue(coverage), _excused(coverage))
    return [_chosen(coverage, language), *filter(None, parts)]


def past_day(day: date, *, today: date) -> str:
    """Name a past day: `Monday`, or `2 February` if that is a week ago or more."""
    return f"{day:%A}" if 0 < (today - day).days < 7 else f"{day.day} {day:%B}"


def _chosen(coverage: Coverage, language: str) -> str:
    considered, day = count(coverage.considered, "paper"), long_date(coverage.day, language)
    counts = [
        f"{number:,}{'' if index else ' of them'} from {past_day(past, today=coverage.day)}"
        for index, (past, number) in enumerate(coverage.late)
    ]
    late = f", {join_words(counts)}" if counts else ""
    sources = [_source(one) for one in coverage.sources]
    covered = f": {join_words(sources)}" if sources else ""
    return f"Chosen from {considered} for {day}{late}{covered}."


def _source(covered: SourceCoverage) -> str:
    papers = f"{count(covered.papers, 'paper')}{' so far' if covered.is_early else ''}"
    if not covered.channels:
        return f"{covered.source} ({papers})"
    if len(covered.channels) > CHANNELS:
        complete = sum(map(_is_complete, covered.channels))
        known = f"{complete} of {len(covered.channels)} categories known to be complete"
        return f"{covered.source} ({papers}, {known})"
    return f"{covered.source} ({', '.join(_channel(one) for one in covered.channels)})"


def _is_complete(channel: Channel) -> bool:
    declared = channel.declared
    return channel.is_read and declared is not None and channel.parsed >= declared


def _channel(channel: Channel) -> str:
    if not channel.is_read:
        return f"{channel.name} not read"
    if channel.declared is None:
        return f"{channel.name} {channel.parsed:,}"
    return f"{channel.name} {channel.parsed:,}/{channel.declared:,}"


def _missing(coverage: Coverage) -> str:
    """Name the sources that could not be read, or showed an earlier day."""
    stale = [name for name in coverage.stale if name not in coverage.missing]
    missing = [*coverage.missing, *stale]
    if not missing:
        return ""
    unread = [name for name in missing if name in coverage.missing]
    parts = [f"Could not be read today: {', '.join(unread)}."] if unread else []
    if coverage.stale:
        parts.append(f"Still showed the papers of an earlier day: {', '.join(coverage.stale)}.")
    effect = _retried(missing, coverage)
    effect = effect or " Papers found only there are missing from this issue."
    return " ".join(parts) + effect


def _retried(names: Sequence[str], coverage: Coverage) -> str:
    """Promise that these sources will be read again, if all of them will."""
    if not set(names) <= set(coverage.to_be_retried):
        return ""
    return f" {'It' if len(names) == 1 else 'They'} will be read again for your next issue."


def _partial(coverage: Coverage) -> str:
    """Name the sources that were not read to their end."""
    if not coverage.partial:
        return ""
    effect = _retried(coverage.partial, coverage)
    effect = effect or " Papers found only there may be missing from this issue."
    return f"Could not be read in full: {', '.join(coverage.partial)}.{effect}"


def _overdue(coverage: Coverage) -> str:
    """Name the past days that sources still owe."""
    days: dict[str, list[str]] = {}
    for source, day in coverage.overdue:
        days.setdefault(source, []).append(past_day(day, today=coverage.day))
    overdue = [f"{source} of {join_words(names)}" for source, names in days.items()]
    return f"Still missing: {'; '.join(overdue)}." if overdue else ""


def _excused(coverage: Coverage) -> str:
    """Explain why sources have nothing on this day."""
    return f"{'; '.join(coverage.excused)}." if coverage.excused else ""
