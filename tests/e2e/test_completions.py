"""The completions of shells: what Tab offers in bash, zsh and fish."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from reference import bash, commands, fish, zsh
from reference.known_words import KNOWN
from support.programs import program
from support.shells import BASH, FISH, ZSH, offered_by_bash, offered_by_fish, shown_on_tab

if TYPE_CHECKING:
    from pathlib import Path

    from reference.commands import Command

TREE = commands.read()
ALL = {one.name: one for one in TREE.walk()}
#: Lines whose last word is to be completed, and all that is offered, in a folder of FILES.
LINES = {
    "digest sub": ["subscribers"],
    "digest subscribers s": ["seed", "set", "show"],
    "digest -c /etc/digest/config.toml run --d": ["--day", "--dry-run"],
    "digest run --only fetch --js": ["--json"],
    "digest -q subscribers set --topic run --le": ["--learn", "--less"],
    "digest retry --state u": ["unknown"],
    "digest status --state s": ["sent", "skipped"],
    "digest bench delivery --dkim rsa": ["rsa", "rsa+ed25519"],
    "digest export d": ["days", "deliveries"],
    "digest export readers pap": ["papers"],
    "digest setup --mail gm": ["gmail", "gmx"],
    "digest setup --timer c": ["crontab"],
    "digest setup --field math": ["mathematics"],
    "digest topics add-pack math": ["mathematics"],
    "digest subscribers set ada@example.org --day s": ["sat", "sun"],
    "digest subscribers set ada@example.org --frequency week": ["weekdays", "weekly"],
    "digest subscribers import r": ["readers.csv"],
    "digest run --day ": [],
    "digest run --co": ["--config"],
    "digest run -c r": ["readers.csv"],
}
FILES = ("readers.csv", "two words.csv")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a few files, and a folder in it."""
    (tmp_path / "a folder").mkdir()
    for name in FILES:
        (tmp_path / name).touch()
    return tmp_path


def flags(command: Command) -> set[str]:
    """The long options of a command, with those that every command takes."""
    of_all = {"--config", "--quiet", "--help"}
    own = {name for one in command.options for name in (*one.names, *one.opposites)}
    return of_all | {name for name in own if name.startswith("--")}


def test_the_files_are_what_the_code_makes() -> None:
    """If this fails: `make reference`."""
    assert BASH.read_text(encoding="utf-8") == bash.completion(TREE)
    assert (ZSH / "_digest").read_text(encoding="utf-8") == zsh.completion(TREE)
    assert FISH.read_text(encoding="utf-8") == fish.completion(TREE)


@pytest.mark.parametrize(("command", "parameter"), KNOWN)
def test_words_are_known_of_what_there_is(command: str, parameter: str) -> None:
    one = ALL[f"digest {command}"]
    taken = {it.name: it.offered for it in one.arguments}
    taken |= {name: it.offered for it in one.options for name in it.names}

    assert taken[parameter] == KNOWN[command, parameter]
    assert all(taken[parameter])


@pytest.mark.parametrize(("line", "wanted"), LINES.items())
def test_bash_offers_what_can_follow(line: str, wanted: list[str], folder: Path) -> None:
    bash_program = program("bash", package="bash")

    offered = offered_by_bash(bash_program, line.split(" "), folder=folder)

    assert sorted(filter(None, offered)) == wanted


@pytest.mark.parametrize(("line", "wanted"), LINES.items())
def test_fish_offers_what_can_follow(line: str, wanted: list[str], folder: Path) -> None:
    fish_program = program("fish", package="fish")

    assert sorted(offered_by_fish(fish_program, line, folder=folder)) == wanted


@pytest.mark.parametrize("name", ALL)
def test_bash_and_fish_offer_every_option_and_command(name: str, folder: Path) -> None:
    command = ALL[name]
    bash_program, fish_program = program("bash", package="bash"), program("fish", package="fish")
    inner = sorted(one.words[-1] for one in command.commands)

    words = [*name.split(" "), "--"]
    assert set(offered_by_bash(bash_program, words, folder=folder)) == flags(command)
    assert set(offered_by_fish(fish_program, f"{name} --", folder=folder)) == flags(command)
    if inner:
        words[-1] = ""
        assert sorted(offered_by_bash(bash_program, words, folder=folder)) == inner
        assert sorted(offered_by_fish(fish_program, f"{name} ", folder=folder)) == inner


def test_folders_are_offered_where_a_folder_is_wanted(folder: Path) -> None:
    bash_program, fish_program = program("bash", package="bash"), program("fish", package="fish")

    assert offered_by_bash(bash_program, ["digest", "init", ""], folder=folder) == ["a folder"]
    assert offered_by_fish(fish_program, "digest init ", folder=folder) == ["a folder/"]


def test_bash_takes_an_option_and_its_value_apart_at_the_equals_sign(folder: Path) -> None:
    """It makes words of `--state=d` itself, for which the whole word would be none."""
    words = ["digest", "retry", "--state", "=", "d"]

    offered = offered_by_bash(program("bash", package="bash"), words, folder=folder)

    assert offered == ["deferred"]


@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_tab_on_a_terminal_completes_a_command(shell: str, folder: Path) -> None:
    path = program(shell, package=shell)

    shown = shown_on_tab(path, shell, "digest sub", until="subscribers", folder=folder)

    assert "subscribers" in shown


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("digest subscribers er", "erase"),
        ("digest -c /x/config.toml run --dr", "--dry-run"),
        ("digest retry --state unk", "unknown"),
        ("digest subscribers import re", "readers.csv"),
        ("digest subscribers set ada@example.org --frequ", "--frequency"),
        ("digest init a", "a\\ folder"),
        ("digest export deliv", "deliveries"),
        ("digest setup --mail gma", "gmail"),
    ],
)
def test_zsh_completes_what_can_follow(line: str, wanted: str, folder: Path) -> None:
    zsh_program = program("zsh", package="zsh")

    assert wanted in shown_on_tab(zsh_program, "zsh", line, until=wanted, folder=folder)


def test_zsh_shows_the_commands_of_a_group_with_what_they_do(folder: Path) -> None:
    zsh_program = program("zsh", package="zsh")

    shown = shown_on_tab(zsh_program, "zsh", "digest dkim ", until="record", folder=folder)

    assert "keygen" in shown
    assert "Make a key and print its DNS record" in shown
