"""Subscribers imported from a CSV file, and exported to one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.builders import enrolled, evidence

from subscribers.csv_import import apply, plan
from subscribers.errors import CSVImportError
from subscribers.import_rules import ImportAction, ImportRow
from subscribers.models import Event, Status

if TYPE_CHECKING:
    from subscribers.book import Book

TOPICS = ("agents", "robots")
CONFIRM, PAUSE, LEAVE = Event.CONFIRM, Event.PAUSE, Event.LEAVE


def planned(text: str, book: Book, *, confirmed: bool = False) -> list[ImportRow]:
    return plan(text, book, known_topics=TOPICS, confirmed=confirmed)


def actions(text: str, book: Book, *, confirmed: bool = False) -> list[ImportAction]:
    return [row.action for row in planned(text, book, confirmed=confirmed)]


def import_csv(text: str, book: Book, *, confirmed: bool = False) -> list[str]:
    rows = planned(text, book, confirmed=confirmed)
    changed = apply(rows, book, default_topics=["robots"], evidence=evidence())
    return [row.address for row in changed]


# -- reading ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("address,topics\nada@example.org,agents robots\n", id="plain"),
        pytest.param("\ufeffaddress,topics\nada@example.org,agents robots\n", id="byte order mark"),
        pytest.param("address,topics\r\nada@example.org,agents robots\r\n", id="CRLF"),
        pytest.param("address,topics\nada@example.org,agents robots", id="no last line end"),
        pytest.param("address,topics\nada@example.org,agents;robots\n", id="semicolon in topics"),
        pytest.param("address;topics\nada@example.org;agents robots\n", id="semicolons throughout"),
        pytest.param("email,topics\nada@example.org,agents robots\n", id="email"),
        pytest.param(" E-Mail ,Address , TOPICS\nx,ada@example.org,agents robots\n", id="capitals"),
        pytest.param("name,topics,address\nAda,agents robots,ada@example.org\n", id="other order"),
        pytest.param('"address","topics"\n"ada@example.org","agents\nrobots"\n', id="quotes"),
        pytest.param("address,topics\n\n ada@example.org , agents  robots \n", id="blanks"),
        pytest.param("address,topics\nada@example.org,agents robots agents\n", id="topic twice"),
        pytest.param("address,topics\nada@example.org,agents robots,?,?\n", id="too many cells"),
        pytest.param("address\ttopics\nada@example.org\tagents robots\n", id="tabs"),
        pytest.param("address|topics\nada@example.org|agents robots\n", id="pipes"),
        pytest.param("sep=;\naddress;topics\nada@example.org;agents robots\n", id="sep="),
        pytest.param("address,topics\rada@example.org,agents robots\r", id="old Macs"),
    ],
)
def test_a_list_is_understood_however_it_was_saved(book: Book, text: str) -> None:
    (row,) = planned(text, book)

    assert (row.address, row.topics) == ("ada@example.org", ("agents", "robots"))
    assert row.action is ImportAction.ADD


def test_a_file_that_is_not_a_list_is_refused_as_a_whole(book: Book) -> None:
    with pytest.raises(CSVImportError, match="must name a column `address`"):
        planned("name,topics\nAda,agents\n", book)


def test_lines_are_numbered_as_an_editor_does(book: Book) -> None:
    text = (
        "address,name\n"
        "ada@example.org,Ada\n"
        "\n"
        'bo@example.org,"Bo\nof ""Somewhere"""\n'
        "cy@example.org,Cy\n"
    )

    assert [(row.number, row.address) for row in planned(text, book)] == [
        (2, "ada@example.org"),
        (4, "bo@example.org"),
        (6, "cy@example.org"),
    ]


# -- planning -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("events", "topics", "confirmed", "action", "reason"),
    [
        ((), "", False, ImportAction.KEEP, "is pending"),
        ((), "", True, ImportAction.CONFIRM, "you vouch for it"),
        ((), "robots", False, ImportAction.UPDATE, "is pending, gets new topics"),
        ((CONFIRM,), "", False, ImportAction.KEEP, "is confirmed"),
        ((CONFIRM,), "agents", True, ImportAction.KEEP, "is confirmed"),
        ((CONFIRM,), "robots", False, ImportAction.UPDATE, "is confirmed, gets new topics"),
        ((CONFIRM, PAUSE), "", True, ImportAction.KEEP, "is paused"),
        ((CONFIRM, PAUSE), "robots", True, ImportAction.UPDATE, "is paused, gets new topics"),
        ((CONFIRM, LEAVE), "robots", True, ImportAction.REFUSE, "is left"),
        ((CONFIRM, Event.BOUNCE), "robots", True, ImportAction.REFUSE, "is suppressed"),
        ((Event.COMPLAINT,), "", False, ImportAction.REFUSE, "is suppressed"),
    ],
)
def test_the_action_for_a_known_subscriber(
    book: Book,
    events: tuple[Event, ...],
    topics: str,
    *,
    confirmed: bool,
    action: ImportAction,
    reason: str,
) -> None:
    enrolled(book, "ada@example.org", *events)

    (row,) = planned(f"address,topics\nADA@example.org,{topics}\n", book, confirmed=confirmed)

    assert (row.action, row.reason) == (action, reason)


@pytest.mark.parametrize(
    ("cells", "confirmed", "action", "reason"),
    [
        ("ada@example.org,", False, ImportAction.ADD, "will be asked to confirm"),
        ("ada@example.org,", True, ImportAction.CONFIRM, "you vouch for it"),
        ("ada@example.org,agnets", True, ImportAction.REJECT, "there is no topic 'agnets'"),
        ("ada@,", True, ImportAction.REJECT, "'ada@' is not an e-mail address: "),
        (",agents", True, ImportAction.REJECT, "'' is not an e-mail address: "),
        (
            "Ada <ada@example.org>,",
            True,
            ImportAction.REJECT,
            "'Ada <ada@example.org>' is not an e-mail",
        ),
        (
            '"a@x.org\nBcc: b@x.org",',
            True,
            ImportAction.REJECT,
            r"'a@x.org\nBcc: b@x.org' is not an",
        ),
    ],
)
def test_the_action_for_a_new_address(
    book: Book, cells: str, *, confirmed: bool, action: ImportAction, reason: str
) -> None:
    (row,) = planned(f"address,topics\n{cells}\n", book, confirmed=confirmed)

    assert row.action is action
    assert row.reason.startswith(reason)


def test_somebody_who_was_erased_is_refused_even_while_a_new_sign_up_waits(book: Book) -> None:
    book.erase(enrolled(book, "ada@example.org").id, evidence=evidence())
    before = actions("address\nada@example.org\n", book, confirmed=True)
    enrolled(book, "ada@example.org")

    after = actions("address\nada@example.org\n", book, confirmed=True)

    assert (before, after) == ([ImportAction.REFUSE], [ImportAction.REFUSE])


def test_of_two_lines_for_one_mailbox_the_first_counts(book: Book) -> None:
    rows = planned("address\nada@example.org\nbo@example.org\nADA@Example.org\n", book)

    assert [row.action for row in rows] == [
        ImportAction.ADD,
        ImportAction.ADD,
        ImportAction.REJECT,
    ]
    assert rows[2].reason == "the address is in the list twice"


# -- applying -----------------------------------------------------------------------------------


def test_only_those_the_plan_names_are_touched(book: Book) -> None:
    kept = enrolled(book, "kept@example.org", CONFIRM)
    left = enrolled(book, "left@example.org", CONFIRM, LEAVE)

    changed = import_csv(
        "address,topics\nkept@example.org,\nleft@example.org,robots\nnew@example.org,\nnobody,\n",
        book,
        confirmed=True,
    )

    assert changed == ["new@example.org"]
    assert (book.get(kept.id), book.get(left.id)) == (kept, left)
    assert [entry.event for entry in book.history(kept.id)] == [Event.SIGN_UP, CONFIRM]


def test_a_new_reader_without_topics_gets_the_default_and_a_known_one_keeps_theirs(
    book: Book,
) -> None:
    enrolled(book, "known@example.org", topics=("agents",))

    import_csv("address\nknown@example.org\nnew@example.org\n", book, confirmed=True)

    assert [(subscriber.topics, subscriber.status) for subscriber in book.all()] == [
        (("agents",), Status.CONFIRMED),
        (("robots",), Status.CONFIRMED),
    ]


def test_an_import_is_kept_as_evidence(book: Book) -> None:
    import_csv("address\nada@example.org\n", book, confirmed=True)

    (subscriber,) = book.all()
    assert [(entry.event, entry.evidence) for entry in book.history(subscriber.id)] == [
        (Event.IMPORT, evidence()),
        (Event.CONFIRM, evidence()),
    ]


def test_who_leaves_between_plan_and_apply_stays_left(book: Book) -> None:
    enrolled(book, "ada@example.org")
    rows = planned("address\nada@example.org\n", book, confirmed=True)
    enrolled(book, "ada@example.org", LEAVE)

    apply(rows, book, default_topics=[], evidence=evidence())

    assert [subscriber.status for subscriber in book.all()] == [Status.LEFT]


def test_who_left_is_not_confirmed_by_a_list_even_while_a_strangers_sign_up_waits(
    book: Book,
) -> None:
    subscriber = book.add("ada@example.org", ["agents"], confirmed=True, evidence=evidence())
    assert subscriber is not None
    book.record(subscriber.id, Event.LEAVE, evidence=evidence())
    book.add("ada@example.org", ["agents"], confirmed=False, evidence=evidence())

    (row,) = planned("address\nada@example.org\n", book, confirmed=True)
    changed = import_csv("address\nada@example.org\n", book, confirmed=True)

    assert row.action is ImportAction.REFUSE
    assert changed == []
    assert book.confirmed() == []
