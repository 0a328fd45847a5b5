"""The addresses that readers write to: a command, and a topic or a signed token behind a `+`.

`[inbound] address` is a pattern with `{command}`, such as `{command}@news.example.org` where a
domain is ours alone, or `papers+{command}@example.org` where one mailbox is. In its place stand
`subscribe`, `subscribe+TOPIC`, `confirm+TOKEN`, `leave+TOKEN`, `commands+TOKEN` and `help`.

Addresses are taken apart here: a mail server hands them over with quotes or without, in any case,
and standard parsers read some of them otherwise than mail servers do.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from subscribers.mail_tokens import LENGTH

#: Stands for the command in `[inbound] address`.
PLACEHOLDER = "{command}"
#: What begins the detail of an address (RFC 5233), as Postfix, Exim and OpenSMTPD write it.
_DELIMITER = "+"
#: Octets of a local part (RFC 5321 §4.5.3.1.1).
_LOCAL = 64
#: RFC 5322's dot-atom (§3.2.3) without braces: no such address needs quotes.
_LOCAL_PART = re.compile(r"[a-z0-9!#$%&'*+/=?^_`|~-]+(\.[a-z0-9!#$%&'*+/=?^_`|~-]+)*")
_LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_DOMAIN = re.compile(rf"{_LABEL}(\.{_LABEL})*")
#: An address of an envelope (RFC 5321 §4.1.2): a quoted local part may hold an @.
_PATH = re.compile(r'(?P<local>"(?:[^"\\]|\\.)*"|[^"@\s]+)@(?P<domain>[^@\s]+)', re.DOTALL)


class CommandWord(StrEnum):
    """What stands in the place of `{command}`, before a `+`."""

    SUBSCRIBE = "subscribe"
    CONFIRM = "confirm"
    LEAVE = "leave"
    #: choose topics, pause or resume, by answering a mail
    COMMANDS = "commands"
    HELP = "help"


#: What other list managers call the same, which people know by heart.
_ALIASES = {"join": CommandWord.SUBSCRIBE, "unsubscribe": CommandWord.LEAVE}
_WORDS = {str(word): word for word in CommandWord} | _ALIASES
#: Characters of the longest command with a token.
_LONGEST = max(map(len, CommandWord)) + len(_DELIMITER) + LENGTH


@dataclass(frozen=True)
class CommandAddresses:
    """The addresses of one installation; with an empty pattern there are none, and it is false."""

    #: `[inbound] address`, which `check` accepts
    pattern: str

    def __bool__(self) -> bool:
        """Whether anything can be done by mail."""
        return bool(self.pattern)

    def of(self, word: CommandWord, tag: str = "") -> str:
        """Return the address of a command, with a topic or a token.

        Raises:
            ValueError: the local part would be too long, as it can be with a topic; `fits` tells.

        """
        address = self._filled(word, tag)
        if not _has_room(address):
            raise ValueError(f"{address} has more than {_LOCAL} characters before the @")
        return address

    def fits(self, word: CommandWord, tag: str = "") -> bool:
        """Whether the address of a command can be written to."""
        return _has_room(self._filled(word, tag))

    def parse(self, address: str) -> tuple[CommandWord, str] | None:
        """Return the command and what stands behind its `+`, in lower case.

        Returns None for an address that is none of ours, such as one without a known command.
        """
        match = _PATH.fullmatch(address.strip().removeprefix("<").removesuffix(">"))
        if not (self and match and address.isascii()):
            return None
        local, _, domain = self.pattern.lower().rpartition("@")
        before, _, after = local.partition(PLACEHOLDER)
        found = _unquoted(match["local"]).lower()
        is_ours = match["domain"].lower().rstrip(".") == domain and len(found) >= len(
            before + after
        )
        if not (is_ours and found.startswith(before) and found.endswith(after)):
            return None
        name, _, tag = found[len(before) : len(found) - len(after)].partition(_DELIMITER)
        return (_WORDS[name], tag) if name in _WORDS else None

    def _filled(self, word: CommandWord, tag: str) -> str:
        return self.pattern.replace(PLACEHOLDER, _DELIMITER.join(filter(None, (word, tag))))


#: Those of an installation where nothing can be done by mail.
NO_COMMANDS = CommandAddresses("")


def check(pattern: str) -> str:
    """Return a pattern for `[inbound] address` as it is, once it is known to work; empty is none.

    Raises:
        ValueError: it cannot make addresses; the text says why.

    """
    if not pattern:
        return pattern
    local, _, domain = pattern.lower().rpartition("@")
    if local.count(PLACEHOLDER) != 1 or PLACEHOLDER not in pattern or re.search(r"[{}]", domain):
        raise ValueError(
            f"must hold {PLACEHOLDER} once, before the @, such as {PLACEHOLDER}@news.example.org"
            f" or papers+{PLACEHOLDER}@example.org"
        )
    rest = local.replace(PLACEHOLDER, "")
    filled = local.replace(PLACEHOLDER, "help")
    if not (_LOCAL_PART.fullmatch(filled) and _DOMAIN.fullmatch(domain)):
        raise ValueError("is not an e-mail address (an international domain is written as xn--…)")
    if len(rest) > _LOCAL - _LONGEST:
        raise ValueError(
            f"has no room for a token: beside {PLACEHOLDER} there may be {_LOCAL - _LONGEST}"
            f" characters before the @, not {len(rest)}"
        )
    return pattern


def _has_room(address: str) -> bool:
    return len(address.rpartition("@")[0].encode()) <= _LOCAL


def _unquoted(local: str) -> str:
    """Return a local part without the quotes that LMTP leaves (RFC 5321 §4.1.2)."""
    return re.sub(r"\\(.)", r"\1", local[1:-1], flags=re.DOTALL) if local.startswith('"') else local
