"""`digest preview`: the very mail a reader would get."""

from __future__ import annotations

import json as jsonlib
import tempfile
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from digest.app import serializers
from digest.cli import output
from digest.cli.papers import Day, parse_day
from digest.cli.subscribers import known

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
    from digest.errors import ConfigError, NotFoundError

    if topic and to:
        raise ConfigError("--topic and --to exclude each other: a reader has topics of their own")
    opened = output.open_app(ctx)
    chosen = parse_day(day) or opened.papers.newest_day(until=opened.today())
    if chosen is None:
        raise NotFoundError("there are no papers yet; run `digest fetch` first")
    reader = known(opened.book.find(to), to) if to else _somebody(opened, topic or [])
    room = opened.message_builder(opened.build_edition(chosen))
    outcome = room.preview(reader)
    if outcome.message is None:
        output.print_note(f"no mail for {reader.address} on {chosen}: {outcome.reason}")
        raise typer.Exit(1)
    _show(outcome.message, _form(form, out, in_browser=in_browser), out, in_browser=in_browser)


def _somebody(opened: App, slugs: Sequence[str]) -> Subscriber:
    """Return a made-up reader of some topics, or of all."""
    from digest.app import services
    from subscribers.models import Status, Subscriber

    wanted = [services.find_topic(slug, opened.topics).slug for slug in slugs]
    return Subscriber(
        id=0,
        address="reader@example.org",
        status=Status.CONFIRMED,
        topics=tuple(wanted or (topic.slug for topic in opened.topics)),
        since=services.now(),
    )


def _form(form: Form | None, out: Path | None, *, in_browser: bool) -> Form:
    if form is not None:
        return form
    by_ending = {".html": Form.HTML, ".htm": Form.HTML, ".eml": Form.EML, ".json": Form.JSON}
    if out is not None:
        return by_ending.get(out.suffix.lower(), Form.TEXT)
    return Form.HTML if in_browser else Form.TEXT


def _show(mail: RenderedMessage, form: Form, out: Path | None, *, in_browser: bool) -> None:
    from digest.errors import ConfigError

    match form:
        case Form.HTML:
            content = mail.html.encode()
        case Form.TEXT:
            content = mail.text.encode()
        case Form.EML:
            content = mail.outgoing.content
        case Form.JSON:
            shape = serializers.issue(mail.issue, mail.subject)
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
    output.print_result(str(out))
    if in_browser:
        typer.launch(out.resolve().as_uri())
