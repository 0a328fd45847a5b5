"""The pages for `man`: one for `digest`, one for each command or group, and one for `config.toml`.

They are written in the macros of man(7), which groff and mandoc know.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from digest import __version__
from reference.commands import first_sentence

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from reference.commands import Command, Option
    from reference.settings import Table

#: The settings' page, in the section of the formats of files.
SETTINGS = ("digest-config", 5)
#: Names are never broken, and lines not stretched.
_PLAIN = (".nh", ".ad l")


def pages(root: Command, tables: Sequence[Table], guide: str) -> dict[str, str]:
    """Return all pages, by their paths below `share/man/`.

    Args:
        root: the command `digest`.
        tables: the tables of the configuration.
        guide: the operating guide, whose tables of files and exit codes are told again.

    """
    found = {("digest", 1): _program(root, guide), SETTINGS: _settings(tables)}
    for command in root.commands:
        found["-".join(("digest", *command.words)), 1] = _command(command, root)
    return {
        f"man{section}/{name}.{section}": "\n".join(
            (_title(name, section), *_PLAIN, *(line for line in lines if line), "")
        )
        for (name, section), lines in found.items()
    }


def rows(guide: str, heading: str, head: str) -> list[list[str]]:
    """Return the rows of a table of a page of Markdown.

    Args:
        guide: the page.
        heading: what the table stands below.
        head: its first column.

    """
    section = guide.partition(f"\n## {heading}\n")[2]
    lines = section.partition(f"\n| {head} |")[2].splitlines()[2:]
    table = lines[: next((at for at, line in enumerate(lines) if not line), len(lines))]
    return [re.split(r"(?<!\\) \| ", line.strip("| ")) for line in table]


def text(markdown: str) -> str:
    """Write a line of Markdown or of plain words for man: names in bold, links as their words."""
    here = re.sub(r"; explained \[below\]\(#\w+\)| \(\[below\]\(#\w+\)\)", "", markdown)
    plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", here).replace("\\|", "|")
    parts = re.split(r"`([^`]*)`|\*\*?([^*]+)\*\*?", plain)
    return "".join(
        _escaped(part) if number % 3 == 0 else f"\\fB{_escaped(part)}\\fR"
        for number, part in enumerate(parts)
        if part is not None
    )


def _title(name: str, section: int) -> str:
    return f'.TH "{name.upper()}" "{section}" "" "Digest {__version__}" "Digest manual"'


def _program(root: Command, guide: str) -> Iterator[str]:
    yield from _name("digest", root.help)
    yield from (".SH SYNOPSIS", _synopsis(root))
    yield from (".SH DESCRIPTION", text(root.help))
    yield from (".SH COMMANDS", "Each has its own page, such as \\fBman digest\\-run\\fR.")
    for one in root.commands:
        yield from _entry(f"\\fB{_escaped(one.words[0])}\\fR", text(first_sentence(one.summary)))
    yield from (".SH OPTIONS", *_options(root.options))
    yield ".SH EXIT STATUS"
    for code, when in rows(guide, "Commands", "exit code"):
        yield from _entry(f"\\fB{code}\\fR", text(when))
    yield ".SH FILES"
    for name, what, mode in rows(guide, "Files", "file"):
        yield from _entry(text(name), f"{text(what)} (mode {mode})")
    yield from (".SH ENVIRONMENT", *_environment())
    yield from _example(root)
    others = [("-".join(("digest", *one.words)), 1) for one in root.commands]
    yield from _see([*others, SETTINGS])


def _environment() -> Iterator[str]:
    yield from _entry("\\fBDIGEST_CONFIG\\fR", "The configuration, as \\fB\\-c\\fR names it.")
    yield from _entry(
        "\\fBDIGEST_\\fISECTION\\fB__\\fIKEY\\fR",
        "Any key of the configuration; see \\fBdigest\\-config\\fR(5).",
    )
    yield from _entry(
        "\\fBDIGEST_TRACEBACK\\fR", "Where an internal error happened is shown, if it is set."
    )


def _command(command: Command, root: Command) -> Iterator[str]:
    name = "-".join(("digest", *command.words))
    yield from _name(name, command.summary)
    yield ".SH SYNOPSIS"
    for number, one in enumerate(command.commands or [command]):
        yield from ([".br"] if number else [])
        yield _synopsis(one)
    yield ".SH DESCRIPTION"
    yield from _paragraphs(command)
    yield from _body(command)
    for one in command.commands:
        yield f".SH {_escaped(one.name.upper())}"
        yield from _paragraphs(one)
        yield from _body(one, within=True)
    if not command.commands:
        yield from _example(command)
    yield from (".SH OPTIONS OF EVERY COMMAND", *_options(root.options))
    yield from _see([("digest", 1), SETTINGS])


def _body(command: Command, *, within: bool = False) -> Iterator[str]:
    """Yield the arguments and options; within a section about the command also its example."""
    if command.arguments:
        yield "" if within else ".SH ARGUMENTS"
        for argument in command.arguments:
            yield from _entry(f"\\fI{_escaped(argument.usage)}\\fR", text(argument.help))
    if command.options:
        yield "" if within else ".SH OPTIONS"
        yield from _options(command.options)
    if within and command.example[1]:
        yield from _lines_of_example(command)


def _settings(tables: Sequence[Table]) -> Iterator[str]:
    yield from _name(SETTINGS[0], "the configuration of digest")
    yield ".SH DESCRIPTION"
    yield text(
        "`digest` reads `config.toml`, a file in TOML: the one that `-c` names, else that of the"
        " variable `DIGEST_CONFIG`, else the one in the working directory. `digest init` writes one"
        " with every key. A key that is left out has its default. Paths are relative to the file."
    )
    yield ".PP"
    yield text(
        "A key of a table in single brackets can also be set in the environment, as"
        " `DIGEST_SECTION__KEY`, such as `DIGEST_MAIL__PORT`; a list is written as JSON. Some"
        " variables, named below with `_FILE`, can name a file that holds the value instead."
    )
    for table in tables:
        yield f".SH {_escaped(table.heading)}"
        yield text(table.help)
        for key in table.keys:
            default = f" Default: `{key.default}`." if key.default else " It is needed."
            kind = f"{key.kind[0].upper()}{key.kind[1:]}."
            file = f" Or a file: `{key.variable}_FILE`." if key.may_be_in_file else ""
            words = f"{key.help} {kind}{default}{file}".strip()
            yield from _entry(f"\\fB{_escaped(key.name)}\\fR", text(words))
    yield from _see([("digest", 1)])


def _name(name: str, words: str) -> Iterator[str]:
    summary = first_sentence(words)
    yield from (".SH NAME", f"{_escaped(name)} \\- {text(summary[0].lower() + summary[1:])}")


def _synopsis(command: Command) -> str:
    arguments = command.usage.removeprefix(command.name)
    return f"\\fB{_escaped(command.name)}\\fR\\fI{_escaped(arguments)}\\fR"


def _paragraphs(command: Command) -> Iterator[str]:
    for number, paragraph in enumerate(command.paragraphs):
        yield from ([".PP"] if number else [])
        yield text(paragraph)


def _options(options: Iterable[Option]) -> Iterator[str]:
    for one in options:
        names = ", ".join(f"\\fB{_escaped(name)}\\fR" for name in (*one.names, *one.opposites))
        value = f" \\fI{_escaped(one.value)}\\fR" if one.value else ""
        words = text(one.help)
        if one.choices and "|" not in one.value:
            words += f" One of {_escaped(', '.join(one.choices))}."
        if one.default:
            words += f" Default: {_escaped(one.default)}."
        if one.variable:
            words += f" Variable: \\fB{one.variable}\\fR."
        yield from _entry(f"{names}{value}", words)


def _example(command: Command) -> Iterator[str]:
    if command.example[1]:
        yield from (".SH EXAMPLE", *list(_lines_of_example(command))[1:])


def _lines_of_example(command: Command) -> Iterator[str]:
    before, example, after = command.example
    words = ", ".join(filter(None, (before, after.lstrip(", "))))
    yield from (".PP", f"{text(words)}:")
    yield from (".PP", ".nf", ".RS", f"\\fB{_escaped(example)}\\fR", ".RE", ".fi")


def _see(others: Iterable[tuple[str, int]]) -> Iterator[str]:
    yield ".SH SEE ALSO"
    yield ",\n".join(
        f".BR {_escaped(name)} ({section})" for name, section in sorted(others)
    ).replace(",\n.BR", " ,\n.BR")


def _entry(term: str, words: str) -> Iterator[str]:
    yield from (".TP", term, words)


def _escaped(words: str) -> str:
    escaped = words.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq")
    for character, name in (
        ("…", "..."),
        ("×", "x"),
        ("^", "\\(ha"),
        ("~", "\\(ti"),
        ("`", "\\(ga"),
    ):
        escaped = escaped.replace(character, name)
    return f"\\&{escaped}" if escaped.startswith(".") else escaped
