"""What is wrong with a configuration is said in people's words, and where it can be mended."""

from __future__ import annotations

import re
import tomllib
from datetime import date, time
from pathlib import Path
from typing import Any

import pytest

from digest.app.config import build
from digest.app.config.resources import example_config
from digest.errors import ConfigError

EXAMPLE = tomllib.loads(example_config().read_text(encoding="utf-8"))
KEYS = [
    (section, key)
    for section, table in EXAMPLE.items()
    for key in (table if isinstance(table, dict) else table[0])
]
WRONG: list[Any] = [
    "a wrong value", "", "a\nb", "x" * 500, -1, 0, 10**9, 1.5, float("nan"), True, [], ["x y!"],
    [1], [[]], {}, {"a": 1}, time(7, 30), date(2026, 2, 2),
]  # fmt: skip
#: What only programs say: patterns, pydantic's sentences, types of Python.
PROGRAMS = re.compile(
    r"\^|\$|\\d|\[a-z|\bInput\b|\binput should\b|valid |validation|[Tt]uple|\bdict|NoneType|"
    r"\bstr\b|\bint\b|\bfloat\b|<class|datetime\.|\bFalse\b|\bTrue\b|\bNone\b|pydantic|ErrorDetails"
)


def faults_of(tables: dict[str, Any]) -> list[str]:
    """Return the lines about what is wrong with a configuration, or none."""
    try:
        build(tables, folder=Path("/"), where="config.toml")
    except ConfigError as error:
        return str(error).splitlines()
    return []


def with_value(section: str, key: str, value: Any) -> dict[str, Any]:
    """The example with another value for a key."""
    table = EXAMPLE[section]
    if isinstance(table, dict):
        return {section: {**table, key: value}}
    return {section: [{**table[0], key: value}]}


@pytest.mark.parametrize(("section", "key"), KEYS)
def test_no_wrong_value_is_answered_in_words_of_programs(section: str, key: str) -> None:
    lines = [line for value in WRONG for line in faults_of(with_value(section, key, value))]

    assert lines != []
    assert [line for line in lines if PROGRAMS.search(line)] == []
    assert {line.partition("[")[0] for line in lines} == {"config.toml: "}


@pytest.mark.parametrize("value", ["x", 7, [1], {"nope": 1}, [{"nope": 1}], True])
@pytest.mark.parametrize("section", EXAMPLE)
def test_no_wrong_section_is_answered_in_words_of_programs(section: str, value: Any) -> None:
    lines = faults_of({section: value})

    assert lines != []
    assert [line for line in lines if PROGRAMS.search(line)] == []


@pytest.mark.parametrize(
    ("section", "key", "value", "words"),
    [
        ("schedule", "at", "25:00", '"25:00" is not a time of day; write it like "18:00"'),
        ("schedule", "weekdays", ["mondag"], 'weekdays 1: "mondag" is not a day of the week'),
        ("schedule", "weekdays", ["mondag"], "did you mean monday?"),
        ("schedule", "weekdays", [], 'must name a day of the week, such as ["mon"]'),
        ("schedule", "weekdays", "mon", "must be a list in square brackets"),
        ("ranking", "summary_length", 1, "1 must be a whole number from 80 to 4000, or 0 for no"),
        ("ranking", "summary_length", 79, "79 must be a whole number from 80 to 4000, or 0 for"),
        ("ranking", "summary_length", -1, "-1 must be a whole number from 80 to 4000, or 0 for"),
        ("ranking", "summary_length", 4001, "4001 must be a whole number from 80 to 4000, or 0"),
        ("mail", "port", 70000, "70000 must be a whole number from 1 to 65535"),
        ("mail", "port", "many", "port: must be a whole number from 1 to 65535"),
        ("mail", "rotate_after", 0, "from 1 to 1000000"),
        ("mail", "timeout", 0, "0 must be more than 0"),
        ("mail", "security", "ssl", '"ssl" must be "none", "starttls" or "tls"'),
        ("mail", "from_address", "", "from_address: must not be empty"),
        ("log", "level", "warn", "did you mean warning?"),
        ("site", "name", "", '"" must not be empty'),
        ("sources", "categories", ["cs_CL"], '"cs_CL" is not the name of a category, such as'),
        ("sources", "options", 7, 'options: 7 must be a table, such as { name = "value" }'),
        ("topics", "slug", "Bad Slug", '"Bad Slug" is not a slug: '),
        ("topics", "slug", "Bad Slug", "such as bad-slug"),
        ("topics", "trending", "yes!", "trending: must be true or false"),
        ("web", "url", "https://a.example/?papers", "without ? and #"),
        ("web", "trusted_proxies", ["x"], '"x" is not an IP address or a network like'),
    ],
)
def test_a_fault_names_the_value_and_what_is_right(
    section: str, key: str, value: Any, words: str
) -> None:
    (line,) = faults_of(with_value(section, key, value))

    assert words in line


@pytest.mark.parametrize(
    ("tables", "words"),
    [
        ({"sources": {"kind": "arxiv"}}, "write [[sources]] on a line above the keys"),
        ({"mail": [{"port": 25}]}, "[mail]: must be a table: write [mail] on a line"),
        ({"topics": [{"slug": "a", "nam": "A"}]}, "[[topics]] 1 nam: there is no such key; did"),
    ],
)
def test_a_section_of_the_wrong_form_says_how_to_write_it(
    tables: dict[str, Any], words: str
) -> None:
    assert any(words in line for line in faults_of(tables))


@pytest.mark.parametrize(
    ("section", "key", "value"),
    [
        ("site", "pepper", ["hunter2hunter2"]),
        ("mail", "port", "hunter2hunter2"),
        ("mail", "from_address", "hunter2hunter2"),
        ("sources", "url", "ftp://me:hunter2hunter2@example.org"),
        ("log", "level", ["hunter2hunter2"]),
    ],
)
def test_what_may_be_secret_is_not_repeated(section: str, key: str, value: Any) -> None:
    lines = faults_of(with_value(section, key, value))

    assert lines != []
    assert [line for line in lines if "hunter2" in line] == []


@pytest.mark.parametrize(
    ("variables", "tables", "start"),
    [
        ({"DIGEST_SCHEDULE__AT": "25:00"}, {}, "DIGEST_SCHEDULE__AT: [schedule] at: "),
        ({"DIGEST_DKIM__KEY": "a.pem"}, {}, "DIGEST_DKIM__KEY: [dkim]: "),
        (
            {"DIGEST_DKIM__KEY": "a.pem"},
            {"dkim": {"ed25519_key": "b.pem"}},
            "config.toml and DIGEST_DKIM__KEY: [dkim]: ",
        ),
        (
            {"DIGEST_DKIM__SELECTOR": "a"},
            {"dkim": {"selector": "", "key": ""}},
            "DIGEST_DKIM__SELECTOR: [dkim]: ",
        ),
        ({"DIGEST_WEB__PORT": "80"}, {"dkim": {"key": "b.pem"}}, "config.toml: [dkim]: "),
    ],
)
def test_what_a_variable_sets_is_blamed_on_it(
    monkeypatch: pytest.MonkeyPatch,
    variables: dict[str, str],
    tables: dict[str, Any],
    start: str,
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)

    (line,) = faults_of(tables)

    assert line.startswith(start)


def test_a_secret_of_a_file_that_a_variable_names_is_blamed_on_that(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "password").write_text("two\nlines", encoding="utf-8")
    (tmp_path / "password").chmod(0o600)
    monkeypatch.setenv("DIGEST_MAIL__PASSWORD_FILE", str(tmp_path / "password"))

    (line,) = faults_of({})

    assert line.startswith("DIGEST_MAIL__PASSWORD_FILE: [mail] password: holds a line break")
