"""What is imported is declared in pyproject.toml, and what is declared is pinned.

`tests/e2e/test_packaging.py` compares the pins of constraints.txt with what is installed.
"""

from __future__ import annotations

import ast
import sys
import tomllib
from importlib import metadata

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from support.import_graph import PACKAGES, read_modules
from support.paths import ROOT
from support.pins import read_pins

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
DEPENDENCIES = [Requirement(line) for line in PROJECT["project"]["dependencies"]]
EXTRAS = [
    Requirement(line)
    for extra in PROJECT["project"]["optional-dependencies"].values()
    for line in extra
]
TOOLS = [Requirement(line) for group in PROJECT["dependency-groups"].values() for line in group]
PINS = read_pins()

#: Declared for others: fastapi imports the first when a form is sent; the second is only data.
NOT_IMPORTED = {"python-multipart", "tzdata"}


def names(requirements: list[Requirement]) -> set[str]:
    return {canonicalize_name(requirement.name) for requirement in requirements}


def distributions(libraries: set[str]) -> set[str]:
    """The names by which imported libraries are installed."""
    known = metadata.packages_distributions()
    foreign = libraries - sys.stdlib_module_names - set(PACKAGES)
    return {
        canonicalize_name(name) for library in foreign for name in known.get(library, [library])
    }


def imported_by_the_product() -> set[str]:
    modules = read_modules(ROOT).values()
    return distributions(set().union(*(module.top_levels for module in modules)))


def imported_beside_the_product() -> set[str]:
    """What tests, benchmarks and scripts import, except each other."""
    files = [
        file
        for folder in ("tests", "benchmarks", "scripts")
        for file in (ROOT / folder).rglob("*.py")
    ]
    own = {"support", *(file.stem for file in files), *(file.parent.name for file in files)}
    found = set()
    for file in files:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                found.add(node.module.partition(".")[0])
    return distributions(found - own)


def test_every_library_that_the_product_imports_is_declared() -> None:
    """One that comes with another library may go when that one changes."""
    assert imported_by_the_product() - names(DEPENDENCIES) - names(EXTRAS) == set()


def test_every_declared_library_is_used() -> None:
    declared = names(DEPENDENCIES) | names(EXTRAS)
    assert declared - imported_by_the_product() == NOT_IMPORTED


def test_every_library_that_tests_and_scripts_import_is_declared() -> None:
    assert imported_beside_the_product() - names(DEPENDENCIES) - names(TOOLS) == set()


@pytest.mark.parametrize("requirement", [*DEPENDENCIES, *EXTRAS], ids=str)
def test_every_dependency_has_a_lowest_version(requirement: Requirement) -> None:
    assert [one.operator for one in requirement.specifier].count(">=") == 1


@pytest.mark.parametrize("requirement", [*DEPENDENCIES, *EXTRAS, *TOOLS], ids=str)
def test_every_pin_is_within_the_bounds(requirement: Requirement) -> None:
    assert requirement.specifier.contains(PINS[canonicalize_name(requirement.name)])
