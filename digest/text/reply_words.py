"""The words of a mail server's replies: what stays equal for all recipients they are said to."""

from __future__ import annotations

import re
from functools import lru_cache

#: A reply code (RFC 5321 §4.2) with an enhanced status code (RFC 3463), at the start of a reply.
#: What a run records has the server's name and the stage before the reply.
_CODES = re.compile(r"(?:^|(?<=: ))[245]\d\d(?:[ -][245]\.\d{1,3}\.\d{1,3})?(?=[\s-]|$)")
#: What stands around a word and is not part of it.
_AROUND = "<>[](){}\"'.,;:!?…"
#: An address, with nothing that stands around it.
_ADDRESS = re.compile(r"[^\s<>\"'(),;:]+@[^\s<>\"'(),;:]+")

_DETAILS = re.compile("#( #)+")


def without_details(text: str, recipient: str = "") -> str:
    """Return the words without what differs between recipients and between attempts.

    These are addresses, names of hosts, numbers, times, and ids: words with a digit, or with
    capitals inside. The recipient's local part and domain are details too, if they are given.
    """
    local, _, domain = recipient.lower().partition("@")
    words = [_plain(word) for word in text.split()]
    if recipient:
        words = ["#" if word and word in (local, domain) else word for word in words]
    return _DETAILS.sub("#", " ".join(words))


@lru_cache(maxsize=1024)  # replies have the same words again and again
def _plain(word: str) -> str:
    """Return a word in small letters without what stands around it, or # for a detail."""
    bare = word.strip(_AROUND)
    plain = bare.lower()
    is_detail = (
        any(character.isdigit() or character in "@=/_." for character in plain)
        or bare[1:] != plain[1:]
    )
    return "#" if is_detail else plain


def without_addresses(text: str) -> str:
    """Return the words of a server with `(address)` for each address that they name."""
    return _ADDRESS.sub("(address)", text)


def without_details_but_codes(text: str, recipient: str = "") -> str:
    """Return the same of what a run recorded, but with the codes of the reply and what is before.

    That is the name of our own server, and the stage of the session.
    """
    found = _CODES.search(text)
    if found is None:
        return without_details(text, recipient)
    codes = found[0].replace("-", " ")
    return f"{text[: found.start()]}{codes} {without_details(text[found.end() :], recipient)}"
