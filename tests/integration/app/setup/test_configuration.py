"""The configuration of a new installation: the example with its comments, and the answers."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from digest.app import config
from digest.app.config.resources import example_config
from digest.app.setup import fields
from digest.app.setup.answers import Answers, MailAnswers, MailServer
from digest.app.setup.configuration import config_text, example_text
from digest.app.setup.providers import PROVIDERS, Provider, find_provider


def answers(**details: Any) -> Answers:
    chosen = details.setdefault("fields", (fields.STARTER,))
    defaults = {"address": "ada@example.net", "topics": ("agents",)}
    return Answers(**(defaults | {"sources": tuple(fields.sources_of(chosen))} | details))


def mail(provider: Provider, **details: Any) -> MailAnswers:
    server = MailServer(host=provider.host, port=provider.port, security=provider.security)
    own = {"login": "ada", "password": "sesame", "sender": "ada@example.net"}
    if provider.security == "none":
        own["login"] = ""
    return MailAnswers(provider=provider, server=server, **(own | details))


def comments(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.startswith("#")]


def built(text: str) -> config.Config:
    return config.build(tomllib.loads(text), folder=Path(), where="config.toml")


@pytest.mark.parametrize(
    "made",
    [
        answers(),
        answers(site="https://papers.example.net", fields=("mathematics", "physics")),
        answers(mail=mail(find_provider("gmail"))),
    ],
)
def test_all_comments_of_the_settings_stay(made: Answers) -> None:
    before = comments(example_text())

    assert comments(config_text(made)) == before
    assert len(before) > 100
    assert set(before) - set(comments(example_config().read_text(encoding="utf-8"))) == {
        "# The configuration of this installation."
    }


def test_without_other_answers_only_the_addresses_differ_from_the_example() -> None:
    ours = tomllib.loads(config_text(answers()))
    example = tomllib.loads(example_text())

    changed = {
        f"{section}.{key}": ours[section][key]
        for section, table in example.items()
        if isinstance(table, dict)
        for key in table
        if table[key] != ours[section][key]
    }
    assert changed == {
        "web.url": "",
        "mail.from_address": "ada@example.net",
        "fetch.contact": "ada@example.net",
    }
    assert (ours["topics"], ours["sources"]) == (example["topics"], example["sources"])


@pytest.mark.parametrize("provider", PROVIDERS, ids=lambda it: it.name)
def test_the_server_of_each_provider_is_written_and_its_password_is_not(provider: Provider) -> None:
    text = config_text(answers(mail=mail(provider)))

    found = built(text).mail
    assert (found.transport, found.host, found.port, found.security) == (
        "smtp",
        provider.host,
        provider.port,
        provider.security,
    )
    assert found.password_file == ("mail.password" if found.username else "")
    assert "sesame" not in text


def test_a_sender_of_another_address_leaves_replies_to_the_reader() -> None:
    text = config_text(answers(mail=mail(find_provider("ses"), sender="news@example.net")))

    found = built(text).mail
    assert (found.from_address, found.reply_to) == ("news@example.net", "ada@example.net")


def test_a_group_has_its_page_and_an_hour_for_who_chooses_none() -> None:
    found = built(config_text(answers(site="https://papers.example.net", at="07:30")))

    assert (found.web.url, found.schedule.at) == ("https://papers.example.net", "07:30")
    assert built(config_text(answers(at="07:30"))).schedule.at == ""


def test_another_field_has_its_own_topics_and_sources_alone() -> None:
    found = built(config_text(answers(fields=("mathematics",))))

    assert list(found.topics) == fields.topics_of(["mathematics"])
    assert list(found.sources) == fields.sources_of(["mathematics"])


def test_two_fields_have_those_of_both() -> None:
    both = (fields.STARTER, "biology-medicine")
    found = built(config_text(answers(fields=both)))

    assert list(found.topics) == fields.topics_of(both)
    assert list(found.sources) == fields.sources_of(both)
