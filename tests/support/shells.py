"""What shells offer when somebody presses Tab, with the completions in `share/`."""

from __future__ import annotations

import os
import pty
import re
import select
import subprocess
from contextlib import suppress
from typing import TYPE_CHECKING

from support.paths import ROOT

if TYPE_CHECKING:
    from pathlib import Path

SHARE = ROOT / "share"
BASH = SHARE / "bash-completion" / "completions" / "digest"
ZSH = SHARE / "zsh" / "site-functions"
FISH = SHARE / "fish" / "vendor_completions.d" / "digest.fish"
#: Seconds after which a shell is taken for silent.
_LONGEST = 20.0
#: How each shell is started, and what it is told first; `ready` is what it then shows.
_SHELLS = {
    "bash": (
        ("--norc", "--noprofile", "-i"),
        f"source {BASH}; bind 'set bell-style none'; PS1=; echo rea''dy\n",
    ),
    "zsh": (
        ("-f", "-i"),
        f"PS1=; fpath=({ZSH} $fpath); autoload -U compinit; compinit -D -u; print rea''dy\n",
    ),
}
_CONTROL = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]|\r|\x07")


def offered_by_bash(program: str, words: list[str], *, folder: Path) -> list[str]:
    """What bash offers for the last of the words of a line."""
    script = (
        f'source {BASH}; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _digest;'
        ' printf "%s\\n" "${COMPREPLY[@]}"'
    )
    return _lines((program, "--norc", "-c", script, "bash", *words), folder)


def offered_by_fish(program: str, line: str, *, folder: Path) -> list[str]:
    """What fish offers at the end of a line, without its descriptions."""
    script = f"source {FISH}; complete -C $argv[1]"
    lines = _lines((program, "--no-config", "-c", script, line), folder)
    return [found.partition("\t")[0] for found in lines]


def _lines(command: tuple[str, ...], folder: Path) -> list[str]:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    return done.stdout.split("\n")[:-1]


def shown_on_tab(program: str, shell: str, line: str, *, until: str, folder: Path) -> str:
    """What a shell on a terminal shows after a line and Tab, up to a text that is awaited."""
    options, beginning = _SHELLS[shell]
    process, terminal = pty.fork()
    if process == 0:  # pragma: no cover (another process)
        os.chdir(folder)
        os.execve(
            program, [shell, *options], {"TERM": "dumb", "PATH": os.defpath, "COLUMNS": "200"}
        )
    try:
        os.write(terminal, beginning.encode())
        _read(terminal, "ready\n")
        os.write(terminal, f"{line}\t".encode())
        return _read(terminal, until)
    finally:
        os.close(terminal)
        os.waitpid(process, 0)


def _read(terminal: int, until: str) -> str:
    shown = ""
    while until not in shown and select.select([terminal], [], [], _LONGEST)[0]:
        with suppress(OSError):
            shown += os.read(terminal, 10_000).decode(errors="replace")
        shown = _CONTROL.sub("", shown)
    return shown
