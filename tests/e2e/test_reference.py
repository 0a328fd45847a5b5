"""The pages of the website on commands and settings, which are made of the code."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, get_args, get_origin

import pytest
from reference import commands, pages, settings
from support.paths import ROOT

from digest.app.config.load import SECRETS, Config

TREE = commands.read()
COMMANDS = [one for one in TREE.walk() if one.words]
PAGES = pages.commands(TREE)
TABLES = settings.read()
SETTINGS = pages.configuration(TABLES)


def section(name: str) -> str:
    """What the pages say of a command, up to the next one."""
    command = next(one for one in COMMANDS if one.name == name)
    page = PAGES[pages.path(command)]
    after = page.partition(f"{{#{pages.anchor(command)}}}")[2]
    return re.split(r"(?m)^##? ", after)[0]


def keys() -> list[tuple[str, str]]:
    """Every table and key that the configuration has."""
    found = []
    for table, field in Config.model_fields.items():
        kind: Any = field.annotation
        model = get_args(kind)[0] if get_origin(kind) is tuple else kind
        found += [(table, key) for key in model.__pydantic_fields__]
    return found


def key(table: str, name: str) -> settings.Key:
    """What is known of a key."""
    return next(one for one in table_of(table).keys if one.name == name)


def table_of(name: str) -> settings.Table:
    return next(table for table in TABLES if table.name == name)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda one: one.name)
def test_every_command_is_on_its_page_with_all_that_it_takes(command: commands.Command) -> None:
    said = section(command.name)

    assert command.usage in said
    assert command.example[1] in said
    taken = [name for one in command.options for name in (*one.names, *one.opposites)]
    assert [name for name in taken if f"`{name}`" not in said] == []
    assert [one.usage for one in command.arguments if f"`{one.usage}`" not in said] == []


def test_the_overview_leads_to_every_command() -> None:
    overview = PAGES[pages.COMMANDS]

    for command in COMMANDS:
        if not command.commands:
            target = f"{Path(pages.path(command)).name}#{pages.anchor(command)}"
            assert f"[`{command.name}`]({target})" in overview


@pytest.mark.parametrize(("table", "name"), keys())
def test_every_key_is_on_the_page_of_settings(table: str, name: str) -> None:
    said = SETTINGS.partition(f"{{#{table}.{name} ")[2].partition("\n#")[0]

    known = key(table, name)
    assert f"**Value:** {known.kind}" in said
    assert known.default in said
    assert known.help or table == "topics"
    if not table_of(table).repeats:
        assert f"`DIGEST_{table.upper()}__{name.upper()}`" in said
        assert (f"{known.variable}_FILE`" in said) == ((table, name) in SECRETS)


@pytest.mark.parametrize(
    ("table", "name", "kind", "default"),
    [
        ("mail", "port", "whole number from 1 to 65,535", "587"),
        ("mail", "security", 'one of "none", "starttls", "tls"', '"starttls"'),
        ("mail", "password", "text, a secret", '""'),
        ("fetch", "timeout", "number above 0 to 600", "20.0"),
        ("delivery", "senders", 'whole number or "auto"', '"auto"'),
        ("delivery", "warm_up", "list of whole numbers from 1", "[]"),
        ("ranking", "semantic", '"auto" or true or false', '"auto"'),
        ("web", "trusted_proxies", "list of texts", '["127.0.0.1"]'),
        ("sources", "options", "table", "{}"),
        ("topics", "slug", "text", ""),
    ],
)
def test_a_key_says_which_values_it_takes(table: str, name: str, kind: str, default: str) -> None:
    known = key(table, name)

    assert (known.kind, known.default) == (kind, default)


def test_comments_are_those_before_a_key_or_a_table() -> None:
    text = (
        "# All of it.\n\n# Of a.\n[a]\n# Of b,\n# too.\nb = 1\nc = 2\n\n"
        "[[d]]\n\n[[d]]\n# No.\nb = 1\n"
    )

    tables, words = settings.comments(text)

    assert tables == ["a", "d"]
    assert words["a", ""] == "Of a."
    assert words["a", "b"] == "Of b, too."
    assert words["a", "c"] == words["d", ""] == ""


def test_words_of_the_help_are_no_markup() -> None:
    said = pages.configuration(TABLES)

    assert "DIGEST\\_" not in said
    assert "\\{command\\}@news.example.org" in said
    assert "[the page on sources](../sources.md)" in said


@pytest.mark.parametrize("path", [*PAGES, pages.CONFIGURATION])
def test_links_of_the_pages_lead_somewhere(path: str) -> None:
    text = {**PAGES, pages.CONFIGURATION: SETTINGS}[path]
    made = {Path(one).name for one in (*PAGES, pages.CONFIGURATION)}

    for target in re.findall(r"(?<!\\)\]\(([^)#]+)", text):
        file = target.removeprefix("../")
        assert (ROOT / "docs" / file).is_file() if target.startswith("..") else file in made
