"""`digest topics`: the topics live in the configuration file, and these commands edit it."""

from __future__ import annotations

from typing import Annotated

import typer

from digest.app import serializers
from digest.cli import output
from digest.cli.papers import Json

app = typer.Typer(
    help="Look at and change the topics.",
    no_args_is_help=True,
    epilog="Example: [bold]digest topics list[/bold]",
)

Slug = Annotated[str, typer.Argument(metavar="SLUG", help="The topic's short name.")]


@app.command("list", epilog="Example: [bold]digest topics list --json[/bold]")
def list_topics(ctx: typer.Context, *, json: Json = False) -> None:
    """List the topics."""
    topics = output.open_app(ctx).topics
    if json:
        output.print_json([serializers.topic(topic) for topic in topics])
        return
    output.table(
        "Topics",
        ("slug", "name", "words in#", "words out#", "categories", "authors#"),
        [
            (
                t.slug,
                t.name,
                "all" if t.trending else len(t.words_in),
                len(t.words_out),
                " ".join(t.categories),
                len(t.authors),
            )
            for t in topics
        ],
    )


@app.command(epilog="Example: [bold]digest topics show robotics[/bold]")
def show(ctx: typer.Context, slug: Slug, *, json: Json = False) -> None:
    """Show one topic."""
    from digest.app.services import find_topic

    topic = find_topic(slug, output.open_app(ctx).topics)
    if json:
        output.print_json(serializers.topic(topic))
        return
    for key, value in serializers.topic(topic).items():
        shown = ", ".join(value) if isinstance(value, list) else str(value)
        output.print_result(f"{key + ':':12}{shown or '-'}")


@app.command(
    epilog="Example: [bold]digest topics add graphs --name 'Graph learning'"
    " --words-in 'graph neural network' --words-in GNN --words-out 'knowledge graph'[/bold]"
)
def add(
    ctx: typer.Context,
    slug: Slug,
    name: Annotated[
        str, typer.Option("--name", help="The name readers see; the slug unless given.")
    ] = "",
    words_in: Annotated[
        list[str] | None,
        typer.Option(
            "--words-in",
            "--in",
            metavar="WORD",
            help="A word or phrase that brings a paper in; repeat.",
        ),
    ] = None,
    words_out: Annotated[
        list[str] | None,
        typer.Option(
            "--words-out",
            "--out",
            metavar="WORD",
            help="A word or phrase that keeps a paper out; repeat.",
        ),
    ] = None,
    category: Annotated[
        list[str] | None,
        typer.Option("--category", metavar="CAT", help="An arXiv category; repeat."),
    ] = None,
    author: Annotated[
        list[str] | None,
        typer.Option("--author", metavar="NAME", help="A person to follow; repeat."),
    ] = None,
    *,
    trending: Annotated[
        bool, typer.Option("--trending", help="Every paper, by votes alone.")
    ] = False,
) -> None:
    """Add a topic to the configuration file."""
    from digest.app.config import topics as topic_file
    from digest.app.services import load_config

    output.open_app(ctx)
    topic = {
        "slug": slug,
        "name": name or slug.replace("-", " ").capitalize(),
        "words_in": words_in or [],
        "words_out": words_out or [],
        "categories": category or [],
        "authors": author or [],
        "trending": trending,
    }
    path = topic_file.add(topic, ctx.obj)
    load_config(path)
    output.print_result(f"added {slug} to {path}")


@app.command(epilog="Example: [bold]digest topics remove robotics[/bold]")
def remove(
    ctx: typer.Context,
    slug: Slug,
    *,
    force: Annotated[bool, typer.Option("--force", help="Even if readers have it.")] = False,
) -> None:
    """Remove a topic from the configuration file."""
    from digest.app.config import topics as topic_file
    from digest.app.services import find_topic
    from digest.errors import ConfigError
    from digest.text.wording import count

    opened = output.open_app(ctx)
    find_topic(slug, opened.topics)
    readers = opened.book.wanting(slug)
    if readers and not force:
        raise ConfigError(
            f"the topic {slug} is wanted by {count(readers, 'reader')}; --force removes it"
        )
    path = topic_file.remove(slug, ctx.obj)
    output.print_result(f"removed {slug} from {path}")
