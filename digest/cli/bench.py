"""`digest bench`: how fast this machine sends."""

from __future__ import annotations

import tempfile
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from digest.cli import output
from digest.cli.options import Json
from digest.cli.tables import print_table

if TYPE_CHECKING:
    from digest.app.benchmark import Result


commands = typer.Typer(
    help="Measure how fast this machine makes and sends mail.",
    no_args_is_help=True,
    epilog="Example: [bold]digest bench delivery --port 2525 --subscribers 1000[/bold]",
)


class Signature(StrEnum):
    """How the messages are signed."""

    NONE = "none"
    RSA = "rsa"
    BOTH = "rsa+ed25519"


@commands.callback()
def _group() -> None:
    """Keep `delivery` a command of a group, though it is the only one."""


@commands.command(
    epilog="Example, beside Postfix's sink: [bold]smtp-sink -c 127.0.0.1:2525 100 &"
    " digest bench delivery --port 2525 --subscribers 10000 --dkim rsa[/bold]"
)
def delivery(
    host: Annotated[str, typer.Option("--host", metavar="H", help="The server.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", metavar="P", help="Its port.")] = 2525,
    subscribers: Annotated[
        int, typer.Option("--subscribers", metavar="N", min=1, help="Made-up readers.")
    ] = 1000,
    size: Annotated[
        int,
        typer.Option("--size", metavar="BYTES", min=1, help="Of a mail: 18,000 to 110,000."),
    ] = 60_000,
    dkim: Annotated[Signature, typer.Option("--dkim", help="How the mails are signed.")] = (
        Signature.NONE
    ),
    senders: Annotated[
        int | None, typer.Option("--senders", metavar="N", min=1, help="Processes; else by cores.")
    ] = None,
    connections: Annotated[
        int, typer.Option("--connections", metavar="N", min=1, help="Connections a process.")
    ] = 5,
    *,
    json: Json = False,
) -> None:
    """Send a made-up day to made-up readers, through selection, rendering, signing and SMTP.

    The mails go to a server that should throw them away, such as Postfix's smtp-sink.
    """
    from digest.app import benchmark, log
    from digest.errors import MailServerError

    log.configure("error", "text")
    settings = benchmark.Settings(
        host=host,
        port=port,
        subscribers=subscribers,
        size=size,
        dkim=dkim,
        senders=senders or "auto",
        connections=connections,
    )
    with (
        tempfile.TemporaryDirectory(prefix="digest-bench-") as scratch,
        output.stoppable() as should_continue,
    ):
        result = benchmark.measure(
            settings,
            Path(scratch),
            should_continue=should_continue,
            progress=output.progress_bar,
        )
    if not result.sent:
        raise MailServerError(result.stopped or "no mail left")
    if json:
        output.print_json(_shape(result))
    else:
        _print_result(result)
    if result.sent != result.subscribers:
        output.print_failure(f"stopped: {result.stopped or 'some mails did not leave'}")
        raise typer.Exit(1)


def _shape(result: Result) -> dict[str, Any]:
    return {
        "mails_per_second": round(result.mails_per_second, 1),
        "subscribers": result.subscribers,
        "sent": result.sent,
        "seconds": round(result.seconds, 3),
        "bytes_per_mail": result.size,
        "cpu_seconds": {stage: round(used, 3) for stage, used in result.cpu.items()},
        "peak_rss_bytes": list(result.memory),
    }


def _print_result(result: Result) -> None:
    output.print_result(
        f"{result.mails_per_second:,.0f} mails/s:"
        f" {result.sent:,} mails of {result.size:,} bytes in {result.seconds:.2f} s"
    )
    print_table(
        "CPU by stage",
        ("stage", "seconds#", "per mail#"),
        [
            (stage, f"{used:.2f}", f"{used / max(result.sent, 1) * 1e6:,.0f} µs")
            for stage, used in result.cpu.items()
        ],
    )
    peaks = ", ".join(f"{peak / 1e6:.0f} MB" for peak in result.memory)
    output.print_result(f"peak memory: {peaks}")
