"""A subscriber's data: a copy of all of it, or its erasure."""

from __future__ import annotations

import json
from functools import partial
from itertools import count
from typing import TYPE_CHECKING, Any, cast

import pytest
import sqlalchemy as sa
from support.builders import DAY, NOON, brought_in, enrolled, evidence
from support.installation import Installation
from support.readers import CHOSEN_AT

from digest.app.inbound.serializers import arrivals_of
from digest.app.serializers import feedback_of, issues_of, transactional_of
from digest.models.delivery import MailKind
from digest.models.feedback import Feedback
from digest.models.profile import Interest, Profile
from digest.storage import profiles
from digest.storage.arrivals import ArrivalState, Settlement
from digest.storage.bounces import Bounce
from digest.storage.engine import open_database
from digest.storage.transactional import TransactionalQueue
from subscribers import json_stream, privacy
from subscribers.book import Book
from subscribers.models import Event, Preferences, Status, Verdict
from subscribers.tables import suppressions

if TYPE_CHECKING:
    from pathlib import Path

    from subscribers.models import Subscriber

ADA = "Ada.Example@bücher.example"
#: every spelling in which the address could be in a file
SPELLINGS = ("Ada.Example", "ada.example", "bücher.example", "xn--bcher-kva")
NAMED = Preferences(
    authors=("Grace Example",), words_in=("whale",), timezone="Asia/Tokyo", muted=("Hal Example",)
)
LEARNED = Profile(
    interests=(Interest(terms={"zugzwang": 1.0}, words=("zugzwang",), likes=1),), likes=1
)
#: what the reader likes, as a file would have it
LIKES = [it.encode() for it in ("2401.07919", "Zugzwang", "zugzwang", "Hal Example")]
LIKES.append(profiles.dump(LEARNED))


@pytest.fixture
def installation(engine: sa.Engine, tmp_path: Path) -> Installation:
    # Ids that no other column has as a value.
    return Installation(engine, tmp_path, new_id=count(7919).__next__)


def ada(installation: Installation) -> Subscriber:
    """Add a subscriber with a row in every table."""
    subscriber = enrolled(installation.book, ADA, Event.CONFIRM)
    chosen = installation.book.choose(subscriber.id, ["agents", "robots"], NAMED, at=CHOSEN_AT)
    installation.add_agents_papers("1", "2")
    installation.send()
    installation.send(day=DAY.replace(day=3))
    TransactionalQueue(installation.app.engine).enqueue(subscriber.id, MailKind.PRIVACY, now=NOON)
    like(installation, subscriber)
    write(installation, subscriber)
    assert chosen is not None
    return chosen


def like(installation: Installation, subscriber: Subscriber) -> None:
    """Let a reader like a paper that only they know, and learn from it."""
    said = Feedback(
        paper_id="2401.07919", verdict=Verdict.LIKE, at=NOON, channel="import",
        title="On Zugzwang", abstract="About zugzwang.",
    )  # fmt: skip
    installation.app.feedback.give(subscriber.id, [said])
    installation.app.profiles.save({subscriber.id: LEARNED}, at=NOON)


def write(installation: Installation, subscriber: Subscriber) -> None:
    """Have a message from a reader handled, and have a mail to them bounce."""
    app = installation.app
    app.arrivals.store(b"x", sender=ADA, recipients=["help@example.org"], channel="lmtp", now=NOON)
    helped = Settlement(
        state=ArrivalState.HANDLED, kind="command", why="help", result="answered",
        subscriber_id=subscriber.id,
    )  # fmt: skip
    bounce = Bounce(subscriber_id=subscriber.id, day=DAY, bounce_class="soft", at=NOON)
    with app.engine.begin() as db:
        app.arrivals.settle(db, {1: helped}, now=NOON)
        app.bounces.record(db, [bounce])


def exported(installation: Installation, subscriber: Subscriber) -> dict[str, Any]:
    data = privacy.export(
        subscriber,
        installation.book,
        issues=partial(issues_of, installation.app.subscriber_history, installation.app.bounces),
        transactional=partial(transactional_of, installation.app.transactional_queue),
        inbound=partial(arrivals_of, installation.app.arrivals),
        feedback=partial(feedback_of, installation.app),
    )
    return cast("dict[str, Any]", json.loads("".join(json_stream.chunks(data))))


def erase(installation: Installation, subscriber: Subscriber) -> None:
    privacy.erase(
        subscriber, installation.book, forget=installation.app.ledger.forget, evidence=evidence()
    )


def rows_of(installation: Installation, subscriber: Subscriber) -> dict[str, int]:
    """Count the rows of each table that hold the subscriber's id."""
    return {
        table: sum(subscriber.id in row for row in rows)
        for table, rows in installation.dump().items()
        if rows
    }


# -- export -------------------------------------------------------------------------------------


def test_the_export_has_everything_known_about_a_subscriber(installation: Installation) -> None:
    known = exported(installation, ada(installation))

    assert known["address"] == ADA
    assert (known["status"], known["since"]) == ("confirmed", "2026-02-02T12:00:00Z")
    assert known["topics"] == ["agents", "robots"]
    assert known["preferences"]["authors"] == ["Grace Example"]
    assert [(entry["event"], entry["status"]) for entry in known["consent"]] == [
        ("sign-up", "pending"),
        ("confirm", "confirmed"),
    ]
    assert [(mail["day"], mail["state"]) for mail in known["issues"]] == [
        ("2026-02-03", "skipped"),
        ("2026-02-02", "sent"),
    ]
    assert {paper["paper_id"] for paper in known["issues"][1]["contents"]} == {"1", "2"}
    assert [(one["title"], one["verdict"]) for one in known["feedback"]] == [
        ("On Zugzwang", "like")
    ]
    assert known["profile"]["interests"][0]["words"] == ["zugzwang"]
    assert known["preferences"]["muted"] == ["Hal Example"]
    assert [(one["kind"], one["result"]) for one in known["inbound"]] == [("command", "answered")]
    assert [one["class"] for one in known["issues"][1]["came_back"]] == ["soft"]


def test_the_export_has_consent_with_its_evidence(installation: Installation) -> None:
    seen = evidence(channel="web", wording="2026-01", network="192.0.2.0", note="by hand")
    subscriber = installation.book.add(ADA, [], confirmed=False, evidence=seen)
    assert subscriber is not None

    (entry,) = exported(installation, subscriber)["consent"]

    assert entry == {
        "event": "sign-up",
        "status": "pending",
        "at": "2026-02-02T12:00:00Z",
        "door": "web",
        "note": "by hand",
        "wording": "2026-01",
        "network": "192.0.2.0",
    }


def test_the_export_is_json(installation: Installation) -> None:
    known = exported(installation, ada(installation))

    assert json.loads(json.dumps(known))["preferences"]["timezone"] == "Asia/Tokyo"


def test_the_export_has_nothing_about_others(installation: Installation) -> None:
    installation.subscribe("someone.else")

    known = exported(installation, ada(installation))

    assert "someone.else" not in json.dumps(known)


# -- erasure ------------------------------------------------------------------------------------


def test_a_reader_who_is_erased_is_in_no_table(installation: Installation) -> None:
    subscriber = ada(installation)
    before = rows_of(installation, subscriber)

    erase(installation, subscriber)

    assert (
        min(
            before[table]
            for table in (
                "subscribers",
                "consent",
                "deliveries",
                "transactional_mail",
                "feedback",
                "profiles",
            )
        )
        > 0
    )
    assert set(rows_of(installation, subscriber).values()) == {0}
    assert ADA.partition("@")[0].casefold() not in str(installation.dump()).casefold()


def test_others_keep_everything_when_a_reader_is_erased(installation: Installation) -> None:
    other = installation.subscribe("bo")
    subscriber = ada(installation)
    before = exported(installation, other)

    erase(installation, subscriber)

    assert exported(installation, other) == before


@pytest.mark.parametrize("others", [0, 40, 400])
def test_the_file_of_the_database_holds_no_byte_of_who_was_erased(
    tmp_path: Path, others: int
) -> None:
    engine = open_database("sqlite:///digest.db", folder=tmp_path)
    installation = Installation(engine, tmp_path, new_id=count(7, 7919).__next__)
    neighbours = [enrolled(installation.book, f"{n:03}@example.org") for n in range(others)]
    subscriber = ada(installation)
    neighbours += [enrolled(installation.book, f"a{n:03}@example.org") for n in range(others)]
    for neighbour in neighbours[::3]:
        erase(installation, neighbour)

    erase(installation, subscriber)
    engine.dispose()

    files = sorted(tmp_path.glob("*.db*"))
    names = ["digest.db", "digest.db-generation", "digest.db-run"]
    assert [path.name for path in files] == names
    content = b"".join(path.read_bytes() for path in files)
    assert [it for it in SPELLINGS if it.encode() in content] == []
    assert [it for it in LIKES if it in content] == []


def test_the_file_of_the_database_holds_no_byte_of_feedback_that_was_forgotten(
    tmp_path: Path,
) -> None:
    engine = open_database("sqlite:///digest.db", folder=tmp_path)
    installation = Installation(engine, tmp_path, new_id=count(7, 7919).__next__)
    subscriber = enrolled(installation.book, ADA, Event.CONFIRM)
    like(installation, subscriber)

    installation.app.feedback.forget(subscriber.id)

    content = b"".join(path.read_bytes() for path in tmp_path.glob("*.db*"))
    engine.dispose()
    assert [it for it in LIKES if it in content] == []
    assert b"Ada.Example" in content


def test_an_interrupted_erasure_can_be_repeated(installation: Installation) -> None:
    subscriber = ada(installation)
    installation.app.ledger.forget(subscriber.id)

    erase(installation, subscriber)

    assert installation.book.find(ADA) is None


def test_nobody_is_erased_twice(installation: Installation) -> None:
    subscriber = ada(installation)
    erase(installation, subscriber)

    assert installation.book.erase(subscriber.id, evidence=evidence()) is False


# -- the hash that is kept ----------------------------------------------------------------------


def test_the_kept_hash_cannot_be_matched_without_the_pepper(engine: sa.Engine, book: Book) -> None:
    book.erase(enrolled(book, ADA).id, evidence=evidence())
    elsewhere = Book(engine, new_id=count().__next__, pepper="another pepper")

    with engine.connect() as db:
        (row,) = db.execute(sa.select(suppressions)).all()
    assert (len(row.key_hash), row.for_ever, row.at) == (64, False, NOON)
    assert (book.is_erased(ADA.upper()), elsewhere.is_erased(ADA)) == (True, False)


@pytest.mark.parametrize("events", [(), (Event.CONFIRM,), (Event.LEAVE,), (Event.COMPLAINT,)])
def test_an_import_does_not_bring_back_who_was_erased(
    book: Book, events: tuple[Event, ...]
) -> None:
    book.erase(enrolled(book, ADA, *events).id, evidence=evidence())

    brought = brought_in(book, ADA, confirmed=True)

    assert (brought, book.all()) == (None, [])


@pytest.mark.parametrize("events", [(), (Event.CONFIRM,), (Event.CONFIRM, Event.LEAVE)])
def test_who_was_erased_may_sign_up_again(book: Book, events: tuple[Event, ...]) -> None:
    before = enrolled(book, ADA, *events)
    book.erase(before.id, evidence=evidence())

    after = enrolled(book, ADA)

    assert after.id != before.id
    assert after.status is Status.PENDING
    assert [entry.event for entry in book.history(after.id)] == [Event.SIGN_UP]


@pytest.mark.parametrize("last", [Event.BOUNCE, Event.COMPLAINT])
def test_who_was_suppressed_stays_so_when_erased(book: Book, last: Event) -> None:
    book.erase(enrolled(book, ADA, last).id, evidence=evidence())

    assert book.add(ADA, ["agents"], confirmed=False, evidence=evidence()) is None
    assert book.all() == []


def test_a_sign_up_with_an_erased_address_does_not_allow_imports(
    book: Book,
) -> None:
    book.erase(enrolled(book, ADA).id, evidence=evidence())
    enrolled(book, ADA)
    late = evidence(at=NOON.replace(month=3))
    book.forget_unconfirmed(before=late.at, evidence=late)

    brought = brought_in(book, ADA, confirmed=True)

    assert brought is None


def test_who_was_erased_and_confirms_again_is_a_reader_like_any_other(book: Book) -> None:
    book.erase(enrolled(book, ADA).id, evidence=evidence())

    enrolled(book, ADA, Event.CONFIRM)

    assert book.is_erased(ADA) is False
    assert brought_in(book, ADA) is not None
