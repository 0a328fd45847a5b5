"""`digest topics`: show the topics, and edit them in the configuration file."""

from __future__ import annotations

from typing import Annotated

import typer

from digest.app import serializers
from digest.cli import output
from digest.cli.options import Json
from digest.cli.tables import print_table

commands = typer.Typer(
    help="Look at and change the topics.",
    no_args_is_help=True,
    epilog="Example: [bold]digest topics list[/bold]",
)

Slug = Annotated[str, typer.Argument(metavar="SLUG", help="The topic's short name.")]


@commands.command("list", epilog="Example: [bold]digest topics list --json[/bold]")
def list_topics(ctx: typer.Context, *, json: Json = False) -> None:
    """List the topics."""
    topics = output.open_app(ctx, only_reads=True).topics
    if json:
        output.print_json([serializers.topic(topic) for topic in topics])
        return
    print_table(
        "Topics",
        ("slug", "name~", "words in#", "words out#", "categories~", "authors#"),
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


@commands.command(epilog="Example: [bold]digest topics show robotics[/bold]")
def show(ctx: typer.Context, slug: Slug, *, json: Json = False) -> None:
    """Show one topic."""
    from digest.app.config.topics import find_topic

    topic = find_topic(slug, output.open_app(ctx, only_reads=True).topics)
    if json:
        output.print_json(serializers.topic(topic))
        return
    for key, value in serializers.topic(topic).items():
        text = ", ".join(value) if isinstance(value, list) else str(value)
        output.print_result(f"{key + ':':12}{text or '-'}")


@commands.command(
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
    from digest.app import config
    from digest.app.config import topics

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
    path = topics.add(topic, ctx.obj)
    config.load(path)
    output.Report().line(f"added {slug} to {path}")


@commands.command(epilog="Example: [bold]digest topics remove robotics[/bold]")
def remove(
    ctx: typer.Context,
    slug: Slug,
    *,
    force: Annotated[bool, typer.Option("--force", help="Even if readers have it.")] = False,
) -> None:
    """Remove a topic from the configuration file."""
    from digest.app.config import topics
    from digest.errors import ConfigError
    from digest.text.wording import count

    app = output.open_app(ctx)
    topics.find_topic(slug, app.topics)
    subscribers = app.book.wanting(slug)
    if subscribers and not force:
        raise ConfigError(
            f"the topic {slug} is wanted by {count(subscribers, 'reader')}; --force removes it"
        )
    path = topics.remove(slug, ctx.obj)
    output.Report().line(f"removed {slug} from {path}")
