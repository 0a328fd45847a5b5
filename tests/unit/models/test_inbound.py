"""What proves that a report is about a mail of ours."""

from __future__ import annotations

from support.builders import DAY

from digest.models.inbound import ReturnedMail


def test_only_a_named_reader_without_a_fault_is_proven() -> None:
    assert ReturnedMail(day=DAY, subscriber_id=7, found_in="return address").is_proven
    assert not ReturnedMail().is_proven
    assert not ReturnedMail(day=DAY, subscriber_id=7, fault="the signature is forged").is_proven
