"""How well bounces are understood, and how many a second, beside flufl.bounce.

    python benchmarks/inbound_classes.py [FOLDER]

FOLDER holds reports of real mail systems and their INDEX.tsv; `../shared/data/bounces` by default.
flufl.bounce knows two classes: what it calls permanent is hard, and temporary soft or delayed.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from email import message_from_bytes
from pathlib import Path
from typing import TYPE_CHECKING

from arguments import argument
from flufl.bounce import all_failures

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
from support.bounce_corpus import DELAY, NOT_A_BOUNCE, TrueBounce, read_corpus, said_classes
from support.incoming import OURS

from digest.inbound.reading.explanation import explain
from digest.models.inbound import Envelope

if TYPE_CHECKING:
    from collections.abc import Callable

    #: Returns the class of each address that a message is about.
    Reader = Callable[[TrueBounce], dict[str, str]]

FOLDER = Path(__file__).resolve().parents[2] / "shared" / "data" / "bounces"
CLASSES = ("hard", "soft", "policy", DELAY, "complaint", NOT_A_BOUNCE)
MISSED, OTHERS = "missed", "nobody's"
ROUNDS = 5


def ours(one: TrueBounce) -> dict[str, str]:
    """Return what we say of a message."""
    return said_classes(
        explain(one.octets, Envelope(sender=one.sender, recipient=one.recipient), OURS)
    )


def theirs(one: TrueBounce) -> dict[str, str]:
    """Return what flufl.bounce says; what it calls temporary is right for both of its kinds."""
    temporary, permanent = all_failures(message_from_bytes(one.octets))
    found = {address.decode("utf-8", "replace"): "hard" for address in permanent}
    for address in temporary:
        name = address.decode("utf-8", "replace")
        found[name] = one.classes.get(name) if one.classes.get(name) in ("soft", DELAY) else "soft"
    return found


def confusion(corpus: list[TrueBounce], read: Reader) -> Counter[tuple[str, str]]:
    """Return how often each true class was given each class; one count a recipient."""
    table: Counter[tuple[str, str]] = Counter()
    for one in corpus:
        said = read(one)
        for address, true_class in one.classes.items():
            table[true_class, said.get(address, MISSED)] += 1
        for address in said.keys() - one.classes.keys():
            table[NOT_A_BOUNCE if not one.classes else OTHERS, said[address]] += 1
        if not one.classes and not said:
            table[NOT_A_BOUNCE, NOT_A_BOUNCE] += 1
    return table


def per_second(corpus: list[TrueBounce], read: Reader) -> float:
    """Return how many messages a second of CPU time are read, the best of some rounds."""
    best = float("inf")
    for _ in range(ROUNDS):
        started = time.process_time()
        for one in corpus:
            read(one)
        best = min(best, time.process_time() - started)
    return len(corpus) / best


def show(title: str, table: Counter[tuple[str, str]]) -> None:
    """Print a confusion table: true classes down, what was said across."""
    said = [*CLASSES, MISSED]
    print(f"\n{title:16}" + "".join(f"{name:>14}" for name in said))
    for true_class in (*CLASSES, OTHERS):
        row = [table[true_class, name] for name in said]
        if any(row):
            print(f"{true_class:16}" + "".join(f"{count or '':>14}" for count in row))
    right = sum(count for (true, name), count in table.items() if true == name)
    total = sum(table.values())
    print(f"right: {right} of {total}, {right / total:.1%}")


def main() -> None:
    """Print both tables, and both speeds."""
    folder = Path(argument(__doc__, str(FOLDER)))
    if not (folder / "INDEX.tsv").is_file():
        print(f"there is no {folder / 'INDEX.tsv'}; name a folder that has one")
        return
    corpus = read_corpus(folder)
    show("ours", confusion(corpus, ours))
    show("flufl.bounce", confusion(corpus, theirs))
    mine, others = per_second(corpus, ours), per_second(corpus, theirs)
    print(f"\nread: {mine:,.0f} messages a second of a core, {mine / others:.1f} × flufl.bounce")


if __name__ == "__main__":
    main()
