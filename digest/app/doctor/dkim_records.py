"""The DKIM records of the sending domain, beside the keys that sign."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from digest.app.config.secrets import signer
from digest.app.doctor.finding import Finding, fail, failed, not_checked, ok, warn
from digest.errors import ConfigError, DNSError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from digest.app.doctor.installation import Installation
    from digest.app.doctor.resolver import Resolver
    from digest.mail.dkim import Record

DKIM = "DKIM record"


def check(installation: Installation) -> Iterator[Finding]:
    """Compare the record of each key in use with the key."""
    try:
        signing = signer(installation.config)
    except ConfigError:
        yield not_checked(DKIM, "a key cannot be read (see DKIM keys)")
        return
    if signing is None:
        yield not_checked(DKIM, "[dkim] names no key")
        return
    for record in signing.records:
        try:
            yield _compared(record, installation.resolver)
        except DNSError as error:
            yield failed(DKIM, error)


def _compared(record: Record, resolver: Resolver) -> Finding:
    found = resolver.txt(record.name)
    if not found:
        text = f"{record.name} is not in the DNS, so nobody can verify the signature"
        return fail(DKIM, text, record.zone_line)
    if len(found) > 1:
        text = f"{record.name} has {len(found)} records, so receivers may take the wrong one"
        return fail(DKIM, text, f"remove all but this one: {record.zone_line}")
    ours, theirs = tags(record.value), tags(found[0])
    if theirs.get("p") == "":
        return fail(DKIM, f"{record.name} says that the key is revoked", record.zone_line)
    if theirs.get("p") != ours["p"] or theirs.get("k", "rsa") != ours["k"]:
        text = f"{record.name} has another key than the one that signs"
        return fail(DKIM, text, record.zone_line)
    if "y" in theirs.get("t", "").split(":"):
        text = f"{record.name} says that the domain only tests DKIM (t=y)"
        return warn(DKIM, text, record.zone_line)
    return ok(DKIM, f"{record.name} is the record of our key ({ours['k']})")


def tags(text: str) -> dict[str, str]:
    """Read a list of tags (RFC 6376 §3.2); white space within values does not count."""
    pairs = (part.partition("=") for part in text.split(";") if "=" in part)
    return {name.strip(): re.sub(r"\s+", "", value) for name, _, value in pairs}
