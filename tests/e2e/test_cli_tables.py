"""Tables on narrow terminals: no address, slug, id, time or number is ever cut or broken."""

from __future__ import annotations

import json
import shutil
import sys
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.command import CONFIG, DAY, PAPERS
from support.terminal import Terminal, run_on_terminal

from digest.cli import output
from digest.cli.tables import print_table

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from support.command import Command

WIDTHS = (80, 60, 40)
SLUG = "computational-social-choice-and-welfare"
ADDRESS = "maximiliana.von-und-zu-hohenstein@institut.example.org"
widths = pytest.mark.parametrize("width", WIDTHS)


@pytest.fixture(scope="module")
def crowded_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the first test that needs a crowded folder leaves a copy for the others."""
    return tmp_path_factory.mktemp("crowded") / "home"


@pytest.fixture
def crowded(home: Path, digest: Command, crowded_once: Path) -> Path:
    """An installation with a long slug, a long address and a long title, and a day that was run."""
    if crowded_once.exists():
        return shutil.copytree(crowded_once, home, dirs_exist_ok=True)
    topic = f'\n[[topics]]\nslug = "{SLUG}"\nname = "Social choice"\nwords_in = ["agent"]\n'
    (home / "config.toml").write_text(CONFIG + topic, encoding="utf-8")
    paper = PAPERS[0] | {"title": "Agents " * 30, "id": "2602.99999"}
    with (home / "papers.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps(paper) + "\n")
    (home / "readers.csv").write_text(f"address\n{ADDRESS}\nnobody\n", encoding="utf-8")
    digest("subscribers", "add", ADDRESS, "--topic", SLUG, "--topic", "robots", "--confirmed")
    digest("run", *DAY)
    shutil.copytree(home, crowded_once)
    return home


def show(monkeypatch: pytest.MonkeyPatch, digest: Command, width: int, *arguments: str) -> str:
    """Run a command on a terminal of so many columns."""
    monkeypatch.setenv("COLUMNS", str(width))
    terminal = Terminal()
    with monkeypatch.context() as patched:
        patched.setattr(sys, "stdout", terminal)
        digest(*arguments)
    return terminal.shown


@widths
@pytest.mark.parametrize(
    ("arguments", "whole"),
    [
        (("topics", "list"), [SLUG, "agents", "robots"]),
        (("status", *DAY), [ADDRESS, "2026-02-02", "sent"]),
        (("papers", "list"), ["2602.00001", "2602.99999", "2026-02-02"]),
        (("papers", "show", "2602.00001"), ["2602.00001", "https://example.org/maps"]),
        (("subscribers", "list"), [ADDRESS, SLUG, "confirmed"]),
        (("subscribers", "show", ADDRESS), [ADDRESS, SLUG, "sign-up", "confirm", "cli"]),
        (("subscribers", "import", "readers.csv"), [ADDRESS, "nobody", "reject"]),
        (("fetch", *DAY), ["file", "ok"]),
        (("run", *DAY), ["file", "2026-02-02"]),
        (("run", "--dry-run", "--day", "2026-02-03"), [ADDRESS, "2026-02-03"]),
        (("fixtures", "record", *DAY), ["file", "ok"]),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, tuple) else "",
)
def test_what_names_something_is_whole_on_a_terminal_of_any_width(
    crowded: Path,
    digest: Command,
    monkeypatch: pytest.MonkeyPatch,
    width: int,
    arguments: tuple[str, ...],
    whole: list[str],
) -> None:
    shown = show(monkeypatch, digest, width, *arguments)

    assert [name for name in whole if name not in shown] == []


@widths
def test_the_times_of_a_status_are_whole(
    crowded: Path, digest: Command, monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    found = digest("status", *DAY, "--json").json

    shown = show(monkeypatch, digest, width, "status", *DAY)

    assert found["people"][0]["settled_at"] in shown
    assert found["sources"][0]["at"] in shown


@pytest.mark.slow
def test_a_real_terminal_shows_a_status_whole(crowded: Path) -> None:
    command = [sys.executable, "-m", "digest", "status", *DAY]

    shown = run_on_terminal(command, width=60, folder=crowded)

    assert ADDRESS in shown
    assert shown.endswith("2026-02-02: 1 planned = 1 sent; closed\n")


@pytest.mark.slow
def test_a_real_terminal_folds_the_sum_between_words(crowded: Path) -> None:
    command = [sys.executable, "-m", "digest", "status", *DAY]

    shown = run_on_terminal(command, width=24, folder=crowded)

    assert shown.endswith("2026-02-02: 1 planned =\n1 sent; closed\n")


# -- any table ----------------------------------------------------------------------------------

words = st.text(st.characters(categories=["L", "N", "P"]), min_size=1, max_size=70)
prose = st.lists(words, max_size=12).map(" ".join)
rows = st.lists(st.tuples(words, words, prose, prose), max_size=5)


@given(rows, st.integers(20, 200))
def test_no_cell_is_cut_and_no_word_of_prose_is_broken(
    rows: list[tuple[str, str, str, str]], width: int
) -> None:
    terminal = Terminal()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(sys, "stdout", terminal)
        patched.setenv("COLUMNS", str(width))
        print_table("A table", ("address", "number#", "subject~", "reason~"), rows)

    shown = terminal.shown
    cells = [cell for row in rows for cell in row[:2]]
    parts = [word for row in rows for text in row[2:] for word in text.split()]
    assert [text for text in cells + parts if text not in shown] == []


def test_a_table_elsewhere_than_on_a_terminal_is_plain_lines(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "20")

    print_table("Topics", ("slug", "papers#", "name~"), [("agents", 7, "x " * 40), ("a", 10, None)])

    assert capsys.readouterr().out.splitlines() == [
        "slug    papers  name",
        f"agents       7  {'x ' * 40}".rstrip(),
        "a           10",
    ]


def test_a_table_of_any_length_is_printed_as_it_is_read(capsys: pytest.CaptureFixture[str]) -> None:
    kept: list[int] = []

    def rows() -> object:
        for number in range(5000):
            kept.append(len(capsys.readouterr().out))
            yield (number,)

    print_table("Numbers", ("number#",), rows())  # type: ignore[arg-type]

    assert any(kept[:2000])


def test_control_characters_reach_no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stdout", terminal)

    print_table("Replies", ("reply~",), [("550 \x1b]0;owned\x07 no\nsuch user",)])

    assert "550 �]0;owned� no such user" in terminal.shown


@pytest.mark.parametrize(
    "print_", [output.print_result, output.print_note, output.print_error, output.Report().line]
)
def test_none_reaches_it_in_a_line_either(
    print_: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stdout", terminal)
    monkeypatch.setattr(sys, "stderr", terminal)

    print_("there is no \x1b]0;owned\x07.jsonl\nor so")

    assert terminal.shown == "there is no �]0;owned�.jsonl\nor so\n"


def test_a_table_without_rows_is_left_out(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not print_table("A table", ("name", "number#"), [])
    assert print_table("A table", ("name", "number#"), [("one", 1)])
    monkeypatch.setattr(sys, "stdout", terminal := Terminal())
    assert not print_table("A table", ("name", "number#"), iter(()))

    assert capsys.readouterr().out == "name  number\none        1\n"
    assert terminal.shown == ""


@pytest.mark.parametrize("width", range(40, 130, 10))
def test_the_longest_prose_is_wide_or_in_a_block(
    monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    monkeypatch.setattr(sys, "stdout", terminal := Terminal())
    print_table("A table", ("address", "at", "why~"), [(ADDRESS, DAY[1], "so it is " * 20)])

    lines = [line for line in terminal.shown.splitlines() if "so it is" in line]
    assert len(lines) <= -(-180 // 26) or width < 60
