"""What answers say: little of what somebody wrote, and nothing that is not of their kind."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.builders import NOON, subscriber

from digest.errors import RenderError
from digest.mail.answers import MOST_WORDS, Asked, repeatable, variables
from digest.mail.command_address import NO_COMMANDS, CommandAddresses
from digest.models.delivery import MailKind, TransactionalMail

TOPICS = {"agents": "Agents", "q-a": "Q&A", "robots": "Robots"}
COMMANDS = CommandAddresses("papers+{command}@example.org")


def said(
    details: dict[str, Any] | None = None,
    *,
    kind: MailKind = MailKind.TOPICS,
    commands: CommandAddresses = COMMANDS,
    reply_to: str = "",
) -> dict[str, Any]:
    mail = TransactionalMail(
        id=3, subscriber_id=7, kind=kind, made_at=NOON, attempts=1, details=details or {}
    )
    return variables(mail, subscriber(7), topics=TOPICS, commands=commands, reply_to=reply_to)


@given(st.lists(st.text(max_size=60) | st.from_regex(r"[a-z0-9-]{1,45}", fullmatch=True)))
def test_only_words_that_could_be_topics_are_repeated_and_few_of_them(words: list[str]) -> None:
    found = repeatable(words)

    assert len(found) <= MOST_WORDS
    assert all(re.fullmatch(r"[a-z0-9-]{1,40}", word, re.ASCII) for word in found)
    assert said({"unknown": words})["unknown"] == ", ".join(found)


@given(st.lists(st.text(max_size=20) | st.sampled_from([*TOPICS])))
def test_what_was_understood_or_is_wanted_is_named_by_our_own_names(slugs: list[str]) -> None:
    names = [TOPICS[slug] for slug in slugs if slug in TOPICS]

    found = said({"understood": slugs, "topics": slugs, "command": "topics"})

    assert found["understood"] == found["wanted"] == ", ".join(names)


def test_the_topics_of_the_configuration_are_listed_in_its_order() -> None:
    found = said()

    assert [topic["slug"] for topic in found["all_topics"]] == ["agents", "q-a", "robots"]
    assert found["example"] == "agents, q-a"


@pytest.mark.parametrize("command", Asked)
def test_a_subject_is_a_command_that_can_be_read_back(command: Asked) -> None:
    details = {"command": command, "topics": ["robots", "agents"], "times": "times at 7"}
    subject = said(details)["subject"]

    assert subject.partition(" ")[0] == command
    assert (", " in subject) == (command is Asked.TOPICS)


def test_when_mail_comes_is_that_of_the_reader_unless_it_is_asked_about() -> None:
    assert said()["when"] == "every day, at the site’s hour"
    assert said({"when": "from Monday to Friday"})["when"] == "from Monday to Friday"


def test_only_who_may_reply_has_a_link_that_commands() -> None:
    assert said()["command_url"] == ""
    assert said(reply_to="papers+commands+abc@example.org")["command_url"] == (
        "mailto:papers+commands+abc@example.org"
    )


def test_where_nothing_can_be_done_by_mail_nothing_is_answered() -> None:
    with pytest.raises(RenderError, match=r"\[inbound\] address is empty"):
        said(commands=NO_COMMANDS)


@pytest.mark.parametrize("details", [{"done": "eaten"}, {"command": "leave"}])
def test_details_of_no_kind_are_refused(details: dict[str, str]) -> None:
    with pytest.raises(RenderError, match="no answer of the kind done says that"):
        said(details, kind=MailKind.DONE)
