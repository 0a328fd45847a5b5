"""What proves which mail of ours a message is about."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.incoming import OURS, READER_ID, SECRET, TODAY, own_message_id, verp

from digest.inbound.reading.message import Fields
from digest.inbound.reading.returned_mail import FORGED, IN_FUTURE, NO_KEY, TOO_OLD, find
from digest.models.inbound import ReturnedMail
from subscribers import mail_tokens
from subscribers.links import Purpose, sign
from subscribers.mail_tokens import MailPurpose

PROVEN = ReturnedMail(day=TODAY, subscriber_id=READER_ID, found_in="return address")
#: The address that a program writes to for the reader to leave.
ADDRESS = mail_tokens.sign(
    MailPurpose.LEAVE, READER_ID, secrets=[SECRET], at=datetime(2025, 1, 1, tzinfo=UTC)
)
#: A link of a mail, as its field lists it.
LINK = sign(Purpose.LEAVE, READER_ID, secrets=[SECRET], at=datetime(2025, 1, 1, tzinfo=UTC))


def head(**fields: str) -> Fields:
    return Fields(tuple((name.replace("_", "-"), value) for name, value in fields.items()))


def test_the_return_address_proves_a_mail() -> None:
    assert find(OURS, [verp()], []) == PROVEN
    assert PROVEN.is_proven


def test_a_server_may_have_changed_the_case_of_a_return_address() -> None:
    assert find(OURS, [verp().upper()], []) == PROVEN


def test_one_of_several_recipients_is_enough() -> None:
    assert find(OURS, ["unknown", "other@example.com", verp()], []) == PROVEN


def test_a_key_that_was_in_use_before_still_proves() -> None:
    ours = replace(OURS, secrets=("a newer key of the installation", SECRET))

    assert find(ours, [verp()], []).is_proven


@pytest.mark.parametrize(
    ("address", "fault"),
    [
        (verp(secret="somebody else's key"), FORGED),
        (verp().replace("c0ffee", "c0ffed"), FORGED),
        ("bounces+17=grace=example.com@digest.example.org", FORGED),
        (verp(TODAY - timedelta(days=91)), TOO_OLD),
        (verp(TODAY + timedelta(days=2)), IN_FUTURE),
    ],
)
def test_a_return_address_that_proves_nothing_says_why(address: str, fault: str) -> None:
    found = find(OURS, [address], [])

    assert (found.found_in, found.fault) == ("return address", fault)
    assert not found.is_proven


@pytest.mark.parametrize("days", [-90, -1, 0, 1])
def test_the_window_is_ninety_days_and_a_time_zone(days: int) -> None:
    assert find(OURS, [verp(TODAY + timedelta(days=days))], []).is_proven


def test_without_a_key_nothing_is_proven() -> None:
    assert find(replace(OURS, secrets=()), [verp()], [head(list_unsubscribe=LINK)]).fault == NO_KEY


@pytest.mark.parametrize("pattern", ["", "bounces@digest.example.org"])
def test_without_a_place_for_the_id_no_address_is_a_return_address(pattern: str) -> None:
    assert find(replace(OURS, bounce_address=pattern), [verp(), pattern], []) == ReturnedMail()


@pytest.mark.parametrize(
    ("fields", "found_in"),
    [
        ({"return_path": f"<{verp()}>"}, "return address"),
        ({"original_mail_from": f"<{verp()}>"}, "return address"),
        ({"x_postfix_sender": f"rfc822; {verp()}"}, "return address"),
        ({"message_id": own_message_id()}, "Message-ID"),
        ({"message_id": own_message_id(kind="confirm7").upper()}, "Message-ID"),
        ({"original_message_id": own_message_id()}, "Message-ID"),
        (
            {"list_unsubscribe": f"<https://digest.example.org/leave/{LINK}>, <mailto:a@b.c>"},
            "leave link",
        ),
        (
            {"list_unsubscribe": f"<mailto:leave+{ADDRESS.upper()}@digest.example.org>"},
            "leave link",
        ),
    ],
)  # fmt: skip
def test_the_head_of_the_mail_that_came_back_proves_it(
    fields: dict[str, str], found_in: str
) -> None:
    found = find(OURS, ["abuse@digest.example.org"], [head(), head(**fields)])

    assert (found.found_in, found.subscriber_id, found.is_proven) == (found_in, READER_ID, True)


def test_an_old_message_proves_nothing_but_its_link_is_valid_for_ever() -> None:
    old = own_message_id(TODAY - timedelta(days=200))

    assert find(OURS, [], [head(message_id=old)]).fault == TOO_OLD
    assert find(OURS, [], [head(message_id=old, list_unsubscribe=LINK)]).is_proven


def test_a_link_for_another_purpose_proves_nothing() -> None:
    link = sign(Purpose.REFUSE, READER_ID, secrets=[SECRET], at=datetime(2026, 3, 1, tzinfo=UTC))

    assert find(OURS, [], [head(list_unsubscribe=link)]) == ReturnedMail()


def test_a_valid_proof_counts_beside_a_forged_one() -> None:
    forged = verp(secret="somebody else's key")

    assert find(OURS, [forged], [head(message_id=own_message_id())]).is_proven


@given(address=st.emails(), identifier=st.text(max_size=60))
def test_nothing_that_others_write_is_proven(address: str, identifier: str) -> None:
    fields = head(return_path=address, message_id=identifier, list_unsubscribe=identifier * 3)

    assert not find(OURS, [address, identifier], [fields]).is_proven
