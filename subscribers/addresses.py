"""Parses e-mail addresses with email-validator.

Two spellings with the same key are one mailbox. Mail is sent to the original spelling.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from email_validator import EmailNotValidError, ValidatedEmail, validate_email

from subscribers.errors import AddressError

#: Nearly all addresses match this. They skip the validator, which would slow each run down.
_PLAIN = re.compile(
    r"[A-Za-z0-9_+-]{1,30}(\.[A-Za-z0-9_+-]{1,30})?@([a-z0-9-]{1,60}\.){1,3}[a-z]{2,9}"
)


@dataclass(frozen=True, kw_only=True)
class Address:
    """An address that mail can be sent to."""

    #: the spelling to send to, with an international domain in Unicode
    original: str
    #: the same for every spelling of one mailbox
    key: str


def parse(text: str) -> Address:
    """Parse an address without DNS queries.

    Raises:
        AddressError: mail cannot be sent to it; the message gives the reason.

    """
    # U+FFFD stands for bytes that could not be decoded; NUL makes the validator refuse them.
    valid = _validated(text.strip().replace("\ufffd", "\0"))
    # RFC 5321 §2.4 allows local parts that differ only by case; no real mail server uses this.
    return Address(
        original=f"{valid.local_part}@{valid.domain}",
        key=f"{valid.local_part.lower()}@{valid.ascii_domain}",
    )


def for_envelope(address: str) -> str:
    """Return an address for the SMTP envelope: an international domain in ASCII (RFC 5891).

    A local part beyond ASCII is kept; the server needs SMTPUTF8 for it (RFC 6531).

    Raises:
        AddressError: the validator accepted it once, but its rules have changed.

    """
    if _PLAIN.fullmatch(address) and "--" not in address:
        return address
    valid = _validated(address)
    return f"{valid.local_part}@{valid.ascii_domain}"


def _validated(text: str) -> ValidatedEmail:
    try:
        return validate_email(text, check_deliverability=False, allow_smtputf8=True)
    except EmailNotValidError as error:
        reason = str(error).rstrip(".")
        raise AddressError(f"{text!r} is not an e-mail address: {reason}") from error
