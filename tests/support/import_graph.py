"""Who imports whom in a source tree, and how many floors that makes.

The code is read and not run, so any checkout can be measured. Every import statement counts: at the
top of a module, inside a function, and under `TYPE_CHECKING`, which is marked as `typing_only`.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from pathlib import Path

    #: Each node with the nodes it imports.
    Graph = Mapping[str, frozenset[str]]

#: The packages of the product.
PACKAGES = ("digest", "subscribers")


@dataclass(frozen=True, kw_only=True)
class Import:
    """One imported name: the module, and for `from module import name` also the name."""

    module: str
    name: str | None = None
    typing_only: bool = False

    @property
    def top_level(self) -> str:
        """The first part of the module's name."""
        return self.module.partition(".")[0]


@dataclass(frozen=True, kw_only=True)
class Module:
    """A module of the product as it stands in its file."""

    name: str
    path: Path
    text: str
    tree: ast.Module
    imports: tuple[Import, ...]

    @property
    def top_levels(self) -> set[str]:
        """What it imports when it runs: the libraries, and the packages of the product."""
        return {one.top_level for one in self.imports if not one.typing_only}

    def targets(self, known: Collection[str], *, typing: bool) -> set[str]:
        """Return the modules among `known` that this module imports.

        `from package import module` imports the module; `from package import name` the package.
        """
        found = set()
        for one in self.imports:
            if typing or not one.typing_only:
                inner = f"{one.module}.{one.name}"
                found.add(inner if inner in known else one.module)
        return found & set(known) - {self.name}


def within(module: str, homes: Collection[str]) -> bool:
    """Whether a module is one of these, or in one of these packages."""
    return any(module == home or module.startswith(f"{home}.") for home in homes)


@cache
def read_modules(root: Path) -> dict[str, Module]:
    """Read every module of the product below a checkout's root, by its dotted name.

    It takes seconds, so a process does it once.
    """
    paths = sorted(path for package in PACKAGES for path in (root / package).rglob("*.py"))
    modules = [_read(root, path) for path in paths]
    return {module.name: module for module in modules}


def _read(root: Path, path: Path) -> Module:
    name = ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__")
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text)
    return Module(name=name, path=path, text=text, tree=tree, imports=tuple(_imports(tree)))


def _imports(tree: ast.Module) -> Iterator[Import]:
    nodes = list(ast.walk(tree))
    typing_only = {
        id(inner)
        for node in nodes
        if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING")
        for statement in node.body
        for inner in ast.walk(statement)
    }
    for node in nodes:
        typing = id(node) in typing_only
        if isinstance(node, ast.Import):
            yield from (Import(module=alias.name, typing_only=typing) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            # A relative import keeps its dots, so that the architecture test can refuse it.
            module = "." * node.level + (node.module or "")
            for alias in node.names:
                yield Import(module=module, name=alias.name, typing_only=typing)


def package_of(module: str) -> str:
    """Return the package a module belongs to: `digest.sources`, `subscribers` and so on.

    A module that stands directly in `digest/`, such as `digest.errors`, is its own package.
    """
    parts = module.split(".")
    return ".".join(parts[:2]) if parts[0] == "digest" else parts[0]


def module_graph(modules: Mapping[str, Module], *, typing: bool = False) -> Graph:
    """Return which module imports which, with those for type checkers only if `typing`."""
    return {
        name: frozenset(module.targets(modules, typing=typing)) for name, module in modules.items()
    }


def package_graph(modules: Mapping[str, Module]) -> Graph:
    """Return which package imports which, those for type checkers only included."""
    graph: dict[str, set[str]] = {package_of(name): set() for name in modules}
    for name, imported in module_graph(modules, typing=True).items():
        home = package_of(name)
        graph[home] |= {package_of(target) for target in imported} - {home}
    return {name: frozenset(targets) for name, targets in graph.items()}


def circles(graph: Graph) -> list[list[str]]:
    """Return the groups of nodes that can all reach each other (Tarjan, 1972)."""
    index: dict[str, int] = {}
    lowest: dict[str, int] = {}
    stack: list[str] = []
    found: list[list[str]] = []

    def visit(node: str) -> None:
        index[node] = lowest[node] = len(index)
        stack.append(node)
        for target in sorted(graph[node]):
            if target not in index:
                visit(target)
            if target in stack:
                lowest[node] = min(lowest[node], lowest[target])
        if lowest[node] == index[node]:
            group = stack[stack.index(node) :]
            del stack[stack.index(node) :]
            if len(group) > 1:
                found.append(sorted(group))

    for node in sorted(graph):
        if node not in index:
            visit(node)
    return found


def floors(graph: Graph) -> list[list[str]]:
    """Return the nodes by floor: the lowest imports nothing, each other only what is below it.

    The members of a circle share one floor.
    """
    circle_of = {node: tuple(group) for group in circles(graph) for node in group}
    height: dict[str, int] = {}

    def measure(node: str) -> int:
        group = circle_of.get(node, (node,))
        if node not in height:
            below = {target for member in group for target in graph[member]} - set(group)
            floor = 1 + max(map(measure, below), default=-1)
            height.update(dict.fromkeys(group, floor))
        return height[node]

    for node in graph:
        measure(node)
    count = 1 + max(height.values(), default=-1)
    return [sorted(node for node in graph if height[node] == floor) for floor in range(count)]
