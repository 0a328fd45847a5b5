"""How long the cleaning of text takes per kilobyte, with and without TeX.

    python benchmarks/text.py

The same run measures pylatexenc's own conversion of the same text. That takes prices for formulas
and a percent sign for a comment.
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
NESTED = r"\frac{\sqrt{\textbf{$" * 4000
ROUNDS = 200


def per_kilobyte(work: Callable[[str], object], text: str, rounds: int = ROUNDS) -> float:
    """Return the microseconds per kilobyte, the best of five measurements."""
    best = float("inf")
    for _ in range(5):
        started = time.perf_counter()
        for _ in range(rounds):
            work(text)
        best = min(best, time.perf_counter() - started)
    return best / rounds / len(text) * 1e9


def main() -> None:
    """Print a line for each measurement."""
    untex(WITH_TEX)  # reads the tables of macros
    plain, tex = PLAIN * 8, WITH_TEX * 8
    base = per_kilobyte(clean, plain)
    _print("clean, text without TeX", base, base)
    _print("clean, text full of TeX", per_kilobyte(clean, tex), base)
    _print("clean, 20 kB of nested TeX", per_kilobyte(clean, NESTED, 5), base)
    _print("untex, text without TeX", per_kilobyte(untex, plain), base)
    _print("untex, text full of TeX", per_kilobyte(untex, tex), base)
    theirs = LatexNodes2Text().latex_to_text
    _print("pylatexenc, the same text", per_kilobyte(theirs, tex, 5), base)
    _print("summary of 300 characters", per_kilobyte(_summary, plain), base)


def _summary(text: str) -> str:
    return summarize(text, 300)


def _print(name: str, microseconds: float, base: float) -> None:
    print(f"{name:32} {microseconds:8.1f} us a kB {microseconds / base:8.2f} x")


if __name__ == "__main__":
    main()
