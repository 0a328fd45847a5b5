"""`digest dkim`: make the keys that sign messages, and print their DNS records."""

from __future__ import annotations

from json import dumps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from digest.cli import output
from digest.cli.options import Json

if TYPE_CHECKING:
    from digest.mail.dkim import Record


commands = typer.Typer(
    help="Make the keys that mails are signed with.",
    no_args_is_help=True,
    epilog="Example: [bold]digest dkim keygen[/bold]",
)


@commands.command(epilog="Example: [bold]digest dkim keygen --selector spring[/bold]")
def keygen(
    ctx: typer.Context,
    selector: Annotated[
        str | None,
        typer.Option(
            "--selector", metavar="NAME", help="Its name in the DNS; by default the month's."
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", metavar="FILE", help="The key's file; by default beside the configuration."
        ),
    ] = None,
    *,
    ed25519: Annotated[
        bool, typer.Option("--ed25519", help="Make an Ed25519 key, for a second signature.")
    ] = False,
    json: Json = False,
) -> None:
    """Make a key and print its DNS record and the lines for the configuration.

    A file that exists is never changed. Nothing is signed until the configuration names the key.
    """
    from digest.app import clock, config
    from digest.app.config import dkim_keys
    from digest.app.config.secrets import mail_domain
    from digest.mail import dkim

    settings = config.load(ctx.obj)
    selector = _checked(selector or f"digest{clock.now():%Y%m}{'-ed25519' if ed25519 else ''}")
    path = out or settings.folder / f"dkim-{selector}.pem"
    key = dkim.generate(selector, "ed25519" if ed25519 else "rsa")
    dkim_keys.save(key, path)
    record = key.record(mail_domain(settings))
    prefix = "ed25519_" if ed25519 else ""
    table = {f"{prefix}selector": selector, f"{prefix}key": _relative(path, settings.folder)}
    if json:
        output.print_json({"file": str(path), "record": _shape(record), "dkim": table})
        return
    output.print_result(f"wrote {path}; whoever has it can sign as you\n")
    _print_record(record)
    output.print_result("\nWhen the DNS answers with it, set in the configuration:\n\n[dkim]")
    for name, value in table.items():
        # A JSON string is a TOML basic string too.
        output.print_result(f"{name} = {dumps(value, ensure_ascii=False)}")


@commands.command("record", epilog="Example: [bold]digest dkim record --json[/bold]")
def show_records(ctx: typer.Context, *, json: Json = False) -> None:
    """Print the DNS records of the keys in use."""
    from digest.app import config
    from digest.app.config.secrets import signer
    from digest.errors import ConfigError

    signing = signer(config.load(ctx.obj))
    if signing is None:
        raise ConfigError("[dkim] names no key; `digest dkim keygen` makes one")
    if json:
        output.print_json([_shape(record) for record in signing.records])
        return
    for index, record in enumerate(signing.records):
        if index:
            output.print_result("")
        _print_record(record)


def _checked(selector: str) -> str:
    """Return a selector as it is.

    Raises:
        ConfigError: it cannot stand in the DNS.

    """
    import re

    from digest.app.config.addresses import SELECTOR
    from digest.errors import ConfigError

    if not re.fullmatch(SELECTOR, selector):
        raise ConfigError(
            f"{selector!r} cannot be a selector; use letters, digits, hyphens and dots"
        )
    return selector


def _relative(path: Path, folder: Path) -> str:
    """Write a path as the configuration in this folder can name it."""
    absolute = path.absolute()
    return str(absolute.relative_to(folder)) if absolute.is_relative_to(folder) else str(absolute)


def _print_record(record: Record) -> None:
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
