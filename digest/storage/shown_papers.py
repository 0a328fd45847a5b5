"""The papers that a pruned mail showed, in a few bytes: all that keeps a paper from coming again.

A paper is its position in the edition. Positions are written as LEB128 numbers (7 bits a byte, the
lowest first, the high bit set in all bytes but the last; DWARF 5, section 7.6), each one higher
than it is. A 0 ends the papers that were shown; the withdrawals that were reported follow. A mail
of 20 papers takes about 30 bytes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from digest.models.issue import Seen
from digest.storage import contents

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping


class ShownPapers(NamedTuple):
    """Positions in an edition, in the order of the mail."""

    papers: tuple[int, ...]
    #: those of papers whose withdrawal the mail reported
    withdrawals: tuple[int, ...] = ()


def of_contents(text: str) -> ShownPapers:
    """Return what is kept of a mail; `text` is what the ledger has of it."""
    return ShownPapers(
        tuple(contents.shown_positions(text)), tuple(contents.withdrawn_positions(text))
    )


def dump(shown: ShownPapers) -> bytes:
    """Return the papers as bytes."""
    numbers = [position + 1 for position in shown.papers]
    if shown.withdrawals:
        numbers += [0, *(position + 1 for position in shown.withdrawals)]
    return bytes(_bytes_of(numbers))


def load(content: bytes) -> ShownPapers:
    """Return the papers that `dump` wrote."""
    numbers = list(_numbers_of(content))
    end = numbers.index(0) if 0 in numbers else len(numbers)
    return ShownPapers(
        tuple(number - 1 for number in numbers[:end]),
        tuple(number - 1 for number in numbers[end + 1 :]),
    )


def seen(content: bytes, ids: Mapping[int, str]) -> Seen:
    """Return the papers from `ids`, which are keyed by position, that the mail showed."""
    shown = load(content)
    return Seen(
        papers=frozenset(ids[position] for position in shown.papers if position in ids),
        withdrawals=frozenset(ids[position] for position in shown.withdrawals if position in ids),
    )


def _bytes_of(numbers: Iterable[int]) -> Iterator[int]:
    for number in numbers:
        rest = number
        while rest > 0x7F:
            yield rest & 0x7F | 0x80
            rest >>= 7
        yield rest


def _numbers_of(content: bytes) -> Iterator[int]:
    number = shift = 0
    for byte in content:
        number |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            yield number
            number = shift = 0
