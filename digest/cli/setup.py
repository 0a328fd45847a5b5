"""`digest init` writes a configuration, and `digest demo` shows what the product does."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated

import typer

from digest.cli import output
from digest.cli.options import day_of_run

DEMO_TOPICS = ("agents", "generation", "reasoning")
DEMO_ADDRESS = "reader@example.org"


def register(root: typer.Typer) -> None:
    """Add the commands."""
    root.command(epilog="Example: [bold]digest init /etc/digest[/bold]")(init)
    root.command(epilog="Example: [bold]digest demo --out /tmp/demo[/bold]")(demo)


def init(
    folder: Annotated[
        Path, typer.Argument(metavar="[DIR]", help="Where; here unless given.")
    ] = Path(),
) -> None:
    """Write a config.toml with every default and a comment for each key."""
    from digest.app.config.load import FILE_NAME
    from digest.app.setup.configuration import example_text
    from digest.errors import ConfigError
    from digest.storage import files

    path = folder / FILE_NAME
    text = example_text()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:  # a file has the name of the folder, for example
        raise ConfigError(f"cannot make the folder {folder}: {error.strerror}") from error
    try:
        files.create(path, text.encode("utf-8"))
    except FileExistsError as error:
        raise ConfigError(f"{path} is there already; it was not touched") from error
    except OSError as error:
        raise ConfigError(f"cannot write {path}: {error.strerror}") from error
    option = "" if folder == Path() else f" -c {path}"
    output.Report().line(f"wrote {path}")
    output.print_note(
        f"next: digest{option} subscribers add you@example.org --topic agents --confirmed\n"
        f"      digest{option} run\n"
        "Mails are written to a folder until you set [mail] transport."
    )


def demo(
    out: Annotated[
        Path, typer.Option("--out", metavar="DIR", help="Where to put the mail.")
    ] = Path("demo"),
) -> None:
    """Make one reader's digest of the sample day: no network, no configuration, nothing sent."""
    from digest.app import clock, config, log, pipeline, services
    from digest.app.config.resources import sample_day
    from digest.delivery.transports import Directory
    from digest.errors import ConfigError
    from digest.storage import files
    from subscribers.book import Evidence

    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(f"cannot write {out}: {error.strerror}") from error
    log.configure("error" if output.is_quiet() else "warning", "text")
    with tempfile.TemporaryDirectory(prefix="digest-demo-") as scratch:
        settings = config.build(
            {
                "site": {
                    "secret_key": "for the demo, and for nothing else",
                    "postal_address": "1 Example Street, Example City",
                },
                "sources": [
                    {"name": "Hugging Face", "kind": "huggingface", "path": str(sample_day())}
                ],
                "mail": {"directory": str(out.resolve())},
            },
            folder=Path(scratch),
            where="the demo",
        )
        app = services.open_app(settings, is_new=True)
        evidence = Evidence(at=clock.now(), channel="demo")
        app.book.add(DEMO_ADDRESS, DEMO_TOPICS, confirmed=True, evidence=evidence)
        (subscriber,) = app.book.confirmed()
        pipeline.fetch(app, progress=output.lasting_progress_bar)
        day = app.papers.newest_day(until=day_of_run(app)) or day_of_run(app)
        edition = pipeline.build_edition(app, day, progress=output.lasting_progress_bar)
        report = pipeline.deliver(
            app, day, transport=app.transport(), edition=edition, allow_late=True
        )
        record = app.history.record(day, subscriber.id)
        message = app.message_builder(edition).preview(subscriber).message
        app.close()
    if message is None or not report.complete:
        reason = report.stopped or (record and record.reason) or "no mail was planned"
        raise ConfigError(f"the demo could not be made: {reason}")
    eml = out / Directory(out).path(message.outgoing).relative_to(out)
    for path, content in (
        (eml.with_suffix(".html"), message.html),
        (eml.with_suffix(".txt"), message.text),
    ):
        files.write_output(path, content.encode())
    done = output.Report()
    done.line(
        f"{len(message.issue.picks)} papers of {day} for {DEMO_ADDRESS},"
        f" who likes {', '.join(DEMO_TOPICS)}:"
    )
    for path in (eml, eml.with_suffix(".html"), eml.with_suffix(".txt")):
        done.line(f"  {path}")
