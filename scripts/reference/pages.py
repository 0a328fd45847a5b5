"""The pages of the website on commands and settings, in Markdown."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from reference.commands import first_sentence

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from reference.commands import Command, Option
    from reference.settings import Key, Table

#: All pages are in one folder, beside the pages that people write.
COMMANDS = "reference/index.md"
CONFIGURATION = "reference/configuration.md"


def commands(root: Command) -> dict[str, str]:
    """Return the pages of the commands, by their paths: an overview, and one for each group."""
    return {COMMANDS: _overview(root)} | {
        path(command): "\n".join(_page(command)) for command in root.commands
    }


def path(command: Command) -> str:
    """Return the path of the page of a command, which is that of its group."""
    return f"reference/{command.words[0]}.md" if command.words else COMMANDS


def anchor(command: Command) -> str:
    """Return the anchor of a command within its page."""
    return "-".join(("digest", *command.words))


def configuration(tables: Sequence[Table]) -> str:
    """Return the page of all settings."""
    lines = [
        "# Configuration",
        "",
        "Every key of `config.toml`, with the values that it takes and its default. `digest init`",
        "writes a file with all of them. A key that is left out has its default. Where a variable",
        "of the environment is named, it can hold the value instead, and then counts; a list is",
        "written as JSON. A variable that ends in `_FILE` names a file that holds the value. Paths",
        "are relative to the file.",
        "",
        *_rows(
            ("table", "keys"),
            (
                (
                    f"[`{table.heading}`](#{table.name})",
                    ", ".join(f"[`{key.name}`](#{key_anchor(table, key)})" for key in table.keys),
                )
                for table in tables
            ),
        ),
    ]
    for table in tables:
        lines += _table(table)
    return "\n".join(lines) + "\n"


def key_anchor(table: Table, key: Key) -> str:
    """Return the anchor of a key within the page of all settings."""
    return f"{table.name}.{key.name}"


def _overview(root: Command) -> str:
    lines = [
        "# Commands",
        "",
        root.help,
        "",
        f"    {root.usage}",
        "",
        "The same is in `digest --help`, in `digest COMMAND --help`, and in `man digest`. What the",
        "commands print, and how they end, is in the [operating guide](../operating.md#commands).",
        "",
        "## Options of every command",
        "",
        *_options(root.options),
        "",
        "## All commands",
        "",
        *_rows(
            ("command", "what it does"),
            (
                (
                    f"[`{one.name}`]({path(one).removeprefix('reference/')}#{anchor(one)})",
                    _prose(first_sentence(one.summary)),
                )
                for one in root.walk()
                if not one.commands
            ),
        ),
    ]
    return "\n".join(lines) + "\n"


def _page(command: Command) -> Iterator[str]:
    for one in command.walk():
        depth = "#" if one is command else "##"
        yield f"{depth} {one.name} {{#{anchor(one)}}}"
        yield ""
        for paragraph in one.paragraphs:
            yield _prose(paragraph)
            yield ""
        yield "```text"
        yield one.usage
        yield "```"
        yield ""
        if one.commands:
            yield from _rows(
                ("command", "what it does"),
                (
                    (f"[`{inner.name}`](#{anchor(inner)})", _prose(first_sentence(inner.summary)))
                    for inner in one.commands
                ),
            )
            yield ""
        if one.arguments:
            yield from _rows(
                ("argument", "what it is"),
                ((f"`{argument.usage}`", _prose(argument.help)) for argument in one.arguments),
            )
            yield ""
        if one.options:
            yield from _options(one.options)
            yield ""
        before, example, after = one.example
        if example and not (one.commands and one is not command):
            yield f"{_prose(before)}:"
            yield ""
            yield "```sh"
            yield example
            yield "```"
            yield ""
            if after:
                yield _prose(after.lstrip(", ").capitalize()) + "."
                yield ""


def _options(options: Iterable[Option]) -> list[str]:
    return _rows(("option", "what it does"), ((_names(one), _option_words(one)) for one in options))


def _names(option: Option) -> str:
    names = ", ".join(f"`{name}`" for name in (*option.names, *option.opposites))
    return f"{names} `{_cell(option.value)}`" if option.value else names


def _option_words(option: Option) -> str:
    words = _prose(option.help)
    if option.choices and "|" not in option.value:
        words += " One of " + ", ".join(f"`{choice}`" for choice in option.choices) + "."
    words += f" Default: `{option.default}`." if option.default else ""
    return f"{words} Variable: `{option.variable}`." if option.variable else words


def _table(table: Table) -> Iterator[str]:
    yield ""
    yield f"## `{table.heading}` {{#{table.name}}}"
    yield ""
    if table.help:
        yield _prose(table.help)
        yield ""
    if table.repeats:
        yield f"There may be any number of these. `{table.variable}` holds all of them as JSON."
        yield ""
    for key in table.keys:
        named = f"[{table.name}] {key.name}"  # as messages name it
        yield f"### `{named}` {{#{key_anchor(table, key)} data-toc-label='{key.name}'}}"
        yield ""
        if key.help:
            yield _prose(key.help)
            yield ""
        facts = [f"**Value:** {key.kind}", f"**Default:** {_code(key.default) or 'none: needed'}"]
        if key.variable:
            file = f" or `{key.variable}_FILE`" if key.may_be_in_file else ""
            facts.append(f"**Variable:** `{key.variable}`{file}")
        yield " · ".join(facts)
        yield ""


def _rows(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    lines = [f"| {' | '.join(line)} |" for line in (head, ["---"] * len(head), *rows)]
    return ['<div class="names" markdown>', "", *lines, "", "</div>"]


def _code(text: str) -> str:
    return f"`{text}`" if text else ""


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _prose(text: str) -> str:
    """Write plain words so that Markdown takes none for markup, but what stands in backticks."""
    parts = re.split(r"(`[^`]*`)", text)
    return "".join(part if part.startswith("`") else _escaped(part) for part in parts)


def _escaped(text: str) -> str:
    escaped = re.sub(r"([\\*\[\]<>|{}#])", r"\\\1", text)
    return re.sub(r"docs/(\w+)\.md", r"[the page on \1](../\1.md)", escaped)
