"""The pages for `man`, which are made of the code and shipped with the program."""

from __future__ import annotations

import os
import subprocess

import pytest
from reference import commands, manual, settings, shipped
from support.paths import ROOT
from support.programs import program

MAN = ROOT / "share" / "man"
PATHS = sorted(MAN.glob("man*/*"))
TREE = commands.read()
GUIDE = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")


def shown(path: str) -> str:
    """A page as man shows it, with single blanks."""
    done = subprocess.run(
        [program("man", package="man-db"), "-l", MAN / path],
        env={"PATH": os.defpath, "MANWIDTH": "200", "LANG": "C.UTF-8"},
        capture_output=True,
        text=True,
        check=True,
    )
    return " ".join(done.stdout.split())


def test_share_holds_what_the_code_makes_and_nothing_else() -> None:
    """If this fails: `make reference`."""
    made = shipped.files(ROOT)
    there = {
        path.relative_to(ROOT / "share").as_posix(): path.read_text(encoding="utf-8")
        for path in (ROOT / "share").rglob("*")
        if path.is_file()
    }

    assert there.keys() == made.keys()
    assert [path for path, text in made.items() if there[path] != text] == []


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.name)
def test_groff_has_no_warning(path: object) -> None:
    groff = program("groff", package="groff-base")

    done = subprocess.run(
        [groff, "-man", "-ww", "-Tutf8", "-K", "utf8", str(path)], capture_output=True, check=True
    )

    assert done.stderr == b""


def test_mandoc_has_no_warning_but_of_the_date_that_there_is_not() -> None:
    """A page of the same code is the same at any time; the version stands in its place."""
    mandoc = program("mandoc", package="mandoc")

    done = subprocess.run(
        [mandoc, "-T", "lint", "-W", "warning", *PATHS], capture_output=True, text=True, check=False
    )

    assert [line for line in done.stdout.splitlines() if "missing date" not in line] == []


def test_the_first_page_names_every_command_exit_code_and_file() -> None:
    page = shown("man1/digest.1")

    assert [one.name for one in TREE.commands if f" {one.words[0]} " not in page] == []
    assert "75 digest inbound < message alone: the message is not stored" in page
    assert "digest.key signs the links in mails" in page
    assert "[below]" not in page
    assert "digest-config(5)" in page


@pytest.mark.parametrize(
    "command", [one for one in TREE.walk() if one.words], ids=lambda one: one.name
)
def test_every_command_is_in_a_page_with_its_options_and_example(
    command: commands.Command,
) -> None:
    page = shown(f"man1/digest-{command.words[0]}.1")

    assert command.usage in page or command.commands
    assert [one.names[-1] for one in command.options if one.names[-1] not in page] == []
    if not command.commands:
        assert " ".join(command.example[1].split()) in page


def test_every_key_is_in_the_page_of_the_configuration() -> None:
    page = shown("man5/digest-config.5")

    for table in settings.read():
        assert table.heading in page
        assert [key.name for key in table.keys if f" {key.name} " not in page] == []


def test_rows_are_those_of_the_table_below_a_heading() -> None:
    guide = (
        "# A\n\n## B\n\n| x | y |\n|---|---|\n| 0 | z |\n\n"
        "| code | when |\n|---|---|\n| 1 | a \\| b |\n\nc\n"
    )

    assert manual.rows(guide, "B", "x") == [["0", "z"]]
    assert manual.rows(guide, "B", "code") == [["1", "a \\| b"]]


@pytest.mark.parametrize(
    ("markdown", "roff"),
    [
        ("plain, 'quoted' - words", "plain, \\(aqquoted\\(aq \\- words"),
        ("`digest -q` and *more*", "\\fBdigest \\-q\\fR and \\fBmore\\fR"),
        ("see [the guide](operating.md#log)", "see the guide"),
        ("is empty; explained [below](#backups)", "is empty"),
        (".hidden", "\\&.hidden"),
        ("a\\b", "a\\eb"),
    ],
)
def test_words_become_those_of_man(markdown: str, roff: str) -> None:
    assert manual.text(markdown) == roff
