"""`digest inbound list`, `show` and `retry`: the messages that came in, for an operator."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from digest.app import serializers
from digest.app.inbound import serializers as inbound_serializers
from digest.cli import output
from digest.cli.options import Json
from digest.cli.tables import print_table
from digest.text.wording import count

if TYPE_CHECKING:
    from digest.storage.arrivals import SettledArrival

Number = Annotated[
    int, typer.Argument(metavar="NUMBER", help="The number of `digest inbound list`.")
]


def register(commands: typer.Typer) -> None:
    """Add the commands to the group."""
    commands.command(name="list", epilog="Example: [bold]digest inbound list --all[/bold]")(listing)
    commands.command(epilog="Example: [bold]digest inbound show 17[/bold]")(show)
    commands.command(epilog="Example: [bold]digest inbound retry[/bold]")(retry)


def listing(
    ctx: typer.Context,
    most: Annotated[
        int, typer.Option("--most", min=1, max=10_000, help="List so many, the newest.")
    ] = 50,
    *,
    everything: Annotated[
        bool, typer.Option("--all", help="Also those that were handled, and those that wait.")
    ] = False,
    json: Json = False,
) -> None:
    """List the messages that came in and were not understood."""
    from digest.storage.arrivals import ArrivalState

    app = output.open_app(ctx, only_reads=True)
    state = None if everything else ArrivalState.KEPT
    found = app.arrivals.newest(most=most, state=state)
    if json:
        output.print_json([inbound_serializers.arrival(one) for one in found])
        return
    if not print_table(
        "Messages that came in",
        ("number#", "received at", "by", "from", "to", "state", "kind", "why~", "done~"),
        [_row(one) for one in found],
    ):
        output.print_prose(
            "nothing came in yet" if everything else "every message that came in was understood"
        )


def _row(found: SettledArrival) -> tuple[object, ...]:
    arrival = found.arrival
    received_at = serializers.moment(arrival.received_at)
    return (
        arrival.id, received_at, arrival.channel, arrival.envelope.sender,
        arrival.envelope.recipient, found.state, found.kind, found.why, found.result,
    )  # fmt: skip


def show(
    ctx: typer.Context,
    number: Number,
    *,
    raw: Annotated[bool, typer.Option("--raw", help="Print the message itself.")] = False,
    json: Json = False,
) -> None:
    """Show one message: how it came, what it is and why, what was done, and its text."""
    from digest.errors import ConfigError, NotFoundError

    if raw and json:
        raise ConfigError("--raw prints the message as it came, so it cannot go with --json")
    app = output.open_app(ctx, only_reads=True)
    found = app.arrivals.get(number)
    if found is None:
        raise NotFoundError(f"no message has the number {number}: `digest inbound list --all`")
    content = found.arrival.content
    if json:
        text = content.decode("utf-8", "backslashreplace") if content else None
        output.print_json({**inbound_serializers.arrival(found), "content": text})
        return
    if raw:
        if not content:
            raise NotFoundError(f"message {number} is not kept any more: {_why_gone(found)}")
        output.print_file(content)
        return
    for name, value in inbound_serializers.arrival(found).items():
        output.print_result(f"{name.replace('_', ' ') + ':':13} {value}")
    output.print_result("")
    if content:
        output.print_result(_readable(content))
    else:
        output.print_prose(f"the message itself is not kept: {_why_gone(found)}")


def _why_gone(found: SettledArrival) -> str:
    """Return why the bytes of a message are not there."""
    from digest.storage.arrivals import DROPPED, ArrivalState

    if found.result == DROPPED:
        return DROPPED
    return "it was understood" if found.state is ArrivalState.HANDLED else "it is empty"


def _readable(content: bytes) -> str:
    """Return a message as text for a terminal, without control characters."""
    text = content.decode("utf-8", "replace").replace("\r\n", "\n")
    return "".join(ch if ch.isprintable() or ch in "\n\t" else "\ufffd" for ch in text).rstrip()


def retry(
    ctx: typer.Context,
    numbers: Annotated[
        list[int] | None,
        typer.Argument(metavar="[NUMBER]...", help="Those of `digest inbound list`; all without."),
    ] = None,
) -> None:
    """Handle messages again that were not understood, such as after an update."""
    from digest.app.inbound.handling import handle_waiting
    from digest.errors import NotFoundError
    from digest.storage.arrivals import ArrivalState

    app = output.open_app(ctx)
    again = app.arrivals.retry(numbers or ())
    if numbers and not again:
        raise NotFoundError(
            "none of these messages is kept with its text: `digest inbound list` has those that are"
        )
    handle_waiting(app)
    kept = app.arrivals.counts().get(ArrivalState.KEPT, 0)
    output.Report().line(f"handled {count(again, 'message')} again; {kept} not understood")
