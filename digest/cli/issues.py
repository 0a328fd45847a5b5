"""`digest preview`, `digest run`, `digest status` and `digest daemon`."""

from __future__ import annotations

import json as jsonlib
import tempfile
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from digest import shapes
from digest.cli import screen
from digest.cli.papers import Day, Json, fetch_day, parse_day, show_reports
from digest.cli.subscribers import known

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from digest.app import App
    from digest.compose import Desk
    from digest.models import SendReport, SourceReport
    from digest.pipeline import Outcome
    from digest.press import Mail
    from subscribers.models import Subscriber


class Form(StrEnum):
    """What a preview shows of a mail."""

    HTML = "html"
    TEXT = "text"
    EML = "eml"
    JSON = "json"


def register(root: typer.Typer) -> None:
    """Add the commands."""
    root.command(
        epilog="Example: [bold]digest preview --topic agents --topic robotics --open[/bold]"
    )(preview)
    root.command(
        epilog="Example, as a line of crontab:"
        " [bold]0 18 * * 1-5 /opt/digest/bin/digest -c /etc/digest/config.toml run[/bold]"
    )(run)
    root.command(epilog="Example: [bold]digest status --day 2026-02-02[/bold]")(status)
    root.command(epilog="Example: [bold]digest -c /etc/digest/config.toml daemon[/bold]")(daemon)


def preview(
    ctx: typer.Context,
    day: Day = None,
    topic: Annotated[
        list[str] | None,
        typer.Option("--topic", metavar="SLUG", help="As a reader of this topic; repeat."),
    ] = None,
    to: Annotated[
        str | None,
        typer.Option("--to", metavar="EMAIL", help="As this reader: the very mail they get."),
    ] = None,
    form: Annotated[
        Form | None, typer.Option("--as", help="By the ending of --out, else text.")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="PATH", help="Write to a file instead of standard output."),
    ] = None,
    *,
    in_browser: Annotated[bool, typer.Option("--open", help="Open it in the browser.")] = False,
) -> None:
    """Show the mail a reader would get, without sending or recording anything."""
    from digest import app as wiring
    from digest import pipeline
    from digest.errors import ConfigError, NotFoundError

    if topic and to:
        raise ConfigError("--topic and --to exclude each other: a reader has topics of their own")
    opened = screen.open_app(ctx)
    chosen = parse_day(day) or opened.store.newest_day(until=opened.today())
    if chosen is None:
        raise NotFoundError("there are no papers yet; run `digest fetch` first")
    reader = known(opened.book.find(to), to) if to else _somebody(opened, topic or [])
    desk = _desk(opened, chosen)
    outcome = pipeline.preview(
        reader, desk, press=opened.press, ledger=opened.ledger, clock=wiring.now
    )
    if outcome.mail is None:
        screen.note(f"no mail for {reader.address} on {chosen}: {outcome.reason}")
        raise typer.Exit(1)
    _show(outcome.mail, _form(form, out, in_browser=in_browser), out, in_browser=in_browser)


def _somebody(opened: App, slugs: Sequence[str]) -> Subscriber:
    """Return a made-up reader of some topics, or of all."""
    from digest import app as wiring
    from subscribers.models import Status, Subscriber

    wanted = [wiring.find_topic(slug, opened.topics).slug for slug in slugs]
    return Subscriber(
        id=0,
        address="reader@example.org",
        status=Status.CONFIRMED,
        topics=tuple(wanted or (topic.slug for topic in opened.topics)),
        since=wiring.now(),
    )


def _form(form: Form | None, out: Path | None, *, in_browser: bool) -> Form:
    if form is not None:
        return form
    by_ending = {".html": Form.HTML, ".htm": Form.HTML, ".eml": Form.EML, ".json": Form.JSON}
    if out is not None:
        return by_ending.get(out.suffix.lower(), Form.TEXT)
    return Form.HTML if in_browser else Form.TEXT


def _show(mail: Mail, form: Form, out: Path | None, *, in_browser: bool) -> None:
    from digest.errors import ConfigError

    match form:
        case Form.HTML:
            content = mail.html.encode()
        case Form.TEXT:
            content = mail.text.encode()
        case Form.EML:
            content = mail.parcel.content
        case Form.JSON:
            shape = shapes.issue(mail.issue, mail.subject)
            content = jsonlib.dumps(shape, ensure_ascii=False, indent=2).encode() + b"\n"
    if in_browser and out is None:
        with tempfile.NamedTemporaryFile(prefix="digest-", suffix=f".{form}", delete=False) as file:
            out = Path(file.name)
    if out is None:
        stdout = typer.get_binary_stream("stdout")
        stdout.write(content)
        stdout.flush()
        return
    try:
        out.write_bytes(content)
    except OSError as error:
        raise ConfigError(f"cannot write {out}: {error.strerror}") from error
    screen.answer(str(out))
    if in_browser:
        typer.launch(out.resolve().as_uri())


def run(
    ctx: typer.Context,
    day: Day = None,
    only: Annotated[
        str | None, typer.Option("--only", metavar="EMAIL", help="Serve only this reader.")
    ] = None,
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Fetch, then show who would get what; send nothing.")
    ] = False,
    json: Json = False,
) -> None:
    """Fetch the day's papers and send every confirmed reader their digest, once."""
    opened = screen.open_app(ctx)
    readers = _readers(opened, only)
    # Checked before anything is fetched: a wrong mail setting should not wait for the network.
    transport = opened.transport()
    chosen = parse_day(day)
    reports = fetch_day(opened, chosen)
    desk = _desk(opened, chosen or opened.today())
    failed = any(report.error for report in reports)
    if dry_run:
        complete = _rehearse(opened, desk, readers, reports, json=json)
    else:
        from digest import app as wiring
        from digest import door, pipeline

        report = pipeline.send(
            readers,
            desk,
            press=opened.press,
            ledger=opened.ledger,
            transport=transport,
            clock=wiring.now,
            track=screen.track,
        )
        if report.stopped is None:
            door.go_round(opened, transport, clock=wiring.now)
        _show_run(opened, report, reports, readers=len(readers), json=json)
        complete = report.complete
    if failed or not complete:
        raise typer.Exit(1)


def _readers(opened: App, only: str | None) -> list[Subscriber]:
    from digest.errors import ConfigError
    from subscribers.models import Status

    if only is None:
        return opened.book.confirmed()
    reader = known(opened.book.find(only), only)
    if reader.status is not Status.CONFIRMED:
        raise ConfigError(
            f"{reader.address} is {reader.status}, and only confirmed readers get mail"
        )
    return [reader]


def _desk(opened: App, day: date) -> Desk:
    from digest import pipeline

    names = [place.name for place in opened.places]
    return pipeline.lay_out(day, opened.topics, names, store=opened.store, quotas=opened.quotas)


def _show_run(
    opened: App, report: SendReport, reports: list[SourceReport], *, readers: int, json: bool
) -> None:
    # With transport stdout the mails are the answer, and this is a note beside them.
    aside = opened.config.mail.transport == "stdout"
    if json and not aside:
        shape = shapes.send_report(report)
        screen.as_json({**shape, "sources": [shapes.source_report(r) for r in reports]})
        return
    show_reports(reports, err=aside)
    parts = [f"{number} {state}" for state, number in report.counts.items()]
    if report.already:
        parts.append(f"{report.already} already settled")
    if not readers:
        parts.append("nobody is subscribed and confirmed yet")
    say = screen.note if aside else screen.answer
    say(f"{report.day}: {', '.join(parts) or 'nothing to do'}")
    if report.stopped:
        say(f"stopped: {report.stopped}")


def _rehearse(
    opened: App, desk: Desk, readers: list[Subscriber], reports: list[SourceReport], *, json: bool
) -> bool:
    from digest import app as wiring
    from digest import pipeline

    outcomes = pipeline.rehearse(
        readers,
        desk,
        press=opened.press,
        ledger=opened.ledger,
        clock=wiring.now,
        track=screen.track,
    )
    if json:
        screen.as_json(
            {
                "day": desk.edition.day.isoformat(),
                "dry_run": True,
                "sources": [shapes.source_report(report) for report in reports],
                "would": [_outcome(outcome) for outcome in outcomes],
            }
        )
    else:
        show_reports(reports)
        shown = [_outcome(outcome) for outcome in outcomes]
        screen.table(
            "Dry run: nothing was sent",
            ("address", "would be", "papers#", "subject or reason"),
            [(o["address"], o["state"], o["papers"], o["subject"] or o["reason"]) for o in shown],
        )
    return all(outcome.state in ("sent", "skipped") for outcome in outcomes)


def _outcome(outcome: Outcome) -> dict[str, object]:
    mail = outcome.mail
    return {
        "address": outcome.reader.address,
        "state": str(outcome.state),
        "papers": len(mail.issue.picks) if mail else 0,
        "subject": mail.subject if mail else None,
        "reason": outcome.reason,
    }


def status(ctx: typer.Context, day: Day = None, *, json: Json = False) -> None:
    """Say what happened on a day: sources, and who got what or why not."""
    opened = screen.open_app(ctx)
    chosen = parse_day(day) or opened.ledger.newest_day() or opened.today()
    fetched = opened.store.fetched(chosen)
    entries = opened.ledger.entries(day=chosen)
    counts: dict[str, int] = {}
    for entry in entries:
        counts[str(entry.state)] = counts.get(str(entry.state), 0) + 1
    waiting = len(
        {reader.address for reader in opened.book.confirmed()} - {e.address for e in entries}
    )
    if json:
        screen.as_json(
            {
                "day": chosen.isoformat(),
                "papers": len(opened.store.papers(chosen)),
                "sources": [shapes.fetched(found) for found in fetched],
                "deliveries": counts,
                "not_planned": waiting,
                "people": [shapes.entry(entry) for entry in entries],
            }
        )
        return
    screen.table(
        f"Sources for {chosen}",
        ("source", "state", "fetched at", "declared#", "parsed#", "rejected#", "error"),
        [
            (f.source, f.state, shapes.moment(f.at), f.declared, f.parsed, f.rejected, f.error)
            for f in fetched
        ],
    )
    screen.answer("")
    screen.table(
        f"Deliveries for {chosen}",
        ("address", "state", "papers#", "settled at", "subject or reason"),
        [
            (e.address, e.state, e.papers, shapes.moment(e.settled_at), e.reason or e.subject)
            for e in entries
        ],
    )
    summary = [f"{number} {state}" for state, number in counts.items()]
    if waiting:
        summary.append(f"{waiting} not planned yet")
    screen.answer(f"\n{chosen}: {', '.join(summary) or 'no deliveries'}")


def daemon(ctx: typer.Context) -> None:
    """Stay and run every day at the hour the configuration says, instead of cron."""
    from digest import app as wiring
    from digest import schedule

    opened = screen.open_app(ctx)
    opened.transport().close()

    def daily() -> None:
        fetch_and_send(ctx)

    settings = opened.config.schedule
    first = schedule.next_run(
        at=settings.at,
        weekdays=settings.weekdays,
        timezone=settings.timezone,
        after=wiring.now(),
    )
    screen.note(f"runs at {settings.at} {settings.timezone}, first on {first:%A %Y-%m-%d}")
    schedule.every_day(
        daily, at=settings.at, weekdays=settings.weekdays, timezone=settings.timezone
    )


def fetch_and_send(ctx: typer.Context) -> None:
    """Do what `digest run` does, with errors logged instead of raised, so the daemon goes on."""
    import logging

    from digest.errors import DigestError

    try:
        # A context of its own, so that the database is closed when the day's run is done.
        of_today = typer.Context(ctx.command, parent=ctx)
        with of_today:
            run(of_today)
    except typer.Exit:
        pass  # not fully done; the log has said why
    except DigestError as error:
        logging.getLogger("digest").error("run failed", extra={"error": str(error)})  # noqa: TRY400
