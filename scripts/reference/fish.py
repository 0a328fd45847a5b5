"""The completion for fish."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference.commands import first_sentence

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from reference.commands import Command, Option

_HEAD = """\
# Completion of digest for fish. Made by `make reference`; do not edit.

# Whether these words are the command on the line, such as: __digest_at subscribers set
# Behind a group must be nothing yet, behind a command may be its arguments.
function __digest_at
    set -l words
    set -l skip 0
    for word in (commandline -opc)[2..-1]
        if test $skip = 1
            set skip 0
        else if contains -- $word -c --config
            set skip 1
        else if not string match -q -- '-*' $word
            set -a words $word
        end
    end
    if contains -- "$argv" $__digest_groups
        test "$words" = "$argv"
    else
        set -l depth (count $argv)
        test "$words[1..$depth]" = "$argv"
    end
end

complete -c digest -f
"""


def completion(root: Command) -> str:
    """Return the script."""
    groups = [" ".join(one.words) for one in root.walk() if one.commands]
    names = " ".join(_quoted(group) for group in groups)
    lines = [_HEAD, f"set -g __digest_groups {names}", *_lines(root)]
    return "\n".join(lines) + "\n"


def _lines(root: Command) -> Iterator[str]:
    for one in root.walk():
        at = _quoted(" ".join(("__digest_at", *one.words)))
        yield ""
        for inner in one.commands:
            words = _quoted(first_sentence(inner.summary))
            yield f"complete -c digest -n {at} -a {inner.words[-1]} -d {words}"
        for option in one.options:
            condition = () if _is_shared(option) else ("-n", at)
            yield from _option(option, condition)
        for argument in one.arguments:
            if argument.offered:
                yield f"complete -c digest -n {at} -a {_quoted(' '.join(argument.offered))}"
        if paths := [argument.path for argument in one.arguments if argument.path]:
            yield f"complete -c digest -n {at} {_paths(paths[0])}"


def _is_shared(option: Option) -> bool:
    return bool({"--config", "--quiet", "--help"} & set(option.names))


def _option(option: Option, condition: Sequence[str]) -> Iterator[str]:
    """Yield the lines of an option; one for its names and one for each opposite."""
    for names in (option.names, *((name,) for name in option.opposites)):
        flags = [f"-l {name[2:]}" if name.startswith("--") else f"-s {name[1:]}" for name in names]
        words = ["-d", _quoted(first_sentence(option.help))]
        yield " ".join(("complete -c digest", *condition, *flags, *_value(option), *words))


def _value(option: Option) -> list[str]:
    if option.offered:
        return ["-x", "-a", _quoted(" ".join(option.offered))]
    if option.path:
        return ["-x" if option.path == "folder" else "-r", _paths(option.path)]
    return ["-x"] if option.value else []


def _paths(kind: str) -> str:
    return "-a '(__fish_complete_directories)'" if kind == "folder" else "-F"


def _quoted(words: str) -> str:
    return "'" + words.replace("\\", "\\\\").replace("'", "\\'") + "'"
