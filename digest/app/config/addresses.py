"""Mail addresses that settings may have, and patterns of them."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator

from digest.app.config.values import LABEL
from digest.mail import command_address


def _one_line(text: str) -> str:
    if any(not ch.isprintable() for ch in text):
        raise ValueError("must be one line of printable text")
    return text


def _address(text: str) -> str:
    if text and not re.fullmatch(_ADDRESS, text):
        raise ValueError("is not an e-mail address (an international domain is written as xn--…)")
    return text


def _selector(text: str) -> str:
    if text and not re.fullmatch(SELECTOR, text):
        raise ValueError("is not a name like digest202602: letters, digits, hyphens and dots")
    return text


#: RFC 5322's dot-atom and a host name, which every mail server accepts as a sender.
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_ADDRESS = rf"{_ATOM}(?:\.{_ATOM})*@{LABEL}(?:\.{LABEL})*"


#: RFC 6376 §3.1: the part before `._domainkey.` of a name in the DNS.
SELECTOR = rf"{LABEL}(?:\.{LABEL})*"

Selector = Annotated[str, AfterValidator(_selector)]
#: The longest value of {id} in `[mail] bounce_address`; see digest.mail.verp.
_ID = "20260131.1fffffffffffff.ffffffffffffffff"
#: Octets of a local part (RFC 5321 §4.5.3.1.1).
_LOCAL = 64


def _bounce_address(text: str) -> str:
    local, _, domain = text.rpartition("@")
    if text.count("{id}") > 1 or "{id}" in domain or re.search(r"[{}]", text.replace("{id}", "")):
        raise ValueError("may hold {id} once, before the @, and no other braces")
    filled = local.replace("{id}", _ID)
    if len(filled) > _LOCAL:
        raise ValueError(f"has no room for {{id}}: it makes {len(filled)} characters before the @")
    return _address(text.replace("{id}", _ID)) and text


OneLine = Annotated[str, AfterValidator(_one_line)]
MailAddress = Annotated[OneLine, AfterValidator(_address)]
BounceAddress = Annotated[OneLine, AfterValidator(_bounce_address)]
CommandAddress = Annotated[OneLine, AfterValidator(command_address.check)]
