"""Parses e-mail addresses with email-validator.

Spellings with the same key are one subscriber. Mail is sent to the original spelling. Mail to
spellings with the same mailbox arrives in one place; limits count by it, and so does a "no".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property, lru_cache

from email_validator import EmailNotValidError, ValidatedEmail, validate_email

from subscribers.errors import AddressError

#: Nearly all local parts match this: a dot-atom of ASCII (RFC 5322 §3.2.3), up to a length that
#: leaves room for any domain. The validator takes them as they are.
_PLAIN_LOCAL = re.compile(r"(?=.{1,64}@.{1,189}\Z)[A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*@")
#: Nearly all addresses match this. They skip the validator, which would slow each run down.
_PLAIN = re.compile(
    r"[A-Za-z0-9_+-]{1,30}(\.[A-Za-z0-9_+-]{1,30})?@([a-z0-9-]{1,60}\.){1,3}[a-z]{2,9}"
)

#: By domain: the domain at which the provider gives the same name to the same mailbox.
_SAME_DOMAIN = {
    "googlemail.com": "gmail.com",
    **dict.fromkeys(("me.com", "mac.com"), "icloud.com"),
    **dict.fromkeys(("protonmail.com", "protonmail.ch", "pm.me"), "proton.me"),
    **dict.fromkeys(
        ("ya.ru", "yandex.com", "yandex.by", "yandex.kz", "yandex.ua", "yandex.uz", "narod.ru"),
        "yandex.ru",
    ),
}
_YAHOO = re.compile(r"yahoo\.[a-z]{2,3}(\.[a-z]{2})?|ymail\.com|rocketmail\.com|myyahoo\.com")
_FASTMAIL = re.compile(r"([^.]+)\.(fastmail\.(?:com|fm|net|org|us))")


@dataclass(frozen=True, kw_only=True)
class Address:
    """An address that mail can be sent to."""

    #: the spelling to send to, with an international domain in Unicode
    original: str
    #: the same for every spelling of one subscriber
    key: str

    @cached_property
    def mailbox(self) -> str:
        """The mailbox that the address arrives in; see the function of this name."""
        return mailbox(self.key)


def parse(text: str) -> Address:
    """Parse an address without DNS queries.

    Raises:
        AddressError: mail cannot be sent to it; the message gives the reason.

    """
    # U+FFFD stands for bytes that could not be decoded; NUL makes the validator refuse them.
    text = text.strip().replace("\ufffd", "\0")
    if (local := _PLAIN_LOCAL.match(text)) and (domain := _domain(text[local.end() :])):
        return _address(local[0][:-1], *domain)
    valid = _validated(text)
    return _address(valid.local_part, valid.domain, valid.ascii_domain)


def mailbox(key: str) -> str:
    """Return the mailbox of an address, given its key: one for all its spellings we know of.

    A person may use two spellings as two addresses, so this decides limits and not identity.

    Everywhere the tag behind a `+` is dropped; RFC 5233 calls it the detail, and nearly all servers
    with subaddresses write it so. Beyond that each rule is its provider's own:

    - Gmail ignores dots, and googlemail.com is gmail.com (support.google.com/mail/answer/7436150).
      Domains that Google hosts for others do not ignore dots.
    - Yahoo's disposable addresses are `base-keyword`; an account's own name cannot have a hyphen
      (help.yahoo.com, "Create and manage disposable email addresses").
    - iCloud gives one name at icloud.com, me.com and mac.com (support.apple.com/en-us/HT201771).
    - Proton ignores dots, hyphens and underscores, and gives one name at all its domains
      (proton.me/support/addresses-and-aliases; `removeEmailAlias` in its own web client).
    - Fastmail delivers `anything@name.fastmail.com` to name@fastmail.com
      (fastmail.help, "Plus addressing and subdomain addressing").
    - Yandex reads a dot as a hyphen, and gives one name at all its domains
      (yandex.com/support/mail, "Additional addresses").

    Outlook.com, Hotmail and Live have the `+` only.
    """
    local, _, domain = key.rpartition("@")
    if subdomain := _FASTMAIL.fullmatch(domain):
        local, domain = subdomain.groups()
    # Without a name before it, the `+` begins no tag.
    local = local.partition("+")[0] or local
    domain = _SAME_DOMAIN.get(domain, domain)
    if domain == "gmail.com":
        local = local.replace(".", "")
    elif domain == "proton.me":
        local = re.sub(r"[._-]", "", local) or local
    elif domain == "yandex.ru":
        local = local.replace(".", "-")
    elif _YAHOO.fullmatch(domain):
        local = local.partition("-")[0] or local
    return f"{local}@{domain}"


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


def _address(local: str, domain: str, ascii_domain: str) -> Address:
    # RFC 5321 §2.4 allows local parts that differ only by case; no real mail server uses this.
    return Address(original=f"{local}@{domain}", key=f"{local.lower()}@{ascii_domain}")


@lru_cache(maxsize=10_000)
def _domain(text: str) -> tuple[str, str] | None:
    """Return a domain in Unicode and in ASCII; None if it is not one, or too long to be sure."""
    try:
        valid = _validated(f"{'x' * 64}@{text}")
    except AddressError:
        return None
    return valid.domain, valid.ascii_domain


def _validated(text: str) -> ValidatedEmail:
    try:
        return validate_email(text, check_deliverability=False, allow_smtputf8=True)
    except EmailNotValidError as error:
        reason = str(error).rstrip(".")
        raise AddressError(f"{text!r} is not an e-mail address: {reason}") from error
