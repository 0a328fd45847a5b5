"""`digest preview`: the message a subscriber would get, byte for byte."""

from __future__ import annotations

import json
import tempfile
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from digest.app import serializers
from digest.cli import output
from digest.cli.options import Day, day_of_run, find_subscriber, parse_day

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digest.app.services import App
    from digest.mail.renderer import RenderedMessage
    from subscribers.models import Subscriber


class Form(StrEnum):
    """What a preview shows of a mail."""

    HTML = "html"
    TEXT = "text"
    EML = "eml"
    JSON = "json"


def register(root: typer.Typer) -> None:
    """Add the command."""
    root.command(
        epilog="Example: [bold]digest preview --topic agents --topic robotics --open[/bold]"
    )(preview)


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
        Form | None,
        typer.Option(
            "--as", help="Unless given: by the ending of --out, html with --open, else text."
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="PATH", help="Write to a file instead of standard output."),
    ] = None,
    *,
    in_browser: Annotated[bool, typer.Option("--open", help="Open it in the browser.")] = False,
) -> None:
    """Show the mail a reader would get, without sending or recording anything."""
    from digest.app import clock, pipeline, previews
    from digest.errors import ConfigError, NotFoundError

    if topic and to:
        raise ConfigError("--topic and --to exclude each other: a reader has topics of their own")
    app = output.open_app(ctx, only_reads=True, ranks=True)
    chosen = parse_day(day) or app.papers.newest_day(until=day_of_run(app))
    if chosen is None:
        raise NotFoundError("there are no papers yet; run `digest fetch` first")
    subscriber = find_subscriber(app, to) if to else _example_subscriber(app, topic or [])
    edition = pipeline.build_edition(app, chosen, progress=output.progress_bar)
    windows = previews.windows_for(app, chosen, [subscriber.id], progress=output.progress_bar)
    builder = app.message_builder(edition, windows=windows, progress=output.progress_bar)
    result = builder.preview(subscriber)
    if result.message is None:
        is_future = chosen > clock.newest_day(app.config.schedule.timezone)
        reason = "that day is in the future" if is_future else result.reason
        output.print_failure(f"no mail for {subscriber.address} on {chosen}: {reason}")
        raise typer.Exit(1)
    _show(result.message, _form(form, out, in_browser=in_browser), out, in_browser=in_browser)


def _example_subscriber(app: App, slugs: Sequence[str]) -> Subscriber:
    """Return a subscriber of some topics, or of all, who is in no database."""
    from digest.app import clock
    from digest.app.config.topics import find_topic
    from subscribers.models import MADE_UP_ID, Status, Subscriber

    wanted = [find_topic(slug, app.topics).slug for slug in slugs]
    return Subscriber(
        id=MADE_UP_ID,
        address="reader@example.org",
        status=Status.CONFIRMED,
        topics=tuple(wanted or (topic.slug for topic in app.topics)),
        since=clock.now(),
    )


def _form(form: Form | None, out: Path | None, *, in_browser: bool) -> Form:
    """Return the form that was chosen, else the one of the file's ending, else HTML or text."""
    if form is not None:
        return form
    by_ending = {".html": Form.HTML, ".htm": Form.HTML, ".eml": Form.EML, ".json": Form.JSON}
    if out is not None:
        return by_ending.get(out.suffix.lower(), Form.TEXT)
    return Form.HTML if in_browser else Form.TEXT


def _show(message: RenderedMessage, form: Form, out: Path | None, *, in_browser: bool) -> None:
    """Write a message in one form to a file or standard output, and open it if asked to."""
    from digest.errors import ConfigError
    from digest.storage import files

    match form:
        case Form.HTML:
            content = message.html.encode()
        case Form.TEXT:
            content = message.text.encode()
        case Form.EML:
            content = message.outgoing.content
        case Form.JSON:
            shape = serializers.issue(message.issue, message.subject)
            content = json.dumps(shape, ensure_ascii=False, indent=2).encode() + b"\n"
    if in_browser and out is None:
        with tempfile.NamedTemporaryFile(prefix="digest-", suffix=f".{form}", delete=False) as file:
            out = Path(file.name)
    if out is None:
        output.print_file(content)
        return
    try:
        files.write_output(out, content)
    except OSError as error:
        raise ConfigError(f"cannot write {out}: {error.strerror}") from error
    output.Report().line(str(out))
    if in_browser:
        typer.launch(out.resolve().as_uri())
