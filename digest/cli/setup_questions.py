"""The questions of `digest setup`: at most twelve, each of which an option answers too."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from shutil import get_terminal_size
from typing import TYPE_CHECKING

from digest.app import environment
from digest.app.setup import answers as answered
from digest.app.setup import fields
from digest.app.setup.answers import Answers, MailAnswers, MailServer
from digest.app.setup.providers import (
    FOLDER,
    OWN,
    PROVIDERS,
    find_provider,
    takes_no_password,
    usual_provider,
)
from digest.errors import ConfigError, DigestError
from digest.text.wording import as_sentence, count, shorten
from subscribers.errors import SubscriberError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from digest.app.config.schema import SourceSettings, TopicSettings
    from digest.app.setup.providers import Provider
    from digest.app.setup.week import Week
    from digest.cli.conversation import Conversation
    from digest.sources.library import Library

#: The answers that stand for what is proposed, and for nothing.
_THESE, _NONE = "these", "none"
#: The narrowest and the widest line, in characters.
_NARROW, _WIDE = 60, 110


@dataclass(frozen=True, kw_only=True)
class Options:
    """The values of the options; None or nothing where one was not given."""

    site: str | None = None
    address: str | None = None
    fields: Sequence[str] = ()
    topics: Sequence[str] = ()
    sources: Sequence[str] = ()
    seeds: Sequence[str] = ()
    mail: str | None = None
    server: str | None = None
    sender: str | None = None
    login: str | None = None
    password: str = ""
    timer: str | None = None
    at: str | None = None


def ask_all(
    talk: Conversation,
    options: Options,
    *,
    folder: Path,
    look: Callable[[Sequence[TopicSettings], Sequence[SourceSettings], str], Week],
) -> Answers:
    """Ask all questions, and return the answers.

    Args:
        talk: asks.
        options: the answers that are given already.
        folder: that of the configuration, from which relative paths start.
        look: returns what topics would have brought by some sources; it is told a contact.

    """
    site = talk.ask(
        "Whom is it for?",
        answered.read_site,
        default="me",
        given=options.site,
        about=[
            (
                "Me alone, or a group, which gets a web page: then give the address that the page"
                " will have, such as https://papers.your.domain."
            )
        ],
    )
    address = talk.ask(
        "Which address gets the digest?",
        answered.read_address,
        default=_usual_address(),
        given=options.address,
        about=("Your own. You are the first reader.",),
    )
    chosen = talk.ask(
        "Which field?",
        lambda text: fields.check_fields(_words(text)),
        default=fields.STARTER,
        given=",".join(options.fields) or None,
        about=[
            "One or several, separated by commas:",
            *(
                f"  {name:22}{shorten(it, _width() - 29)}"
                for name, it in fields.all_fields().items()
            ),
        ],
    )
    # The paths are those of the options; without them the field says which sources there are.
    proposed: Sequence[SourceSettings] = fields.sources_of(chosen)
    if options.sources:
        proposed = _read_sources(options.sources, folder=folder)
    topics = _ask_topics(talk, options, chosen, proposed, address=address, look=look)
    sources = _ask_sources(talk, options, proposed, folder=folder)
    seeds = _ask_seeds(talk, options)
    mail = ask_mail(talk, options, address=address)
    timer, at = _ask_timer(talk, options, is_group=bool(site))
    return Answers(
        address=address,
        site=site,
        fields=chosen,
        topics=topics,
        sources=tuple(sources),
        seeds=seeds,
        mail=mail,
        timer=timer,
        at=at,
    )


def _usual_address() -> str:
    """Return the address that the environment says is this person's, or the example."""
    named = environment.mail_address()
    with suppress(DigestError, SubscriberError):
        return answered.read_address(named)
    return answered.NOBODY


def _width() -> int:
    """Return how many characters a line of the terminal has for us."""
    return min(max(get_terminal_size().columns, _NARROW), _WIDE)


def _words(text: str) -> list[str]:
    return [word for word in re.split(r"[,\s]+", text) if word]


# -- papers --------------------------------------------------------------------------------------


def _ask_topics(
    talk: Conversation,
    options: Options,
    chosen: Sequence[str],
    sources: Sequence[SourceSettings],
    *,
    address: str,
    look: Callable[[Sequence[TopicSettings], Sequence[SourceSettings], str], Week],
) -> tuple[str, ...]:
    topics = fields.topics_of(chosen)
    usual = fields.usual_topics(topics)
    about: list[str] = []
    if talk.is_live and not options.topics:
        talk.say("", f"Reading {count(len(sources), 'source')}, to show what topics bring …")
        about = _table(topics, look(topics, sources, address))
    return talk.ask(
        "Which topics are yours?",
        lambda text: fields.check_topics(usual if text == _usual(usual) else _words(text), topics),
        default=_usual(usual),
        given=",".join(options.topics) or None,
        about=[*about, "Numbers or names, separated by commas, or all."],
    )


def _usual(slugs: Sequence[str]) -> str:
    """Return the default as it is shown: a short list itself, a long one by what it is."""
    return ", ".join(slugs) if len(slugs) <= 3 else "all with words of their own"


def _table(topics: Sequence[TopicSettings], week: Week) -> list[str]:
    if week.is_sample:
        lines = [as_sentence(line) for line in week.unread]
        lines.append("No source could be read, so these are the numbers of the sample day:")
    else:
        days = "the last day" if week.days == 1 else f"the last {week.days} days"
        lines = [
            f"Papers about each topic on {days} that had any, of {week.papers:,}, and the best:"
        ]
    for number, topic in enumerate(topics, start=1):
        head = f"{number:>4}  {topic.slug:24}{week.matched[topic.slug]:>6,}"
        lines.append(f"{head}  {shorten(week.best.get(topic.slug, ''), _width() - len(head) - 6)}")
    return lines


def _ask_sources(
    talk: Conversation, options: Options, proposed: Sequence[SourceSettings], *, folder: Path
) -> tuple[SourceSettings, ...]:
    def read(text: str) -> tuple[SourceSettings, ...]:
        if text == _THESE:
            return tuple(proposed)
        return _read_sources(text.split(";"), folder=folder)

    return talk.ask(
        "Which sources?",
        read,
        default=_THESE,
        given=_THESE if options.sources else None,
        about=[
            *(f"  {shorten(answered.typed_source(one), _width() - 6)}" for one in proposed),
            "These, or others: a kind with what it needs, separated by semicolons, such as",
            "  huggingface; arxiv cs.CL cs.LG; biorxiv neuroscience; jsonl papers.jsonl",
        ],
    )


def _read_sources(texts: Sequence[str], *, folder: Path) -> tuple[SourceSettings, ...]:
    found = [answered.read_source(text, folder=folder) for text in texts if text.strip()]
    if not found:
        raise ConfigError("name a source at least")
    return answered.with_own_names(found)


def _ask_seeds(talk: Conversation, options: Options) -> Library | None:
    def read(text: str) -> Library | None:
        found = None if text.lower() in (_NONE, "-") else answered.read_seeds(text.split(","))
        if found:
            unread = f", {len(found.rejected)} could not be read" if found.rejected else ""
            talk.show(f"{count(len(found.seeds), 'paper')}{unread}")
        return found

    if options.seeds:
        return answered.read_seeds(options.seeds)
    return talk.ask(
        "Which papers do you like?",
        read,
        default=_NONE,
        about=[
            (
                "A library (.bib, .ris, CSL-JSON, Zotero RDF), a listing with arXiv ids, or ids,"
                " separated by commas. The digest then begins with what you like."
            )
        ],
    )


# -- mail ----------------------------------------------------------------------------------------


def ask_mail(
    talk: Conversation, options: Options, *, address: str, before: MailAnswers | None = None
) -> MailAnswers | None:
    """Ask how mail leaves; None stands for a folder. What was answered `before` is the default."""
    given = options if before is None else Options()
    usual = usual_provider(address) if talk.is_live or options.password else FOLDER
    provider = talk.ask(
        "How does mail leave?",
        lambda text: _read_provider(text, address),
        default=before.provider.name if before else usual,
        given=given.mail or (OWN if given.server and not given.mail else None),
        about=_providers(address) if before is None else ["Any provider, own, or folder."],
    )
    if provider is None:
        return None
    if before is not None and before.provider != provider:
        before = None
    if provider.note:
        talk.show(provider.note)
    server = _ask_server(talk, given, provider, before)
    sender = before.sender if before else address
    if provider.is_relay or given.sender:
        sender = talk.ask(
            "Which address is the sender?",
            answered.read_address,
            default=sender,
            given=given.sender,
            about=("One that may send there: its domain, or the address itself, must be yours.",),
        )
    login = _ask_login(talk, given, provider, before, server=server, usual=sender)
    password = before.password if before else options.password
    if login and not given.password:
        password = talk.ask_hidden(
            "The password",
            answered.read_password,
            kept=password,
            about=(
                f"It wants {provider.wants}.",
                "It is not shown, and kept in a file that only you can read."
                + ("" if password else " Nothing: into a folder for now."),
            ),
        )
    if login and not password:
        if not talk.is_live:
            raise ConfigError(
                f"{provider.called} wants a password: name its file with --password-file"
            )
        return None
    return MailAnswers(
        provider=provider, server=server, login=login, password=password, sender=sender
    )


def _providers(address: str) -> list[str]:
    lines = [f"  {it.name:14}{it.title}" for it in PROVIDERS]
    lines.append(f"  {FOLDER:14}for now into a folder: nothing is sent")
    if takes_no_password(address):
        lines.append("Outlook.com, Hotmail and Live take no passwords from programs any more.")
    return lines


def _read_provider(text: str, address: str) -> Provider | None:
    if text.strip().lower() == FOLDER:
        return None
    found = find_provider(text)
    answered.refuse_example(address)
    return found


def _ask_server(
    talk: Conversation, options: Options, provider: Provider, before: MailAnswers | None
) -> MailServer:
    usual = MailServer(host=provider.host, port=provider.port, security=provider.security)
    if not (provider.asks_host or before or options.server):
        return usual
    return talk.ask(
        "Which mail server?",
        lambda text: answered.read_server(text, usual),
        default=str(before.server if before else usual),
        given=options.server,
        about=[
            (
                "HOST:PORT:SECURITY, such as smtp.your.domain:587:starttls or :465:tls; none is for"
                " a server on this machine."
            )
        ],
    )


def _ask_login(
    talk: Conversation,
    options: Options,
    provider: Provider,
    before: MailAnswers | None,
    *,
    server: MailServer,
    usual: str,
) -> str:
    if provider.login:
        return provider.login
    default, or_none = ("-", "; - stands for none") if provider.name == OWN else (usual, "")

    def read(text: str) -> str:
        login = "" if text in ("-", _NONE) else text
        if not login.isprintable():
            raise ConfigError("a login is one line of printable text")
        if login and server.security == "none":
            raise ConfigError(
                f"a login is never sent over an unprotected connection, as that to {server} is;"
                " answer -, or begin again with starttls or tls behind the port"
            )
        return login

    return talk.ask(
        "The login",
        read,
        default=(before.login or "-") if before else default,
        given=options.login,
        about=[f"It is {provider.login_is or 'your whole address'}{or_none}."],
    )


# -- time ----------------------------------------------------------------------------------------


def _ask_timer(talk: Conversation, options: Options, *, is_group: bool) -> tuple[str, str]:
    at = answered.read_time(options.at) if options.at else Answers.at
    when = (
        "every hour, since each reader may choose one" if is_group else f"on working days at {at}"
    )
    timer, typed = talk.ask(
        "What starts the runs?",
        answered.read_timer,
        default=answered.PRINT,
        given=options.timer,
        about=(
            f"They begin {when}; another hour may stand behind the answer, as in print 07:30.",
            "  print      print a line for cron, and change nothing",
            "  crontab    add it to your crontab",
            "  systemd    a timer of your own, by `systemctl --user`",
            "  none       nothing; `digest run` and `digest daemon` are yours to start",
        ),
    )
    return timer, typed or at
