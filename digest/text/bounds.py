"""How much of a text people are shown: the longest names, titles and lists, and a card's share.

A record may hold 20,000 characters in each field. Whoever made it must not take the room of other
papers, so mails, pages, feeds and tables show a bounded part. Data that programs read stays whole.
"""

from __future__ import annotations

import html
import re
import unicodedata
from typing import TYPE_CHECKING

from digest.text.clean import safe_url
from digest.text.wording import shorten

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

#: Characters of a title, and of one that is only mentioned with others.
TITLE, MENTIONED_TITLE = 300, 120
#: Characters of a person's name, and of a venue or an organization.
NAME, ORGANIZATION = 100, 60
#: Characters of the one-sentence summary, of the reasons of a pick, and of authors, venue and date.
TLDR, REASONS, BYLINE = 280, 240, 640
#: Up to so many authors are all named. Of more, one fewer is named, since "and 1 more" is no
#: shorter than a name.
AUTHORS = 5
#: Papers that are named behind one that they resemble, and withdrawn papers that a mail names.
SIMILAR, WITHDRAWN = 3, 10
#: RFC 5322 §2.1.1 asks for at most 78 characters in a line.
SUBJECT = 78
#: Characters; lists of mails show about as many behind the subject.
PREHEADER = 160
#: Topics that a mail names in a sentence; sources, days and reasons that its statement names.
TOPICS, FACTS = 20, 8
#: Characters of a source's name, of a category, and of one reason or line of the statement.
SOURCE, CATEGORY, FACT, STATEMENT = 60, 40, 200, 1000
#: Bytes of an address in HTML. A longer one is left out, since half an address leads nowhere.
ADDRESS = 300
#: Characters of the words in the address of a search.
QUERY = 120
#: Bytes of HTML that a paper's texts and addresses may take, beside twice its longest summary.
CARD = 1500

#: Fewer characters that are left of a longer text say nothing.
_FEWEST = 30
#: The most marks on one letter. Hebrew and Tibetan need four, and a tower of them hides the lines
#: above and below.
_MARKS = 4
#: Of a text, so many times as many characters are read as are shown: enough below any tower.
_ENOUGH = 20
_MAY_HAVE_MARKS = re.compile(f"[\u0300-\U0010ffff]{{{_MARKS + 1},}}")


def bounded(text: str, limit: int) -> str:
    """Return at most `limit` characters of a text, cut between words, and no towers of marks."""
    return shorten(_without_towers(text, limit), limit)


def first_of(parts: Sequence[str], most: int, others: str) -> list[str]:
    """Return at most `most` parts; if there are more, the last one counts them: `7 more days`."""
    if len(parts) <= most:
        return list(parts)
    return [*parts[: most - 1], f"{len(parts) - most + 1:,} {others}"]


class Room:
    """The bytes of HTML that the texts of one paper may still take.

    Bytes are what a mail is limited by, and one character may take six: `"` becomes `&quot;`.
    """

    def __init__(self, summary_length: int) -> None:
        """Begin with a card's share; `summary_length` is in characters."""
        self._left = CARD + 2 * summary_length

    def take(self, text: str, limit: int, cut: Callable[[str, int], str] = shorten) -> str:
        """Return at most `limit` characters of a text, and no more than there is room for."""
        text = _without_towers(text, limit)
        shown = cut(text, limit)
        wanted = len(shown)
        while (size := _size(shown)) > self._left:
            shown = cut(text, len(shown) * self._left // size)
        if len(shown) < min(wanted, _FEWEST):
            return ""
        self._left -= size
        return shown

    def take_address(self, url: str | None) -> str:
        """Return a web address, or nothing if it is unsafe or there is no room for it."""
        if not (safe := safe_url(url)) or (size := _size(safe)) > min(ADDRESS, self._left):
            return ""
        self._left -= size
        return safe


def _size(text: str) -> int:
    """Return the most bytes that a text takes in HTML."""
    return len(html.escape(text).encode("utf-8", "replace"))


def _without_towers(text: str, limit: int) -> str:
    """Return a text with at most `_MARKS` marks on each letter, or enough of it for `limit`."""
    text = text[: _ENOUGH * limit]
    return text if text.isascii() else _MAY_HAVE_MARKS.sub(_lower, text)


def _lower(run: re.Match[str]) -> str:
    kept, marks = [], 0
    for character in run[0]:
        marks = marks + 1 if unicodedata.category(character) in ("Mn", "Me") else 0
        if marks <= _MARKS:
            kept.append(character)
    return "".join(kept)
