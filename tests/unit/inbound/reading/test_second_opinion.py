"""What flufl.bounce finds where nothing else did."""

from __future__ import annotations

from email import message_from_bytes
from email.errors import MessageError
from typing import TYPE_CHECKING

import flufl.bounce
from support.incoming import READER, classes, explain, letter

from digest.inbound.reading.second_opinion import failed_addresses

if TYPE_CHECKING:
    import pytest

#: IMail's form, which is not known here.
IMAIL = letter(
    f"User mailbox exceeds allowed size: {READER}\n\nOriginal message follows.\n\nText\n",
    sender="The System <system@mx.example.com>", subject="About your mail",
    head="X-Mailer: <SMTP32 v8.22>\n",
)  # fmt: skip


def test_a_form_that_it_knows_names_the_recipients() -> None:
    assert failed_addresses(IMAIL) == (READER,)


def test_what_it_calls_permanent_is_soft() -> None:
    _, permanent = flufl.bounce.all_failures(message_from_bytes(IMAIL))

    assert permanent == {READER.encode()}
    assert classes(explain(IMAIL)) == {READER: "soft"}


def test_it_is_not_asked_about_mail_of_people() -> None:
    assert explain(IMAIL, sender="grace@example.com").recipients == ()


def test_a_message_that_it_does_not_know_has_no_failures() -> None:
    assert failed_addresses(letter("Good morning")) == ()


def test_its_own_failure_is_no_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(message: object) -> None:
        raise MessageError

    monkeypatch.setattr(flufl.bounce, "all_failures", fail)

    assert failed_addresses(IMAIL) == ()
