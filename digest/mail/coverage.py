"""The statement in each mail: what an issue covers, what is missing, what came late. Wording only.

It never says more than is known: a source that could not be read is not called empty. However many
sources, days and reasons there are, the first are named and the rest are counted.
"""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING

from digest.text import bounds
from digest.text.bounds import bounded, first_of
from digest.text.dates import long_date, weekday_span
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
    lines = (_chosen(coverage, language), _votes(coverage), *parts)
    return [bounded(line, bounds.STATEMENT) for line in lines if line]


def sources_read(coverage: Coverage) -> str:
    """Say of a quiet day which sources were read, and why others have nothing: one line.

    It is empty if nothing is known to have been read.
    """
    names = first_of([_source(one) for one in coverage.sources], bounds.FACTS, "more sources")
    lines = [f"Read: {join_words(names)}." if names else "", _excused(coverage)]
    has_gaps = coverage.missing or coverage.stale
    line = " ".join(filter(None, lines)) or ("" if has_gaps else "Every source was read.")
    return bounded(line, bounds.STATEMENT)


def quiet_statement(coverage: Coverage) -> list[str]:
    """Write what a quiet day still lacks, one line for each fact; `sources_read` says the rest."""
    lines = (_missing(coverage), _partial(coverage), _overdue(coverage))
    return [bounded(line, bounds.STATEMENT) for line in lines if line]


def covered_days(coverage: Coverage, language: str = "en") -> str:
    """Name the day of an edition in full, or the days that it covers: `Fri 6 – Mon 9 Feb 2026`."""
    if coverage.days == 1:
        return long_date(coverage.day, language)
    return weekday_span(coverage.first_day, coverage.day, language, has_year=True)


def past_day(day: date, *, today: date) -> str:
    """Name a past day: `Monday`, or `2 February` if that is a week ago or more."""
    return f"{day:%A}" if 0 < (today - day).days < 7 else f"{day.day} {day:%B}"


def _chosen(coverage: Coverage, language: str) -> str:
    considered, days = count(coverage.considered, "paper"), covered_days(coverage, language)
    late = [each for each in coverage.late if each[0] < coverage.first_day]
    counts = [
        f"{number:,}{'' if index else ' of them'} from {past_day(past, today=coverage.day)}"
        for index, (past, number) in enumerate(late)
    ]
    also = f", {_days(counts)}" if counts else ""
    sources = first_of([_source(one) for one in coverage.sources], bounds.FACTS, "more sources")
    covered = f": {join_words(sources)}" if sources else ""
    return f"Chosen from {considered} for {days}{also}{covered}."


def _votes(coverage: Coverage) -> str:
    """Say when the votes were read that the order rests on; with the day if it is another one."""
    read_at = coverage.votes_read_at
    if read_at is None:
        return ""
    at = read_at.astimezone(UTC)
    day = "" if at.date() == coverage.day else f"{at.day} {at:%B}, "
    return f"Votes as of {day}{at:%H:%M} UTC."


def _source(covered: SourceCoverage) -> str:
    papers = f"{count(covered.papers, 'paper')}{' so far' if covered.is_early else ''}"
    if not covered.channels:
        return f"{_name(covered.source)} ({papers})"
    if len(covered.channels) > CHANNELS:
        complete = sum(map(_is_complete, covered.channels))
        known = f"{complete} of {len(covered.channels)} categories known to be complete"
        return f"{_name(covered.source)} ({papers}, {known})"
    return f"{_name(covered.source)} ({', '.join(_channel(one) for one in covered.channels)})"


def _name(source: str) -> str:
    return bounded(source, bounds.SOURCE)


def _names(sources: Sequence[str]) -> str:
    return ", ".join(first_of([_name(one) for one in sources], bounds.FACTS, "more"))


def _days(days: Sequence[str]) -> str:
    return join_words(first_of(days, bounds.FACTS, "more days"))


def _is_complete(channel: Channel) -> bool:
    declared = channel.declared
    return channel.is_read and declared is not None and channel.parsed >= declared


def _channel(channel: Channel) -> str:
    name = bounded(channel.name, bounds.CATEGORY)
    if not channel.is_read:
        return f"{name} not read"
    if channel.declared is None:
        return f"{name} {channel.parsed:,}"
    return f"{name} {channel.parsed:,}/{channel.declared:,}"


def _missing(coverage: Coverage) -> str:
    """Name the sources that could not be read, or showed an earlier day."""
    stale = [name for name in coverage.stale if name not in coverage.missing]
    missing = [*coverage.missing, *stale]
    if not missing:
        return ""
    unread = [name for name in missing if name in coverage.missing]
    today = " today" if coverage.days == 1 else ""
    parts = [f"Could not be read{today}: {_names(unread)}."] if unread else []
    if coverage.stale:
        parts.append(f"Still showed the papers of an earlier day: {_names(coverage.stale)}.")
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
    return f"Could not be read in full: {_names(coverage.partial)}.{effect}"


def _overdue(coverage: Coverage) -> str:
    """Name the past days that sources still owe."""
    days: dict[str, list[str]] = {}
    for source, day in coverage.overdue:
        days.setdefault(source, []).append(past_day(day, today=coverage.day))
    overdue = [f"{_name(source)} of {_days(names)}" for source, names in days.items()]
    named = "; ".join(first_of(overdue, bounds.FACTS, "more sources"))
    return f"Still missing: {named}." if named else ""


def _excused(coverage: Coverage) -> str:
    """Explain why sources have nothing on this day."""
    reasons = [bounded(reason, bounds.FACT) for reason in coverage.excused]
    named = "; ".join(first_of(reasons, bounds.FACTS, "more sources likewise"))
    return f"{named}." if named else ""
