"""The words of a mail server's replies: what stays equal for all recipients they are said to."""

from __future__ import annotations

import re

#: A reply code (RFC 5321 §4.2) with an enhanced status code (RFC 3463), at the start of a reply.
#: What a run records has the server's name and the stage before the reply.
_CODES = re.compile(r"(?:^|(?<=: ))[245]\d\d(?:[ -][245]\.\d{1,3}\.\d{1,3})?(?=[\s-]|$)")
#: What stands around a word and is not part of it.
_AROUND = "<>[](){}\"'.,;:!?…"
#: An address, with nothing that stands around it.
_ADDRESS = re.compile(r"[^\s<>\"'(),;:]+@[^\s<>\"'(),;:]+")


def without_details(text: str, recipient: str = "") -> str:
    """Return the words without what differs between recipients and between attempts.

    These are addresses, names of hosts, numbers, times, and ids: words with a digit, or with
    capitals inside. The recipient's local part and domain are details too, if they are given.
    """
    local, _, domain = recipient.lower().partition("@")
    words: list[str] = []
    for word in text.split():
        bare = word.strip(_AROUND)
        plain = bare.lower()
        is_detail = (
            plain in (local, domain)
            or any(character.isdigit() or character in "@=/_." for character in plain)
            or bare[1:] != plain[1:]
        )
        words.append("#" if is_detail and bare else plain)
    return re.sub("#( #)+", "#", " ".join(words))


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
