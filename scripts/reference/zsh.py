"""The completion for zsh, in the words of its `_arguments`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from reference.commands import first_sentence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reference.commands import Argument, Command, Option

_HEAD = """\
#compdef digest
# Completion of digest for zsh. Made by `make reference`; do not edit.

"""
_TAIL = """\
# Loaded by itself, as $fpath has it, or by `source`.
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
    _digest "$@"
else
    compdef _digest digest
fi
"""


def completion(root: Command) -> str:
    """Return the script."""
    functions = ("\n".join(_function(one, root)) for one in root.walk())
    return _HEAD + "\n\n".join(functions) + "\n\n" + _TAIL


def _function(command: Command, root: Command) -> Iterator[str]:
    """Yield the function that completes what follows a command."""
    shared = [one for one in root.options if {"--config", "--quiet"} & set(one.names)]
    options = command.options if command is root else (*command.options, *shared, root.options[-1])
    yield f"{_name(command)}() {{"
    if command.commands:
        yield "    local curcontext=$curcontext state line"
        yield "    local -a commands"
    yield "    _arguments -C -s \\" if command.commands else "    _arguments -s \\"
    for option in options:
        yield f"        {_option(option)} \\"
    if not command.commands:
        yield from (f"        {_argument(one)} \\" for one in command.arguments)
        yield "        && return 0"
    else:
        yield "        '1: :->command' \\"
        yield "        '*:: :->rest' && return 0"
        yield "    case $state in"
        yield "        command)"
        yield "            commands=("
        for one in command.commands:
            words = first_sentence(one.summary).replace(":", "\\:")
            yield f"                {_quoted(f'{one.words[-1]}:{words}')}"
        yield "            )"
        yield "            _describe -t commands 'command of digest' commands"
        yield "            ;;"
        yield "        rest)"
        yield "            case $words[1] in"
        for one in command.commands:
            yield f"                {one.words[-1]}) {_name(one)} ;;"
        yield "            esac"
        yield "            ;;"
        yield "    esac"
    yield "}"


def _name(command: Command) -> str:
    return "_".join(("_digest", *command.words))


def _option(option: Option) -> str:
    """Write an option; one that may not be repeated rules out its other names and opposites."""
    names = (*option.names, *option.opposites)
    words = _explained(first_sentence(option.help))
    value = f":{_explained(option.value)}:{_action(option)}" if option.value else ""
    others = "*" if option.repeats else f"({' '.join(names)})"
    return " ".join(f"{_quoted(others)}{name}{_quoted(f'[{words}]{value}')}" for name in names)


def _argument(argument: Argument) -> str:
    begin = "*:" if argument.repeats else ":" if argument.required else "::"
    return _quoted(f"{begin}{_explained(argument.name)}:{_action(argument)}")


def _action(one: Option | Argument) -> str:
    if one.offered:
        return f"({' '.join(one.offered)})"
    return {"file": "_files", "folder": "_files -/"}.get(one.path, " ")


def _explained(words: str) -> str:
    return re.sub(r"([\[\]:\\])", r"\\\1", words)


def _quoted(words: str) -> str:
    return "'" + words.replace("'", "'\\''") + "'"
