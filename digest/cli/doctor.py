"""`digest doctor`: what is wrong with an installation, and what to do about it."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from typing import TYPE_CHECKING

import typer

from digest.cli import output
from digest.cli.options import Json
from digest.cli.tables import print_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digest.app.doctor.finding import Finding


def register(root: typer.Typer) -> None:
    """Add the command."""
    root.command(epilog="Example: [bold]digest doctor --json[/bold]")(doctor)


def doctor(ctx: typer.Context, *, json: Json = False) -> None:
    """Look for what is wrong with this installation, and say what to do about it.

    Nothing is written, and no mail is sent. Sources, the mail server, the DNS and the website are
    asked once each.
    """
    from digest.app import log
    from digest.app.clock import now
    from digest.app.doctor.checks import diagnose, is_well

    log.configure("error", "text")  # what matters of the log is a finding
    output.print_terminal_note("asking the sources, the mail server, the DNS and the website ...")
    findings = list(diagnose(ctx.obj, clock=now))
    if json:
        output.print_json([asdict(finding) for finding in findings])
    else:
        _print(findings)
    if not is_well(findings):
        raise typer.Exit(1)


def _print(findings: Sequence[Finding]) -> None:
    from digest.app.doctor.finding import Level

    print_table(
        "Doctor",
        ("check", "result", "finding~"),
        [(finding.check, finding.level, finding.text) for finding in findings],
    )
    remedies: dict[tuple[Level, str], list[str]] = {}
    for finding in findings:
        if finding.remedy:
            remedies.setdefault((finding.level, finding.remedy), []).append(finding.check)
    if remedies:
        output.print_result("\nWhat to do:")
    for (level, remedy), checks in remedies.items():
        output.print_result(f"\n{level}  {', '.join(dict.fromkeys(checks))}")
        output.print_result(f"    {remedy}")
    counts = Counter(finding.level for finding in findings)
    in_order = (Level.FAIL, Level.WARN, Level.OK, Level.NOT_CHECKED)
    output.print_result("")
    output.print_result(
        ", ".join(f"{counts[level]} {level}" for level in in_order if counts[level])
    )
