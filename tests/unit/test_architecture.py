"""The rules of docs/architecture.md: who may import whom, and who may touch the outside world.

The tests read the source and run none of it. `scripts/floors.py` prints the same import graph.
"""

from __future__ import annotations

import ast
from functools import cache

import pytest
from support.import_graph import (
    Module,
    circles,
    floors,
    module_graph,
    package_graph,
    package_of,
    read_modules,
    within,
)
from support.paths import ROOT

MODULES = read_modules(ROOT)
IMPORTS = module_graph(MODULES, typing=True)

#: The packages of digest, the highest first. A package imports only packages of lower floors.
ORDER = (
    ("digest.__main__",),
    ("digest.cli",),
    ("digest.app",),
    ("digest.inbound", "digest.delivery", "digest.sources", "digest.exports"),
    ("digest.storage", "digest.ranking", "digest.mail"),
    ("digest.models",),
    ("digest.text", "digest.errors", "digest"),
)
FLOOR = {package: number for number, floor in enumerate(reversed(ORDER)) for package in floor}
#: These packages wire everything, and so may import all of `subscribers`.
WIRING = ("digest.app", "digest.cli")
#: What the other packages of digest may import of `subscribers`.
SHARED = (
    "subscribers.addresses",
    "subscribers.book",
    "subscribers.errors",
    "subscribers.links",
    "subscribers.mail_tokens",
    "subscribers.models",
    "subscribers.schedules",
    "subscribers.tables",
    "subscribers.timing_words",
)

#: Modules that compute from their arguments alone. Time, randomness and files are given to them.
PURE = (
    "digest.exports",
    "digest.inbound.commands.automatic",
    "digest.inbound.commands.choice",
    "digest.inbound.commands.decision",
    "digest.inbound.commands.phrases",
    "digest.inbound.commands.proof",
    "digest.inbound.commands.request",
    "digest.inbound.commands.spelling",
    "digest.inbound.commands.timing",
    "digest.inbound.commands.timing_phrases",
    "digest.inbound.commands.understanding",
    "digest.inbound.commands.writer",
    "digest.inbound.commands.written",
    "digest.inbound.doors.addresses",
    "digest.inbound.doors.content",
    "digest.inbound.doors.envelope",
    "digest.inbound.doors.store",
    "digest.inbound.null_sender",
    "digest.inbound.reading",
    "digest.mail",
    "digest.models",
    "digest.ranking",
    "digest.text",
    "digest.delivery.smtp.commands",
    "digest.delivery.smtp.protocol",
    "digest.delivery.smtp.rate_limit",
    "digest.delivery.smtp.refusals",
    "digest.delivery.smtp.replies",
    "digest.delivery.verdicts",
    "subscribers.addresses",
    "subscribers.consent_columns",
    "subscribers.consent_words",
    "subscribers.days",
    "subscribers.export_columns",
    "subscribers.faults",
    "subscribers.json_stream",
    "subscribers.links",
    "subscribers.list_consent",
    "subscribers.mail_tokens",
    "subscribers.models",
    "subscribers.overview",
    "subscribers.site_paths",
    "subscribers.timeline",
    "subscribers.timestamps",
    "subscribers.timing_words",
    "subscribers.web.admin.pictures",
    "subscribers.web.admin.plots",
)
ERRORS = {"digest.errors", "subscribers.errors"}
#: Packages that later versions will have.
PLANNED = {"digest.exports"}
OUTSIDE_WORLD = {
    "alembic",
    "asyncio",
    "fcntl",
    "glob",
    "httpx",
    "io",
    "logging",
    "os",
    "pathlib",
    "random",
    "secrets",
    "selectors",
    "shutil",
    "smtplib",
    "socket",
    "sqlalchemy",
    "sqlite3",
    "ssl",
    "structlog",
    "subprocess",
    "tempfile",
    "threading",
    "time",
    "urllib.request",
}

#: Where any exception may be caught: the end of a command, the daemon's jobs, other people's code.
CATCHES_EVERYTHING = {
    "digest.app.doctor.checks",
    "digest.__main__",
    "digest.cli",
    "digest.cli.run",
    "digest.inbound.doors.imap",
    "digest.inbound.handling",
    "digest.inbound.reading.second_opinion",
    "digest.sources.plugins",
}

#: Calls that make an instant of a date and a time of day.
CLOCK_TIMES = ("datetime", "datetime.combine", "datetime.strptime")


def imported(module: Module) -> set[str]:
    """Every dotted name that a module imports when it runs."""
    found = set()
    for one in module.imports:
        if not one.typing_only:
            found |= {one.module, f"{one.module}.{one.name}"}
    return found


@cache
def expressions() -> dict[str, set[str]]:
    """Every name and dotted expression of each module, such as `print` and `datetime.now`."""
    return {
        name: {
            dotted(node)
            for node in ast.walk(module.tree)
            if isinstance(node, ast.Attribute | ast.Name)
        }
        for name, module in MODULES.items()
    }


def users_of(*wanted: str) -> list[str]:
    """The modules in which one of these expressions occurs."""
    return [name for name, found in expressions().items() if found & set(wanted)]


def dotted(node: ast.expr) -> str:
    """A name or a chain of attributes as written; anything else in the chain is left out."""
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


# -- who imports whom --------------------------------------------------------------------------


def test_every_package_has_its_place_in_the_order() -> None:
    packages = {package_of(name) for name in MODULES if not name.startswith("subscribers")}

    assert packages - set(FLOOR) == set()
    assert set(FLOOR) - packages <= PLANNED


@pytest.mark.parametrize("package", [name for name in package_graph(MODULES) if name in FLOOR])
def test_a_package_imports_only_packages_of_lower_floors(package: str) -> None:
    """Imports under TYPE_CHECKING count, since a reader follows those too."""
    wrong = [
        f"{name} -> {target}"
        for name, targets in IMPORTS.items()
        if package_of(name) == package
        for target in sorted(targets)
        if package_of(target) in FLOOR
        and package_of(target) != package
        and FLOOR[package_of(target)] >= FLOOR[package]
    ]

    assert wrong == []


@pytest.mark.parametrize("name", [name for name in MODULES if name.startswith("subscribers")])
def test_subscribers_never_import_digest(name: str) -> None:
    assert "digest" not in {one.top_level for one in MODULES[name].imports}


@pytest.mark.parametrize("package", sorted(set(FLOOR) - set(WIRING)))
def test_below_the_wiring_only_what_is_shared_of_subscribers_is_imported(package: str) -> None:
    wrong = [
        f"{name} -> {target}"
        for name, targets in IMPORTS.items()
        if package_of(name) == package
        for target in sorted(targets)
        if within(target, ["subscribers"]) and not within(target, SHARED)
    ]

    assert wrong == []


def test_no_module_imports_itself_by_way_of_others() -> None:
    """Imports inside functions count: they only hide a circle."""
    assert circles(module_graph(MODULES)) == []


def test_the_packages_make_at_most_eight_floors_and_no_circle() -> None:
    graph = package_graph(MODULES)

    assert circles(graph) == []
    assert len(floors(graph)) <= 8


def test_digest_has_at_most_a_dozen_entries() -> None:
    kept = {"__init__.py", "__main__.py", "__pycache__", "py.typed", "data"}
    entries = {path.name for path in (ROOT / "digest").iterdir()} - kept

    assert len(entries) <= 12, sorted(entries)


def test_no_import_is_relative() -> None:
    relative = [
        name
        for name, module in MODULES.items()
        if any(one.module.startswith(".") for one in module.imports)
    ]

    assert relative == []


# -- pure modules ------------------------------------------------------------------------------


@pytest.mark.parametrize("home", sorted(set(PURE) - PLANNED))
def test_every_pure_module_exists(home: str) -> None:
    assert [name for name in MODULES if within(name, [home])] != []


@pytest.mark.parametrize("name", [name for name in MODULES if within(name, PURE)])
def test_pure_modules_import_nothing_that_reaches_the_outside_world(name: str) -> None:
    assert imported(MODULES[name]) & OUTSIDE_WORLD == set()


@pytest.mark.parametrize("name", [name for name in MODULES if within(name, PURE)])
def test_pure_modules_import_only_pure_modules(name: str) -> None:
    ours = MODULES[name].targets(MODULES, typing=False)

    assert {target for target in ours if not within(target, PURE)} <= ERRORS


# -- the outside world -------------------------------------------------------------------------


def test_the_clock_is_read_in_one_module_of_the_app() -> None:
    clocks = ("datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time")

    (reader,) = users_of(*clocks)
    assert within(reader, ["digest.app"])


def test_a_day_and_a_time_of_day_become_an_instant_in_one_module() -> None:
    """The rule for times that a zone leaves out or has twice is then the same everywhere."""
    makers = {
        name
        for name, module in MODULES.items()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call)
        and (
            dotted(node.func) in CLOCK_TIMES
            or (
                dotted(node.func).endswith(".replace")
                and any(keyword.arg in ("hour", "minute") for keyword in node.keywords)
            )
        )
    }

    assert makers == {"digest.models.clock_times"}
    assert users_of("CronTrigger") == []


def test_the_environment_is_read_in_one_module_of_the_app() -> None:
    (reader,) = users_of("os.environ", "os.environb", "os.getenv", "environ", "getenv")

    assert within(reader, ["digest.app"])


def test_only_the_command_line_prints_or_exits() -> None:
    """The program itself exits where a mail server takes any status but two for a refusal."""
    users = users_of("print", "sys.exit", "exit", "typer.echo", "os._exit", "SystemExit")

    homes = ["digest.cli", "digest.__main__"]
    assert [name for name in users if not within(name, homes)] == []
    assert "digest.cli" in users


def test_any_exception_is_caught_only_in_the_named_places() -> None:
    broad = {
        name
        for name, module in MODULES.items()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or ast.unparse(node.type) in ("Exception", "BaseException"))
    }

    assert broad == CATCHES_EVERYTHING


# -- modules -------------------------------------------------------------------


@pytest.mark.parametrize("name", MODULES)
def test_every_module_has_a_docstring(name: str) -> None:
    words = ast.get_docstring(MODULES[name].tree)

    assert words is not None
    assert words.splitlines()[0].endswith((".", ":", "?"))


@pytest.mark.parametrize("name", MODULES)
def test_no_module_is_longer_than_400_lines(name: str) -> None:
    assert len(MODULES[name].text.splitlines()) <= 400
