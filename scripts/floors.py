"""Prints the floors of a checkout's imports, and the circles among them.

    python scripts/floors.py [ROOT]      ROOT is a checkout of any version; this one by default

The lowest floor imports nothing of the product; each other floor imports only what is below it.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from support.import_graph import (  # noqa: E402 (found by the path above)
    circles,
    floors,
    module_graph,
    package_graph,
    read_modules,
)


def main() -> None:
    """Print packages and modules by floor, the highest first."""
    parser = ArgumentParser(description=__doc__, formatter_class=RawDescriptionHelpFormatter)
    parser.add_argument("root", type=Path, nargs="?", default=ROOT)
    modules = read_modules(parser.parse_args().root)
    runtime = module_graph(modules)
    graphs = {
        "packages, with imports for type checkers": package_graph(modules),
        "modules": runtime,
    }
    for title, graph in graphs.items():
        levels = floors(graph)
        print(f"{len(levels)} floors and {len(circles(graph))} circles of {title}")
        for number, names in reversed(list(enumerate(levels, 1))):
            print(f"{number:>4}  {' '.join(names)}")
        for circle in circles(graph):
            print(f"circle {' '.join(circle)}")


if __name__ == "__main__":
    main()
