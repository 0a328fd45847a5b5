"""The argument of a benchmark, and its help."""

from __future__ import annotations

from argparse import SUPPRESS, ArgumentParser, RawDescriptionHelpFormatter
from typing import TypeVar

Value = TypeVar("Value")


def argument(doc: str | None, default: Value) -> Value:
    """Return the command's one argument, of the type of `default`, or `default` without one.

    `doc` is the docstring of the benchmark. `--help` prints it, so it must name the argument.
    """
    parser = ArgumentParser(
        description=doc, formatter_class=RawDescriptionHelpFormatter, usage=SUPPRESS
    )
    parser.add_argument("value", type=type(default), nargs="?", default=default, help=SUPPRESS)
    value: Value = parser.parse_args().value
    return value
