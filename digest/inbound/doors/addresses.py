"""The addresses of envelopes: how they are written, and which of them are ours.

A local part may be quoted (RFC 5321 §4.1.2). Servers keep the quotes in LMTP and drop them on a
command line, so they are taken off here, and an address is the same by every door.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from digest.mail.command_address import CommandAddresses

if TYPE_CHECKING:
    from collections.abc import Sequence

#: What stands for a part of an address in a pattern of the configuration.
PLACEHOLDER = re.compile(r"\{(?:id|command)\}")
#: Octets of an address: a local part and a domain of the greatest length, and the quotes.
LONGEST = 512
#: Names that mail to a domain of ours may have besides (RFC 2142, and feedback loops).
ROLES = ("abuse", "postmaster")
#: What stands before a tag.
_DELIMITERS = "+-=."
#: Addresses in a line of a header. Where one may begin is said, so that a long line takes no time.
_ADDRESSES = re.compile(
    r"""(?<![^\s<>,;:()"])(?:"(?:[^"\\]|\\.){0,128}"|[^\s<>,;:()"@]{1,256})@[^\s<>,;:()"@]{1,255}"""
)
_ESCAPED = re.compile(r"\\(.)")


def unquoted(address: str) -> str | None:
    """Return an address without quotes and brackets, or None if it is none.

    It has a local part, an @ and a domain, and no control characters.
    """
    if len(address) > LONGEST or not address.isprintable():
        return None
    if address[:1] == "<" and address[-1:] == ">":
        address = address[1:-1]
    local, at, domain = address.rpartition("@")
    if len(local) > 1 and local[0] == local[-1] == '"':
        local = _ESCAPED.sub(r"\1", local[1:-1])
    domain = domain.rstrip(".")
    if not at or not local or not domain or re.search(r"[\s<>\"(),:;]", domain):
        return None
    return f"{local}@{domain}"


def addresses_in(text: str) -> list[str]:
    """Return the addresses in a line of a header, unquoted, in their order."""
    return [found for one in _ADDRESSES.findall(text) if (found := unquoted(one))]


@dataclass(frozen=True)
class OwnAddresses:
    """The addresses at which mail for us comes in; as a function it says whether one is ours."""

    #: addresses, and patterns with `{id}` or `{command}`
    patterns: Sequence[str]

    def __call__(self, address: str) -> bool:
        """Whether an address is ours; case does not matter, since servers change it."""
        plain = unquoted(address)
        if plain is None:
            return False
        local, _, domain = plain.lower().rpartition("@")
        return any(_fits(pattern.lower(), local, domain) for pattern in self.patterns if pattern)


def _fits(pattern: str, local: str, domain: str) -> bool:
    """Whether an address fits a pattern, or is that of a role at the pattern's domain."""
    before, _, own_domain = pattern.rpartition("@")
    if domain != own_domain:
        return False
    if local in ROLES or local == before:
        return True
    if not (placeholder := PLACEHOLDER.search(before)):
        return False
    start, end = before[: placeholder.start()], before[placeholder.end() :]
    if local.rstrip(_DELIMITERS) == start.rstrip(_DELIMITERS) != "":  # the tag was cut off
        return True
    if placeholder[0] == "{command}":
        return CommandAddresses(pattern).parse(f"{local}@{domain}") is not None
    return len(local) > len(start + end) and local.startswith(start) and local.endswith(end)
