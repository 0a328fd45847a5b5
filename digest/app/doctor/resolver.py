"""Asks the DNS: the servers of this machine, or those of `[dns] servers`."""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING

import dns.exception
import dns.nameserver
import dns.resolver
import dns.reversename

from digest.app.config.values import split_nameserver
from digest.errors import DNSError

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Seconds for one question to all servers.
_PATIENCE = 5.0
#: Octets of an answer by UDP that every network carries (dnsflagday.net/2020).
_PAYLOAD = 1232


class Resolver:
    """Asks each question once; after a silence nobody is asked any more."""

    def __init__(self, servers: Sequence[str]) -> None:
        """Ask these servers, or those of the machine if there are none."""
        self._servers = servers
        self._answers: dict[tuple[str, str], list[str] | None] = {}
        self._silence = ""

    def txt(self, name: str) -> list[str]:
        """Return the TXT records of a name, each with its strings joined; none if it has none."""
        return self._ask(name, "TXT") or []

    def mx(self, name: str) -> list[str]:
        """Return the hosts that take mail for a domain; `.` says that it takes none (RFC 7505)."""
        return self._ask(name, "MX") or []

    def addresses(self, name: str) -> list[str]:
        """Return the IP addresses of a host."""
        return [*(self._ask(name, "A") or []), *(self._ask(name, "AAAA") or [])]

    def names(self, address: str) -> list[str]:
        """Return the names of an IP address, without the dot at their end."""
        name = dns.reversename.from_address(str(ip_address(address))).to_text()
        return [found.rstrip(".") for found in self._ask(name, "PTR") or []]

    def exists(self, name: str) -> bool:
        """Whether a name is in the DNS, with any record."""
        self._ask(name, "SOA")
        return self._answers[name, "SOA"] is not None

    def _ask(self, name: str, kind: str) -> list[str] | None:
        """Return the records of a kind; None if there is no such name at all.

        Raises:
            DNSError: no server answers, or the name cannot be in the DNS.

        """
        if self._silence:
            raise DNSError(self._silence)
        if (name, kind) not in self._answers:
            self._answers[name, kind] = self._resolve(name, kind)
        return self._answers[name, kind]

    def _resolve(self, name: str, kind: str) -> list[str] | None:
        try:
            answer = self._client().resolve(name, kind, search=False, raise_on_no_answer=False)
        except dns.resolver.NXDOMAIN:
            return None
        except (dns.resolver.LifetimeTimeout, dns.resolver.NoResolverConfiguration) as error:
            self._silence = f"no server of the DNS answered for {name}; {self._remedy}"
            raise DNSError(self._silence) from error
        except dns.resolver.NoNameservers as error:  # they answered with a failure
            raise DNSError(f"the DNS has a fault at {name}: {error}") from error
        except dns.exception.DNSException as error:
            raise DNSError(f"{name} cannot be asked for: {error}") from error
        return [_text(record, kind) for record in answer.rrset or ()]

    def _client(self) -> dns.resolver.Resolver:
        client = dns.resolver.Resolver(configure=not self._servers)
        if self._servers:
            client.nameservers = [
                dns.nameserver.Do53Nameserver(*split_nameserver(server)) for server in self._servers
            ]
        client.lifetime = _PATIENCE
        # Longer answers, as keys are, come without another question by TCP (RFC 6891).
        client.use_edns(0, 0, _PAYLOAD)
        return client

    @property
    def _remedy(self) -> str:
        where = "[dns] servers" if self._servers else "/etc/resolv.conf, or set [dns] servers"
        return f"check {where}"


def _text(record: object, kind: str) -> str:
    if kind == "TXT":
        strings: Sequence[bytes] = record.strings  # type: ignore[attr-defined]  # of a TXT record
        return b"".join(strings).decode("utf-8", "replace")
    if kind == "MX":
        return str(record.exchange)  # type: ignore[attr-defined]  # of an MX record
    return str(record)
