"""Issues set in type: what readers share is filled in and encoded once, what is theirs per mail.

A forme is what a printer locks up for the press: here all of a mail's body but the reader's own
words. A paper is set once for all the issues it is in.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from digest.mail.context import card, contents, imprint
from digest.mail.fragments import Stencil, joined, solid
from digest.mail.headers import Field, field
from digest.mail.quoted_printable import encode
from digest.mail.size_limit import BUDGET, fit
from digest.mail.templates import escaped
from digest.text.wording import squeeze

if TYPE_CHECKING:
    from collections.abc import Mapping

    from digest.mail.context import Letterhead
    from digest.mail.templates import DigestTemplates, Part
    from digest.models.issue import Coverage, Issue, Pick

#: How many papers and issues stay set; each takes a few thousand bytes.
CARDS, FORMES = 4096, 2048
#: The words that differ from issue to issue, and those that differ from reader to reader.
ISSUE = ("subject", "preheader", "total", "topics", "updates")
READER = ("address", "topics_wanted", "manage_url", "leave_url")
#: Bytes; room for a reader's own words is made in such steps, so that readers can share a forme.
_STEP = 1024


class Own:
    """A reader's own words: as they are, and as they stand in the HTML."""

    def __init__(self, words: Mapping[str, str]) -> None:
        """Escape and encode them."""
        self.words = words
        html = {name: escaped(word) for name, word in words.items()}
        self.html = {name: encode(word) for name, word in html.items()}
        self.sizes = {name: len(word.encode()) for name, word in html.items()}


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch of a mail, in both its parts."""

    text: Stencil
    html: Stencil


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What all mails of one language have around their papers."""

    #: what templates may say everywhere
    words: Mapping[str, Any]
    #: of the HTML; those of the text are wrapped, and so wait until all is known
    head: Stencil
    foot: Stencil
    end: Block
    #: the reader's words in the HTML, once for each place
    own: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Forme:
    """An issue set in type."""

    #: as far as it fitted
    issue: Issue
    subject: str
    header: Field
    text: Stencil
    html: Stencil
    #: what the foot of the text may say
    words: Mapping[str, Any]

    @property
    def size(self) -> int:
        """The bytes of the HTML, the reader's own words left out."""
        return self.html.size


class Typesetter:
    """Sets the issues of one edition; it may be used from several threads."""

    def __init__(
        self,
        templates: DigestTemplates,
        *,
        letterhead: Letterhead,
        edition: Coverage,
        summary_length: int,
    ) -> None:
        """Set nothing before it is asked for."""
        self._subject, self._text, self._html = templates.subject, templates.text, templates.html
        self._letterhead, self._edition = letterhead, edition
        self._summary_length = summary_length
        self._frame = lru_cache(self._make_frame)
        self._heading = lru_cache(1024)(self._make_heading)
        self._card = lru_cache(CARDS)(self._make_card)
        self._forme = lru_cache(FORMES)(self._make_forme)

    def forme(self, issue: Issue, language: str, own: Own) -> Forme:
        """Return as much of an issue as fits into a mail beside the reader's own words.

        Raises:
            RenderError: a template cannot be filled, or not even one paper fits.

        """
        room = sum(own.sizes[name] for name in self._frame(language).own)
        return self._forme(_Same(issue), language, -(-room // _STEP) * _STEP)

    def text(self, forme: Forme, own: Own) -> list[bytes]:
        """Return a reader's plain text, encoded and in pieces."""
        foot = self._text.foot.fill({**forme.words, **own.words}).rstrip("\n") + "\n"
        values = {name: encode(own.words[name]) for name in forme.text.holes}
        return [*forme.text.printed(values), encode(foot)]

    def html(self, forme: Forme, own: Own) -> list[bytes]:
        """Return a reader's HTML, encoded and in pieces."""
        return forme.html.printed(own.html)

    def _make_forme(self, issue: _Same, language: str, room: int) -> Forme:
        return fit(
            issue.issue,
            lambda candidate, length: self._set(candidate, length, language),
            summary_length=self._summary_length,
            budget=BUDGET - room,
        )

    def _set(self, issue: Issue, summary_length: int, language: str) -> Forme:
        frame, said = self._frame(language), contents(issue, language)
        words = {**frame.words, **said}
        values = {name: solid(escaped(word)) for name, word in said.items()}
        blocks = [Block(self._text.head.prepare(words, READER), frame.head.filled(values))]
        for section in issue.sections:
            blocks.append(self._heading(section.name, language))
            last = section.picks[-1]
            blocks += [
                self._card(_Shown(pick), summary_length, language, pick is last)
                for pick in section.picks
            ]
            blocks.append(frame.end)
        subject = squeeze(self._subject.fill(words))
        return Forme(
            issue=issue,
            subject=subject,
            header=field("Subject", words=subject),
            text=joined(block.text for block in blocks),
            html=joined([*(block.html for block in blocks), frame.foot.filled(values)]),
            words=words,
        )

    def _make_frame(self, language: str) -> Frame:
        words = imprint(self._letterhead, self._edition, language)
        head = self._html.head.prepare(words, (*ISSUE, *READER))
        foot = self._html.foot.prepare(words, (*ISSUE, *READER))
        return Frame(
            words=words,
            head=head,
            foot=joined([foot, solid("\n")]),
            end=Block(solid(self._text.end.fill(words)), solid(self._html.end.fill(words))),
            own=tuple(name for name in head.holes + foot.holes if name in READER),
        )

    def _make_heading(self, name: str, language: str) -> Block:
        return self._block(self._text.heading, self._html.heading, language, section={"name": name})

    def _make_card(
        self,
        shown: _Shown,
        summary_length: int,
        language: str,
        last: bool,  # noqa: FBT001 (a part of the cache's key)
    ) -> Block:
        paper = card(shown.pick, summary_length, language, today=self._edition.day)
        loop = _Loop(last=last)
        return self._block(self._text.card, self._html.card, language, paper=paper, loop=loop)

    def _block(self, text: Part, html: Part, language: str, **words: Any) -> Block:
        words = {**self._frame(language).words, **words}
        return Block(solid(text.fill(words)), solid(html.fill(words)))


class _Loop:
    """All that a card knows of the loop around it."""

    def __init__(self, *, last: bool) -> None:
        self.last = last


class _Shown:
    """A pick by what is shown of it; it keeps its papers, so that no other has their ids."""

    def __init__(self, pick: Pick) -> None:
        self.pick = pick
        self._key = (id(pick.paper), pick.reasons, tuple(map(id, pick.similar)))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Shown) and self._key == other._key

    def __hash__(self) -> int:
        return hash(self._key)


class _Same:
    """An issue as this very object: comparing what is in two would take longer than setting one."""

    def __init__(self, issue: Issue) -> None:
        self.issue = issue

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.issue is other.issue

    def __hash__(self) -> int:
        return id(self.issue)
