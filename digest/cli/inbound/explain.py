"""`digest inbound explain`: what messages are, of whom, and why."""

from __future__ import annotations

import json as json_format
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from digest.cli import output
from digest.cli.options import Json

if TYPE_CHECKING:
    from digest.models.inbound import Explanation, ReturnedMail


def register(commands: typer.Typer) -> None:
    """Add the command to the group."""
    commands.command(epilog="Example: [bold]digest inbound explain bounce.eml --json[/bold]")(
        explain
    )


def explain(
    ctx: typer.Context,
    files: Annotated[
        list[str] | None,
        typer.Argument(metavar="FILE", help="Messages; standard input without any, or for -."),
    ] = None,
    sender: Annotated[
        str | None,
        typer.Option(
            "--sender", metavar="EMAIL", help="The envelope's sender; '' for the null sender."
        ),
    ] = None,
    recipient: Annotated[
        str, typer.Option("--recipient", metavar="EMAIL", help="The envelope's recipient.")
    ] = "",
    *,
    json: Json = False,
) -> None:
    """Say what messages are, and why: a bounce of whom, a complaint, a command. Nothing is kept.

    Without the envelope's addresses, those that the head of a message tells are taken.
    """
    from digest.app import log
    from digest.app.inbound import serializers as inbound_serializers
    from digest.app.inbound.own_mail import known_of
    from digest.inbound.reading import envelope
    from digest.inbound.reading import explanation as reading
    from digest.inbound.reading.message import parse
    from digest.models.inbound import Envelope

    log.silence_libraries()
    known = known_of(ctx.obj)
    is_complete = True
    for file in files or ["-"]:
        octets = _read(file)
        if octets is None:
            is_complete = False
            continue
        given = envelope.sender_of(parse(octets)) if sender is None else sender
        found = reading.explain(octets, Envelope(sender=given, recipient=recipient), *known)
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
        said = f": {one.words}" if one.words else ""
        output.print_result(f"  {one.address}: {one.bounce_class}{said}")
    if found.returned.found_in:
        output.print_result(f"  {_proof(found.returned)}")


def _proof(found: ReturnedMail) -> str:
    if found.fault:
        return f"the {found.found_in} proves nothing: {found.fault}"
    day = f" of {found.day}" if found.day else ""
    return f"proven by the {found.found_in}: the mail{day} to reader {found.subscriber_id}"
