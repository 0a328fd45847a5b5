"""The JSON of mail that comes in."""

from __future__ import annotations

from datetime import date

from digest.app.inbound.serializers import explanation
from digest.models.inbound import (
    BounceClass,
    BouncedRecipient,
    Explanation,
    MessageKind,
    ReturnedMail,
)

RECIPIENT = BouncedRecipient(
    address="grace@example.com", bounce_class=BounceClass.HARD, status="5.1.1", diagnostic="no"
)


def test_a_bounce_is_an_object_with_its_recipients_and_its_proof() -> None:
    found = Explanation(
        kind=MessageKind.BOUNCE, why="a report", recipients=(RECIPIENT,),
        returned=ReturnedMail(day=date(2026, 3, 2), subscriber_id=7, found_in="Message-ID"),
    )  # fmt: skip

    assert explanation("a.eml", found) == {
        "file": "a.eml",
        "kind": "bounce",
        "recipients": [
            {"address": "grace@example.com", "class": "hard", "status": "5.1.1", "diagnostic": "no"}
        ],
        "verp": {
            "day": "2026-03-02", "subscriber": 7, "valid": True, "found_in": "Message-ID",
            "fault": "",
        },
        "why": "a report",
    }  # fmt: skip


def test_without_a_sign_of_a_mail_of_ours_there_is_no_proof() -> None:
    found = Explanation(kind=MessageKind.COMMAND, why="its subject")

    assert explanation("-", found)["verp"] is None


def test_a_forged_proof_is_told_with_its_fault() -> None:
    found = Explanation(
        kind=MessageKind.BOUNCE, why="a report",
        returned=ReturnedMail(found_in="return address", fault="forged"),
    )  # fmt: skip

    assert explanation("-", found)["verp"] == {
        "day": None, "subscriber": None, "valid": False, "found_in": "return address",
        "fault": "forged",
    }  # fmt: skip
