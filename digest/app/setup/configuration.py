"""The configuration file of a new installation: the example, with the answers in their places.

All comments of the example stay.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import tomlkit

from digest.app.config.resources import example_config
from digest.app.config.topics import append
from digest.app.setup.fields import STARTER, topics_of
from digest.app.transport import is_example
from subscribers.addresses import for_envelope

if TYPE_CHECKING:
    from tomlkit import TOMLDocument

    from digest.app.config.schema import SourceSettings, TopicSettings
    from digest.app.setup.answers import Answers, MailAnswers

#: The file of the password for the mail server, beside the configuration.
PASSWORD_FILE = "mail.password"  # noqa: S105 (its name)
#: Where the settings begin; what stands before is about the example itself.
_BEGIN = "\n# Paths"


def example_text() -> str:
    """Return the example as a new installation has it: every key with its default, explained."""
    _, _, settings = example_config().read_text(encoding="utf-8").partition(_BEGIN)
    return f"# The configuration of this installation.{_BEGIN}{settings}"


def config_text(answers: Answers) -> str:
    """Return the content of config.toml."""
    document = tomlkit.parse(example_text())
    document["web"]["url"] = answers.site
    sender = answers.mail.sender if answers.mail else answers.address
    _update(document, "mail", from_address=for_envelope(sender), **_server(answers.mail))
    if sender != answers.address:
        _update(document, "mail", reply_to=for_envelope(answers.address))
    if not is_example(answers.address.rpartition("@")[2]):
        _update(document, "fetch", contact=for_envelope(answers.address))
    if runs_hourly(answers):
        _update(document, "schedule", at=answers.at)
    _put_sources(document, answers)
    _put_topics(document, answers)
    return f"{tomlkit.dumps(document).rstrip()}\n"


def runs_hourly(answers: Answers) -> bool:
    """Whether runs begin every hour: in a group each reader may choose an hour."""
    return bool(answers.site)


def _server(mail: MailAnswers | None) -> dict[str, Any]:
    if mail is None:
        return {"transport": "directory"}
    found: dict[str, Any] = {
        "transport": "smtp",
        "host": mail.server.host,
        "port": mail.server.port,
        "security": mail.server.security,
    }
    if mail.login:
        found |= {"username": mail.login, "password_file": PASSWORD_FILE}
    return found


def _update(document: TOMLDocument, section: str, **values: Any) -> None:
    for key, value in values.items():
        document[section][key] = value


def _put_sources(document: TOMLDocument, answers: Answers) -> None:
    """Put the first source in the place of the example's, which explains the keys."""
    tables: Any = document["sources"]
    first, *others = answers.sources
    for key, value in _source(first).items():
        if tables[0][key] != value:
            tables[0][key] = value
    for source in others:
        append(tables, {key: value for key, value in _source(source).items() if value})


def _put_topics(document: TOMLDocument, answers: Answers) -> None:
    """Keep the starter topics if their field was chosen, and add those of other fields."""
    tables: Any = document["topics"]
    if STARTER in answers.fields:
        tables[-1].add(tomlkit.nl())  # the file ends without an empty line
    else:
        while len(tables):
            del tables[0]
    there = {table["slug"] for table in tables}
    for topic in topics_of(answers.fields):
        if topic.slug not in there:
            append(tables, _topic(topic))


def _topic(topic: TopicSettings) -> dict[str, Any]:
    keys = ("slug", "name", "words_in", "words_out", "categories", "authors", "trending")
    values = {key: getattr(topic, key) for key in keys}
    return {key: list(it) if isinstance(it, tuple) else it for key, it in values.items() if it}


def _source(source: SourceSettings) -> dict[str, Any]:
    values = source.model_dump(exclude={"key"})
    return {key: list(it) if isinstance(it, tuple) else it for key, it in values.items()}
