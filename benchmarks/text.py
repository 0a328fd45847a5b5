"""How long it takes to make text fit to be shown, for each kilobyte, with and without TeX.

    python benchmarks/text.py

Beside it in the same run: pylatexenc's own conversion of the same text, which takes a price for
mathematics and a percent sign for a comment.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from pylatexenc.latex2text import LatexNodes2Text

from digest.text.clean import clean
from digest.text.tex import untex
from digest.text.wording import summarize

if TYPE_CHECKING:
    from collections.abc import Callable

PLAIN = (
    "Agents that read maps find their way through towns they have not seen before, but lose it in"
    " the fog (over 95% of all trials). We give them a compass, and ask whether it helps: it does."
)
WITH_TEX = (
    r"\textbf{Agents} that read maps find $\mathcal{O}(n \log n)$ ways through~towns; over 95\% of"
    r" all $x_{i}$ with $\frac{a+b}{2} \leq \alpha^{2}$ were lost by M\"uller in the ``fog''."
)
TOWER = r"\frac{\sqrt{\textbf{$" * 4000
ROUNDS = 200


def per_kilobyte(work: Callable[[str], object], text: str, rounds: int = ROUNDS) -> float:
    """Return the microseconds for a kilobyte, the best of five."""
    best = float("inf")
    for _ in range(5):
        started = time.perf_counter()
        for _ in range(rounds):
            work(text)
        best = min(best, time.perf_counter() - started)
    return best / rounds / len(text) * 1e9


def main() -> None:
    """Print a line for each kind of text."""
    untex(WITH_TEX)  # reads the tables
    plain, tex = PLAIN * 8, WITH_TEX * 8
    base = per_kilobyte(clean, plain)
    _line("clean, text without TeX", base, base)
    _line("clean, text full of TeX", per_kilobyte(clean, tex), base)
    _line("clean, a tower of 20 kB of TeX", per_kilobyte(clean, TOWER, 5), base)
    _line("its look at text without TeX", per_kilobyte(untex, plain), base)
    _line("its reading of TeX, once", per_kilobyte(untex, tex), base)
    theirs = LatexNodes2Text().latex_to_text
    _line("pylatexenc, the same text", per_kilobyte(theirs, tex, 5), base)
    _line("summary of 300 characters", per_kilobyte(_summary, plain), base)


def _summary(text: str) -> str:
    return summarize(text, 300)


def _line(what: str, microseconds: float, base: float) -> None:
    print(f"{what:32} {microseconds:8.1f} us a kB {microseconds / base:8.2f} x")


if __name__ == "__main__":
    main()
