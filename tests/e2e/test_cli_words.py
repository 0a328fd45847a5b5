"""What the command line says to a person who mistyped, and where options may stand."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from support.command import CONFIG, DAY

if TYPE_CHECKING:
    from support.command import Command


@pytest.fixture
def elsewhere(home: Path) -> Path:
    """A configuration that is not ./config.toml."""
    folder = home / "elsewhere"
    folder.mkdir()
    text = CONFIG.replace('slug = "robots"', 'slug = "machines"')
    (folder / "digest.toml").touch(mode=0o600)
    (folder / "digest.toml").write_text(text, encoding="utf-8")
    (folder / "papers.jsonl").write_text("", encoding="utf-8")
    return folder / "digest.toml"


# -- -c after the command -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "form",
    [
        ("-c", "{}", "topics", "list"),
        ("topics", "-c", "{}", "list"),
        ("topics", "list", "-c", "{}"),
        ("topics", "list", "-c{}"),
        ("topics", "list", "--config", "{}"),
        ("topics", "list", "--config={}"),
        ("topics", "list", "-c", "{}", "--json"),
    ],
    ids=" ".join,
)
def test_the_configuration_may_be_named_anywhere(
    elsewhere: Path, digest: Command, form: tuple[str, ...]
) -> None:
    result = digest(*(part.format(elsewhere) for part in form))

    assert (result.code, result.err) == (0, "")
    assert "machines" in result.out


@pytest.mark.parametrize(
    "command",
    [("run", *DAY), ("fetch", *DAY), ("status",), ("retry",), ("subscribers", "list")],
    ids=" ".join,
)
def test_every_command_takes_it(elsewhere: Path, digest: Command, command: tuple[str, ...]) -> None:
    result = digest(*command, "-c", str(elsewhere.parent / "missing.toml"))

    assert result.code == 2
    assert "missing.toml; run `digest init`" in result.err


def test_without_a_file_it_is_a_wrong_usage(home: Path, digest: Command) -> None:
    result = digest("topics", "list", "-c")

    assert result.code == 2
    assert "requires an argument" in result.err


def test_what_follows_two_hyphens_is_no_option(home: Path, digest: Command) -> None:
    result = digest("subscribers", "show", "--", "-c")

    assert result.code == 2
    assert "-c" in result.err


# -- help ---------------------------------------------------------------------------------------

VERBS = ["", "run", "status", "fetch", "topics list", "topics add", "subscribers import", "demo"]


@pytest.mark.parametrize("verb", VERBS)
def test_the_help_shows_a_flag_without_a_type(home: Path, digest: Command, verb: str) -> None:
    help_ = digest(*verb.split(), "--help").out

    assert "--help" in help_
    assert "bool" not in help_


# -- variables ----------------------------------------------------------------------------------


def test_a_configuration_that_a_variable_names_is_blamed_on_it(
    home: Path, digest: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DIGEST_CONFIG", "/nowhere/config.toml")

    result = digest("topics", "list")

    assert result.code == 2
    assert result.err.startswith("error: DIGEST_CONFIG: there is no /nowhere/config.toml")


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("DIGEST_DATABASE__URL", "nonsense", "DIGEST_DATABASE__URL: [database] url: is no address"),
        ("DIGEST_DATABASE__URL", "postgresql://h:x/y", "[database] url: the port is no number\n"),
        ("DIGEST_DATABASE__URL", "nosuch://host/db", "DIGEST_DATABASE__URL: [database] url: "),
        ("DIGEST_LOG__FILE", "/nowhere/digest.log", "(DIGEST_LOG__FILE sets it)"),
    ],
)
def test_a_value_that_fails_later_is_blamed_on_its_variable(
    home: Path,
    digest: Command,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    value: str,
    words: str,
) -> None:
    monkeypatch.setenv(name, value)

    result = digest("fetch", *DAY)

    assert result.code == 2
    assert words in result.err
    monkeypatch.delenv(name)


def run_script(home: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run the installed script, whose name is in the variable's."""
    script = Path(sys.executable).with_name("digest")
    return subprocess.run(
        [script, *arguments],
        cwd=home,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.slow
@pytest.mark.parametrize("value", ["", "1", "bash_complete", "complete_bash", "complete_tcsh"])
def test_a_variable_of_a_shell_s_completion_that_was_left_over_does_nothing(
    home: Path, monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.delenv("COMP_WORDS", raising=False)

    result = run_script(home, "topics", "list", _DIGEST_COMPLETE=value)

    assert (result.returncode, result.stderr) == (0, "")
    assert "agents" in result.stdout


def test_a_shell_can_complete_a_line(home: Path) -> None:
    asked = {"_DIGEST_COMPLETE": "complete_bash", "COMP_WORDS": "digest stat", "COMP_CWORD": "1"}

    assert run_script(home, **asked).stdout.split() == ["status"]


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (("preview", "--as", "pdf"), "'pdf' is not one of 'html', 'text'"),
        (("status", "--state", "foo"), "'foo' is not one of 'planned'"),
        # An older typer has click's own words: "'x' is not a valid integer".
        (("bench", "delivery", "--port", "x"), "Invalid value for '--port': "),
    ],
)
def test_a_value_that_an_option_cannot_have_is_named_in_people_s_words(
    home: Path, digest: Command, command: tuple[str, ...], words: str
) -> None:
    result = digest(*command)

    assert result.code == 2
    assert words in " ".join(result.err.replace("│", " ").split())
    assert "Value error" not in result.err
    assert "Input should" not in result.err


# -- wrong words --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (
            ("Bad Slug", "--words-in", "x"),
            'SLUG: "Bad Slug" is not a slug: up to 60 lower-case letters without accents, digits',
        ),
        (("Bad Slug", "--words-in", "x"), "such as bad-slug"),
        (("Größe", "--words-in", "x"), "such as gr-e"),
        (("x", "--name", "two\nlines", "--words-in", "x"), "--name: "),
        (("x", "--name", "n" * 81, "--words-in", "x"), "--name: must have 80 or fewer"),
        (("x",), "a topic needs words_in, categories, authors, or trending = true"),
        (("agents", "--words-in", "x"), "there is a topic agents already"),
        (("x", "--words-in", "(a OR b"), '"(a OR b" has a ( at character 1 that no ) closes'),
    ],
)
def test_a_topic_that_cannot_be_is_blamed_on_the_argument(
    home: Path, digest: Command, arguments: tuple[str, ...], words: str
) -> None:
    result = digest("topics", "add", *arguments)

    assert result.code == 2
    assert words in result.err
    assert "14" not in result.err


@pytest.mark.parametrize(
    "text", ["name,topics\nada,agents\n", "", "foo;bar\n1;2\n", "a\0b\n", "\n\n"]
)
def test_a_list_that_is_none_is_a_wrong_usage(home: Path, digest: Command, text: str) -> None:
    (home / "readers.csv").write_text(text, encoding="utf-8")

    result = digest("subscribers", "import", "readers.csv")

    assert (result.code, result.out) == (2, "")
    assert result.err.startswith("error: ")


def test_days_may_be_written_in_full_and_times_without_quotes(home: Path, digest: Command) -> None:
    text = CONFIG + '\n[schedule]\nat = 07:30:00\nweekdays = ["Monday", "tue", "SUNDAY"]\n'
    (home / "config.toml").write_text(text, encoding="utf-8")

    assert digest("topics", "list").code == 0


def test_json_is_one_document_whatever_it_holds(furnished: Path, digest: Command) -> None:
    (furnished / "empty.jsonl").write_text("", encoding="utf-8")

    for arguments in (("status", *DAY, "--json"), ("subscribers", "list", "--json")):
        assert json.loads(digest(*arguments).out)
    digest("subscribers", "erase", "ada@example.org")
    digest("subscribers", "erase", "ben@example.org")
    assert digest("subscribers", "list", "--json").json == []
