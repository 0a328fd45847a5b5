"""A preview shows what the run will send, and writes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import event
from support.installation import Installation, RecordingTransport
from support.readers import CHOSEN_AT

from digest.delivery.worker import BATCH_SIZE
from digest.models.delivery import DeliveryState
from subscribers.models import Preferences

if TYPE_CHECKING:
    from pathlib import Path

    import sqlalchemy as sa

    from digest.models.delivery import Outcome, OutgoingMessage


@pytest.fixture
def installation(engine: sa.Engine, tmp_path: Path) -> Installation:
    return Installation(engine, tmp_path)


def test_a_preview_is_the_very_bytes_that_are_sent(installation: Installation) -> None:
    installation.add_agents_papers("2602.00001", "2602.00002", votes=3)
    ada = installation.subscribe("ada")
    transport = RecordingTransport()

    mail = installation.preview(ada).message
    installation.send(transport)

    assert mail is not None
    assert transport.messages == [mail.outgoing]


def test_readers_with_own_words_get_in_one_batch_what_each_previews(
    installation: Installation,
) -> None:
    installation.add_agents_papers("2602.00001", "2602.00002", votes=3)
    installation.add_agents_papers("2602.00003", title="A whale", abstract="It sings at sea.")
    choices = {
        "ada": Preferences(words_in=("whale",)),
        "ben": Preferences(words_in=("sea AND NOT whale", "agent"), papers=1),
        "cy": Preferences(words_out=("whales",), words_in=("sing",)),
        "di": Preferences(words_out=("agent", "whale")),
        "ed": Preferences(),
    }
    readers = {name: installation.subscribe(name) for name in choices}
    for name, choice in choices.items():
        installation.book.choose(readers[name].id, ["agents"], choice, at=CHOSEN_AT)
    transport = RecordingTransport()
    found = [installation.book.find(reader.address) for reader in readers.values()]
    previews = [installation.preview(reader).message for reader in found if reader]

    installation.send(transport)

    by_recipient = {mail.recipient: mail for mail in transport.messages}
    assert len(by_recipient) == 4
    assert {mail.outgoing.recipient: mail.outgoing for mail in previews if mail} == by_recipient


def test_a_preview_after_the_run_is_still_the_mail_that_was_sent(
    installation: Installation,
) -> None:
    installation.add_agents_papers("2602.00001", "2602.00002", votes=3)
    ada = installation.subscribe("ada")
    transport = RecordingTransport()

    installation.send(transport)
    installation.wait(hours=8)
    mail = installation.preview(ada).message

    assert mail is not None
    assert transport.messages == [mail.outgoing]


def test_two_subscribers_get_two_different_mails(installation: Installation) -> None:
    installation.add_agents_papers("2602.00001")
    ada, ben = installation.subscribe("ada"), installation.subscribe("ben")

    to_ada, to_ben = installation.preview(ada).message, installation.preview(ben).message

    assert to_ada is not None
    assert to_ben is not None
    assert to_ada.message_id != to_ben.message_id
    assert b"ben@example.org" not in to_ada.outgoing.content


def test_previews_show_what_a_run_will_do(installation: Installation) -> None:
    installation.add_agents_papers("2602.00001")
    installation.subscribe("ada")
    installation.subscribe("ben", "whales")

    outcomes = installation.preview_all()

    assert [(o.subscriber.address, o.state) for o in outcomes] == [
        ("ada@example.org", DeliveryState.SENT),
        ("ben@example.org", DeliveryState.SKIPPED),
    ]


def test_a_preview_writes_nothing(installation: Installation) -> None:
    installation.add_agents_papers("2602.00001")
    ada = installation.subscribe("ada")
    installation.subscribe("ben", "whales")
    before = installation.dump()

    installation.preview_all()
    installation.preview(ada)

    assert installation.dump() == before
    assert before["deliveries"] == []


def queries_of_a_run(installation: Installation) -> tuple[list[str], list[int]]:
    """The queries of a run, and how many of them came before each message."""
    queries: list[str] = []
    at_message: list[int] = []

    class Counting(RecordingTransport):
        def accept(self, message: OutgoingMessage, failure: Outcome | BaseException | None) -> None:
            super().accept(message, failure)
            at_message.append(len(queries))

    def count(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        queries.extend([statement] * statement.startswith("SELECT"))

    edition = installation.edition()
    event.listen(installation.app.engine, "before_cursor_execute", count)
    installation.send(Counting(), edition=edition)
    event.remove(installation.app.engine, "before_cursor_execute", count)
    return queries, at_message


def test_a_run_queries_the_database_once_for_a_batch_and_not_for_each_subscriber(
    engine: sa.Engine, tmp_path: Path
) -> None:
    installation = Installation(engine, tmp_path)
    installation.add_agents_papers("2602.00001")
    installation.subscribe("first")
    few, _ = queries_of_a_run(installation)
    for number in range(BATCH_SIZE):
        installation.subscribe(f"subscriber{number}")

    many, at_message = queries_of_a_run(installation)

    assert len(at_message) == BATCH_SIZE
    assert len(set(at_message)) == 1
    assert len(many) <= len(few)  # the first run stores the edition too
