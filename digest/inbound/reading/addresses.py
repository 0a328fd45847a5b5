"""Addresses as reports write them: with a type, quotes, escapes, and in any case."""

from __future__ import annotations

import re

#: The longest address that is read (RFC 5321 §4.5.3.1 allows 254 octets, and a path's brackets).
LONGEST = 1000
#: What may stand for octets that are no ASCII: Exim writes three octal digits, RFC 6533 §3 the
#: number of the character.
_OCTAL = re.compile(r"(?:\\[0-3][0-7]{2})+")
_CODE_POINT = re.compile(r"\\x\{([0-9A-Fa-f]{1,6})\}")
#: RFC 3461 §4: xtext.
_XTEXT = re.compile(r"(?:\+[0-9A-F]{2})+")
_QUOTED = re.compile(r'\A"((?:[^"\\]|\\.)*)"(@[^@]*)')
#: An address in running text; a local part may hold nearly everything (RFC 5322 §3.2.3, RFC 6532).
IN_TEXT = re.compile(
    r"<?((?:\"(?:[^\"\\\n]|\\.){1,64}\"|[^\s<>()\[\]\\,;:\"@]{1,128})@[\w.-]{1,253}[\w-])>?"
)
_HIGHEST_CODE_POINT = 0x10FFFF


def from_report(value: str, *, is_original: bool = False) -> str:
    """Return the address of a field such as `Final-Recipient: rfc822; ada@example.org`.

    The type goes up to the first semicolon, and all the rest is the address (RFC 3464 §2.1.2). Only
    `Original-Recipient` may hold xtext, which servers give back as they got it.
    """
    before, semicolon, rest = value.partition(";")
    address = plain(rest if semicolon and "@" not in before else value)
    return _without_xtext(address) if is_original else address


def plain(text: str) -> str:
    """Return an address without brackets, quotes and escapes; empty if it has no @."""
    address = text.strip()[:LONGEST]
    if address.startswith("<") and ">" in address:
        address = address[1 : address.rindex(">")].strip()
    elif address.endswith(">") and "<" in address:
        address = address[address.rindex("<") + 1 : -1].strip()
    if "@" not in address:
        return ""
    if "\\" in address:
        address = _OCTAL.sub(_from_octal, address)
        address = _CODE_POINT.sub(_from_code_point, address)
    if match := _QUOTED.fullmatch(address):
        address = re.sub(r"\\(.)", r"\1", match[1]) + match[2]
    return address


def is_same(one: str, other: str) -> bool:
    """Whether two addresses are the same; domains have no case, and no server uses that of others.

    RFC 5321 §2.4 lets local parts differ by case, but no provider gives two people such addresses.
    """
    return one.casefold() == other.casefold()


def _without_xtext(address: str) -> str:
    """Return an address without xtext, or as it is if what stands there is no UTF-8."""
    try:
        return _XTEXT.sub(
            lambda match: bytes.fromhex(match[0].replace("+", "")).decode("utf-8"), address
        )
    except UnicodeDecodeError:
        return address


def _from_octal(match: re.Match[str]) -> str:
    octets = bytes(int(digits, 8) for digits in match[0][1:].split("\\"))
    try:
        return octets.decode("utf-8")
    except UnicodeDecodeError:
        return match[0]


def _from_code_point(match: re.Match[str]) -> str:
    number = int(match[1], 16)
    is_character = number <= _HIGHEST_CODE_POINT and not 0xD800 <= number <= 0xDFFF
    return chr(number) if is_character else match[0]
