"""What flufl.bounce thinks of a message that nothing else understood.

It knows the texts of some thirty old systems. It calls full mailboxes and refusals of spam
permanent as well, and cuts addresses at `=`, so what it says never counts for more than soft.
"""

from __future__ import annotations

from email import message_from_bytes, policy

#: How many octets it reads: its expressions take long over long lines.
LONGEST = 8 * 1024


def failed_addresses(octets: bytes) -> tuple[str, ...]:
    """Return the addresses that it says failed, for now or for good; empty if it fails itself."""
    from flufl.bounce import all_failures

    # An old library over text that anybody may write: whatever it raises means that it knows
    # nothing, and a message must not stop the ones behind it.
    try:
        message = message_from_bytes(octets[:LONGEST], policy=policy.compat32)
        if "from" not in message:
            message["From"] = "<>"  # a detector fails without one, and then none is asked
        temporary, permanent = all_failures(message)
        found = {address.decode("utf-8", "replace") for address in {*temporary, *permanent}}
    except Exception:  # noqa: BLE001 (see above)
        return ()
    return tuple(sorted(address for address in found if "@" in address))
