"""Values that settings may have beyond what a type can say: names, keys and passwords."""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from typing import Annotated

from pydantic import AfterValidator, SecretStr

#: A label of a name in the DNS.
LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"


def _ehlo_name(text: str) -> str:
    """Check the argument of EHLO: a domain or an address literal (RFC 5321 §4.1.3)."""
    literal = re.fullmatch(r"\[(?:(IPv6:)|(?=\d))(.+)\]", text, re.IGNORECASE)
    try:
        if literal:
            is_6 = ipaddress.ip_address(literal[2]).version == 6
            is_good = is_6 == bool(literal[1])
        else:
            is_good = bool(re.fullmatch(rf"{LABEL}(?:\.{LABEL})*", text)) and len(text) <= 255
    except ValueError:
        is_good = False
    if text and not is_good:
        raise ValueError(
            "is neither a domain like mail.example.org (an international one is written as xn--…)"
            " nor an address like [192.0.2.1] or [IPv6:2001:db8::1]"
        )
    return text


def _secret(value: SecretStr) -> SecretStr:
    try:
        value.get_secret_value().encode()
    except UnicodeEncodeError as error:
        raise ValueError("is not text in UTF-8") from error
    return value


def _password(value: SecretStr) -> SecretStr:
    if any(unicodedata.category(ch) == "Cc" for ch in value.get_secret_value()):
        raise ValueError("holds a line break or another control character, which no login can have")
    return value


#: Our name in EHLO; may be empty.
EhloName = Annotated[str, AfterValidator(_ehlo_name)]
#: A secret that can be hashed and sent.
Secret = Annotated[SecretStr, AfterValidator(_secret)]
#: A password for a mail server; the login sends it in UTF-8.
Password = Annotated[SecretStr, AfterValidator(_secret), AfterValidator(_password)]
