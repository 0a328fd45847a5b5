"""The texts of systems that write no reports, in the forms that they have."""

from __future__ import annotations

import pytest
from support.incoming import (
    READER,
    block,
    classes,
    explain,
    letter,
    multipart,
    own_message_id,
    returned,
    text_part,
    verp,
)

QMAIL = "Hi. This is the qmail-send program at mx.example.com.\nI'm afraid it did not work.\n\n"
COPY = "\n\n--- Below this line is a copy of the message.\n\n"

TEXTS = {
    "qmail, unknown": (f"{QMAIL}<{READER}>:\nSorry, no mailbox here. (#5.1.1){COPY}", "hard"),
    "qmail, full": (f"{QMAIL}<{READER}>:\nThe mailfolder is over quota. (#5.2.2){COPY}", "soft"),
    "qmail, refused": (
        f"{QMAIL}<{READER}>:\nRemote host said: 554 Your host is on a blocklist{COPY}", "policy",
    ),
    "dma": (
        ("This is the DragonFly Mail Agent v0.14 at mx.\n\nThere was an error delivering your mail"
        f" to <{READER}>.\n\nmx did not like our RCPT TO:\n550 no such user\n\n"
        "Original message follows.\n"),
        "hard",
    ),
    "Exim, failed": (
        ("This message was created automatically by mail delivery software.\n\nA message that you"
        f" sent could not be delivered. This is a permanent error.\n\n  {READER}\n"
        "    mailbox is full\n\n------ This is a copy of the message. ------\n"),
        "soft",
    ),
    "Exim, delayed": (
        ("This message was created automatically by mail delivery software.\nA message has not yet"
        f" been delivered after 24 hours.\n\n  {READER}\n    Delay reason: timed out\n\n"
        "Delivery attempts will continue for some time.\n"),
        "delayed",
    ),
    "sendmail": (
        (f"   ----- The following addresses had permanent fatal errors -----\n<{READER}>\n\n"
        "   ----- Transcript of session follows -----\n<<< 550 5.7.1 not from your host\n"
        f"550 <{READER}>... User unknown\n\n   ----- Original message follows -----\n"),
        "policy",
    ),
    "Postfix": (
        ("This is the mail system at host mx.\n\nI'm sorry to have to inform you of a failure.\n\n"
        f"<{READER}>: host mx said: 550 5.1.1\n    no such user (in reply to RCPT TO command)\n"),
        "hard",
    ),
    "Exchange": (
        ("Your message did not reach some or all of the intended recipients.\n\n  Subject: x\n\n"
        f"The following recipient(s) could not be reached:\n\n      {READER} on 3/2/2026\n"
        "            The e-mail account does not exist.\n            <mx #5.1.1>\n"),
        "hard",
    ),
    "Domino": (
        (f"Your message\n\n  Subject: x\n\nwas not delivered to:\n\n  {READER}\n\nbecause:\n\n"
        "  the user is not listed in Domino Directory\n"),
        "hard",
    ),
    "GroupWise": (
        ("The message that you sent was undeliverable to the following:\n"
        f"\t{READER} (mailbox full)\n"),
        "soft",
    ),
    "smail": (
        ("|------------ Message log follows: ------------|\n no valid recipients\n"
        f"|------------ Failed addresses follow: --------|\n <{READER}> ... unknown host\n"
        "|------------ Message text follows: -----------|\n"),
        "hard",
    ),
    "CommuniGate": (
        f"Failed to deliver to '{READER}'\nSMTP module reports:\n mx says:\n 552 5.2.2 full\n",
        "soft",
    ),
    "MDaemon": (
        ("The attached message had PERMANENT fatal delivery errors!\n\n"
        f"Failed address: {READER}\n\n--- Session Transcript ---\n<-- 550 5.1.1 no such user\n"),
        "hard",
    ),
    "Yahoo": (
        ("Message from example.com.\nUnable to deliver message to the following address(es).\n\n"
        f"<{READER}>:\nThis user doesn't have an example.com account\n\n"
        "--- Original message follows.\n"),
        "hard",
    ),
    "Gmail": (
        (f"Delivery to the following recipient failed permanently:\n\n     {READER}\n\n"
        "Technical details of permanent failure:\nThe server was tried.\n\nIt said:\n"
        "550 5.1.1 no such user\n\n----- Original message -----\n"),
        "hard",
    ),
}  # fmt: skip


def bounce(text: str, *, head: str = "", subject: str = "failure notice") -> bytes:
    return letter(text, sender="MAILER-DAEMON@mx.example.com", subject=subject, head=head)


@pytest.mark.parametrize(("text", "expected"), TEXTS.values(), ids=TEXTS)
def test_the_text_of_a_known_system_is_a_bounce(text: str, expected: str) -> None:
    found = explain(bounce(text))

    assert (found.kind, classes(found)) == ("bounce", {READER: expected})


@pytest.mark.parametrize("text", [text for text, _ in TEXTS.values()], ids=TEXTS)
def test_the_same_text_from_a_person_bounces_nobody(text: str) -> None:
    found = explain(letter(text), sender=READER)

    assert (found.kind, found.recipients) == ("not-understood", ())


def test_each_paragraph_of_qmail_is_about_one_recipient() -> None:
    text = f"{QMAIL}<{READER}>:\n550 5.1.1 gone\n\n<a@b.example>:\n552 5.2.2 full{COPY}"

    assert classes(explain(bounce(text))) == {READER: "hard", "a@b.example": "soft"}


def test_an_address_in_the_copy_of_the_mail_is_no_recipient() -> None:
    text = f"{QMAIL}<{READER}>:\n550 5.1.1 gone{COPY}From: x\n\n<a@b.example>:\n550 gone\n"

    assert classes(explain(bounce(text))) == {READER: "hard"}


def test_the_mail_in_the_copy_proves_itself() -> None:
    back = returned(identifier=own_message_id(), lines=f"Return-Path: <{verp()}>\n")
    text = f"{QMAIL}<{READER}>:\n550 5.1.1 gone{COPY}{back}"

    assert explain(bounce(text), recipient="bounces@digest.example.org").returned.is_proven


def test_a_field_may_name_whom_the_text_does_not() -> None:
    octets = bounce(
        "It did not work: 550 5.1.1 no such user\n",
        head=f"X-Failed-Recipients: {READER}\n", subject="Mail delivery failed",
    )  # fmt: skip

    assert classes(explain(octets)) == {READER: "hard"}


@pytest.mark.parametrize(
    "beginning",
    [
        "This is the DragonFly Mail Agent v0.14.", "Your message\n\nwas lost",
        "Failed to deliver to '",
        "The attached message had PERMANENT fatal delivery errors!", QMAIL,
    ],
)  # fmt: skip
def test_a_known_form_that_names_nobody_bounces_nobody(beginning: str) -> None:
    found = explain(bounce(beginning, subject="hello"))

    assert (found.kind, found.recipients) == ("not-understood", ())


@pytest.mark.parametrize(
    "line",
    [
        f"Intended recipient: {READER}", f"User's mailbox is full: <{READER}>",
        f"Recipient: [SMTP:{READER}]", f"Undeliverable Address: {READER}",
        f"  * [{READER}]: 550 no such user",
    ],
)  # fmt: skip
def test_an_address_may_stand_behind_what_it_is(line: str) -> None:
    text = f"It could not be delivered.\n\n{line}\nReason: some reason\n"

    assert classes(explain(bounce(text))) == {READER: "soft"}


@pytest.mark.parametrize("label", ["Sender address", "From address", "Contact address", "To"])
def test_an_address_behind_what_it_is_not_is_no_recipient(label: str) -> None:
    assert explain(bounce(f"It failed.\n\n{label}: {READER}\n")).recipients == ()


def test_an_unknown_form_without_a_code_is_soft_at_most() -> None:
    text = f"Your mail failed.\n\n{READER}: no such user\n"

    assert classes(explain(bounce(text))) == {READER: "soft"}


def test_an_unknown_form_with_a_code_counts() -> None:
    text = f"Your mail failed.\n\n{READER}: 550 5.1.1 no such user\n"

    assert classes(explain(bounce(text))) == {READER: "hard"}


def test_a_daemon_whose_subject_tells_of_no_failure_is_not_understood() -> None:
    octets = bounce(f"{READER}: is welcome", subject="Welcome to our server")

    assert explain(octets).kind == "not-understood"


def test_a_bounce_in_html_is_read() -> None:
    octets = multipart(
        "Content-Type: text/html\n\nDelivery has failed to these recipients:<br>"
        f"<a href='mailto:{READER}'>{READER}</a><br>550 5.1.1 not found<br>",
        kind="mixed",
    )

    assert classes(explain(octets)) == {READER: "hard"}


def test_a_report_without_its_blocks_is_read_as_a_text() -> None:
    octets = multipart(
        text_part(f"Delivery failed.\n\n<{READER}>:\n    550 5.1.1 no such user\n"),
        f"Content-Type: message/delivery-status\n\n{block(address='nobody')}",
    )

    assert classes(explain(octets)) == {READER: "hard"}
