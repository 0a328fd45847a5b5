"""One normaliser for addresses, through email-validator.

The key says whether two spellings are one reader; mail is sent to the original spelling.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from email_validator import EmailNotValidError, ValidatedEmail, validate_email

from subscribers.errors import AddressError

#: What nearly every address is like: it needs no second look for each mail of a run.
_PLAIN = re.compile(
    r"[A-Za-z0-9_+-]{1,30}(\.[A-Za-z0-9_+-]{1,30})?@([a-z0-9-]{1,60}\.){1,3}[a-z]{2,9}"
)


@dataclass(frozen=True, kw_only=True)
class Address:
    """An address mail can be sent to."""

    #: the spelling to send to: as written, with an international domain kept readable
    original: str
    #: the same for every spelling of one mailbox
    key: str


def parse(text: str) -> Address:
    """Check an address without asking the network.

    Raises:
        AddressError: with the reason in words.

    """
    valid = _validated(text.strip().replace("\ufffd", "\0"))  # what could not be decoded
    # Local parts may differ by case in theory (RFC 5321 §2.4); in practice nobody's do.
    return Address(
        original=f"{valid.local_part}@{valid.domain}",
        key=f"{valid.local_part.lower()}@{valid.ascii_domain}",
    )


def for_envelope(address: str) -> str:
    """Return an address as SMTP wants it: an international domain in ASCII (RFC 5891).

    A local part beyond ASCII stays as it is and needs a server with SMTPUTF8 (RFC 6531).

    Raises:
        AddressError: it was an address once, but the rules have changed since.

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
