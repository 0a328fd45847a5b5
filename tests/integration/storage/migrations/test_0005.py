"""An installation of schema 0004 goes on under the new names: every row, every mail, once.

`schema_0004.sql` was written by the last version with that schema. On Sunday everybody was sent
a mail. On Monday Ada's was sent, Bo's is unknown, Cy's is deferred, Di's address is refused for
good, and the run was killed while Eli's was on its way; Fay's was claimed and never left. The
others are pending, paused, left, suppressed and erased. Robot paper 2602.00002 was withdrawn.
"""

from __future__ import annotations

from datetime import timedelta
from email import message_from_bytes
from email.utils import parsedate_to_datetime
from itertools import count
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from support import older_database
from support.builders import DAY, NOON, paper
from support.installation import Installation, RecordingTransport, address, agents_paper

import subscribers.tables
from digest.models.delivery import MailKind
from digest.models.source import SourceState
from digest.storage import schema
from digest.storage.engine import open_database
from subscribers.book import Book
from subscribers.models import Event, Status

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SUNDAY, TUESDAY = DAY - timedelta(days=1), DAY + timedelta(days=1)
#: what each mail of that version showed: by day, then by reader
SHOWN = {
    SUNDAY: {
        "ada": ["2602.00001", "2602.00002"],
        "bo": ["2602.00001"],
        "cy": ["2602.00002", "2602.00001"],
        "di": ["title:511e8ce982f49abd"],
        "eli": ["2602.00001", "title:511e8ce982f49abd"],
        "fay": ["2602.00001"],
    },
    DAY: {
        "ada": ["2602.00008", "2602.00007", "2602.00004", "2602.00005", "2602.00002"],
        "bo": ["2602.00007", "2602.00004"],
        "cy": ["2602.00005", "2602.00007", "2602.00004", "2602.00002"],
        "di": ["2602.00006"],
        "eli": ["2602.00007", "2602.00004", "2602.00006"],
        "fay": ["2602.00007", "2602.00004"],
    },
}
TABLES = {
    "desks": "editions",
    "desk_papers": "edition_papers",
    "senders": "workers",
    "letters": "transactional_mail",
}
COLUMNS = {
    "desks": {"frozen_at": "saved_at", "press_key": "mail_key"},
    "desk_papers": {"desk_id": "edition_id", "place": "position"},
    "deliveries": {"desk_id": "edition_id", "fence": "fencing_token"},
    "consent": {"door": "channel"},
    "suppressions": {"door": "channel"},
}

Rows = dict[str, list[dict[str, object]]]


@pytest.fixture
def before(tmp_path: Path) -> Rows:
    """The rows as the version before wrote them."""
    return older_database.restore(tmp_path, older_database.SCHEMA_0004)


@pytest.fixture
def installation(before: Rows, tmp_path: Path) -> Iterator[Installation]:
    """That installation half an hour later, opened by this version."""
    assert before
    engine = open_database("sqlite:///digest.db", folder=tmp_path)
    found = Installation(engine, tmp_path)
    found.now = NOON + timedelta(minutes=30)
    found.boot = "a start of the machine"  # as the rows say: it was not started again since
    # The secrets with which the rows were written.
    found.book = Book(engine, new_id=count(100).__next__, pepper="a pepper for tests")
    found.app.__dict__.update(book=found.book, secrets=["for the tests"])
    yield found
    engine.dispose()


def test_every_row_is_there_under_the_new_names(
    before: Rows, installation: Installation, tmp_path: Path
) -> None:
    installation.app.engine.dispose()
    after = older_database.rows_of(tmp_path)

    renamed = {
        TABLES.get(table, table): [
            {COLUMNS.get(table, {}).get(name, name): value for name, value in row.items()}
            for row in rows
        ]
        for table, rows in before.items()
    }
    # Later migrations change or add these.
    for table in (
        "schedules",
        "reader_schedules",
        "alembic_version",
        "generation",
        "edition_topics",
        "pruned_states",
        "shown",
        "read_files",
        "aliases",
        "status_changes",
    ):
        renamed[table] = after[table]
    for row in renamed["subscribers"]:  # a later version added it
        row["mailbox"] = row["address_key"]
    renamed["sqlite_sequence"] = [{"name": "workers", "seq": 2}]
    later = {"begun_at": None, "pruned_at": None, "is_for_all": 1}  # since 0008, 0012 and 0019
    stored = renamed["editions"]  # since 0013 and 0019
    renamed["editions"] = [row | {"mailed_at": row["saved_at"], "since": None} for row in stored]
    renamed["signups"] = []
    described = {"restored_on": None, "keywords": "[]"}  # since 0014 and 0015
    renamed["papers"] = [row | described for row in renamed["papers"]]
    fetched = {"warnings": "[]", "recounted_at": None}  # since 0014 and 0016
    renamed["fetches"] = [row | fetched for row in renamed["fetches"]]
    for table in (
        "trained_priors",
        "feedback",
        "profiles",
        "word_counts",
        "paper_vectors",
        "lookups",
        "arrivals",
        "bounces",
        "mailboxes",
        "runs",
        "alerts",
        "erased_mails",
        "login_attempts",
    ):
        renamed[table] = []
    answered = {"address": None, "details": "{}", "in_reply_to": "", "mailbox_hash": None}
    mails = renamed["transactional_mail"]  # since 0018
    renamed["transactional_mail"] = [row | answered for row in mails]
    renamed["days"] = [row | later for row in renamed["days"]]

    assert after == renamed


def test_the_tables_are_those_the_code_asks_for(installation: Installation) -> None:
    known = [schema.metadata, subscribers.tables.metadata]
    with installation.app.engine.connect() as db:
        differences = compare_metadata(MigrationContext.configure(db), known)  # type: ignore[arg-type]
        broken = db.exec_driver_sql("PRAGMA foreign_key_check").all()
        inspector = sa.inspect(db)
        made = {
            (table, key["referred_table"], *key["constrained_columns"])
            for table in inspector.get_table_names()
            for key in inspector.get_foreign_keys(table)
        }

    assert (differences, broken) == ([], [])
    assert made == {
        (table.name, key.column.table.name, key.parent.name)
        for metadata in known
        for table in metadata.tables.values()
        for key in table.foreign_keys
    }


def test_readers_keep_their_state_and_their_consent(installation: Installation) -> None:
    states = {it.address.partition("@")[0]: it.status for it in installation.book.all()}
    signed_up, confirmed = installation.book.history(1)

    assert states == {
        **dict.fromkeys(("ada", "bo", "cy", "eli", "fay"), Status.CONFIRMED),
        **dict.fromkeys(("di", "jo"), Status.SUPPRESSED),
        "gil": Status.PENDING,
        "hal": Status.PAUSED,
        "ivy": Status.LEFT,
    }
    assert (signed_up.event, signed_up.evidence.wording) == (Event.SIGN_UP, "I want it.")
    assert (confirmed.event, confirmed.evidence.channel) == (Event.CONFIRM, "web")
    assert installation.book.is_erased(address("kim"))


def test_what_each_mail_showed_is_still_known(installation: Installation) -> None:
    shown = {
        day: {name: installation.shown(name, day) for name in installation.states(day)}
        for day in (SUNDAY, DAY)
    }

    assert shown == SHOWN


def test_why_a_paper_was_shown_is_still_known(installation: Installation) -> None:
    lamp, agent, similar, _robot, withdrawn = installation.app.history.contents(
        installation.delivery("ada")
    )

    assert (lamp.topic, lamp.title) == ("own:words", "Lamp number 8 <in> fog & “rain”")
    assert agent.score > 0
    assert agent.title == "Agent number 4 <in> fog & rain"
    assert similar.score == agent.score
    assert withdrawn.topic == "own:withdrawn"


def test_an_edition_that_was_stored_is_read_with_its_coverage(installation: Installation) -> None:
    stored = installation.app.editions.get(installation.app.editions.newest(DAY) or 0)
    coverage = stored.edition.coverage

    assert stored.at == NOON
    assert stored.also_elsewhere == {"2602.00002"}
    assert [paper.id for paper in stored.edition.withdrawn] == ["2602.00002"]
    assert [(it.source, it.papers) for it in coverage.sources] == [("first", 5)]
    assert (coverage.missing, coverage.considered) == (("second",), 5)
    (robot,) = stored.edition.ranked["robots"]
    assert (robot.paper.venue, robot.paper.comment) == ("A workshop", "9 pages")
    assert robot.paper.signals.stars == 15


def test_how_the_sources_were_read_is_still_known(installation: Installation) -> None:
    first, second = installation.app.fetch_log.on(DAY)

    assert (first.state, first.parsed, first.other_days) == (SourceState.OK, 5, 3)
    assert (second.state, second.error) == (
        SourceState.FAILED, "no file matches /srv/digest/second.jsonl",
    )  # fmt: skip


def test_mail_in_the_queue_still_waits_for_its_time(installation: Installation) -> None:
    queue = installation.app.transactional_queue

    assert queue.claim(now=NOON + timedelta(minutes=1)) is None
    mail = queue.claim(now=NOON + timedelta(minutes=2))

    assert mail is not None
    assert (mail.subscriber_id, mail.kind, mail.attempts) == (7, MailKind.CONFIRM, 2)
    assert queue.counts() == {"sent": 1, "waiting": 1}


def test_a_run_sends_what_had_not_left_and_nothing_else(installation: Installation) -> None:
    transport = RecordingTransport()

    installation.send(transport)

    # Those that were refused before come last.
    assert transport.recipients == [address("fay"), address("cy")]
    assert installation.states() == {
        "ada": "sent", "bo": "unknown", "cy": "sent", "di": "failed", "eli": "unknown",
        "fay": "sent",
    }  # fmt: skip
    assert installation.shown("cy") == SHOWN[DAY]["cy"]


def test_a_mail_that_was_deferred_is_sent_as_it_was_made_first(installation: Installation) -> None:
    was, transport = installation.delivery("cy"), RecordingTransport()

    # Its papers are of the stored edition, whatever is known of them by now.
    installation.add_papers(paper("2602.00004", title="Another title", abstract="Another text."))
    installation.retry(transport)

    mail = message_from_bytes(transport.messages[-1].content)
    text = str(mail.get_payload(0).get_payload(decode=True), "utf-8")  # type: ignore[union-attr]
    assert mail["Message-ID"] == was.message_id
    assert parsedate_to_datetime(mail["Date"]) == NOON
    assert "fog & " in installation.delivery("cy").subject  # today it may name another pick first
    assert "Agent number 4 <in> fog & rain" in text
    assert "Robot number 5 <in> fog & “rain”" in text
    assert "Another title" not in text


def test_nothing_is_sent_twice_however_often_a_day_is_run(installation: Installation) -> None:
    transport = RecordingTransport()

    for day in (SUNDAY, DAY, DAY, SUNDAY):
        installation.send(transport, day=day, allow_late=True)

    # Those that were refused before come last.
    assert transport.recipients == [address("fay"), address("cy")]


def test_the_next_day_shows_nobody_what_the_version_before_showed(
    installation: Installation,
) -> None:
    installation.send()
    installation.wait(days=1)
    installation.add_papers(
        *(agents_paper(number, day=TUESDAY) for number in ("2602.00001", "2602.00009"))
    )
    transport = RecordingTransport()

    installation.send(transport, day=TUESDAY)

    names = ["ada", "bo", "cy", "eli", "fay"]
    assert transport.recipients == [address(name) for name in names]
    assert [installation.shown(name, TUESDAY) for name in names] == [["2602.00009"]] * 5


def test_a_mail_that_may_have_arrived_counts_as_shown(installation: Installation) -> None:
    installation.send()
    installation.wait(days=1)
    # Bo's mail of Monday is unknown and Eli's was being sent; both had 2602.00007 in it.
    installation.add_papers(
        *(paper(it, title="An agent", day=TUESDAY) for it in ("2602.00007", "2602.00010"))
    )

    installation.send(day=TUESDAY)

    assert installation.shown("bo", TUESDAY) == installation.shown("eli", TUESDAY) == ["2602.00010"]
