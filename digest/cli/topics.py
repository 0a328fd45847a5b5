"""`digest topics`: show the topics, and edit them in the configuration file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from digest.app import serializers
from digest.cli import output
from digest.cli.options import Json, day_of_run
from digest.cli.tables import print_table
from digest.text.wording import count

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digest.app.examples import Example
    from digest.app.services import App
    from digest.ranking.trial import TrialDay

commands = typer.Typer(
    help="Look at and change the topics.",
    no_args_is_help=True,
    epilog="Example: [bold]digest topics list[/bold]",
)

Slug = Annotated[str, typer.Argument(metavar="SLUG", help="The topic's short name.")]


@commands.command("list", epilog="Example: [bold]digest topics list --json[/bold]")
def list_topics(ctx: typer.Context, *, json: Json = False) -> None:
    """List the topics."""
    from digest.app.examples import examples_by_topic
    from digest.ranking.query import without_examples

    app = output.open_app(ctx, only_reads=True)
    examples = examples_by_topic(app, app.topics)
    if json:
        output.print_json([serializers.topic(t, examples[t.slug]) for t in app.topics])
        return
    print_table(
        "Topics",
        ("slug", "name~", "words in#", "examples#", "words out#", "categories~", "authors#"),
        [
            (
                t.slug,
                t.name,
                "all" if t.trending else len(without_examples(t.words_in)),
                len(examples[t.slug]),
                len(t.words_out),
                " ".join(t.categories),
                len(t.authors),
            )
            for t in app.topics
        ],
    )
    for topic in app.topics:
        _print_unknown(app, topic.slug, examples[topic.slug])


def _print_unknown(app: App, slug: str, examples: Sequence[Example]) -> None:
    """Print which examples cannot be compared with yet."""
    from digest.app import lookup
    from digest.app.examples import note_of_unknown

    if note := note_of_unknown(examples, is_looked_up=lookup.is_possible(app)):
        output.print_note(f"note: {slug}: {note}")


@commands.command(epilog="Example: [bold]digest topics show robotics[/bold]")
def show(ctx: typer.Context, slug: Slug, *, json: Json = False) -> None:
    """Show one topic."""
    from digest.app.config.topics import find_topic
    from digest.app.examples import examples_by_topic

    app = output.open_app(ctx, only_reads=True)
    topic = find_topic(slug, app.topics)
    examples = examples_by_topic(app, [topic])[slug]
    written = serializers.topic(topic, examples)
    if json:
        output.print_json(written)
        return
    written["examples"] = [f"{it.paper_id} “{it.title}”" for it in examples if it.title]
    for key, value in written.items():
        text = ", ".join(value) if isinstance(value, list) else str(value)
        output.print_result(f"{key + ':':12}{text or '-'}")
    _print_unknown(app, slug, examples)


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


@commands.command(epilog="Example: [bold]digest topics packs mathematics[/bold]")
def packs(
    name: Annotated[
        str | None, typer.Argument(metavar="NAME", help="Show this pack alone, with its topics.")
    ] = None,
    *,
    json: Json = False,
) -> None:
    """List the packs: ready-made topics of other fields, with their sources."""
    from digest.app.config.packs import all_packs, find_pack

    if name is None:
        found = all_packs()
        if json:
            output.print_json([serializers.pack(pack) for pack in found])
            return
        print_table(
            "Packs",
            ("pack", "topics#", "sources~", "what it covers~"),
            [
                (pack.name, len(pack.topics), ", ".join(it.name for it in pack.sources), pack.about)
                for pack in found
            ],
        )
        return
    pack = find_pack(name)
    if json:
        output.print_json(serializers.pack(pack))
        return
    output.print_result(f"{pack.title}: {pack.about}\n")
    print_table(
        "Topics",
        ("slug", "name~", "words in~", "categories~"),
        [
            (topic.slug, topic.name, ", ".join(topic.words_in), " ".join(topic.categories))
            for topic in pack.topics
        ],
    )
    output.print_result("")
    print_table(
        "Sources",
        ("source", "kind", "categories~"),
        [(it.name, it.kind, ", ".join(it.categories) or "all") for it in pack.sources],
    )


@commands.command(
    "add-pack",
    epilog="Example: [bold]digest topics add-pack mathematics --topic number-theory[/bold]",
)
def add_pack(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="A pack of `digest topics packs`.")],
    topic: Annotated[
        list[str] | None,
        typer.Option("--topic", metavar="SLUG", help="Only this topic of the pack; repeat."),
    ] = None,
    *,
    no_source: Annotated[
        bool, typer.Option("--no-source", help="Add the topics alone, without their sources.")
    ] = False,
) -> None:
    """Add a pack's topics, and the sources that they need, to the configuration file."""
    from digest.app import config
    from digest.app.config import packs

    output.open_app(ctx)
    done = packs.add_pack(name, ctx.obj, slugs=topic or (), with_source=not no_source)
    config.load(done.file)
    report = output.Report()
    if done.topics:
        report.line(f"added {count(len(done.topics), 'topic')}: {', '.join(done.topics)}")
    for added in done.sources:
        report.line(f"added the source {added}")
    if done.same:
        report.line(f"there already: {', '.join(done.same)}")
    for known in done.known:
        report.line(f"the papers of {known} are read already")
    for slug in done.other:
        output.print_note(
            f"note: {slug} stays as {done.file} has it, which is not as the pack has it; `digest"
            f" topics remove {slug}`, and then this command again, takes that of the pack"
        )
    if not (done.topics or done.sources):
        report.line(f"nothing to add: {done.file} is as it was")


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

    app = output.open_app(ctx)
    topics.find_topic(slug, app.topics)
    subscribers = app.book.wanting(slug)
    if subscribers and not force:
        raise ConfigError(
            f"the topic {slug} is wanted by {count(subscribers, 'reader')}; --force removes it"
        )
    path = topics.remove(slug, ctx.obj)
    output.Report().line(f"removed {slug} from {path}")


@commands.command(
    "test",
    epilog="Example: [bold]digest topics test 'protein design' 'diffusion AND molecule' --days 5"
    "[/bold]",
)
def try_out(
    ctx: typer.Context,
    text: Annotated[
        list[str] | None,
        typer.Argument(metavar="TEXT", help="A word, a phrase or a question; several if you like."),
    ] = None,
    slug: Annotated[
        str | None,
        typer.Option("--topic", metavar="SLUG", help="A topic that there is, instead of words."),
    ] = None,
    days: Annotated[
        int, typer.Option("--days", min=1, max=90, help="The last days that have papers.")
    ] = 7,
    words_out: Annotated[
        list[str] | None,
        typer.Option("--words-out", "--out", metavar="WORD", help="Keeps a paper out; repeat."),
    ] = None,
    category: Annotated[
        list[str] | None,
        typer.Option("--category", metavar="CAT", help="An arXiv category; repeat."),
    ] = None,
    author: Annotated[
        list[str] | None,
        typer.Option("--author", metavar="NAME", help="A person or an institution; repeat."),
    ] = None,
    *,
    json: Json = False,
) -> None:
    """Show what a topic would have brought, and what it just missed; nothing is kept."""
    from digest.app.config import topics
    from digest.app.topic_trial import try_on_days
    from digest.errors import ConfigError

    described = any((text, words_out, category, author))
    if bool(slug) == described:
        raise ConfigError("give words, a category or an author, or else --topic SLUG")
    app = output.open_app(ctx, only_reads=True, ranks=True)
    if slug:
        topic = topics.find_topic(slug, app.topics)
    else:
        keys = {
            "slug": "test",
            "name": "Test",
            "words_in": text or [],
            "words_out": words_out or [],
            "categories": category or [],
            "authors": author or [],
        }
        topic = topics.check(keys, words_in="TEXT")
    tried = try_on_days(app, topic, days=days, until=day_of_run(app), progress=output.progress_bar)
    if json:
        output.print_json([serializers.trial_day(one) for one in tried.days])
    else:
        for one in tried.days:
            _print_day(one)
    for note in tried.notes:
        output.print_note(f"note: {note}")


def _print_day(tried: TrialDay) -> None:
    output.print_result(
        f"{tried.day:%A} {tried.day}: {count(tried.considered, 'paper')}, {tried.matched} about"
        f" the topic, {len(tried.picks)} shown"
    )
    print_table(
        "shown",
        ("relevance#", "trend#", "score#", "shown~", "why~"),
        [
            (
                f"{pick.relevance:.2f}",
                f"{pick.trend:.2f}",
                f"{pick.score:.2f}",
                pick.paper.title,
                "; ".join(r.text for r in pick.reasons),
            )
            for pick in tried.picks
        ],
    )
    print_table(
        "just missed",
        ("relevance#", "just missed~", "why not~"),
        [(f"{miss.relevance:.2f}", miss.paper.title, miss.why) for miss in tried.missed],
    )
    output.print_result("")
