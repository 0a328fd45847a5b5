"""Messages that no person wrote."""

from __future__ import annotations

import pytest
from support.reader_mail import ADDRESSES, READER, mail

from digest.inbound.commands.automatic import why_automatic
from digest.mail.command_address import CommandWord
from digest.models.inbound import Envelope


def is_own(address: str) -> bool:
    return address == "digest@example.org" or ADDRESSES.parse(address) is not None


def why(*, envelope_sender: str = READER, **fields: str) -> str:
    envelope = Envelope(sender=envelope_sender, recipient="digest@example.org")
    return why_automatic(mail("unsubscribe", **fields), envelope, is_own=is_own)


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"Auto_Submitted": "no"},
        {"Auto_Submitted": "No (a person)"},
        {"Precedence": "normal"},
        {"X_Auto_Response_Suppress": "DR, RN"},
        {"subject": "Re: Five papers"},
        {"sender": '"Reply, No" <ada@reader.example>'},
        {"sender": "norepliant@reader.example"},
    ],
)
def test_a_person_may_have_written(fields: dict[str, str]) -> None:
    assert why(**fields) == ""


@pytest.mark.parametrize(
    "fields",
    [
        {"Auto_Submitted": "auto-replied"},
        {"Auto_Submitted": "auto-replied (vacation)"},
        {"Auto_Submitted": "Auto-Generated; owner=x"},
        {"Auto_Submitted": "auto-notified"},
        {"Precedence": "bulk"},
        {"Precedence": "LIST"},
        {"Precedence": "junk"},
        {"Precedence": "auto_reply"},
        {"List_Id": "<papers.example.org>"},
        {"List_Unsubscribe": "<https://example.org>"},
        {"X_Auto_Response_Suppress": "All"},
        {"X_Auto_Response_Suppress": "OOF, AutoReply"},
        {"X_Loop": "anything"},
        {"X_Autoreply": "yes"},
        {"Feedback_ID": "1:2:3"},
        {"Content_Type": "multipart/report; boundary=x"},
        {"subject": "Automatic reply: Five papers"},
        {"subject": "Abwesenheitsnotiz: Fünf Artikel"},
        {"subject": "Undeliverable: Five papers"},
    ],
)
def test_fields_tell_that_a_program_wrote(fields: dict[str, str]) -> None:
    assert why(**fields) != ""


@pytest.mark.parametrize(
    "sender",
    [
        "mailer-daemon@reader.example",
        "MAILER-DAEMON@reader.example",
        "postmaster@reader.example",
        "noreply@reader.example",
        "no-reply@reader.example",
        "no_reply@reader.example",
        "do-not-reply@reader.example",
        "owner-papers@reader.example",
        "papers-request@reader.example",
        "papers-bounces@reader.example",
        "bounces+7@reader.example",
    ],
)
def test_names_of_programs_are_no_persons(sender: str) -> None:
    assert why(sender=sender) != ""
    assert why(envelope_sender=sender) != ""


@pytest.mark.parametrize(
    "own",
    ["digest@example.org", ADDRESSES.of(CommandWord.HELP), ADDRESSES.of(CommandWord.LEAVE, "x")],
)
def test_a_mail_of_our_own_is_not_answered(own: str) -> None:
    assert "ours" in why(sender=own)
    assert "ours" in why(envelope_sender=own)


def test_the_null_sender_is_not_answered() -> None:
    assert why(envelope_sender="") == "it has the null sender"


@pytest.mark.parametrize("sender", ["", "Ada", "ada@example.org, bo@example.org"])
def test_a_mail_from_nobody_or_from_several_is_not_answered(sender: str) -> None:
    assert "From" in why(sender=sender)
