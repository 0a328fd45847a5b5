"""The house rules of docs/design: who may import whom, and who may ask the clock or the system."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

import digest
import subscribers

ROOT = Path(digest.__file__).parent.parent
FILES = sorted(
    path
    for package in (digest, subscribers)
    for path in Path(str(package.__file__)).parent.rglob("*.py")
)
NAMES = {path: path.relative_to(ROOT).with_suffix("").as_posix() for path in FILES}
TREES = {NAMES[path]: ast.parse(path.read_text(encoding="utf-8")) for path in FILES}

PURE = (
    "digest/models",
    "digest/text",
    "digest/tex",
    "digest/macros",
    "digest/guesses",
    "digest/names",
    "digest/calendars",
    "digest/verdict",
    "digest/statement",
    "digest/identity",
    "digest/merging",
    "digest/compose",
    "digest/dates",
    "digest/filed",
    "digest/delivery/conversation",
    "digest/delivery/envelope",
    "digest/delivery/pace",
    "digest/delivery/parcels",
    "digest/delivery/replies",
    "digest/tailor",
    "digest/frozen",
    "digest/mailbag",
    "digest/delivery/states",
    "digest/delivery/breakers",
    "digest/ranking/",
    "digest/rendering/",
    "subscribers/models",
    "subscribers/addresses",
    "subscribers/links",
)
IMPURE = {
    "alembic",
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
    "subprocess",
    "tempfile",
    "threading",
    "time",
    "urllib.request",
}
#: What is not in the standard library, and where it is at home.
HOMES = {
    "annotated_types": ("subscribers/models",),
    "alembic": ("digest/database", "digest/migrations/"),
    "apscheduler": ("digest/schedule",),
    "babel": ("digest/dates",),
    "cryptography": ("digest/delivery/dkim",),
    "defusedxml": ("digest/sources/xml",),
    "email_validator": ("subscribers/addresses",),
    "fastapi": ("subscribers/web/",),
    "httpx": ("digest/sources/web",),
    "itsdangerous": ("subscribers/links", "subscribers/web/forms"),
    "jinja2": ("digest/rendering/templates", "subscribers/web/views"),
    "limits": ("subscribers/limits",),
    "mjml": ("digest/rendering/templates",),
    "numpy": ("digest/ranking/",),
    "pylatexenc": ("digest/tex",),
    "pydantic": ("digest/config", "digest/settings", "subscribers/web/api"),
    "pydantic_settings": ("digest/config",),
    "rich": ("digest/cli/",),
    "scipy": ("digest/ranking/",),
    "sqlalchemy": (
        "digest/database",
        "digest/store",
        "digest/readings",
        "digest/tables",
        "digest/delivery/account",
        "digest/delivery/desks",
        "digest/delivery/ledger",
        "digest/delivery/letters",
        "digest/delivery/marks",
        "digest/delivery/tables",
        "digest/migrations/",
        "subscribers/book",
        "subscribers/tables",
    ),
    "stamina": ("digest/sources/web",),
    "starlette": ("subscribers/web/",),
    "Stemmer": ("digest/ranking/",),
    "structlog": ("digest/log",),
    "tomlkit": ("digest/topic_file",),
    "typer": ("digest/cli/",),
    "uvicorn": ("digest/cli/serve",),
}


def at_home(name: str, homes: tuple[str, ...]) -> bool:
    return any(name == home or (home.endswith("/") and name.startswith(home)) for home in homes)


def imports(tree: ast.AST) -> set[str]:
    """Every module a file imports, those for type checkers only left out."""
    for_types = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    found: set[str] = set()
    for node in ast.walk(tree):
        if id(node) in for_types:
            continue
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative imports are not in the style of the house"
            found.add(str(node.module))
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def roots(name: str) -> set[str]:
    return {module.partition(".")[0] for module in imports(TREES[name])}


def attributes(name: str) -> set[str]:
    """Every dotted expression of a file, such as `os.environ` or `datetime.now`."""
    return {ast.unparse(node) for node in ast.walk(TREES[name]) if isinstance(node, ast.Attribute)}


def names(name: str) -> set[str]:
    """Every bare name of a file, such as `print`."""
    return {node.id for node in ast.walk(TREES[name]) if isinstance(node, ast.Name)}


def where(*wanted: str) -> list[str]:
    """The files in which one of these expressions stands."""
    return [name for name in TREES if (attributes(name) | names(name)) & set(wanted)]


@pytest.mark.parametrize("name", [name for name in TREES if name.startswith("subscribers/")])
def test_subscribers_never_import_digest(name: str) -> None:
    assert "digest" not in roots(name)


@pytest.mark.parametrize("name", [name for name in TREES if at_home(name, PURE)])
def test_pure_rooms_import_nothing_that_reaches_out(name: str) -> None:
    assert imports(TREES[name]) & IMPURE == set()


@pytest.mark.parametrize("room", PURE)
def test_every_pure_room_exists(room: str) -> None:
    assert [name for name in TREES if at_home(name, (room,))] != []


@pytest.mark.parametrize("name", [name for name in TREES if at_home(name, PURE)])
def test_pure_rooms_import_only_pure_rooms(name: str) -> None:
    ours = {module for module in imports(TREES[name]) if module.replace(".", "/") in TREES}

    pure = {module for module in ours if at_home(module.replace(".", "/"), PURE)}
    assert ours - pure <= {"digest.errors", "subscribers.errors"}


@pytest.mark.parametrize("library", HOMES)
def test_each_library_is_named_in_its_home_alone(library: str) -> None:
    users = [name for name in TREES if library in roots(name)]

    assert users != []
    assert [name for name in users if not at_home(name, HOMES[library])] == []


def test_every_library_has_a_home() -> None:
    used = set().union(*(roots(name) for name in TREES))

    assert used - sys.stdlib_module_names - {"digest", "subscribers"} - set(HOMES) == set()


def test_the_clock_is_asked_in_one_place() -> None:
    clocks = ("datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time")

    assert where(*clocks) == ["digest/app"]


def test_the_environment_is_read_by_the_configuration_alone() -> None:
    assert where("os.environ", "os.getenv", "environ", "getenv") == [
        "digest/config",
    ]


def test_only_the_command_line_prints_or_exits() -> None:
    speakers = where("print", "sys.exit", "exit", "typer.echo", "os._exit", "SystemExit")

    assert [name for name in speakers if not name.startswith("digest/cli/")] == []
    assert "digest/cli/__init__" in speakers


def test_every_exception_is_caught_only_where_the_program_ends_or_is_not_ours() -> None:
    broad = {
        name
        for name, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or ast.unparse(node.type) in ("Exception", "BaseException"))
    }

    # The end of a command, of a daemon's job, and code of other packages.
    assert broad == {"digest/cli/__init__", "digest/cli/runs", "digest/sources/foreign"}


@pytest.mark.parametrize("name", TREES)
def test_every_module_says_in_one_line_what_it_is_for(name: str) -> None:
    words = ast.get_docstring(TREES[name])

    assert words is not None
    assert words.splitlines()[0].endswith((".", ":"))


@pytest.mark.parametrize("name", TREES)
def test_no_module_is_longer_than_a_person_reads(name: str) -> None:
    assert len((ROOT / f"{name}.py").read_text(encoding="utf-8").splitlines()) <= 400
