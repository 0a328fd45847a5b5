"""The documentation names what there is, and nothing else."""

from __future__ import annotations

import ast
import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer.main
from support.import_graph import PACKAGES
from support.log_events import STATES, logged_events
from support.paths import ROOT

from digest.app import config
from digest.cli import app
from digest.models.delivery import DeliveryState
from digest.models.source import SourceState
from digest.sources import BUILTIN, get_kind


def page(name: str) -> str:
    """A page of the documentation."""
    return (ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8")


GUIDE = page("operating")
SOURCES = page("sources")
#: Every page that people read.
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").glob("*.md"))]
README = (ROOT / "README.md").read_text(encoding="utf-8")
#: Tools that every Python project has; they need no reason.
TOOLS = {"build", "coverage", "mypy", "pytest", "ruff"}
#: The words that code, commands, configuration and database share.
WORDS = (
    *("assessment", "batch", "claim", "consent", "coverage", "delivery", "edition"),
    *("fencing token", "issue", "kind", "outcome", "paper", "pick", "section", "source"),
    *("subscriber", "suppression", "topic", "transactional mail", "VERP", "worker"),
)


def verbs() -> dict[str, Any]:
    """Every verb, with the object that reads its arguments."""
    found = {}
    for name, command in typer.main.get_command(app).commands.items():  # type: ignore[attr-defined]
        inner = getattr(command, "commands", None)
        found |= (
            {f"{name} {verb}": one for verb, one in inner.items()} if inner else {name: command}
        )
    return found


def options() -> list[tuple[str, str]]:
    """Every verb with each of its long options, but for help and JSON."""
    return [
        (name, option)
        for name, command in verbs().items()
        for parameter in command.params
        for option in parameter.opts
        if option.startswith("--") and option not in ("--help", "--json")
    ]


def options_of(command: Any) -> list[str]:
    """Every name of every option of a command."""
    return [name for parameter in command.params for name in parameter.opts]


def texts_of_help() -> list[str]:
    """All that the help of any command says."""
    root = typer.main.get_command(app)
    groups = root.commands.values()  # type: ignore[attr-defined]
    said: list[str] = []
    for command in (root, *groups, *verbs().values()):
        said += (command.help or "", command.epilog or "")
        said += (getattr(parameter, "help", None) or "" for parameter in command.params)
    return said


def rows(command: str) -> str:
    """The lines of the guide's table of commands that begin with a command or its group."""
    group = command.partition(" ")[0]
    found = [line for line in GUIDE.splitlines() if re.match(rf"\| `digest {group}\b", line)]
    return "\n".join(line for line in found if command.split()[-1] in line)


def messages() -> list[str]:
    """Every message that the guide's table of problems quotes."""
    table = GUIDE.split("## Problems")[1]
    return [
        quoted
        for line in table.splitlines()
        if line.startswith("| `")
        for quoted in re.findall(r"`([^`]+)`", line.split(" | ")[0])
    ]


@cache
def texts_of_code() -> list[str]:
    """Every text in the code, docstrings apart, with … for each value that is put into it."""
    found = []
    for path in (path for root in PACKAGES for path in (ROOT / root).rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        statements = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(tree):
            if isinstance(node, ast.JoinedStr):
                parts = [one.value if isinstance(one, ast.Constant) else "…" for one in node.values]
                found.append("".join(map(str, parts)))
            elif isinstance(node, ast.Constant) and id(node) not in statements:
                found.append(str(node.value))
    return found


def listed_events() -> dict[str, tuple[set[str], set[str]]]:
    """Every event of the guide's table, with its levels and fields."""
    table = GUIDE.split("## Log")[1].split("##")[0]
    found = re.findall(r"(?m)^\| `([^`]+)` \| ([a-z, ]+) \| ([^|]*) \| [^|]+ \|$", table)
    return {
        event: (set(levels.split(", ")), set(re.findall(r"`(\w+)`", fields)) | of_states(fields))
        for event, levels, fields in found
    }


def of_states(fields: str) -> set[str]:
    return {STATES} if "each state" in fields else set()


@pytest.mark.parametrize("command", list(verbs()))
def test_every_command_is_in_the_guide(command: str) -> None:
    assert rows(command) != ""


@pytest.mark.parametrize(("command", "option"), options())
def test_every_option_is_in_the_guide(command: str, option: str) -> None:
    assert option in rows(command)


def test_the_guide_says_which_commands_print_json() -> None:
    said = re.search(r"((?:`[^`]+`(?:,| and)? )+)take `--json`", " ".join(GUIDE.split()))

    assert said is not None
    named = re.findall(r"`([^`]+)`", said[1])
    able = [name for name, command in verbs().items() if "--json" in options_of(command)]
    assert sorted(named) == sorted(able)


def test_no_words_of_the_help_are_taken_for_markup() -> None:
    said = " ".join(texts_of_help())

    assert set(re.findall(r"\[[^\]]*\]", said)) <= {"[bold]", "[/bold]"}


@pytest.mark.parametrize("message", messages())
def test_every_message_among_the_problems_is_in_the_code(message: str) -> None:
    parts = [part for part in message.split("…") if part.strip()]

    assert parts != []
    assert [part for part in parts if not any(part in text for text in texts_of_code())] == []


def test_the_guide_lists_the_events_of_the_log_with_their_levels_and_fields() -> None:
    logged = {event: (one.levels, one.fields) for event, one in logged_events().items()}

    assert listed_events() == logged


def test_every_call_of_a_logger_is_found() -> None:
    calls = r"\b\w+\.(?:debug|info|warning|error|exception|critical)\(\s*f?[\"']"
    texts = [
        path.read_text(encoding="utf-8")
        for root in PACKAGES
        for path in (ROOT / root).rglob("*.py")
    ]

    assert sum(len(re.findall(calls, text)) for text in texts) == sum(
        one.calls for one in logged_events().values()
    )


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


@pytest.mark.parametrize("line", re.findall(r"(?m)^(?:[0*].*/)?digest .*$", README))
def test_every_command_in_the_readme_exists(line: str) -> None:
    words = re.sub(r"#.*|-q |-c \S+", "", line.split("digest ", 1)[1]).split()

    assert words[0] in verbs() or " ".join(words[:2]) in verbs()


# -- the architecture, the decisions and the words -------------------------------------------


def packages() -> list[str]:
    """The path of every package, and of every module that stands directly in digest/."""
    paths = {path.parent for root in PACKAGES for path in (ROOT / root).rglob("__init__.py")}
    paths |= set((ROOT / "digest").glob("[!_]*.py"))
    return sorted(path.relative_to(ROOT).as_posix() for path in paths)


def packages_with_rows() -> list[str]:
    """The path of every package that stands directly in `digest/`, and of the address book."""
    found = (path.parent for path in (ROOT / "digest").glob("*/__init__.py"))
    return [*sorted(f"digest/{path.name}" for path in found), "subscribers"]


def libraries() -> list[str]:
    """The name of every library the product, its extras or its tests depend on."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    project = settings["project"]
    groups = [
        project["dependencies"],
        *project.get("optional-dependencies", {}).values(),
        *settings["dependency-groups"].values(),
    ]
    names = {re.split(r"[^\w-]", wanted)[0].lower() for group in groups for wanted in group}
    return sorted(name for name in names - TOOLS if "stubs" not in name and "types-" not in name)


def terms() -> list[str]:
    """The first column of every table in the glossary, and what its other lines begin with."""
    found = re.findall(
        r"(?m)^(?:\| *|#+ |[-*] )?[*`]*(\w[\w -]*?)[*`]*(?= *[|:]|$)", page("glossary")
    )
    return [term for term in found if term.lower() not in ("word", "term", "glossary")]


def words_in_use() -> str:
    """All words of the code and the other pages, with the words of compound names apart."""
    files = [path for root in PACKAGES for path in (ROOT / root).rglob("*.py")]
    files += [path for path in (ROOT / "docs").glob("*.md") if path.stem != "glossary"]
    text = " ".join(path.read_text(encoding="utf-8") for path in files)
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text)
    return re.sub(r"[\s_-]+", " ", apart).lower()


@pytest.mark.parametrize("path", packages())
def test_every_package_is_in_the_architecture(path: str) -> None:
    name = Path(path).name

    assert re.search(rf"\b{re.escape(name)}\b", page("architecture"))


@pytest.mark.parametrize("package", packages_with_rows())
def test_the_architecture_names_the_modules_that_there_are(package: str) -> None:
    line = next(
        line for line in page("architecture").splitlines() if line.startswith(f"| `{package}/` |")
    )
    folder = ROOT / package
    modules = {path.stem for path in folder.glob("[!_]*.py")}
    modules |= {path.name for path in folder.glob("[!_]*/") if any(path.rglob("*.py"))}

    assert set(re.findall(r"`(\w+)/?`", line.split("|")[2])) == modules


def test_every_path_in_the_architecture_exists() -> None:
    paths = re.findall(r"`((?:digest|subscribers|templates|tests)/[\w/.]*)`", page("architecture"))

    assert paths != []
    assert [path for path in paths if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_tables_have_whole_rows_and_headings_stand_apart(path: Path) -> None:
    before, in_code = "", False
    for line in path.read_text(encoding="utf-8").splitlines():
        in_code ^= line.startswith("```")
        if not in_code:
            assert not before.startswith("|") or not line or line.startswith("|"), line
            assert not line.startswith("#") or not before, line
        before = line


def prose(path: Path) -> str:
    """What a page says outside blocks of code."""
    return re.sub(r"(?ms)^ *```.*?^ *```$", "", path.read_text(encoding="utf-8"))


def anchors(path: Path) -> set[str]:
    """The anchors that forges make of the headings of a page."""
    headings = re.findall(r"(?m)^#+ (.*)$", prose(path))
    words = (re.sub(r"[^\w\s-]", "", heading.lower()) for heading in headings)
    return {one.replace(" ", "-") for one in words}


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_links_lead_to_files_and_headings_that_there_are(path: Path) -> None:
    """On a forge; that they do on the website, too, is for `make docs`."""
    for link in re.findall(r"\]\(([^)\s]+)\)", prose(path)):
        if "://" in link:
            continue
        file, _, anchor = link.partition("#")
        target = (path.parent / file).resolve() if file else path
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


@pytest.mark.parametrize("library", libraries())
def test_every_library_has_its_reason_in_the_decisions(library: str) -> None:
    named = rf"(?<![\w-]){re.escape(library)}(?![\w-])"

    assert re.search(named, page("decisions"), re.IGNORECASE)


@pytest.mark.parametrize("word", WORDS)
def test_every_word_of_the_field_is_in_the_glossary(word: str) -> None:
    assert word in terms()


def test_no_term_of_the_glossary_is_explained_twice() -> None:
    assert sorted(set(terms())) == sorted(terms())


def test_every_term_of_the_glossary_is_in_use() -> None:
    text = words_in_use()

    assert [term for term in terms() if term.lower().replace("-", " ") not in text] == []
