"""The commands of `digest` with their arguments and options, as the command line knows them."""

from __future__ import annotations

import dataclasses
import enum
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import typer.main

from digest.cli import app
from reference.known_words import KNOWN

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, kw_only=True)
class Argument:
    """An argument of a command, named as its help names it."""

    name: str
    help: str
    required: bool
    repeats: bool
    #: "file", "folder", or empty for any text
    path: str
    #: the words that shells offer for it
    offered: tuple[str, ...]

    @property
    def usage(self) -> str:
        """The argument as a line of usage shows it."""
        name = f"{self.name}..." if self.repeats else self.name
        return name if self.required else f"[{name}]"


@dataclass(frozen=True, kw_only=True)
class Option:
    """An option of a command."""

    #: all its names, such as `-c` and `--config`
    names: tuple[str, ...]
    #: the names that say the opposite, such as `--no-learn`
    opposites: tuple[str, ...]
    #: what its value is called; empty for a flag
    value: str
    #: the values that there are; empty for any text
    choices: tuple[str, ...]
    #: as it would be written; empty for none
    default: str
    help: str
    #: the variable of the environment that sets it; empty for none
    variable: str
    repeats: bool
    #: "file", "folder", or empty for any text
    path: str
    #: the words that shells offer for its value: the choices, or those that the command looks up
    offered: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Command:
    """A command, or a group of commands."""

    #: what is typed behind `digest`; nothing for `digest` itself
    words: tuple[str, ...]
    help: str
    #: what its help says of the example before and after it, and the example
    example: tuple[str, str, str]
    arguments: tuple[Argument, ...]
    options: tuple[Option, ...]
    commands: tuple[Command, ...]

    @property
    def name(self) -> str:
        """The command as it is typed."""
        return " ".join(("digest", *self.words))

    @property
    def summary(self) -> str:
        """The first paragraph of its help, on one line."""
        return self.paragraphs[0]

    @property
    def paragraphs(self) -> list[str]:
        """Its help, each paragraph on one line."""
        return [" ".join(part.split()) for part in self.help.split("\n\n")]

    @property
    def usage(self) -> str:
        """Its line of usage."""
        parts = [self.name, "[OPTIONS]"] if self.options else [self.name]
        parts += ["COMMAND"] if self.commands else []
        return " ".join([*parts, *(one.usage for one in self.arguments)])

    def walk(self) -> Iterator[Command]:
        """Yield the command and all that are in it."""
        yield self
        for inner in self.commands:
            yield from inner.walk()


#: Typer adds this one to every command when it runs.
HELP = Option(
    names=("--help",),
    opposites=(),
    value="",
    choices=(),
    default="",
    help="Show what a command does and takes, and exit.",
    variable="",
    repeats=False,
    path="",
    offered=(),
)


def read() -> Command:
    """Return the command `digest`, which holds all others and the options that all take."""
    root = _command(typer.main.get_command(app), ())
    return dataclasses.replace(root, options=(*root.options, HELP))


def first_sentence(text: str) -> str:
    """Return the first sentence of a text, without its full stop."""
    return re.split(r"(?<=\w)\.(?: |$)|;", text, maxsplit=1)[0].rstrip(".")


def _command(command: Any, words: tuple[str, ...]) -> Command:
    inner = getattr(command, "commands", {})
    shown = [one for one in command.params if not getattr(one, "hidden", False)]
    return Command(
        words=words,
        help=_plain(command.help or ""),
        example=_example(command.epilog or ""),
        arguments=tuple(_argument(one, words) for one in shown if one.opts[0][0] != "-"),
        options=tuple(_option(one, words) for one in shown if one.opts[0][0] == "-"),
        commands=tuple(
            _command(one, (*words, name)) for name, one in inner.items() if not one.hidden
        ),
    )


def _argument(parameter: Any, words: tuple[str, ...]) -> Argument:
    return Argument(
        name=_name_of_value(parameter),
        help=_plain(parameter.help or ""),
        required=parameter.required,
        repeats=parameter.nargs == -1,
        path=_path(parameter),
        offered=KNOWN.get((" ".join(words), _name_of_value(parameter)), ()),
    )


def _option(parameter: Any, words: tuple[str, ...]) -> Option:
    return Option(
        names=tuple(parameter.opts),
        opposites=tuple(parameter.secondary_opts),
        value="" if parameter.is_flag else _name_of_value(parameter),
        choices=_choices(parameter),
        default=_default(parameter),
        help=_plain(parameter.help or ""),
        variable=parameter.envvar or "",
        repeats=parameter.multiple,
        path=_path(parameter),
        offered=_choices(parameter) or KNOWN.get((" ".join(words), parameter.opts[0]), ()),
    )


def _type(parameter: Any) -> Any:
    """Return the type of a value, or of each value of a list."""
    annotation = parameter.type_descriptor.annotation
    return next(iter(get_args(annotation)), annotation)


def _choices(parameter: Any) -> tuple[str, ...]:
    kind = _type(parameter)
    is_choice = isinstance(kind, type) and issubclass(kind, enum.Enum)
    return tuple(str(one.value) for one in kind) if is_choice else ()


def _name_of_value(parameter: Any) -> str:
    if parameter.metavar:
        return str(re.sub(r"[\[\]{}]|\.{3}", "", parameter.metavar))
    if parameter.opts[0][0] != "-":
        return str(parameter.name.upper())
    if choices := _choices(parameter):
        return "|".join(choices)
    return {int: "NUMBER", float: "NUMBER", Path: "PATH"}.get(_type(parameter), "TEXT")


def _path(parameter: Any) -> str:
    if _type(parameter) is Path:
        return "folder" if "DIR" in (parameter.metavar or "") else "file"
    return "file" if _name_of_value(parameter) == "FILE" else ""


def _default(parameter: Any) -> str:
    value = getattr(parameter.default, "value", parameter.default)
    return "" if value in (None, False, True, "", (), []) else str(value)


def _example(epilog: str) -> tuple[str, str, str]:
    before, _, rest = epilog.partition("[bold]")
    example, _, after = rest.partition("[/bold]")
    return before.strip().removesuffix(":"), " ".join(example.split()), _plain(after)


def _plain(text: str) -> str:
    return re.sub(r"\[/?bold\]", "", text).strip()
