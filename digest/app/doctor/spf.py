"""What an SPF record says of an IP address (RFC 7208), with the limits of the standard.

Only what does not depend on a single mail is evaluated: a record with a macro, or with `ptr`, says
something else for each mail, and the result is then `unknown`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Terms that ask the DNS, and questions without an answer, in all (§4.6.4).
MOST_LOOKUPS, MOST_VOID = 10, 2
#: Hosts of one `mx` (§4.6.4).
_MOST_HOSTS = 10
_TERM = re.compile(
    r"(?P<qualifier>[-+?~]?)(?P<name>all|include|a|mx|ptr|ip4|ip6|exists)"
    r"(?::(?P<domain>[^/\s]+(?=/|$)|[0-9a-f:.]+))?(?P<prefix>(?:/\d{1,3})?(?://\d{1,3})?)",
    re.IGNORECASE,
)
_MODIFIER = re.compile(r"([a-z][a-z0-9._-]*)=(\S*)", re.IGNORECASE)


class Verdict(StrEnum):
    """What a record says of an address (§2.6), and `unknown` where only a mail tells."""

    PASS = "pass"  # noqa: S105 (no password)
    FAIL = "fail"
    SOFTFAIL = "softfail"
    NEUTRAL = "neutral"
    NONE = "none"
    UNKNOWN = "unknown"


_QUALIFIERS = {
    "": Verdict.PASS,
    "+": Verdict.PASS,
    "-": Verdict.FAIL,
    "~": Verdict.SOFTFAIL,
    "?": Verdict.NEUTRAL,
}


class Asks(Protocol):
    """Asks the DNS."""

    def txt(self, name: str, /) -> list[str]:
        """Return the texts of a name."""

    def mx(self, name: str, /) -> list[str]:
        """Return the mail hosts of a name."""

    def addresses(self, name: str, /) -> list[str]:
        """Return the addresses of a name."""


class BrokenRecordError(Exception):
    """A record cannot be used, so receivers treat it as an error; the text says why."""


class _NobodyKnowsError(Exception):
    """A record depends on the mail."""


@dataclass
class _Evaluation:
    """One evaluation, with what it has asked."""

    dns: Asks
    address: str
    lookups: int = 0
    void: int = 0
    within: list[str] = field(default_factory=list)

    def of(self, domain: str) -> Verdict:
        """Evaluate the record of a domain (§4.6)."""
        record = record_of(self.dns, domain)
        if record is None:
            return Verdict.NONE
        redirect = ""
        terms = record.split()[1:]
        for term in terms:
            if modifier := _MODIFIER.fullmatch(term):
                if modifier[1].lower() == "redirect":
                    redirect = modifier[2]
                continue
            found = _TERM.fullmatch(term)
            if found is None:
                raise BrokenRecordError(f"{domain} has the term {term}, which means nothing")
            if self._matches(found, domain):
                return _QUALIFIERS[found["qualifier"]]
        if redirect:
            return self._other(redirect, needed=True)
        return Verdict.NEUTRAL

    def _matches(self, term: re.Match[str], domain: str) -> bool:
        name, other = term["name"].lower(), term["domain"] or domain
        if name == "all":
            return True
        if name in ("ip4", "ip6"):
            return self._is_in(f"{other}{term['prefix']}")
        self._count(domain)
        if "%" in other or name == "ptr":
            raise _NobodyKnowsError
        if name == "include":
            return self._other(other, needed=True, counted=True) is Verdict.PASS
        if name == "exists":
            return bool(self._answered([one for one in self.dns.addresses(other) if "." in one]))
        hosts = [other]
        if name == "mx":
            hosts = self._answered(self.dns.mx(other))
            if len(hosts) > _MOST_HOSTS:
                raise BrokenRecordError(f"{domain}: {other} has more than {_MOST_HOSTS} MX records")
        return any(self._is_host(host, term["prefix"]) for host in hosts)

    def _other(self, domain: str, *, needed: bool, counted: bool = False) -> Verdict:
        """Evaluate the record of another domain; a missing one is an error (§5.2, §6.1)."""
        if not counted:
            self._count(domain)
        if "%" in domain:
            raise _NobodyKnowsError
        if domain.lower() in self.within:
            raise BrokenRecordError(f"{domain} includes itself")
        self.within.append(domain.lower())
        verdict = self.of(domain)
        self.within.pop()
        if verdict is Verdict.NONE and needed:
            raise BrokenRecordError(f"{domain}, which is included, has no SPF record")
        return verdict

    def _is_host(self, host: str, prefix: str) -> bool:
        short, _, long = prefix.lstrip("/").partition("//") if prefix[:2] != "//" else (
            "", "", prefix[2:])  # fmt: skip
        for found in self._answered(self.dns.addresses(host.rstrip("."))):
            length = (long or "128") if ":" in found else (short or "32")
            if self._is_in(f"{found}/{length}"):
                return True
        return False

    def _is_in(self, network: str) -> bool:
        try:
            return ip_address(self.address) in ip_network(network, strict=False)
        except ValueError as error:
            raise BrokenRecordError(f"{network} is no network") from error

    def _count(self, domain: str) -> None:
        self.lookups += 1
        if self.lookups > MOST_LOOKUPS:
            raise BrokenRecordError(f"{domain}: the record needs more than {MOST_LOOKUPS} lookups")

    def _answered(self, found: list[str]) -> list[str]:
        self.void += not found
        if self.void > MOST_VOID:
            raise BrokenRecordError(f"more than {MOST_VOID} of its names are not in the DNS")
        return found


def record_of(dns: Asks, domain: str) -> str | None:
    """Return the SPF record of a domain, or None (§4.5).

    Raises:
        BrokenRecordError: it has more than one.

    """
    records = [text for text in dns.txt(domain) if re.match(r"v=spf1(\s|$)", text, re.IGNORECASE)]
    if len(records) > 1:
        raise BrokenRecordError(f"{domain} has {len(records)} SPF records, and may have one")
    return records[0] if records else None


def verdict(dns: Asks, domain: str, address: str) -> Verdict:
    """Return what the record of a domain says of an IP address.

    Raises:
        BrokenRecordError: a record cannot be used.
        DNSError: the DNS did not answer.

    """
    try:
        return _Evaluation(dns, address, within=[domain.lower()]).of(domain)
    except _NobodyKnowsError:
        return Verdict.UNKNOWN


def permits(dns: Asks, domain: str, addresses: Sequence[str]) -> dict[str, Verdict]:
    """Return what the record of a domain says of each address; see `verdict`."""
    return {address: verdict(dns, domain, address) for address in addresses}
