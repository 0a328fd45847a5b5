"""Texts without what people write differently: case, accents, and forms of letters."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Letters whose stroke or missing dot Unicode does not take apart.
_LETTERS = str.maketrans("łøđıæœ", "lodiao")
_WORD = re.compile(r"[^\W_]+(?:['\u2019·.-][^\W_]+)*")


def plain(text: str) -> str:
    """Return a text without case and accents, in one form of each letter."""
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    return "".join(c for c in folded if not unicodedata.combining(c)).translate(_LETTERS)


def words_of(text: str) -> list[str]:
    """Return the words of a text in lower case and without accents."""
    return _WORD.findall(plain(text).replace("\u2019", "'"))


def in_all_languages(words: Mapping[str, str]) -> frozenset[str]:
    """Return the words of a table, which has them by language, separated by blanks."""
    return frozenset(plain(word) for some in words.values() for word in some.split())
