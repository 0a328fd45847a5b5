"""The completion for bash: functions of the shell alone, which start no Python.

It needs nothing of the package bash-completion, and works with the bash 3.2 of macOS.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reference.commands import Command, Option

_HEAD = """\
# Completion of digest for bash. Made by `make reference`; do not edit.

_digest() {
    local cur prev word path="" flags="" words="" files="" i
    COMPREPLY=()
    cur=${COMP_WORDS[COMP_CWORD]}
    prev=${COMP_WORDS[COMP_CWORD - 1]}
    # bash makes words of their own of each = in --option=value.
    if [[ $cur == = ]]; then
        cur=""
    elif [[ $prev == = ]]; then
        prev=${COMP_WORDS[COMP_CWORD - 2]}
    fi

    # The command so far, such as "subscribers set".
    for ((i = 1; i < COMP_CWORD; i++)); do
        word=${COMP_WORDS[i]}
        case $word in
            -c | --config) ((i++)) ;;
            -*) ;;
            *)
                case "$path/$word" in
"""
_AFTER_PATHS = """\
                esac
                ;;
        esac
    done

    case $path in
"""
_AFTER_COMMANDS = """\
    esac

    # The value of the option before.
    case "$path $prev" in
"""
_TAIL = """\
    esac

    if [[ $cur == -* ]]; then
        COMPREPLY=($(compgen -W "$flags" -- "$cur"))
    elif [[ -n $words ]]; then
        COMPREPLY=($(compgen -W "$words" -- "$cur"))
    elif [[ -n $files ]]; then
        _digest_files "-$files"
    elif [[ -z $cur ]]; then
        COMPREPLY=($(compgen -W "$flags" -- ""))
    fi
}

# Names of files (-f) or folders (-d), with blanks and slashes as bash writes them.
_digest_files() {
    local IFS=$'\\n'
    compopt -o filenames 2>/dev/null
    COMPREPLY=($(compgen "$1" -- "$cur"))
}

complete -F _digest digest
"""


def completion(root: Command) -> str:
    """Return the script."""
    return "".join(
        (
            _HEAD,
            *(f"{' ' * 20}{line}\n" for line in _paths(root)),
            _AFTER_PATHS,
            *(f"{' ' * 8}{line}\n" for line in _commands(root)),
            _AFTER_COMMANDS,
            *(f"{' ' * 8}{line}\n" for line in _values(root)),
            _TAIL,
        )
    )


def _paths(root: Command) -> Iterator[str]:
    """Yield the case of all commands within another: the path so far, and the word."""
    groups = [one for one in root.walk() if one.commands]
    for group in groups:
        before = " ".join(group.words)
        names = " | ".join(f'"{before}/{one.words[-1]}"' for one in group.commands)
        yield f"{names})" if group is groups[-1] else f"{names} | \\"
    yield "    path=${path:+$path }$word"
    yield "    ;;"


def _commands(root: Command) -> Iterator[str]:
    """Yield what each command takes: options, words, and files."""
    own = [name for option in root.options for name in option.names if name.startswith("--")]
    for one in root.walk():
        shared = own if one is root else [name for name in own if name in ("--config", "--quiet")]
        names = [
            name
            for option in one.options
            for name in (*option.names, *option.opposites)
            if one is not root and name.startswith("--")
        ]
        flags = " ".join(dict.fromkeys((*names, *shared, "--help")))
        line = f"flags='{flags}'"
        if one.commands:
            line += f" words='{' '.join(inner.words[-1] for inner in one.commands)}'"
        if offered := [word for argument in one.arguments for word in argument.offered]:
            line += f" words='{' '.join(offered)}'"
        if paths := [argument.path for argument in one.arguments if argument.path]:
            line += f" files={'d' if paths[0] == 'folder' else 'f'}"
        yield f'"{" ".join(one.words)}") {line} ;;'


def _values(root: Command) -> Iterator[str]:
    """Yield what completes the value of each option; of `-c` and `--config` wherever they stand."""
    for one in root.walk():
        actions: dict[str, list[str]] = {}
        for option in one.options:
            if option.value:
                before = '*" ' if one is root else f'"{" ".join(one.words)} '
                cases = [f'{before}{name}"' for name in option.names]
                actions.setdefault(_value(option), []).extend(cases)
        for action, cases in actions.items():
            yield f"{' | '.join(cases)}) {action}return ;;"


def _value(option: Option) -> str:
    if option.offered:
        return f"COMPREPLY=($(compgen -W '{' '.join(option.offered)}' -- \"$cur\")); "
    return {"file": "_digest_files -f; ", "folder": "_digest_files -d; "}.get(option.path, "")
