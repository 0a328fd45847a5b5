"""What `digest inbound explain` prints: for each message what it is, of whom, and why."""

from __future__ import annotations

import json as json_format
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from digest.cli import output

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digest.models.inbound import Explanation, ReturnedMail


def explain(
    config: Path | None, files: Sequence[str], *, sender: str | None, recipient: str, json: bool
) -> None:
    """Print what each file is; one that cannot be read is an error, and the next one follows."""
    from digest.app import log
    from digest.app.inbound import serializers as inbound_serializers
    from digest.app.inbound.own_mail import ours_if_configured
    from digest.inbound.reading import envelope
    from digest.inbound.reading import explanation as reading
    from digest.inbound.reading.message import parse
    from digest.models.inbound import Envelope

    log.silence_libraries()
    ours = ours_if_configured(config)
    is_complete = True
    for file in files:
        octets = _read(file)
        if octets is None:
            is_complete = False
            continue
        given = envelope.sender_of(parse(octets)) if sender is None else sender
        found = reading.explain(octets, Envelope(sender=given, recipient=recipient), ours)
        if json:
            output.print_result(json_format.dumps(inbound_serializers.explanation(file, found)))
        else:
            _print(file, found)
    if not is_complete:
        raise typer.Exit(1)


def _read(file: str) -> bytes | None:
    """Return a message, or None after an error that says why it cannot be read."""
    from digest.inbound.reading.message import LONGEST

    # One more than is read of it tells that a message is longer.
    try:
        if file == "-":
            return sys.stdin.buffer.read(LONGEST + 1)
        with Path(file).open("rb") as stream:
            return stream.read(LONGEST + 1)
    except OSError as error:
        output.print_error(f"error: cannot read {file}: {error.strerror}")
        return None


def _print(file: str, found: Explanation) -> None:
    output.print_result(f"{file}: {found.kind}: {found.why}")
    for one in found.recipients:
        said = " ".join(filter(None, (one.status, one.diagnostic)))
        output.print_result(f"  {one.address}: {one.bounce_class}{': ' if said else ''}{said}")
    if found.returned.found_in:
        output.print_result(f"  {_proof(found.returned)}")


def _proof(found: ReturnedMail) -> str:
    if found.fault:
        return f"the {found.found_in} proves nothing: {found.fault}"
    day = f" of {found.day}" if found.day else ""
    return f"proven by the {found.found_in}: the mail{day} to reader {found.subscriber_id}"
