"""Whose word counts when a list and the book differ: a no on either side, unless a yes is later."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from support.builders import NOON, enrolled, evidence

from subscribers.csv_import import apply, plan
from subscribers.export_columns import COLUMNS
from subscribers.import_rules import ImportAction
from subscribers.models import FORGET_UNCONFIRMED_AFTER, Event, Preferences, Status

if TYPE_CHECKING:
    from subscribers.book import Book
    from subscribers.import_rules import ImportRow

ADD, CONFIRM, KEEP = ImportAction.ADD, ImportAction.CONFIRM, ImportAction.KEEP
PAUSE, LEAVE, SUPPRESS = ImportAction.PAUSE, ImportAction.LEAVE, ImportAction.SUPPRESS
REFUSE, REJECT = ImportAction.REFUSE, ImportAction.REJECT
WEEK = timedelta(days=7)


def imported(text: str, book: Book, *, confirmed: bool = True) -> list[ImportRow]:
    rows = plan(text, book, known_topics=["agents"], confirmed=confirmed)
    apply(rows, book, default_topics=["agents"], evidence=evidence(at=NOON + WEEK, channel="cli"))
    return rows


def outcome(text: str, book: Book, *, confirmed: bool = True) -> tuple[ImportAction, str | None]:
    """What becomes of the one row of a list, and its reader's status then."""
    (row,) = imported(text, book, confirmed=confirmed)
    found = book.find(row.address)
    return row.action, found and str(found.status)


def by_themselves(book: Book, *events: Event, at: int = 0) -> int:
    """Sign Ada up by the website, so many days after noon; return her id."""
    seen = evidence(channel="web", at=NOON + timedelta(days=at))
    reader = book.add("ada@example.org", ["agents"], confirmed=False, evidence=seen)
    assert reader is not None
    for event in events:
        book.record(reader.id, event, evidence=seen)
    return reader.id


@pytest.mark.parametrize("confirmed", [True, False])
@pytest.mark.parametrize(
    ("word", "action", "status"),
    [
        ("unsubscribed", LEAVE, "left"),
        ("bounced", SUPPRESS, "suppressed"),
        ("blocklisted", SUPPRESS, "suppressed"),
        ("nonsubscribed", REFUSE, None),
        ("abgemeldet", LEAVE, "left"),
        ("weird", REJECT, None),
    ],
)
def test_a_no_comes_in_as_a_no_and_later_lists_do_not_undo_it(
    book: Book, word: str, action: ImportAction, status: str | None, *, confirmed: bool
) -> None:
    found = outcome(f"email,status\nada@example.org,{word}\n", book, confirmed=confirmed)

    assert found == (action, status)
    if status:
        assert outcome("email\nada@example.org\n", book) == (REFUSE, status)


@pytest.mark.parametrize(
    ("word", "confirmed", "action", "status"),
    [
        ("active", True, CONFIRM, "confirmed"),
        ("active", False, ADD, "pending"),
        ("", True, CONFIRM, "confirmed"),
        ("paused", True, PAUSE, "paused"),
        ("paused", False, REFUSE, None),
        ("unconfirmed", True, ADD, "pending"),
        ("unconfirmed", False, ADD, "pending"),
    ],
)
def test_a_yes_needs_somebody_who_vouches_and_a_pending_one_the_reader(
    book: Book, word: str, action: ImportAction, status: str | None, *, confirmed: bool
) -> None:
    text = f"email,status\nada@example.org,{word}\n"

    assert outcome(text, book, confirmed=confirmed) == (action, status)


def test_the_word_and_its_column_are_named(book: Book) -> None:
    rows = imported(
        "Email,List Status,Bounced\na@b.org,weird,\nb@b.org,active,1\nc@b.org,Unsubscribed,\n", book
    )

    assert [row.reason for row in rows] == [
        "List Status is 'weird', which is not known to mean yes; use confirmed or left",
        "Bounced is '1'",
        "List Status is 'Unsubscribed'",
    ]


def test_an_unknown_cell_or_a_box_not_ticked_holds_the_row(book: Book) -> None:
    text = "Email,GDPR consent\na@b.org,x\nb@b.org,\nc@b.org,perhaps\nd@b.org,no\n"

    rows = imported(text, book)

    assert [(row.action, row.reason.split(",")[0]) for row in rows] == [
        (CONFIRM, "you vouch for it"),
        (REJECT, "GDPR consent is ''"),
        (REJECT, "GDPR consent is 'perhaps'"),
        (LEAVE, "GDPR consent is 'no'"),
    ]
    assert [reader.address for reader in book.confirmed()] == ["a@b.org"]


def test_where_people_live_holds_nobody(book: Book) -> None:
    text = "email,state,country\na@b.org,CA,US\nb@b.org,NO,US\nc@b.org,,NO\n"

    assert {row.action for row in imported(text, book)} == {CONFIRM}


@pytest.mark.parametrize(
    ("days", "kept"),
    [
        pytest.param(0, True, id="now"),
        pytest.param(5, True, id="time to answer"),
        pytest.param(6, False, id="no time to answer"),
        pytest.param(90, False, id="long ago"),
        pytest.param(-9, False, id="in the future"),
    ],
)
def test_a_pending_reader_keeps_their_days_if_the_letter_still_finds_them(
    book: Book, days: int, *, kept: bool
) -> None:
    now, asked = NOON + WEEK, NOON + WEEK - timedelta(days=days)

    imported(f"email,status,status_since\nada@example.org,pending,{asked.isoformat()}\n", book)
    book.forget_unconfirmed(before=now - FORGET_UNCONFIRMED_AFTER, evidence=evidence(at=now))

    (reader,) = book.all()
    since = book.consent_times()[reader.id].status_since
    assert (reader.status, since) == (Status.PENDING, asked if kept else now)


@pytest.mark.parametrize(("yes", "no"), [("WAHR", "FALSCH"), ("VRAI", "FAUX"), ("VERO", "FALSO")])
def test_an_export_that_a_spreadsheet_saved_again_is_read(book: Book, yes: str, no: str) -> None:
    imported(f"email;text_only\nada@example.org;{yes}\nbo@example.org;{no}\n", book)

    assert [reader.preferences.text_only for reader in book.all()] == [True, False]


@pytest.mark.parametrize(
    "lines",
    [
        "ada@example.org,active\nADA@example.org,unsubscribed\n",
        "ada@example.org,unsubscribed\nada@example.org,active\n",
    ],
)
def test_of_several_lines_for_an_address_a_no_counts(book: Book, lines: str) -> None:
    first, second = imported("email,status\n" + lines, book)

    assert (first.action, second.action) == (LEAVE, REJECT)
    assert [reader.status for reader in book.all()] == [Status.LEFT]


@pytest.mark.parametrize(
    ("date", "action", "status"),
    [
        pytest.param("2026-01-30", KEEP, "confirmed", id="before they confirmed"),
        pytest.param("2026-02-03", LEAVE, "left", id="afterwards"),
        pytest.param("", LEAVE, "left", id="nobody knows when"),
        pytest.param("2/3/2026", LEAVE, "left", id="in whatever notation"),
    ],
)
def test_a_no_holds_for_a_reader_unless_they_said_yes_after_it(
    book: Book, date: str, action: ImportAction, status: str
) -> None:
    by_themselves(book, Event.CONFIRM)

    text = f"email,status,unsubscribed_at\nada@example.org,unsubscribed,{date}\n"

    assert outcome(text, book) == (action, status)


def test_the_word_of_an_operator_is_no_later_yes(book: Book) -> None:
    book.add("ada@example.org", [], confirmed=True, evidence=evidence(channel="cli"))

    text = "email,UNSUB_TIME\nada@example.org,2020-01-01 00:00:00\n"

    assert outcome(text, book) == (LEAVE, "left")


def test_who_signed_up_after_leaving_elsewhere_must_confirm_themselves(book: Book) -> None:
    reader = by_themselves(book)
    text = "email,UNSUB_TIME\nada@example.org,2020-01-01 00:00:00\n"

    first, second = (outcome(text, book) for _ in range(2))

    assert (first, second) == ((LEAVE, "pending"), (KEEP, "pending"))
    assert outcome("email\nada@example.org\n", book) == (REFUSE, "pending")
    after = book.record(reader, Event.CONFIRM, evidence=evidence(channel="web"))
    assert after is not None
    assert after.status is Status.CONFIRMED


@pytest.mark.parametrize(
    ("events", "word", "expected"),
    [
        ((Event.CONFIRM, Event.LEAVE), "bounced", (SUPPRESS, "suppressed")),
        ((Event.CONFIRM, Event.LEAVE), "unsubscribed", (REFUSE, "left")),
        ((Event.COMPLAINT,), "unsubscribed", (REFUSE, "suppressed")),
        ((Event.CONFIRM, Event.LEAVE), "active", (REFUSE, "left")),
        ((Event.CONFIRM,), "paused", (PAUSE, "paused")),
        ((Event.CONFIRM, Event.PAUSE), "active", (KEEP, "paused")),
        ((Event.CONFIRM,), "unconfirmed", (KEEP, "confirmed")),
        ((), "unconfirmed", (KEEP, "pending")),
        ((), "paused", (PAUSE, "paused")),
    ],
)
def test_of_two_words_the_safer_one_holds(
    book: Book, events: tuple[Event, ...], word: str, expected: tuple[ImportAction, str]
) -> None:
    by_themselves(book, *events)

    assert outcome(f"email,status\nada@example.org,{word}\n", book) == expected


@pytest.mark.parametrize("last", [Event.LEAVE, Event.COMPLAINT, Event.ERASE])
@pytest.mark.parametrize("confirmed", [True, False])
def test_a_no_holds_for_other_spellings_of_the_mailbox(
    book: Book, last: Event, *, confirmed: bool
) -> None:
    book.record(enrolled(book, "ada.b@gmail.com").id, last, evidence=evidence())
    before = book.all()

    (row,) = imported("email\na.dab+x@googlemail.com\n", book, confirmed=confirmed)

    assert row.action is REFUSE
    assert row.reason in ("ada.b@gmail.com, which is the same mailbox, said no", "was erased")
    assert book.all() == before


def test_the_times_of_the_list_are_kept_as_evidence(book: Book) -> None:
    imported(
        "email,OPTIN_TIME,UNSUB_TIME\nada@example.org,2019-05-06 10:00:00,2020-01-02 03:04:05\n",
        book,
    )

    (reader,) = book.all()
    history = book.history(reader.id)
    assert f"{reader.since:%Y-%m-%d %H:%M}" == "2019-05-06 10:00"
    assert [(one.event, one.evidence.channel) for one in history] == [
        (Event.IMPORT, "cli"),
        (Event.LEAVE, "import"),
    ]
    assert history[1].evidence.at.isoformat() == "2020-01-02T03:04:05+00:00"


def test_a_time_in_the_future_is_the_time_of_the_import(book: Book) -> None:
    imported("email,since,unsubscribed_at\nada@example.org,2999-01-01,2999-01-01\n", book)

    (reader,) = book.all()
    assert reader.since == NOON + WEEK
    assert book.history(reader.id)[-1].evidence.at == NOON + WEEK


def test_a_topic_or_choice_nobody_knows_does_not_stop_a_no(book: Book) -> None:
    text = "email,status,topics,hour\nada@example.org,left,whales,99\n"

    assert outcome(text, book) == (LEAVE, "left")


def test_preferences_come_in_and_those_not_named_stay(book: Book) -> None:
    by_themselves(book, Event.CONFIRM)

    (row,) = imported("email,words_in,hour\nada@example.org,whale; sea,\n", book)

    (reader,) = book.all()
    assert (row.action, row.reason) == (ImportAction.UPDATE, "is confirmed, gets new preferences")
    assert (reader.preferences.words_in, reader.preferences.hour) == (("whale", "sea"), None)
    assert reader.topics == ("agents",)


def test_how_often_may_stand_in_the_words_of_other_systems_and_may_be_a_no(book: Book) -> None:
    words = {"a": "Weekly", "b": "instant", "c": "unsubscribed", "d": "monthly"}
    lines = [f"{name}@example.org,{word}\n" for name, word in words.items()]

    rows = imported("address,frequency\n" + "".join(lines), book)

    assert [row.action for row in rows] == [CONFIRM, CONFIRM, LEAVE, REJECT]
    found = [book.find(row.address) for row in rows[:2]]
    assert [one and one.preferences.frequency for one in found] == ["weekly", "daily"]
    assert rows[3].reason == "frequency cannot be 'monthly': use daily, weekdays, weekly, enough"


def test_an_export_of_an_earlier_version_is_a_copy_and_its_hour_was_not_chosen(book: Book) -> None:
    added = {"frequency": "", "quiet_mail": ""}
    names = [name for name in COLUMNS if name not in added]
    known = {"days": '["mon"]', "learns": "true", "text_only": "false", "language": "en"}
    row = {"address": "ada@example.org", "status": "confirmed", "timezone": "Asia/Tokyo"} | known

    for hour, expected in (("18", None), ("7", 7)):
        cells = row | {"hour": hour}
        lines = csv.writer(text := io.StringIO())
        lines.writerows([names, [cells.get(name, "") for name in names]])
        imported(text.getvalue(), book)

        found = book.find("ada@example.org")
        assert found is not None
        assert found.topics == ()
        assert found.preferences == Preferences(days=("mon",), hour=expected, timezone="Asia/Tokyo")


def test_an_hour_that_a_list_names_counts_whichever_it_is(book: Book) -> None:
    imported("address,hour\nada@example.org,18\n", book)

    found = book.find("ada@example.org")
    assert found is not None
    assert found.preferences.hour == 18


def test_a_choice_that_is_not_possible_is_named(book: Book) -> None:
    (row,) = imported("email,days\nada@example.org,someday\n", book)

    assert (row.action, row.reason[:24]) == (REJECT, "days cannot be 'someday'")
    assert book.all() == []
