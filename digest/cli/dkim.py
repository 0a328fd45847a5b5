"""`digest dkim`: make the keys that mails are signed with, and say what the DNS has to hold."""

from __future__ import annotations

import json as notation
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from digest.cli import output
from digest.cli.papers import Json

if TYPE_CHECKING:
    from digest.mail.dkim import Record


app = typer.Typer(
    help="Make the keys that mails are signed with.",
    no_args_is_help=True,
    epilog="Example: [bold]digest dkim keygen[/bold]",
)


@app.command(epilog="Example: [bold]digest dkim keygen --selector spring[/bold]")
def keygen(
    ctx: typer.Context,
    selector: Annotated[
        str | None,
        typer.Option(
            "--selector", metavar="NAME", help="Its name in the DNS; the month's if none."
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE", help="The key; beside the configuration if none."),
    ] = None,
    *,
    ed25519: Annotated[
        bool, typer.Option("--ed25519", help="Make an Ed25519 key, for a second signature.")
    ] = False,
    json: Json = False,
) -> None:
    """Make a key and print its DNS record and the lines for the configuration.

    A file that is there already is never touched, and nothing is signed until the configuration
    says so.
    """
    from digest.app.config import dkim_keys
    from digest.app.config.secrets import mail_domain
    from digest.app.services import load_config, now
    from digest.mail import dkim

    config = load_config(ctx.obj)
    selector = _checked(selector or f"digest{now():%Y%m}{'-ed25519' if ed25519 else ''}")
    path = out or config.folder / f"dkim-{selector}.pem"
    key = dkim.generate(selector, "ed25519" if ed25519 else "rsa")
    dkim_keys.save(key, path)
    record = key.record(mail_domain(config))
    prefix = "ed25519_" if ed25519 else ""
    settings = {f"{prefix}selector": selector, f"{prefix}key": _seen_from(config.folder, path)}
    if json:
        output.print_json({"file": str(path), "record": _shape(record), "dkim": settings})
        return
    output.print_result(f"wrote {path}; whoever has it can sign as you\n")
    _show(record)
    output.print_result("\nWhen the DNS answers with it, set in the configuration:\n\n[dkim]")
    for name, value in settings.items():
        output.print_result(f"{name} = {notation.dumps(value, ensure_ascii=False)}")


@app.command(epilog="Example: [bold]digest dkim record --json[/bold]")
def record(ctx: typer.Context, *, json: Json = False) -> None:
    """Print the DNS records of the keys in use."""
    from digest.app.config.secrets import signer
    from digest.app.services import load_config
    from digest.errors import ConfigError

    signing = signer(load_config(ctx.obj))
    if signing is None:
        raise ConfigError("[dkim] names no key; `digest dkim keygen` makes one")
    if json:
        output.print_json([_shape(record) for record in signing.records])
        return
    for number, found in enumerate(signing.records):
        if number:
            output.print_result("")
        _show(found)


def _checked(selector: str) -> str:
    import re

    from digest.app.config.schema import SELECTOR
    from digest.errors import ConfigError

    if not re.fullmatch(SELECTOR, selector):
        raise ConfigError(
            f"{selector!r} cannot be a selector; use letters, digits, hyphens and dots"
        )
    return selector


def _seen_from(folder: Path, path: Path) -> str:
    """Write a path as the configuration in this folder would name it."""
    whole = path.absolute()
    return str(whole.relative_to(folder)) if whole.is_relative_to(folder) else str(whole)


def _show(record: Record) -> None:
    output.print_result("The DNS record, as a line of a zone file:\n")
    output.print_result(record.zone_line)
    output.print_result("\nor in the fields of a form:\n")
    output.print_result(f"name   {record.name}\ntype   TXT\nvalue  {record.value}")


def _shape(record: Record) -> dict[str, Any]:
    return {
        "name": record.name,
        "type": "TXT",
        "value": record.value,
        "zone_line": record.zone_line,
    }
