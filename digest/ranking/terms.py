"""The words of texts and of phrases, as the ranker compares them.

A text has two readings. In one, the parts of a compound are words: `multi-agent systems` is found
by `agent system`. In the other, a compound is one word: it is also found by `multiagent system`. A
phrase is in a text if it is in either, or in a mixture of both, and it counts once at a place.

Words that include a paper are stemmed, because a missed paper costs more than a loose match. Words
that exclude a paper only lose their plural ending: a stem would let `animal` exclude every
`animation`, were it not one of the few that are listed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from digest.ranking.stemming import folded, singular, stem

if TYPE_CHECKING:
    from collections.abc import Callable

    #: Makes one of all forms of a word: `stem` or `singular`.
    Form = Callable[[str], str]

_HYPHENS = ("-", "\N{HYPHEN}", "\N{NON-BREAKING HYPHEN}", "\N{EN DASH}")
_POSSESSIVES = ("'s", "\N{RIGHT SINGLE QUOTATION MARK}s")
_NO_WORDS = frozenset((*_HYPHENS, *_POSSESSIVES))
#: Letters and digits; or a language whose sign tells it from the letter, such as `C++` and `C#`.
_WORD = re.compile(r"[Cc]\+\+|[CcFf]#|[^\W_]+")
#: The `'s` after a word, which is no part of it.
_POSSESSIVE = re.compile(r"['\u2019]s(?![^\W_])")
#: A word, a possessive, or a hyphen between two words.
_TOKEN = re.compile(
    rf"{_WORD.pattern}|{_POSSESSIVE.pattern}|(?<=[^\W_])[-\u2010\u2011\u2013](?=[^\W_])"
)
#: What begins a compound even before a blank, since it is hardly ever a word by itself.
_PREFIXES = """
anti auto bi bio co counter hetero homo hyper inter intra macro micro mis mono multi nano neuro non
omni para poly post pre pseudo quasi re self semi spatio sub super tri ultra un uni
"""
PREFIXES = frozenset(
    spelling
    for prefix in _PREFIXES.split()
    for spelling in (prefix, prefix.capitalize(), prefix.upper())
)


def words(text: str) -> list[str]:
    """Split text at everything but letters and digits, without case and accents.

    A hyphen splits too, so `self-driving` and `self driving` are the same. `C++`, `C#` and `F#` are
    words.
    """
    return list(map(folded, _words(text)))


def stems(text: str, form: Form = stem) -> list[str]:
    """Return the stems of a text's words, in order.

    A prefix and the word after it are one: `pre-training`, `pre training` and `pretraining`.
    """
    return list(map(form, _prefixed(_words(text))))


@dataclass(frozen=True, order=True)
class Phrase:
    """One or more neighbouring words, in whatever form.

    `fine-tuning` has two readings, `fine tuning` and `finetuning`; most phrases have only one.
    """

    stems: tuple[str, ...]
    #: with each hyphenated pair as one word; often the same as `stems`
    joined: tuple[str, ...]
    #: whether it excludes papers, and so is compared in the singular instead of by its stems
    excludes: bool = False

    def __bool__(self) -> bool:
        """Return whether there is a word in it."""
        return bool(self.stems)

    def __len__(self) -> int:
        """Return the number of words."""
        return len(self.stems)

    @property
    def readings(self) -> tuple[tuple[str, ...], ...]:
        """Return its different readings, one or two."""
        return tuple(dict.fromkeys((self.stems, self.joined)))


def phrase(text: str) -> Phrase:
    """Return the phrase of a topic's or a reader's words; it is false if they have no letters."""
    return _phrase(text, stem)


def excluding_phrase(text: str) -> Phrase:
    """Return the phrase of words that exclude papers; look for it in a `singular` text."""
    return _phrase(text, singular)


def _phrase(text: str, form: Form) -> Phrase:
    found, hyphens = split_words(text)
    joined = []
    at = 0
    while at < len(found):
        # Of `text-to-image` no two parts are a word.
        pair = at in hyphens and not {at - 1, at + 1} & hyphens
        pair = at + 1 < len(found) and (pair or found[at] in PREFIXES)
        joined.append(form(found[at] + found[at + 1] if pair else found[at]))
        at += 1 + pair
    return Phrase(tuple(stems(text, form)), tuple(joined), excludes=form is singular)


@lru_cache(maxsize=100_000)
def folded_name(name: str) -> str:
    """Return a name as it is compared: without case, accents and punctuation."""
    return " ".join(words(name))


def is_part(part: tuple[str, ...], whole: tuple[str, ...]) -> bool:
    """Return whether neighbouring words are among others, in this order."""
    return any(whole[i : i + len(part)] == part for i in range(len(whole) - len(part) + 1))


def _words(text: str) -> list[str]:
    """Return the words of a text."""
    if any(possessive in text for possessive in _POSSESSIVES):
        text = _POSSESSIVE.sub(" ", text)
    return _WORD.findall(text)


def split_words(text: str) -> tuple[list[str], set[int]]:
    """Return the words of a text as it spells them, and which of them a hyphen joins to the next.

    The second are positions in the first.
    """
    found = _TOKEN.findall(text)
    if _NO_WORDS.isdisjoint(found):
        return found, set()
    others = [at for at, token in enumerate(found) if token in _NO_WORDS]
    hyphens = {at - before - 1 for before, at in enumerate(others) if found[at] in _HYPHENS}
    return [token for token in found if token not in _NO_WORDS], hyphens


def spans(text: str) -> list[tuple[int, int]]:
    """Return where each of the words of `split_words` is in a text, in characters."""
    return [match.span() for match in _TOKEN.finditer(text) if match[0] not in _NO_WORDS]


def _prefixed(words: list[str]) -> list[str]:
    """Return words with each prefix closed up to the word after it."""
    present = PREFIXES.intersection(words)
    if not present:
        return words
    found: list[str] = []
    start = 0
    for at in [at for at, word in enumerate(words[:-1]) if word in present]:
        if at >= start:  # no word after another prefix
            found += words[start:at]
            found.append(words[at] + words[at + 1])
            start = at + 2
    return found + words[start:]
