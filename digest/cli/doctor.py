"""`digest doctor`: what is wrong with an installation, and what to do about it."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from digest.app import serializers
from digest.cli import output
from digest.cli.options import Day, Json
from digest.cli.tables import print_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digest.app.doctor.finding import Finding, Level
    from digest.app.doctor.reader import Explanation


def register(root: typer.Typer) -> None:
    """Add the command."""
    root.command(epilog="Example: [bold]digest doctor --json[/bold]")(doctor)


def doctor(
    ctx: typer.Context,
    email: Annotated[
        str | None,
        typer.Argument(metavar="[EMAIL]", help="Say why this reader got an issue or none."),
    ] = None,
    day: Day = None,
    *,
    json: Json = False,
) -> None:
    """Look for what is wrong with this installation, and say what to do about it.

    With an address, say why its reader got an issue of a day, or none. Nothing is written, and no
    mail is sent. Sources, the mail server, the DNS and the website are asked once each.
    """
    if email is not None:
        _explain(ctx, email, day, json=json)
        return
    if day is not None:
        from digest.errors import ConfigError

        raise ConfigError(f"--day needs a reader; name the reader: digest doctor EMAIL --day {day}")
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


def _explain(ctx: typer.Context, email: str, text: str | None, *, json: bool) -> None:
    """Say why a reader got an issue of a day, or none."""
    from digest.app.doctor.reader import explain, today_of
    from digest.cli.options import find_subscriber, parse_day

    app = output.open_app(ctx, only_reads=True)
    reader = find_subscriber(app, email)
    found = explain(app, reader, parse_day(text) or today_of(app, reader))
    if json:
        output.print_json(serializers.plain(found))
        return
    _print_explanation(found)


def _print(findings: Sequence[Finding]) -> None:
    from digest.app.doctor.finding import Level

    _print_table("Doctor", findings)
    counts = Counter(finding.level for finding in findings)
    in_order = (Level.FAIL, Level.WARN, Level.OK, Level.NOT_CHECKED)
    output.print_result("")
    output.print_result(
        ", ".join(f"{counts[level]} {level}" for level in in_order if counts[level])
    )


def _print_table(title: str, findings: Sequence[Finding]) -> None:
    """Print findings, and then what to do about them."""
    print_table(
        title,
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


def _print_explanation(found: Explanation) -> None:
    """Print each condition, what to do, and the answer: a condition that is not met is no fault."""
    print_table(
        f"{found.address} on {found.day:%A} {found.day}",
        ("condition", "result", "finding~"),
        [
            (finding.check, "no" if finding.level == "fail" else finding.level, finding.text)
            for finding in found.findings
        ],
    )
    remedies = dict.fromkeys(finding.remedy for finding in found.findings if finding.remedy)
    if remedies:
        output.print_result("\nWhat to do:")
    for remedy in remedies:
        output.print_result(f"    {remedy}")
    output.print_result(f"\n{found.answer}")
