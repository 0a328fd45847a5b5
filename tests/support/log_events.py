"""The events that the code logs, read from its text: their names, levels and fields."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from support.import_graph import PACKAGES
from support.paths import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LEVELS = ("debug", "info", "warning", "error", "exception", "critical", "log")
#: Stands for fields that are named as the states of mails are.
STATES = "STATE"


@dataclass
class Logged:
    """All that is logged under one name."""

    levels: set[str] = field(default_factory=set)
    fields: set[str] = field(default_factory=set)
    #: how many calls there are
    calls: int = 0


def logged_events() -> dict[str, Logged]:
    """Return every event of the code by its name.

    Raises:
        TypeError: the name of an event is no constant.
        ValueError: the fields of one cannot be read from the text.

    """
    found: dict[str, Logged] = {}
    for path in (path for root in PACKAGES for path in sorted((ROOT / root).rglob("*.py"))):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for scope, call in _calls(tree):
            name = call.args[0] if call.args else None
            if not (isinstance(name, ast.Constant) and isinstance(name.value, str)):
                raise TypeError(f"{_place(path, call)}: an event has no constant name")
            level = call.func.attr.replace("exception", "error")  # type: ignore[attr-defined]
            one = found.setdefault(name.value, Logged())
            one.levels.add(level)
            one.calls += 1
            for keyword in call.keywords:
                if keyword.arg == "extra":
                    one.fields |= _keys(keyword.value, scope, _place(path, call))
    return found


def _calls(tree: ast.AST, scope: ast.AST | None = None) -> Iterator[tuple[ast.AST, ast.Call]]:
    """Yield every call of a logger, with the function that it stands in."""
    scope = scope or tree
    for node in ast.iter_child_nodes(tree):
        inner = node if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) else scope
        if isinstance(node, ast.Call) and _is_logger(node.func):
            yield inner, node
        yield from _calls(node, inner)


def _is_logger(func: ast.expr) -> bool:
    """Whether a function is a method of a logger; all loggers are named `log`."""
    if not (isinstance(func, ast.Attribute) and func.attr in LEVELS):
        return False
    owner = func.value
    return (isinstance(owner, ast.Name) and owner.id in ("log", "logger", "_log")) or (
        isinstance(owner, ast.Call) and getattr(owner.func, "attr", "") == "getLogger"
    )


def _place(path: Path, node: ast.expr) -> str:
    return f"{path.relative_to(ROOT)}:{node.lineno}"


def _keys(value: ast.expr, scope: ast.AST, place: str) -> set[str]:
    """Return the keys of a mapping that is written out, or put together from such."""
    parts: list[ast.expr] = []
    if isinstance(value, ast.BinOp) and isinstance(value.op, ast.BitOr):
        parts = [value.left, value.right]
    elif isinstance(value, ast.IfExp):
        parts = [value.body, value.orelse]
    elif isinstance(value, ast.Name):
        parts = _assigned(value, scope)
    elif isinstance(value, ast.DictComp) and "state" in ast.unparse(value.key):
        return {STATES}
    elif isinstance(value, ast.DictComp) and isinstance(value.generators[0].iter, ast.Tuple):
        return {str(ast.literal_eval(name)) for name in value.generators[0].iter.elts}
    elif isinstance(value, ast.Dict):
        names = {str(key.value) for key in value.keys if isinstance(key, ast.Constant)}
        parts = [item for key, item in zip(value.keys, value.values, strict=True) if key is None]
        if len(names) + len(parts) == len(value.keys):
            return names.union(*(_keys(part, scope, place) for part in parts))
        parts = []
    if not parts:
        raise ValueError(f"{place}: the fields cannot be read: {ast.unparse(value)}")
    return set().union(*(_keys(part, scope, place) for part in parts))


def _assigned(name: ast.Name, scope: ast.AST) -> list[ast.expr]:
    """Return what a name stands for: the last assignment to it before its use."""
    found = [
        node
        for node in ast.walk(scope)
        if isinstance(node, ast.Assign)
        and node.lineno <= name.lineno
        and name.id in map(ast.unparse, node.targets)
    ]
    return [max(found, key=lambda node: node.lineno).value] if found else []
