"""Two installations that write to each other stop by themselves."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa
from hypothesis import example, given, settings
from hypothesis import strategies as st
from support.mail_list import MailList, parsed
from support.reader_mail import mail_octets

from digest.mail.command_address import CommandWord
from digest.storage.answers import MOST_IN_A_DAY
from digest.storage.engine import open_database
from subscribers.models import Status

if TYPE_CHECKING:
    from digest.models.delivery import OutgoingMessage

DOMAINS = ("one.example", "two.example")
SUBJECTS = ("", "subscribe", "subscribe llm, x", "topics llm", "pause", "confirm", "leave", "help")
#: A program between them that drops what says that a mail is automatic, as bad gateways do.
TELLING = re.compile(rb"^(auto-submitted|x-digest-issue|feedback-id|list-[a-z]+|precedence):.*\r\n",
                     re.IGNORECASE | re.MULTILINE)  # fmt: skip
#: More messages than any exchange may have.
FAR_TOO_MANY = 100


@cache
def database(domain: str) -> sa.Engine:
    """A database in memory for each of the two, made once."""
    assert domain in DOMAINS
    return open_database("sqlite://", folder=Path())


def emptied(domain: str) -> MailList:
    engine = database(domain)
    with engine.begin() as db:
        db.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
        for table in set(sa.inspect(db).get_table_names()) - {"alembic_version"}:
            db.execute(sa.text(f"DELETE FROM {table}"))  # noqa: S608 (a name of the schema)
    return MailList(engine, domain=domain)


class Exchange:
    """Two installations, and what carries mails between them."""

    def __init__(self, *, keeps_marks: bool, answers_to_reply_to: bool) -> None:
        self.lists = {domain: emptied(domain) for domain in DOMAINS}
        self.keeps_marks, self.answers_to_reply_to = keeps_marks, answers_to_reply_to
        self.carried = 0
        #: the domains that mails came from
        self.sending: set[str] = set()

    def start(self, subject: str, text: str, *, sender: str, to: str) -> None:
        """Hand over a mail, and then all that follow from it."""
        self.deliver(to, mail_octets(text, subject=subject, sender=sender), sender=sender)
        while self.carried < FAR_TOO_MANY and (waiting := self.collect()):
            for message in waiting:
                self.carry(message)

    def collect(self) -> list[OutgoingMessage]:
        return [one for papers in self.lists.values() for one in papers.send_raw().messages]

    def carry(self, message: OutgoingMessage) -> None:
        content, sender = message.content, message.sender
        self.sending.add(sender.rpartition("@")[2])
        if not self.keeps_marks:
            content = TELLING.sub(b"", content)
        self.deliver(message.recipient, content, sender=sender)
        if self.answers_to_reply_to and (to := parsed(content)["Reply-To"]):
            # Somebody's program answers by itself with what it got, to the surest address.
            author = message.recipient
            answer = mail_octets(subject=f"Re: {parsed(content)['Subject']}", sender=author)
            self.deliver(str(to), answer, sender=author)

    def deliver(self, to: str, content: bytes, *, sender: str) -> None:
        self.carried += 1
        papers = self.lists.get(to.rpartition("@")[2])
        if papers:
            papers.receive(to, content, sender=sender)


def addresses() -> list[str]:
    return [
        address
        for papers in (MailList(database(domain), domain=domain) for domain in DOMAINS)
        for address in (papers.address, *(papers.addresses.of(word) for word in CommandWord))
    ]


ADDRESSES = addresses()
STARTS = {
    "subject": st.sampled_from(SUBJECTS),
    "text": st.sampled_from(SUBJECTS),
    "sender": st.sampled_from(ADDRESSES),
    "to": st.sampled_from(ADDRESSES),
}


@given(**STARTS)
@settings(max_examples=40)
@example(subject="subscribe", text="", sender=ADDRESSES[0], to=ADDRESSES[-1])
def test_an_answer_of_one_is_never_answered_by_the_other(
    subject: str, text: str, sender: str, to: str
) -> None:
    exchange = Exchange(keeps_marks=True, answers_to_reply_to=False)

    exchange.start(subject, text, sender=sender, to=to)

    assert exchange.sending <= {to.rpartition("@")[2]}
    statuses = {one.status for papers in exchange.lists.values() for one in papers.book.all()}
    assert statuses <= {Status.PENDING}


@given(**STARTS)
@settings(max_examples=40)
def test_even_without_the_marks_of_automatic_mail_they_stop(
    subject: str, text: str, sender: str, to: str
) -> None:
    exchange = Exchange(keeps_marks=False, answers_to_reply_to=True)

    exchange.start(subject, text, sender=sender, to=to)

    assert exchange.carried <= 2 * MOST_IN_A_DAY
