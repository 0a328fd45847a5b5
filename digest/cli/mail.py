"""`digest mail`: send one test mail, and say what the server said."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from digest.cli import output
from digest.cli.options import Json
from digest.text.wording import join_words

if TYPE_CHECKING:
    from digest.app.mail_test import TestResult

commands = typer.Typer(
    help="Try the way by which mails leave.",
    no_args_is_help=True,
    epilog="Example: [bold]digest mail test you@example.org[/bold]",
)


@commands.callback()
def _mail() -> None:
    """Keep the verb: a group of one command would be that command itself."""


@commands.command("test", epilog="Example: [bold]digest mail test you@example.org --json[/bold]")
def send_test_mail(
    ctx: typer.Context,
    address: Annotated[str, typer.Argument(metavar="ADDRESS", help="Who gets the mail.")],
    *,
    json: Json = False,
) -> None:
    """Send one test mail the way others leave, and print what the server said.

    It is in no report and no reader's history. Whoever must not be written to gets none.
    """
    from digest.app.clock import now
    from digest.app.mail_test import send_test
    from digest.models.delivery import DeliveryState

    app = output.open_app(ctx)
    result = send_test(app, address, at=now())
    if json:
        output.print_json(_shape(result))
    else:
        _print(app.config.mail.transport, result, address)
    if result.outcome.state is not DeliveryState.SENT:
        raise typer.Exit(1)


def _print(transport: str, result: TestResult, address: str) -> None:
    """Print what came of it, a line for each fact."""
    outcome = result.outcome
    lines = {
        "to": address,
        "result": str(outcome.state),
        "server said": result.reply,
        "reason": outcome.reason or "",
        "status": outcome.status,
        "refused at": outcome.stage,
        "encryption": result.tls or ("none" if transport == "smtp" else ""),
        "size": f"{result.size:,} octets",
        "signed with": join_words(result.selectors) if result.selectors else "nothing",
        "sender": result.sender,
        "message id": result.message_id,
        "file": str(result.file or ""),
    }
    width = max(map(len, lines)) + 2
    for name, value in lines.items():
        if value:
            output.print_result(f"{name:{width}}{value}")


def _shape(result: TestResult) -> dict[str, Any]:
    outcome = result.outcome
    return {
        "state": outcome.state,
        "code": outcome.code,
        "status": outcome.status,
        "stage": outcome.stage,
        "reason": outcome.reason,
        "reply": result.reply,
        "tls": result.tls,
        "size": result.size,
        "selectors": list(result.selectors),
        "sender": result.sender,
        "message_id": result.message_id,
        "file": str(result.file) if result.file else None,
    }
