"""`digest subscribers set` and `forget`: an operator makes a reader's choices for them.

Options of lists add to them, and `--drop WHAT=VALUE` takes one entry out. What is to go goes first.
All other options replace what was chosen before.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from digest.cli import output
from digest.cli.choice_tables import LISTS, choices, print_feedback
from digest.cli.options import Email, Json, find_subscriber
from digest.cli.tables import print_table
from digest.text.wording import count

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from digest.app.services import App
    from digest.models.feedback import Feedback
    from subscribers.models import Subscriber

#: The hours of a day.
HOURS = 24
#: What --drop takes out.
DROPPED = ("topic", *LISTS, "paper")


def register(commands: typer.Typer) -> None:
    """Add the commands."""
    commands.command(
        "set",
        epilog="Example: [bold]digest subscribers set ada@example.org --word 'state space'"
        " --mute 'Ben Example' --like 2401.00001 --drop topic=robots[/bold]",
    )(set_choices)
    commands.command(epilog="Example: [bold]digest subscribers forget ada@example.org[/bold]")(
        forget
    )


def _list(option: str, metavar: str, what: str) -> Any:
    return typer.Option(option, metavar=metavar, help=f"{what}; repeat.")


def set_choices(
    ctx: typer.Context,
    email: Email,
    topic: Annotated[list[str] | None, _list("--topic", "SLUG", "One more topic")] = None,
    word: Annotated[
        list[str] | None, _list("--word", "WORDS", "Papers about these words, too")
    ] = None,
    not_word: Annotated[
        list[str] | None, _list("--not-word", "WORDS", "No papers with these words")
    ] = None,
    author: Annotated[
        list[str] | None, _list("--author", "NAME", "All papers by this author")
    ] = None,
    mute: Annotated[list[str] | None, _list("--mute", "NAME", "No papers by this author")] = None,
    unlearn: Annotated[
        list[str] | None, _list("--unlearn", "WORDS", "Words that likes must not teach")
    ] = None,
    like: Annotated[list[str] | None, _list("--like", "ID", "More like this paper")] = None,
    less: Annotated[list[str] | None, _list("--less", "ID", "Less like this paper")] = None,
    save: Annotated[list[str] | None, _list("--save", "ID", "A paper to find again")] = None,
    drop: Annotated[
        list[str] | None,
        _list(
            "--drop",
            "WHAT=VALUE",
            f"Take one entry out, such as word=whale. WHAT is one of: {', '.join(DROPPED)}",
        ),
    ] = None,
    day: Annotated[
        list[str] | None, _list("--day", "DAY", "Mail on these days alone, such as mon")
    ] = None,
    papers: Annotated[
        int | None,
        typer.Option(metavar="N", help="The most papers in a mail; 0 for the site's own limit."),
    ] = None,
    frequency: Annotated[
        str | None,
        typer.Option(
            metavar="WORD",
            help="How often: daily, weekdays, weekly, or enough (when there is something).",
        ),
    ] = None,
    hour: Annotated[
        str | None,
        typer.Option(
            metavar="H", help="The hour of the day in their time zone; site for the site's own."
        ),
    ] = None,
    timezone: Annotated[
        str | None, typer.Option(metavar="ZONE", help="Such as Europe/Paris.")
    ] = None,
    language: Annotated[
        str | None, typer.Option(metavar="CODE", help="The language of dates, such as de.")
    ] = None,
    *,
    quiet_mail: Annotated[
        bool | None,
        typer.Option(
            "--quiet-mail/--no-quiet-mail", help="Whether two lines come on a day of no papers."
        ),
    ] = None,
    text_only: Annotated[
        bool | None, typer.Option("--text-only/--html", help="Mail as text, or as HTML and text.")
    ] = None,
    learn: Annotated[
        bool | None,
        typer.Option("--learn/--no-learn", help="Whether likes change what is shown."),
    ] = None,
    json: Json = False,
) -> None:
    """Change a reader's choices, and show what holds now. Options of lists add to them."""
    from digest.app import clock
    from digest.app.config.topics import find_topic
    from digest.errors import ConfigError
    from subscribers.errors import PreferenceError

    added = {"topic": topic, "word": word, "not-word": not_word, "author": author}
    added |= {"mute": mute, "unlearn": unlearn}
    _check_words(added)
    chosen: dict[str, Any] = {"frequency": frequency, "timezone": timezone, "language": language}
    chosen |= {"quiet_mail": quiet_mail, "text_only": text_only, "learns": learn}
    chosen["days"] = tuple(day) if day else None
    values = {name: value for name, value in chosen.items() if value is not None}
    if hour is not None:
        values["hour"] = _hour(hour)
    if papers is not None:
        values["papers"] = _papers(papers)
    app = output.open_app(ctx)
    subscriber = find_subscriber(app, email)
    dropped = _read_dropped(drop or ())
    slugs = [find_topic(slug, app.topics).slug for slug in topic or ()]
    given = _feedback(app, {"like": like, "less": less, "save": save})
    gone = [_judged_id(app, subscriber, name) for name in dropped.pop("paper", [])]
    try:
        topics = _changed("topic", subscriber.topics, slugs, dropped.get("topic", []))
        values |= {
            field: _changed(
                name, getattr(subscriber.preferences, field), added[name] or [],
                dropped.get(name, []),
            )
            for name, field in LISTS.items()
        }  # fmt: skip
        preferences = replace(subscriber.preferences, **values)
    except PreferenceError as error:
        raise ConfigError(_by_option(str(error))) from error
    if (topics, preferences) != (subscriber.topics, subscriber.preferences):
        app.book.choose(subscriber.id, topics, preferences, at=clock.now())
    if gone:
        app.feedback.withdraw(subscriber.id, gone)
    if given:
        app.feedback.give(subscriber.id, given)
    _show(app, find_subscriber(app, email), as_json=json)


def forget(ctx: typer.Context, email: Email) -> None:
    """Forget what a reader said of papers and what it taught; the subscription stays."""
    app = output.open_app(ctx)
    subscriber = find_subscriber(app, email)
    number = app.feedback.forget(subscriber.id)
    output.Report().line(f"{subscriber.address}: forgot what they said of {count(number, 'paper')}")


def _show(app: App, subscriber: Subscriber, *, as_json: bool) -> None:
    from digest.app import serializers

    if as_json:
        output.print_json(
            {
                **serializers.subscriber(subscriber),
                **serializers.feedback_of(app, subscriber.id),
            }
        )
        return
    print_table(subscriber.address, ("what", "value~"), choices(app, subscriber))
    print_feedback(app, subscriber)


def _check_words(added: Mapping[str, Sequence[str] | None]) -> None:
    """Check the entries that lists get, by what their option is called.

    Raises:
        ConfigError: one has no word; or it is to find papers, and cannot be read or names one.

    """
    from digest.errors import ConfigError
    from digest.ranking.query import Example, QueryError, parse

    for name, texts in added.items():
        for text in texts or ():
            if not any(map(str.isalnum, text)):
                raise ConfigError(f"--{name} {text!r} has no letter or digit in it")
            if name != "word":
                continue
            try:
                query = parse(text)
            except QueryError as error:
                raise ConfigError(f"--word {text!r} {error}") from error
            if isinstance(query, Example):
                raise ConfigError(
                    f"--word {text!r} is a paper; use --like {text} to get more like it, or write"
                    " it in quotation marks to find papers that mention it"
                )


def _papers(number: int) -> int | None:
    """Return the most papers in a mail; None for the site's own limit.

    Raises:
        ConfigError: it is out of bounds.

    """
    from digest.errors import ConfigError
    from subscribers.models import MAX_PAPERS

    if not 0 <= number <= MAX_PAPERS:
        raise ConfigError(
            f"--papers {number} must be 1 to {MAX_PAPERS}, or 0 for the site's own limit"
        )
    return number or None


def _hour(text: str) -> int | None:
    """Return the hour of the day; None for the site's own.

    Raises:
        ConfigError: it is neither.

    """
    from digest.errors import ConfigError

    if text == "site":
        return None
    if text.isascii() and text.isdigit() and len(text) <= 2 and int(text) < HOURS:
        return int(text)
    raise ConfigError(f"--hour {text} must be 0 to {HOURS - 1}, or site for the site's own hour")


def _by_option(message: str) -> str:
    """Return a message that begins with the field of a list, with the list's option instead."""
    field, _, rest = message.partition(" ")
    return next((f"--{name} {rest}" for name, of in LISTS.items() if of == field), message)


def _read_dropped(texts: Iterable[str]) -> dict[str, list[str]]:
    """Read the values of --drop.

    Raises:
        ConfigError: one is not of the form, or names no list.

    """
    from digest.errors import ConfigError

    dropped: dict[str, list[str]] = {}
    for text in texts:
        what, equals, value = text.partition("=")
        if not equals or what not in DROPPED or not value.strip():
            raise ConfigError(
                f"--drop {text!r} is not of the form WHAT=VALUE, such as word=whale;"
                f" WHAT is one of {', '.join(DROPPED)}"
            )
        dropped.setdefault(what, []).append(value)
    return dropped


def _changed(
    what: str, known: Sequence[str], added: Iterable[str], dropped: Iterable[str]
) -> tuple[str, ...]:
    """Return a list without some entries, found in any case of letters, and with others.

    Raises:
        ConfigError: an entry that is to go is not in the list.

    """
    from digest.errors import ConfigError

    kept = {entry.casefold(): entry for entry in known}
    for value in dropped:
        if kept.pop(_plain(value).casefold(), None) is None:
            has = f"there are {', '.join(known)}" if known else "there is none"
            raise ConfigError(f"--drop {what}={value}: the reader has no such {what}; {has}")
    for value in map(_plain, added):
        kept.setdefault(value.casefold(), value)
    return tuple(kept.values())


def _plain(text: str) -> str:
    return " ".join(text.split())


def _feedback(app: App, named: Mapping[str, Sequence[str] | None]) -> list[Feedback]:
    """Return the verdicts on papers, by the name of their option.

    Raises:
        ConfigError: a paper has two of them.
        NotFoundError: a paper is not known.

    """
    from digest.app import clock
    from digest.errors import ConfigError
    from digest.models.feedback import Feedback, Verdict

    verdicts: dict[str, str] = {}
    for verdict, names in named.items():
        for name in names or ():
            paper_id = _paper_id(app, name)
            if verdicts.setdefault(paper_id, verdict) != verdict:
                raise ConfigError(
                    f"--{verdict} {name}: --{verdicts[paper_id]} names {paper_id} too, and a paper"
                    " has one verdict (one that is saved is liked too)"
                )
    now = clock.now()
    return [
        Feedback(paper_id=paper_id, verdict=Verdict(verdict), at=now, channel="cli")
        for paper_id, verdict in verdicts.items()
    ]


def _judged_id(app: App, subscriber: Subscriber, name: str) -> str:
    """Return the id of a paper that a reader judged.

    Raises:
        NotFoundError: they did not, or it is not known.

    """
    from digest.errors import NotFoundError

    judged = {one.paper_id for one in app.feedback.of([subscriber.id]).get(subscriber.id, [])}
    paper_id = name if name in judged else _paper_id(app, name)
    if paper_id not in judged:
        raise NotFoundError(f"--drop paper={name}: the reader has said nothing of this paper")
    return paper_id


def _paper_id(app: App, name: str) -> str:
    """Return the id of a paper that is known, or of one on arXiv that can be looked up.

    Raises:
        NotFoundError: it is neither.

    """
    from digest.errors import NotFoundError
    from digest.models.identity import arxiv_id, known_id

    paper_id = known_id(name)
    for spelling in filter(None, (name, paper_id)):
        if paper := app.papers.paper(spelling):
            return paper.id
    if paper_id and arxiv_id(paper_id):
        return paper_id
    raise NotFoundError(
        f"no paper is known as {name!r}; `digest papers list` shows those that are, and an id of"
        " arXiv, such as 2401.00001, need not be known"
    )
