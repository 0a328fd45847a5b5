"""The documentation names what there is, and nothing else."""

from __future__ import annotations

import ast
import re
import tomllib

import pytest
import typer.main
from support.paths import ROOT

from digest.app import config
from digest.cli import app
from digest.models.delivery import DeliveryState
from digest.models.source import SourceState
from digest.sources import BUILTIN, get_kind

GUIDE = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
SOURCES = (ROOT / "docs" / "sources.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")


def commands() -> list[str]:
    """All verbs, those of groups with their group."""
    found = []
    for name, command in typer.main.get_command(app).commands.items():  # type: ignore[attr-defined]
        inner = getattr(command, "commands", None)
        found += [f"{name} {verb}" for verb in inner] if inner else [name]
    return found


def options() -> list[tuple[str, str]]:
    """Every long option of the verbs that stand by themselves, but for help and JSON."""
    verbs = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    return [
        (name, option)
        for name, command in verbs.items()
        for parameter in getattr(command, "params", ())
        for option in parameter.opts
        if option.startswith("--") and option not in ("--help", "--json")
    ]


def events() -> set[str]:
    """Every constant event name in the code."""
    found = set()
    for path in (ROOT / "digest").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in ("debug", "info", "warning", "error")
                and node.args
                and isinstance(node.args[0], ast.Constant)
            ):
                found.add(node.args[0].value)
    return found


@pytest.mark.parametrize("command", commands())
def test_every_command_is_in_the_guide(command: str) -> None:
    group, _, verb = command.partition(" ")

    line = next(line for line in GUIDE.splitlines() if line.startswith(f"| `digest {group}"))

    assert verb in line


@pytest.mark.parametrize(("command", "option"), options())
def test_every_option_is_in_the_guide(command: str, option: str) -> None:
    line = next(line for line in GUIDE.splitlines() if line.startswith(f"| `digest {command}"))

    assert option in line


@pytest.mark.parametrize("event", sorted(events()))
def test_every_event_of_the_log_is_in_the_guide(event: str) -> None:
    assert f"| `{event}` |" in GUIDE


def test_the_guide_lists_no_event_that_is_never_logged() -> None:
    table = GUIDE.split("## Log")[1].split("##")[0]

    assert set(re.findall(r"(?m)^\| `([^`]+)` \|", table)) == events()


@pytest.mark.parametrize("state", DeliveryState)
def test_every_state_of_a_mail_is_in_the_guide(state: str) -> None:
    assert f"| `{state}` |" in GUIDE


@pytest.mark.parametrize("state", SourceState)
def test_every_way_a_reading_ends_is_in_the_page_on_sources(state: str) -> None:
    assert f"| `{state}` |" in SOURCES


@pytest.mark.parametrize("name", BUILTIN)
def test_every_kind_has_its_section_with_a_configuration_that_works(name: str) -> None:
    section = SOURCES.split(f"\n### {name}\n")[1].split("\n#")[0]

    tables = tomllib.loads(section.split("```toml")[1].split("```")[0])
    (source,) = config.build(tables, folder=ROOT, where=name).sources
    assert source.kind == name


@pytest.mark.parametrize("name", BUILTIN)
def test_the_page_on_sources_says_whose_word_counts(name: str) -> None:
    kind = get_kind(name)

    line = next(
        line for line in SOURCES.splitlines() if line.startswith(f"| `{name}` | {kind.rank} ")
    )
    said = re.findall(r"([a-z_.]+) (\d+)", line.split("|")[3])
    assert {field: int(much) for field, much in said} == kind.knows


@pytest.mark.parametrize("line", re.findall(r"(?m)^(?:0 .*/)?digest .*$", README))
def test_every_command_in_the_readme_exists(line: str) -> None:
    words = re.sub(r"#.*|-c \S+", "", line.split("digest ", 1)[1]).split()

    assert words[0] in commands() or " ".join(words[:2]) in commands()


def test_every_room_is_in_the_design() -> None:
    design = (ROOT / "docs" / "design.md").read_text(encoding="utf-8")

    rooms = [p.stem for p in (ROOT / "digest").glob("*.py") if not p.stem.startswith("__")]

    assert [room for room in rooms if room not in design] == []
