"""Rate limits for sign-ups: per mailbox, per network, per mail domain, and in total.

Strangers share the limits per mailbox, per domain and in total, so a few of them must not use these
up. A *site*, the /24 or /48 around a client, has a limit of its own and counts little towards that
of a domain. Its first sign-up in an hour is held up by the full total only.

A sign-up by mail has no client that we know. Its site is the domain of its address, which a forger
can choose, so no such site's first sign-up is let through for being the first. All sign-ups by mail
leave room for the web: a part of the total, and at each domain nearly all of its limit.

Accepted sign-ups are counted in the database, so that all processes share them and a restart
forgives nothing. A row holds keyed hashes and a time, and is deleted after the longest time of a
limit.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from math import ceil
from typing import TYPE_CHECKING

import sqlalchemy as sa
from limits import parse_many

from subscribers.tables import signups

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from limits import RateLimitItem

#: How many networks' worth of sign-ups a site has: all /64 of a /48 may belong to one client.
NETWORKS_PER_SITE = 4
#: The part of a mail domain's limit that one site can use up.
SHARE_OF_DOMAIN = 1 / 20
#: The part of the total that is not kept for the first sign-up of each site in an hour.
UNRESERVED = 3 / 4
#: How long a site's first sign-up is the first.
_FIRST = timedelta(hours=1)
#: Later rows are those of a clock that was set back since.
_LATEST = timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True)
class Rates:
    """The limits, in the notation of the library `limits`, such as `5/hour;20/day`."""

    address: str = "5/hour;12/day"
    network: str = "6/hour;20/day"
    domain: str = "60/hour"
    total: str = "600/hour"


class SignupLimiter:
    """Counts sign-ups in moving windows and refuses those above a limit."""

    def __init__(self, engine: sa.Engine, rates: Rates, *, key: str) -> None:
        """Use an engine whose tables exist; `key` is the secret of the hashes."""
        self._engine = engine
        self._writer = engine.execution_options(writes=True)
        self._key = key.encode()
        own, shared = list(_own(rates)), list(_shared(rates))
        by_mail = list(_by_mail(rates))
        self._spans = {_FIRST, *(span for _, span, _ in (*own, *shared, *by_mail))}
        self._own_limits = [most for _, _, most in own]
        self._limits = self._own_limits + [most for _, _, most in shared]
        # SQLAlchemy takes longer to build it than the database to answer it.
        of_site = _count(signups.c.site == sa.bindparam("site"), _FIRST)
        self._counts = sa.select(of_site, *(count for count, _, _ in (*own, *shared)))
        self._limits_by_mail = [most for _, _, most in by_mail]
        self._counts_by_mail = sa.select(*(count for count, _, _ in by_mail))

    def allow(self, *, ip: str, mailbox: str, now: datetime) -> bool:
        """Return whether a sign-up is within all limits; count it only if it is.

        `mailbox` is the one of the address, by the rules of its provider.
        """
        keys = self._keys(mailbox, network(ip), truncated(ip))
        with self._engine.connect() as db:  # a flood does not take the lock that a run needs
            if not self._is_within(db, keys, now):
                return False
        with self._writer.begin() as db:
            if not self._is_within(db, keys, now):
                return False
            self._count(db, keys, now)
        return True

    def allow_by_mail(self, db: sa.Connection, *, mailbox: str, now: datetime) -> bool:
        """Return whether a sign-up by mail is within its limits; count it only if it is.

        It is counted in the caller's transaction. `mailbox` is the one of the address.
        """
        site = f"mail from {mailbox.rpartition('@')[2]}"
        keys = self._keys(mailbox, site, site)
        counts = db.execute(self._counts_by_mail, self._values(keys, now)).one()
        if any(count >= most for count, most in zip(counts, self._limits_by_mail, strict=True)):
            return False
        self._count(db, keys, now)
        return True

    def _keys(self, mailbox: str, client: str, site: str) -> dict[str, str]:
        return {
            "mailbox": self._hash("mailbox", mailbox),
            "domain": self._hash("domain", mailbox.rpartition("@")[2]),
            "network": self._hash("network", client),
            "site": self._hash("site", site),
        }

    def _count(self, db: sa.Connection, keys: Mapping[str, str], now: datetime) -> None:
        self._forget(db, now)
        db.execute(signups.insert().values(at=now, **keys))

    def forget_old(self, *, now: datetime) -> None:
        """Delete what no limit counts any more."""
        with self._writer.begin() as db:
            self._forget(db, now)

    def _forget(self, db: sa.Connection, now: datetime) -> None:
        too_old, too_new = now - max(self._spans), now + _LATEST
        db.execute(signups.delete().where((signups.c.at <= too_old) | (signups.c.at > too_new)))

    def _values(self, keys: Mapping[str, str], now: datetime) -> dict[str, object]:
        times = {_since(span): now - span for span in self._spans}
        return {**keys, **times, "until": now + _LATEST}

    def _is_within(self, db: sa.Connection, keys: Mapping[str, str], now: datetime) -> bool:
        lately, *counts = db.execute(self._counts, self._values(keys, now)).one()
        limits = self._limits if lately else self._own_limits
        return all(count < most for count, most in zip(counts, limits, strict=False))

    def _hash(self, kind: str, text: str) -> str:
        text = f"sign-up {kind} {text}"
        return hmac.new(self._key, text.encode(), hashlib.sha256).hexdigest()[:32]


#: A count, the time it is about, and the limit that it must stay below.
_Limit = tuple["sa.ScalarSelect[int]", timedelta, int]


def _own(rates: Rates) -> Iterator[_Limit]:
    """Yield the limits that hold for every sign-up."""
    of_network = signups.c.network == sa.bindparam("network")
    of_site = signups.c.site == sa.bindparam("site")
    for item in _items(rates.network):
        yield _count(of_network, _span(item)), _span(item), item.amount
        yield _count(of_site, _span(item)), _span(item), item.amount * NETWORKS_PER_SITE
    for item in _items(rates.total):
        yield _count(sa.true(), _span(item)), _span(item), item.amount


def _shared(rates: Rates) -> Iterator[_Limit]:
    """Yield the limits that the first sign-up of a site passes."""
    of_mailbox = signups.c.mailbox == sa.bindparam("mailbox")
    of_domain = signups.c.domain == sa.bindparam("domain")
    for item in _items(rates.address):
        yield _count(of_mailbox, _span(item)), _span(item), item.amount
    for item in _items(rates.total):
        yield _count(sa.true(), _span(item)), _span(item), _part(item, UNRESERVED)
    for item in _items(rates.domain):
        most_of_site = _part(item, SHARE_OF_DOMAIN)
        yield _count_by_site(of_domain, _span(item), most_of_site), _span(item), item.amount


def _by_mail(rates: Rates) -> Iterator[_Limit]:
    """Yield the limits of sign-ups by mail; of a mailbox and in total, those of the web count."""
    of_mailbox = signups.c.mailbox == sa.bindparam("mailbox")
    of_site = signups.c.site == sa.bindparam("site")
    for item in _items(rates.address):
        yield _count(of_mailbox, _span(item)), _span(item), item.amount
    for item in _items(rates.domain):
        yield _count(of_site, _span(item)), _span(item), item.amount
    for item in _items(rates.total):
        yield _count(sa.true(), _span(item)), _span(item), _part(item, UNRESERVED)


def _count(which: sa.ColumnElement[bool], span: timedelta) -> sa.ScalarSelect[int]:
    query = sa.select(sa.func.count()).select_from(signups)
    return query.where(which, *_lately(span)).scalar_subquery()


def _count_by_site(
    which: sa.ColumnElement[bool], span: timedelta, most: int
) -> sa.ScalarSelect[int]:
    """Count sign-ups, and of each site no more than `most`."""
    number = sa.func.count().label("number")
    sites = sa.select(number).where(which, *_lately(span)).group_by(signups.c.site).subquery()
    counted = sa.case((sites.c.number > most, most), else_=sites.c.number)
    return sa.select(sa.func.coalesce(sa.func.sum(counted), 0)).scalar_subquery()


def _lately(span: timedelta) -> tuple[sa.ColumnElement[bool], ...]:
    return signups.c.at > sa.bindparam(_since(span)), signups.c.at <= sa.bindparam("until")


def _since(span: timedelta) -> str:
    """Return the name of the parameter that says when a span of time began."""
    return f"since_{span.total_seconds():.0f}"


def windows(rate: str) -> tuple[tuple[timedelta, int], ...]:
    """Return the spans of a rate such as `5/hour;20/day`, each with the most in any such span."""
    return tuple((_span(item), item.amount) for item in _items(rate))


@lru_cache(maxsize=64)
def _items(rate: str) -> tuple[RateLimitItem, ...]:
    return tuple(parse_many(rate))


def _span(item: RateLimitItem) -> timedelta:
    return timedelta(seconds=item.get_expiry())


def _part(item: RateLimitItem, part: float) -> int:
    """Return this part of the amount, at least 1."""
    return max(1, ceil(item.amount * part))


def network(ip: str) -> str:
    """Return what counts as one client: an IPv4 address, or the /64 of an IPv6 address."""
    return _network(ip, v4=32, v6=64)


def truncated(ip: str) -> str:
    """Return the network of an IP address, /24 or /48, which identifies no person.

    Returns an empty string if the text is not an IP address.
    """
    return _network(ip, v4=24, v6=48)


def _network(ip: str, *, v4: int, v6: int) -> str:
    try:
        address = ipaddress.ip_address(ip)
    except ValueError:
        return ""
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    prefix = v4 if address.version == 4 else v6
    return str(ipaddress.ip_network((address, prefix), strict=False))
