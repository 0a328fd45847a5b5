"""What the ranking is worth: every evaluation set by its protocol, beside other systems.

    python benchmarks/ranking.py [--data FOLDER] [--set NAME]... [--against CHECKOUT]... [--json]

FOLDER holds `eval/`, `hf/` and `arxiv/`; it stands beside the checkout unless it is named. CHECKOUT
is another version of this project, such as a worktree from before a change; it is measured in the
same run, by a process of its own. The sets are topics, questions, votes and citeulike; all unless
some are named.

If the extra `semantic` is installed, the product is measured with it too, as `digest[semantic]`.

Brackets hold 95 % bootstrap intervals over units: topics of a day, questions, days or readers. The
columns "minus it" are the product minus the other system, unit by unit.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ranking_peers import NEED_VECTORS, PEERS
from ranking_semantics import can_encode
from ranking_sets import GOALS, MEASURES, SEMANTIC_GOALS, Values

from digest.cli.output import progress_bar
from digest.cli.tables import print_table
from digest.ranking.evaluation.bootstrap import (
    Interval,
    Ratio,
    paired_difference,
    ratio_interval,
    seeded,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ROOT = Path(__file__).resolve().parents[1]
DEFAULT = ROOT.parent / "shared" / "data"
PRODUCT = "digest"
#: the product with the extra
SEMANTIC = "digest[semantic]"
#: What must be reached, by system.
GOALS_OF = {PRODUCT: GOALS, SEMANTIC: SEMANTIC_GOALS}
SEED = 20260202

#: Each system's orders of a set.
Ranked = dict[str, dict[str, Any]]


def product_orders(
    checkout: Path, data: Path, sets: Sequence[str], *options: str
) -> Iterator[tuple[str, Any]]:
    """Yield each set that can be ranked with the orders of a version of the product."""
    script = Path(__file__).with_name("ranking_product.py")
    with subprocess.Popen(
        [sys.executable, str(script), *options, str(data), *sets],
        env={**os.environ, "PYTHONPATH": str(checkout)},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        for line in process.stdout or ():
            found = json.loads(line)
            if Path(found["root"]) != checkout:
                sys.exit(f"{checkout} has no package `digest`; it would measure {found['root']}")
            yield found["set"], found["orders"]
    if process.returncode:
        sys.exit(f"{checkout} could not be measured")


def rank_all(data: Path, sets: Sequence[str], checkouts: dict[str, Path]) -> Ranked:
    """Return the orders of the product, of its other versions and of other systems, set by set."""
    found: Ranked = {name: {} for name in sets}
    peers = [
        (peer, name, rank_set)
        for peer, ways in PEERS.items()
        for name, rank_set in ways.items()
        if name in sets and (peer not in NEED_VECTORS or can_encode())
    ]
    with progress_bar("rankings") as (total, advance):
        total(len(checkouts) * len(sets) + len(peers))
        for system, checkout in checkouts.items():
            for name, orders in product_orders(checkout, data, sets):
                found[name][system] = orders
                advance(1)
        if can_encode():
            for name, orders in product_orders(ROOT, data, sets, "--semantic"):
                found[name][SEMANTIC] = orders
        for peer, name, rank_set in peers:
            found[name][peer] = rank_set(data)
            advance(1)
    return found


def measure_all(data: Path, ranked: Ranked) -> list[dict[str, Any]]:
    """Return a row for each set, measure and system; the product comes first."""
    rng = seeded(SEED)
    rows = []
    for name, systems in ranked.items():
        measured = {system: MEASURES[name](data, orders) for system, orders in systems.items()}
        for measure in measured[PRODUCT]:
            value_of = {system: values[measure] for system, values in measured.items()}
            for system, values in value_of.items():
                rows.append(
                    {
                        "set": name,
                        "measure": measure,
                        "system": system,
                        "value": _interval(values, rng),
                        "differences": {
                            ours: paired_difference(value_of[ours], values, rng)
                            for ours in GOALS_OF
                            if ours in value_of and ours != system
                        },
                        "goal": GOALS_OF.get(system, {}).get((name, measure)),
                    }
                )
    return rows


def _interval(values: Values, rng: Any) -> Interval | None:
    ratios = [v if isinstance(v, Ratio) else Ratio(v, 1) for v in values.values()]
    return ratio_interval(ratios, rng)


def show(rows: Sequence[dict[str, Any]]) -> None:
    """Print a table for each set."""
    for name in dict.fromkeys(row["set"] for row in rows):
        of_set = [row for row in rows if row["set"] == name]
        ours = [each for each in GOALS_OF if any(row["system"] == each for row in of_set)]
        print_table(
            f"{name}-dev",
            (name, "system", "units#", "value#", *(f"{each} minus it#" for each in ours), "goal#"),
            [
                (
                    row["measure"],
                    row["system"],
                    row["value"].units if row["value"] else "",
                    written(row["value"]),
                    *(written(row["differences"].get(each), sign="+") for each in ours),
                    goal(row),
                )
                for row in of_set
            ],
        )
        print()


def written(found: Interval | None, sign: str = "") -> str:
    """Write a mean with its bounds."""
    if found is None:
        return ""
    low, high = found.low, found.high
    mean = format(found.mean, f"{sign}.3f")
    return mean if low is None else f"{mean} [{low:{sign}.3f}, {high:{sign}.3f}]"


def goal(row: dict[str, Any]) -> str:
    """Write what must be reached, and whether it is."""
    wanted, value = row["goal"], row["value"]
    if wanted is None or value is None:
        return ""
    is_met = value.mean <= wanted.value if wanted.at_most else value.mean >= wanted.value
    return f"{'≤' if wanted.at_most else '≥'} {wanted.value:.3g} {'met' if is_met else 'missed'}"


def as_json(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row with plain objects for its intervals and its goal."""
    plain = {name: asdict(row[name]) for name in ("value", "goal") if row[name] is not None}
    differences = {ours: asdict(found) for ours, found in row["differences"].items() if found}
    return {**row, **plain, "differences": differences}


def main() -> None:
    """Measure what the arguments ask for, and print it."""
    parser = ArgumentParser(description=__doc__, formatter_class=RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DEFAULT, metavar="FOLDER")
    parser.add_argument("--set", action="append", choices=list(MEASURES), dest="sets")
    parser.add_argument("--against", action="append", type=Path, default=[], metavar="CHECKOUT")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    checkouts = {PRODUCT: ROOT}
    for path in given.against:
        if not (path / "digest" / "ranking").is_dir():
            sys.exit(f"{path} is no checkout of this project")
        checkouts[path.resolve().name] = path.resolve()
    data = given.data.resolve()
    if not (data / "eval").is_dir():
        sys.exit(f"{data} has no folder `eval`; name the folder of the evaluation data with --data")
    rows = measure_all(data, rank_all(data, given.sets or list(MEASURES), checkouts))
    if given.json:
        print(json.dumps([as_json(row) for row in rows], indent=2))
    else:
        show(rows)


if __name__ == "__main__":
    main()
