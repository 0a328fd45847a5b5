"""English wording that many modules share: sentences, summaries, counts, lists and suggestions.

Each of these rules is written once, here, so that all mails, pages and messages agree.
All functions take and return plain text; escaping is the templates' part.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

#: How similar a word must be to be suggested: 0 would suggest any word, 1 only the same word.
_SIMILARITY = 0.6

#: A mark that may end a sentence, with the quotation marks and brackets that close behind it.
#: White space and a capital, a digit or a formula must follow, or the end of the text.
_SENTENCE_END = re.compile(r"[.!?…][\"”’)\]]*(?=\s+[\"“‘(\[]?[A-Z0-9À-Þ$]|\s*$)")
#: Words whose full stop does not end a sentence; a single capital is an initial.
_ABBREVIATION = re.compile(
    r"(?:\b(?:e\.g|i\.e|et al|cf|vs|fig|eq|sec|tab|ref|resp|approx|w\.r\.t|dr|prof|st|no)"
    r"|\b[A-Z])\.$",
    re.IGNORECASE,
)

#: Joins emoji into one; the most code points that are read as one character.
_JOINER, _LONGEST = "\u200d", 16


def squeeze(text: str) -> str:
    """Return text on one line, with single spaces for all white space and none at the ends."""
    return " ".join(text.split())


def sentences(text: str) -> Iterator[str]:
    """Yield the sentences of a paragraph; abbreviations and decimal points end none.

    A generator, since most callers need only the first few sentences of a long abstract.
    """
    start = 0
    for match in _SENTENCE_END.finditer(text):
        if _ABBREVIATION.search(text[max(start, match.end() - 12) : match.end()]):
            continue
        yield text[start : match.end()].strip()
        start = match.end()
    if rest := text[start:].strip():
        yield rest


def summarize(text: str, limit: int) -> str:
    """Return as many whole sentences from the start of a text as fit into `limit` characters.

    If the first sentence is too long already, it is shortened; see `shorten`.
    """
    if limit <= 0:
        return ""
    kept = ""
    for sentence in sentences(text):
        longer = f"{kept} {sentence}" if kept else sentence
        if len(longer) > limit:
            break
        kept = longer
    return kept or shorten(text, limit)


def shorten(text: str, limit: int) -> str:
    """Return at most `limit` characters of a text, cut between two words and followed by "…".

    A text that fits is returned unchanged. The "…" counts towards the limit. Where the last blank
    lies in the first half, the word behind it is cut inside, since half of the room would be lost;
    but not between a letter and its marks, or within an emoji.
    """
    if len(text) <= limit:
        return text
    if limit <= 1:
        return "…"[:limit]
    cut = text[: limit - 1]
    if text[limit - 1] != " ":
        blank = cut.rfind(" ")
        cut = cut[: blank if 2 * blank >= limit - 1 else _whole(text, limit - 1)]
    return cut.rstrip(" ,;:-–—") + "…"


def _whole(text: str, end: int) -> int:
    """Return where a cut before `end` splits no character that consists of several code points.

    A simpler rule than Unicode's (UAX #29). A character longer than _LONGEST is split.
    """
    for start in range(end, max(end - _LONGEST, 0), -1):
        if not _continues(text[start]) and text[start - 1] != _JOINER:
            return start
    return end


def _continues(character: str) -> bool:
    """Whether a code point belongs to the one before it: a mark, a joiner or a colour of skin."""
    is_mark = unicodedata.category(character).startswith("M")
    return is_mark or character == _JOINER or "\U0001f3fb" <= character <= "\U0001f3ff"


def count(number: int, noun: str) -> str:
    """Return a number with its noun, in the plural unless it is 1: `1 vote`, `1,204 votes`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def stands_for(similar: int) -> str:
    """Return the reason for a paper that was chosen from a group of similar papers."""
    return f"stands for {count(similar, 'similar paper')}"


def join_words(words: Sequence[str]) -> str:
    """Return words as a list in a sentence: `A`, `A and B`, `A, B and C`.

    Raises:
        ValueError: there are no words.

    """
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last


def join_choices(words: Iterable[str]) -> str:
    """Return words to choose from: `A`, `A or B`, `A, B or C`.

    Raises:
        ValueError: there are no words.

    """
    *most, last = words
    return f"{', '.join(most)} or {last}" if most else last


def closest(word: str, known: Iterable[str]) -> str | None:
    """Return the known word most similar to a mistyped one, or None if none is similar.

    Error messages use it for "did you mean …?".
    """
    found = difflib.get_close_matches(word, known, n=1, cutoff=_SIMILARITY)
    return found[0] if found else None


def suggestion(word: str, known: Iterable[str]) -> str:
    """Return the end of an error message about an unknown word: `; did you mean arxiv?`.

    It is empty if no known word is similar.
    """
    similar = closest(word, known)
    return f"; did you mean {similar}?" if similar else ""


def as_sentence(text: str) -> str:
    """Return a text with a full stop, unless a mark ends it: `did you mean arxiv?`."""
    return text if text.endswith((".", "?", "!", "…")) else f"{text}."
