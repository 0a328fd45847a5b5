"""A pipe: the mail server starts a command for each message and writes the message to its input.

How the command is called, and how it reads. That it ends with 0 or 75 alone is up to the caller.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from digest.errors import ConfigError
from digest.inbound.doors.envelope import from_pipe
from digest.models.inbound import Incoming

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from digest.inbound.doors.store import IsOurs, Store

CHANNEL = "pipe"
#: Seconds after which a mail server is told to come again; less than it would wait (Postfix: 1000).
TIMEOUT = 300.0
_LONGEST_TIMEOUT = 3600.0
_PIECE = 65_536
_CONFIG, _QUIET = ("-c", "--config"), ("-q", "--quiet")
_WITH_VALUE = (*_CONFIG, "--sender", "--recipient", "--timeout")


@dataclass(frozen=True, kw_only=True)
class Call:
    """A command line such as `digest -c FILE inbound --sender S --recipient R`."""

    config: str | None = None
    #: None if it has none, and empty for the null sender
    sender: str | None = None
    recipients: tuple[str, ...] = ()
    timeout: float = TIMEOUT


def parse(words: Sequence[str]) -> Call:
    """Return what a command line says, without the name of the program.

    Recipients may also stand alone, as Exim's `$pipe_addresses` do. What follows an option is its
    value whatever it looks like: whoever writes a mail chooses its sender.

    Raises:
        ConfigError: an option is not known, lacks its value, or has one that cannot be used.

    """
    values: dict[str, list[str]] = {name: [] for name in _WITH_VALUE}
    recipients: list[str] = []
    left, is_behind = iter(words), False
    for word in left:
        name, has_value, value = word.partition("=")
        if word in _WITH_VALUE:
            values[word].append(_next(left, option=word))
        elif has_value and name.startswith("--") and name in _WITH_VALUE:
            values[name].append(value)
        elif word in _QUIET:
            continue
        elif word == "--":
            recipients += left
        elif word == "inbound" and not is_behind:
            is_behind = True
        elif word.startswith("-c") and not is_behind:
            values["-c"].append(word.removeprefix("-c"))
        elif not is_behind or (word.startswith("-") and "@" not in word):
            raise ConfigError(f"there is no option {word}; see `digest inbound --help`")
        else:
            recipients.append(word)
    return Call(
        config=_last(values["-c"] + values["--config"]),
        sender=_last(values["--sender"]),
        recipients=(*values["--recipient"], *recipients),
        timeout=_seconds(_last(values["--timeout"])),
    )


def _next(left: Iterator[str], *, option: str) -> str:
    value = next(left, None)
    if value is None:
        raise ConfigError(f"{option} needs a value")
    return value


def _last(values: Sequence[str]) -> str | None:
    return values[-1] if values else None


def _seconds(text: str | None) -> float:
    if text is None:
        return TIMEOUT
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= _LONGEST_TIMEOUT:
        raise ConfigError(f"--timeout {text}: must be seconds, up to {_LONGEST_TIMEOUT:.0f}")
    return seconds


def read(stream: BinaryIO, *, kept: int) -> bytes:
    """Return the beginning of a message, and read the rest: who writes must not be cut off."""
    content = bytearray()
    while piece := stream.read(_PIECE):
        content += piece[: kept - len(content)]
    return bytes(content)


def hand_over(
    content: bytes,
    call: Call,
    *,
    variables: Mapping[str, str],
    store: Store,
    is_ours: IsOurs,
    now: datetime,
) -> int:
    """Store a message for all its recipients; return for how many it is new.

    Raises:
        ConfigError: nobody knows for whom it is, or a word of the call cannot be used.
        StoreError: it cannot be stored now.

    """
    if not content:
        raise ConfigError("there is no message on standard input")
    message = from_pipe(
        content,
        recipients=call.recipients,
        sender=call.sender,
        variables=variables,
        is_ours=is_ours,
    )
    if not message.recipients:
        raise ConfigError(
            "nobody knows for whom the message is; let the mail server's command name it with"
            " --recipient"
        )
    incoming = Incoming(
        content=message.content,
        sender=message.sender,
        recipients=message.recipients,
        channel=CHANNEL,
        received_at=now,
    )
    return store.store_all([incoming])[0]
