"""Issues set in type: what readers share is filled in and encoded once, what is theirs per mail.

A forme is what a printer locks up for the press: here all of a mail's body but the reader's own
words. A paper is set once for all the issues it is in.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from digest.mail.context import issue_context, paper_context, shared_context
from digest.mail.fragments import Fragment, concat, literal
from digest.mail.headers import Field, field
from digest.mail.quoted_printable import encode
from digest.mail.size_limit import BUDGET, fit_to_budget
from digest.mail.templates import escaped
from digest.text.wording import squeeze

if TYPE_CHECKING:
    from collections.abc import Mapping

    from digest.mail.context import SiteIdentity
    from digest.mail.templates import DigestTemplates, Part
    from digest.models.issue import Coverage, Issue, Pick

#: How many papers and issues stay set; each takes a few thousand bytes.
CARD_CACHE, ISSUE_CACHE = 4096, 2048
#: The words that differ from issue to issue, and those that differ from reader to reader.
ISSUE_WORDS = ("subject", "preheader", "total", "topics", "updates")
PERSONAL_WORDS = ("address", "topics_wanted", "manage_url", "leave_url")
#: Bytes; room for a reader's own words is made in such steps, so that readers can share a forme.
_STEP = 1024


class Personal:
    """A reader's own words: as they are, and as they stand in the HTML."""

    def __init__(self, words: Mapping[str, str]) -> None:
        """Escape and encode them."""
        self.words = words
        html = {name: escaped(word) for name, word in words.items()}
        self.html = {name: encode(word) for name, word in html.items()}
        self.sizes = {name: len(word.encode()) for name, word in html.items()}


@dataclass(frozen=True, slots=True)
class Parts:
    """A stretch of a mail, in both its parts."""

    text: Fragment
    html: Fragment


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """What all mails of one language have around their papers."""

    #: what templates may say everywhere
    words: Mapping[str, Any]
    #: of the HTML; those of the text are wrapped, and so wait until all is known
    head: Fragment
    foot: Fragment
    end: Parts
    #: the reader's words in the HTML, once for each place
    personal: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderedIssue:
    """An issue set in type."""

    #: as far as it fitted
    issue: Issue
    subject: str
    header: Field
    text: Fragment
    html: Fragment
    #: what the foot of the text may say
    words: Mapping[str, Any]

    @property
    def size(self) -> int:
        """The bytes of the HTML, the reader's own words left out."""
        return self.html.size


class BodyRenderer:
    """Sets the issues of one edition; it may be used from several threads."""

    def __init__(
        self,
        templates: DigestTemplates,
        *,
        letterhead: SiteIdentity,
        edition: Coverage,
        summary_length: int,
    ) -> None:
        """Set nothing before it is asked for."""
        self._subject, self._text, self._html = templates.subject, templates.text, templates.html
        self._letterhead, self._edition = letterhead, edition
        self._summary_length = summary_length
        self._layout = lru_cache(self._render_layout)
        self._heading = lru_cache(1024)(self._render_heading)
        self._card = lru_cache(CARD_CACHE)(self._render_card)
        self._issue = lru_cache(ISSUE_CACHE)(self._render_issue)

    def render(self, issue: Issue, language: str, own: Personal) -> RenderedIssue:
        """Return as much of an issue as fits into a mail beside the reader's own words.

        Raises:
            RenderError: a template cannot be filled, or not even one paper fits.

        """
        room = sum(own.sizes[name] for name in self._layout(language).personal)
        return self._issue(_IssueKey(issue), language, -(-room // _STEP) * _STEP)

    def text(self, forme: RenderedIssue, own: Personal) -> list[bytes]:
        """Return a reader's plain text, encoded and in pieces."""
        foot = self._text.foot.fill({**forme.words, **own.words}).rstrip("\n") + "\n"
        values = {name: encode(own.words[name]) for name in forme.text.placeholders}
        return [*forme.text.render(values), encode(foot)]

    def html(self, forme: RenderedIssue, own: Personal) -> list[bytes]:
        """Return a reader's HTML, encoded and in pieces."""
        return forme.html.render(own.html)

    def _render_issue(self, issue: _IssueKey, language: str, room: int) -> RenderedIssue:
        return fit_to_budget(
            issue.issue,
            lambda candidate, length: self._render_at(candidate, length, language),
            summary_length=self._summary_length,
            budget=BUDGET - room,
        )

    def _render_at(self, issue: Issue, summary_length: int, language: str) -> RenderedIssue:
        frame, said = self._layout(language), issue_context(issue, language)
        words = {**frame.words, **said}
        values = {name: literal(escaped(word)) for name, word in said.items()}
        blocks = [Parts(self._text.head.prepare(words, PERSONAL_WORDS), frame.head.bind(values))]
        for section in issue.sections:
            blocks.append(self._heading(section.name, language))
            last = section.picks[-1]
            blocks += [
                self._card(_PickKey(pick), summary_length, language, pick is last)
                for pick in section.picks
            ]
            blocks.append(frame.end)
        subject = squeeze(self._subject.fill(words))
        return RenderedIssue(
            issue=issue,
            subject=subject,
            header=field("Subject", words=subject),
            text=concat(block.text for block in blocks),
            html=concat([*(block.html for block in blocks), frame.foot.bind(values)]),
            words=words,
        )

    def _render_layout(self, language: str) -> Layout:
        words = shared_context(self._letterhead, self._edition, language)
        head = self._html.head.prepare(words, (*ISSUE_WORDS, *PERSONAL_WORDS))
        foot = self._html.foot.prepare(words, (*ISSUE_WORDS, *PERSONAL_WORDS))
        return Layout(
            words=words,
            head=head,
            foot=concat([foot, literal("\n")]),
            end=Parts(literal(self._text.end.fill(words)), literal(self._html.end.fill(words))),
            personal=tuple(
                name for name in head.placeholders + foot.placeholders if name in PERSONAL_WORDS
            ),
        )

    def _render_heading(self, name: str, language: str) -> Parts:
        return self._render_parts(
            self._text.heading, self._html.heading, language, section={"name": name}
        )

    def _render_card(
        self,
        shown: _PickKey,
        summary_length: int,
        language: str,
        last: bool,  # noqa: FBT001 (a part of the cache's key)
    ) -> Parts:
        paper = paper_context(shown.pick, summary_length, language, today=self._edition.day)
        loop = _Loop(last=last)
        return self._render_parts(
            self._text.card, self._html.card, language, paper=paper, loop=loop
        )

    def _render_parts(self, text: Part, html: Part, language: str, **words: Any) -> Parts:
        words = {**self._layout(language).words, **words}
        return Parts(literal(text.fill(words)), literal(html.fill(words)))


class _Loop:
    """All that a card knows of the loop around it."""

    def __init__(self, *, last: bool) -> None:
        self.last = last


class _PickKey:
    """A pick by what is shown of it; it keeps its papers, so that no other has their ids."""

    def __init__(self, pick: Pick) -> None:
        self.pick = pick
        self._key = (id(pick.paper), pick.reasons, tuple(map(id, pick.similar)))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _PickKey) and self._key == other._key

    def __hash__(self) -> int:
        return hash(self._key)


class _IssueKey:
    """An issue as this very object: comparing what is in two would take longer than setting one."""

    def __init__(self, issue: Issue) -> None:
        self.issue = issue

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _IssueKey) and self.issue is other.issue

    def __hash__(self) -> int:
        return id(self.issue)
