"""The daily-papers page saved as text, by selecting all and copying.

The text has no markup, so a paper is a title line, an abstract line and, in some layouts, a few
lines about authors, date and comments. Any other line is rejected with its number. No paper is made
from a banner, and two papers are never merged.

The page is taken as that of the day it is read for. The date at its head has no year; it is used
only to complete the dates below it, which are never in the future.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Literal

from digest.models.clock_times import midnight
from digest.models.identity import canonical_id
from digest.models.paper import Paper
from digest.models.source import Batch, Rejected
from digest.sources import FetchRequest, Kind, RawDocument, Source, lenient, read_files
from digest.sources.page_banners import (
    is_banner,
    is_button,
    is_notice,
    is_notice_heading,
    without_button,
)
from digest.text.clean import clean, looks_like_html

if TYPE_CHECKING:
    from collections.abc import Iterator

_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_DATE = re.compile(
    rf"(?P<month>{'|'.join(_MONTHS)})[a-z]* (?P<day>\d{{1,2}})(?:, (?P<year>\d{{4}}))?"
    r"(?: +(?P<comments>\d[\d,]{0,9}))?"
)
# The bullet and the dot may have been lost to another code page on the way.
_AUTHORS = re.compile(r"[^\dA-Za-z]{0,4}(?P<count>\d[\d,]{0,9}) authors?", re.IGNORECASE)
_DOT = re.compile(r"[^\dA-Za-z\s]{1,3}")
_SUBMITTED = re.compile(r"(?P<who>submitted by)\s*(?P<name>.{0,60})", re.IGNORECASE)
_COUNT = r"\d[\d,]{0,9}(?:\.\d)?k?"
_LIKED = r"(?:up-?votes?|votes?|likes?|points?)"
_VOTES = re.compile(
    rf"(?:(?:▲|△|⬆|👍)\s*(?P<votes>{_COUNT})|{_LIKED}[:\s]*(?P<after>{_COUNT})?"
    rf"|(?P<before>{_COUNT})\s*{_LIKED})"
    rf"(?:[\s•·|,]+(?P<comments>{_COUNT}) comments?)?",
    re.IGNORECASE,
)
_COMMENTS = re.compile(rf"(?P<comments>{_COUNT}) comments?", re.IGNORECASE)
#: A number alone on its line. Behind "Upvote" or "Submitted by" it counts votes, and above a title
#: where the votes stand above the titles.
_NUMBER = re.compile(r"\+?(?P<votes>\d[\d,]{0,9}(?:\.\d)?k?)", re.IGNORECASE)
_LONGEST_NAME = 60

#: An abstract line is at least this long, in characters, or ends like a sentence past `_SHORT`.
_LONG = 250
_SHORT = 80
#: A title has been this long at most.
_LONGEST_TITLE = 600
#: The end of a sentence inside a line, but no abbreviation before a name.
_FULL_STOP = re.compile(r"(?<!\bvs)(?<!\bSt)(?<!\bDr)(?<!\bNo)(?<=[a-z)\d])\.\s+[A-Z]")
#: A file whose longest line is shorter has its lines wrapped.
_WRAPPED = 200
#: With at least so many rejected records, and more than papers, a file is not the page.
_MOSTLY_UNUSABLE = 5


def read(source: Source, _request: FetchRequest) -> list[RawDocument]:
    """Read the files that match the path."""
    return read_files(source)


def parse(document: RawDocument, *, day: date, now: datetime) -> Batch:
    """Parse one file, in any of the known layouts."""
    if looks_like_html(document.text):
        reason = "this is a web page's HTML; capture its text (select all, copy, save as .txt)"
        return Batch(rejected=(Rejected(where=f"{document.where}:1", reason=reason),), declared=1)
    if reason := _no_capture(document.text):
        return Batch(rejected=(Rejected(where=f"{document.where}:1", reason=reason),), declared=1)
    reader = _Reader(where=document.where, day=day, today=day, now=now)
    for number, line in _lines(document.text):
        reader.take(number, line)
    reader.finish()
    if reason := _mostly_unusable(reader, document.text):
        return Batch(
            rejected=(Rejected(where=f"{document.where}:1", reason=reason),),
            declared=max(len(reader.papers) + len(reader.rejected), 1),
        )
    return Batch(
        papers=tuple(reader.papers),
        rejected=tuple(reader.rejected),
        declared=len(reader.papers) + len(reader.rejected),
    )


def _no_capture(text: str) -> str:
    """Return why a file cannot be the text of the page, or ""."""
    start = text.lstrip("\ufeff \t\r\n")[:20]
    if "\0" in text or start.startswith("%PDF"):
        return "this is no text; capture the page's text (select all, copy, save as .txt)"
    if start.startswith(("[{", "[\n", "[\r", '{"')):
        return 'this is JSON; give it to a source of kind "huggingface" or "jsonl"'
    if _is_wrapped(text) and not re.search(r"\n[ \t\r]*\n", text):
        return (
            "its lines are wrapped, and nothing tells titles and abstracts apart; save it unwrapped"
        )
    return ""


def _mostly_unusable(reader: _Reader, text: str) -> str:
    """Return why the whole file should be rejected, or ""."""
    if not reader.papers and not reader.rejected:
        return "there are no papers on this page"
    if len(reader.rejected) >= max(_MOSTLY_UNUSABLE, len(reader.papers) + 1):
        unusable, total = len(reader.rejected), len(reader.papers) + len(reader.rejected)
        return f"this does not read as the daily-papers page: {unusable} of {total} records fail"
    shown = [clean(line) for line in text.splitlines()]
    known = any(is_banner(line) or _AUTHORS.fullmatch(line) for line in shown)
    if reader.papers and not known and max(len(p.abstract) for p in reader.papers) < _LONG:
        return "this does not read as the daily-papers page: no banner, no authors, no abstract"
    return ""


def _is_wrapped(text: str) -> bool:
    lines = text.splitlines()
    return len(lines) > 20 and max(map(len, lines)) < _WRAPPED


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield the numbered lines that are not empty, without banners and attached button texts.

    Wrapped lines are joined again, paragraph by paragraph.
    """
    head = True  # whether only banners and dates came before
    seen = False  # whether the button came before, alone or glued to a title
    for number, line in _paragraphs(text) if _is_wrapped(text) else _numbered(text):
        shown = without_button(line, is_head=head, is_seen=seen)
        seen = seen or shown != line or is_button(line)
        if not shown:
            continue
        if is_banner(shown):
            head = True
            continue
        yield number, shown
        head = head and _DATE.fullmatch(shown) is not None


def _numbered(text: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(text.splitlines(), start=1):
        yield number, clean(line)


def _paragraphs(text: str) -> Iterator[tuple[int, str]]:
    """Join adjacent lines, except for banners and details, which stand alone."""
    joined: list[str] = []
    first = 0
    for number, line in (*_numbered(text), (0, "")):
        alone = is_banner(line) or _is_box(line) or _is_detail(line)
        if joined and (not line or alone):
            yield first, " ".join(joined)
            joined = []
        if alone:
            yield number, line
        elif line:
            first = first if joined else number
            joined.append(line)


def _is_box(line: str) -> bool:
    """Whether a line tells of votes or of who submitted a paper."""
    return any(each.fullmatch(line) for each in (_VOTES, _COMMENTS, _SUBMITTED, _NUMBER))


def _is_detail(line: str) -> bool:
    if _DOT.fullmatch(line):
        return True
    found = _AUTHORS.fullmatch(line) or _DATE.fullmatch(line)
    return found is not None or re.match(r"[•·].* author", line) is not None


@dataclass(kw_only=True)
class _Reader:
    """Walks down the page, holding the title that still waits for its abstract."""

    where: str
    day: date
    #: the page's own date, by which dates without a year are placed
    today: date
    now: datetime
    papers: list[Paper] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    title: tuple[int, str] | None = None
    #: a line too short to be surely an abstract, standing behind the title
    doubt: tuple[int, str] | None = None
    #: whether the lines about authors and date may still belong to the last paper
    open: bool = False
    last_line: int = 0
    #: what the line before announced: votes, or who submitted a paper
    awaits: Literal["votes", "name", "number"] | None = None
    #: whether the votes stand above the titles on this page; unknown before the first
    votes_lead: bool | None = None
    #: counts for the title that is still to come
    counts: dict[str, int] = field(default_factory=dict)

    def take(self, number: int, line: str) -> None:
        """Understand one line."""
        self.last_line = number
        if self._box(line):
            return
        if is_notice(line):
            if self.title is not None and is_notice_heading(self.title[1]):
                self.title = self.doubt
                self.doubt = None
        elif _is_detail(line):
            self._detail(number, line)
        elif self.title is None:
            self._title_or_stray(number, line)
        elif _is_abstract(line):
            self._abstract_behind(number, line)
        elif self.doubt is None:
            self.doubt = (number, line)
        else:
            self._give_up_title()
            self.title, self.doubt = self.doubt, (number, line)

    def _box(self, line: str) -> bool:
        """Understand a line of the box of votes and submitter, if it is one."""
        awaits, self.awaits = self.awaits, None
        if found := _VOTES.fullmatch(line):
            given = found["votes"] or found["after"] or found["before"]
            self._count("upvotes", given)
            self._count("comments", found["comments"])
            self.awaits = None if given else "votes"
        elif found := _COMMENTS.fullmatch(line):
            self._count("comments", found["comments"])
        elif found := _SUBMITTED.fullmatch(line):
            self.awaits = "number" if found["name"] else "name"
        elif awaits == "name" and len(line) <= _LONGEST_NAME and not _is_detail(line):
            self.awaits = "number"
        elif found := _NUMBER.fullmatch(line):
            leads = awaits == "number" or (self.title is None and self._votes_lead())
            if (leads or awaits == "votes") and not line.startswith("+"):
                self._count("upvotes", found["votes"], leads=leads)
        else:
            return False
        return True

    def _votes_lead(self) -> bool:
        return not self.papers if self.votes_lead is None else self.votes_lead

    def _count(self, signal: str, written: str | None, *, leads: bool = False) -> None:
        """Count votes or comments for the paper that they stand above or below."""
        if self.votes_lead is None:
            self.votes_lead = self.title is None and not self.papers
        count = lenient.number(written)
        if count is None:
            return
        if self.title is not None or self.votes_lead or leads:
            self.counts[signal] = count
        elif self.papers:
            self._amend_signals(**{signal: count})

    def finish(self) -> None:
        """Settle what the end of the page leaves open."""
        if self.title is not None:
            number, title = self.title
            self._reject(number, f"the page breaks off after the title “{title[:60]}”")
        elif self.papers and _breaks_off(self.papers[-1]) and self._last_is_open():
            lost = self.papers.pop()
            reason = f"the page breaks off inside the abstract of “{lost.title[:60]}”"
            self._reject(self.last_line, reason)

    def _last_is_open(self) -> bool:
        last = self.papers[-1]
        return self.open and last.author_count is None and last.published_at is None

    def _title_or_stray(self, number: int, line: str) -> None:
        if len(line) >= _LONG and not _may_be_title(line):
            self._reject(number, f"an abstract without a title: “{line[:60]}…”")
        else:
            self.title = (number, line)

    def _abstract_behind(self, number: int, line: str) -> None:
        if self.doubt is not None:
            # Two short lines before an abstract: the first title has none of its own.
            self._give_up_title()
            self.title, self.doubt = self.doubt, None
        self._record(line)
        self.last_line = number

    def _give_up_title(self) -> None:
        if self.title is not None:
            number, title = self.title
            self._reject(number, f"a title without an abstract: “{title[:60]}”")

    def _record(self, abstract: str) -> None:
        if self.title is None:
            return
        title = self.title[1]
        self.papers.append(
            Paper(id=canonical_id(None, title), title=title, abstract=abstract, day=self.day)
        )
        self.title, self.doubt, self.open = None, None, True
        if self.counts:
            self._amend_signals(**self.counts)
            self.counts = {}

    def _detail(self, number: int, line: str) -> None:
        if self.title is not None and self.doubt is not None and _may_be_abstract(self.doubt[1]):
            # Details follow an abstract, so the short line was one.
            self._record(self.doubt[1])
        if self.title is not None:
            self._give_up_title()
            self.title, self.doubt, self.open = None, None, False
        for part in filter(None, (piece.strip() for piece in re.split("[•·]", line))):
            self._apply(number, part)

    def _apply(self, number: int, part: str) -> None:
        if authors := _AUTHORS.fullmatch(part):
            self._amend(author_count=int(authors["count"].replace(",", "")))
        elif stamp := _DATE.fullmatch(part):
            moment = self._resolve_date(stamp)
            if moment is None:
                self._reject(number, f"“{part}” is not a date")
            elif not self.papers and not self.rejected:
                self.today = min(moment, self.today)
            else:
                comments = stamp["comments"]
                self._amend(published_at=midnight(moment))
                if comments is not None:
                    self._amend_signals(comments=int(comments.replace(",", "")))

    def _amend_signals(self, **counts: int) -> None:
        if self.open:
            signals = replace(self.papers[-1].signals, **counts)
            self._amend(signals=signals, observed_at=self.now)

    def _amend(self, **details: object) -> None:
        if self.open:
            self.papers[-1] = replace(self.papers[-1], **details)  # type: ignore[arg-type]

    def _resolve_date(self, stamp: re.Match[str]) -> date | None:
        """Return a date; one without a year gets the page's year, or an earlier one."""
        month, day = _MONTHS.index(stamp["month"]) + 1, int(stamp["day"])
        if stamp["year"]:
            return _date(int(stamp["year"]), month, day)
        years = range(self.today.year, self.today.year - 9, -1)  # 29 February may be 8 years back
        dates = (_date(year, month, day) for year in years)
        return next((found for found in dates if found and found <= self.today), None)

    def _reject(self, number: int, reason: str) -> None:
        self.rejected.append(Rejected(where=f"{self.where}:{number}", reason=reason))


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _is_abstract(line: str) -> bool:
    return len(line) >= _LONG or (len(line) >= _SHORT and line.endswith("."))


def _may_be_title(line: str) -> bool:
    """Whether a long line can be a title: unlike an abstract, it has no full stops.

    It may ask a question or end in an exclamation mark.
    """
    return (
        len(line) <= _LONGEST_TITLE
        and not line.endswith((".", "…", ":", ";", ","))
        and _FULL_STOP.search(line) is None
    )


def _may_be_abstract(line: str) -> bool:
    return len(line) >= _SHORT or line.endswith((".", "!", "?"))


def _breaks_off(paper: Paper) -> bool:
    """Whether an abstract ends in the middle of a sentence; a closing link is an end."""
    end = paper.abstract.rsplit(" ", 1)[-1]
    closed = end.rstrip("\"”’')]}*_$").endswith((".", "!", "?", "…", ":", ";"))
    return not (closed or "://" in end or "www." in end or "github" in end.lower())


KIND = Kind(read=read, parse=parse, rank=10)
