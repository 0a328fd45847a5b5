"""Mail that comes in, as the program speaks of it."""

from __future__ import annotations

import pytest

from digest.models.inbound import BounceClass, BouncedRecipient, ReturnedMail


@pytest.mark.parametrize(
    ("returned", "expected"),
    [
        (ReturnedMail(subscriber_id=7, found_in="leave link"), True),
        (ReturnedMail(subscriber_id=0, found_in="leave link"), True),
        (ReturnedMail(subscriber_id=7, found_in="Message-ID", fault="it is too old"), False),
        (ReturnedMail(found_in="return address", fault="forged"), False),
        (ReturnedMail(), False),
    ],
)
def test_a_mail_is_proven_by_a_reader_and_no_fault(
    returned: ReturnedMail, expected: object
) -> None:
    assert returned.is_proven is expected


def test_a_bounce_may_come_without_a_code_and_without_words() -> None:
    found = BouncedRecipient(address="grace@example.com", bounce_class=BounceClass.SOFT)

    assert (found.status, found.diagnostic, str(found.bounce_class)) == ("", "", "soft")
