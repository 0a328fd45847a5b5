"""What the lists of other systems say about consent: no word of theirs is taken for a yes."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from subscribers.list_consent import Listed, is_file_of_noes, parse_time, read_consent, read_since

YES, NEVER, UNKNOWN = Listed.CONFIRMED, Listed.NEVER, Listed.UNKNOWN
LEFT, BOUNCED, COMPLAINED = Listed.LEFT, Listed.BOUNCED, Listed.COMPLAINED
PAUSED, PENDING, SILENT = Listed.PAUSED, Listed.PENDING, Listed.SILENT


def said(**row: str) -> Listed:
    """What a row says; a column's name is that of the argument."""
    return read_consent(tuple(row), tuple(row.values())).listed


@pytest.mark.parametrize(
    ("column", "cell", "expected"),
    [
        # Digest
        ("status", "confirmed", YES),
        ("status", "pending", PENDING),
        ("status", "paused", PAUSED),
        ("status", "left", LEFT),
        ("status", "suppressed", COMPLAINED),
        # listmonk
        ("status", "enabled", YES),
        ("status", "disabled", LEFT),
        ("status", "blocklisted", COMPLAINED),
        ("subscription_status", "unconfirmed", PENDING),
        ("subscription_status", "unsubscribed", LEFT),
        # Mailchimp
        ("MEMBER_RATING", "2", SILENT),
        ("OPTIN_TIME", "2024-05-06 07:08:09", SILENT),
        ("UNSUB_TIME", "2024-05-06 07:08:09", LEFT),
        ("UNSUB_REASON", "NORMAL", LEFT),
        ("CLEAN_TIME", "2024-05-06 07:08:09", BOUNCED),
        ("Status", "Cleaned", BOUNCED),
        ("Email Marketing Status", "Nonsubscribed", NEVER),
        # Substack
        ("email_disabled", "true", LEFT),
        ("email_disabled", "false", SILENT),
        ("active_subscription", "false", SILENT),
        # Buttondown
        ("type", "regular", SILENT),
        ("type", "unsubscribed", LEFT),
        ("type", "unactivated", PENDING),
        ("type", "undeliverable", BOUNCED),
        ("type", "spammy", COMPLAINED),
        ("type", "complained", COMPLAINED),
        ("unsubscription_date", "2024-05-06", LEFT),
        # Ghost
        ("subscribed_to_emails", "FALSE", LEFT),
        ("subscribed_to_emails", "true", YES),
        ("unsubscribed_at", "2024-05-06T07:08:09.000Z", LEFT),
        ("deleted_at", "2024-05-06T07:08:09.000Z", LEFT),
        # Brevo
        ("BLACKLISTED", "1", LEFT),
        ("EMAIL_BLACKLISTED", "Yes", LEFT),
        ("EMAIL_BLACKLISTED", "0", SILENT),
        ("SMS_BLACKLISTED", "1", SILENT),
        # MailerLite
        ("Status", "Active", YES),
        ("Status", "junk", COMPLAINED),
        ("Unsubscribed", "2024-05-06 07:08:09", LEFT),
        ("Unsubscribed", "", SILENT),
        ("Subscribed", "2024-05-06 07:08:09", YES),
        # Kit
        ("state", "cancelled", LEFT),
        ("state", "complained", COMPLAINED),
        ("state", "active", SILENT),
        # an address in the United States
        ("State", "NY", SILENT),
        ("State", "No", SILENT),
        # Mailman
        ("delivery_status", "by_bounces", BOUNCED),
        ("delivery_status", "by_user", PAUSED),
        # Sendy, Mailcoach, MailPoet, Campaign Monitor, ActiveCampaign, Keila
        ("status", "Marked as spam", COMPLAINED),
        ("status", "Soft bounced", BOUNCED),
        ("Global Status", "Inactive", LEFT),
        ("status", "Deleted", LEFT),
        ("status", "unreachable", BOUNCED),
        # SendGrid's list of bounces
        ("status", "5.1.1", UNKNOWN),
        # Postmark, SES
        ("SuppressionReason", "HardBounce", BOUNCED),
        ("Reason", "COMPLAINT", COMPLAINED),
        ("UnsubscribeAll", "true", LEFT),
        # phpList
        ("confirmed", "1", SILENT),
        ("confirmed", "0", PENDING),
        ("blacklisted", "1", LEFT),
        ("optedin", "0", NEVER),
        ("Is this subscriber blacklisted", "1", LEFT),
        # Klaviyo, HubSpot, Shopify, Salesforce, Mailgun
        ("Email Marketing Consent", "NEVER_SUBSCRIBED", NEVER),
        ("Unsubscribed from all email", "true", LEFT),
        ("Accepts Email Marketing", "no", LEFT),
        ("Has Opted Out Of Email", "x", LEFT),
        ("subscribed", "False", LEFT),
        # a plain word wherever it stands
        ("Notes", "Unsubscribed", LEFT),
        ("Estado", "bounced", BOUNCED),
        ("Last Name", "Left", SILENT),
        ("Last Name", "No", SILENT),
        # words nobody knows, and cells without any
        ("status", "abgemeldet", UNKNOWN),
        ("status", "unsubscribed 2024", UNKNOWN),
        ("subscribed", "perhaps", UNKNOWN),
        ("unsubscribed", "perhaps", UNKNOWN),
        ("unsubscribed", "5/6/2024 7:08 AM", LEFT),
        ("status", "", SILENT),
        ("status", "NULL", SILENT),
        ("unsubscribed_at", "0000-00-00 00:00:00", SILENT),
        ("unsubscribed_at", "null", SILENT),
    ],
)
def test_the_words_of_other_systems_are_understood(
    column: str, cell: str, expected: Listed
) -> None:
    assert said(**{column: cell}) is expected
    assert said(**{column.upper(): f" {cell.swapcase()} "}) is expected


def test_the_strongest_word_of_a_row_counts_and_is_named() -> None:
    names = ("status", "confirmed", "bounced", "unsubscribed_at")
    cells = ("active", "0", "yes", "2024-05-06T07:08:09+02:00")

    found = read_consent(names, cells)

    assert found.listed is BOUNCED
    assert found.words == "bounced is 'yes'"
    assert found.at == datetime(2024, 5, 6, 5, 8, 9, tzinfo=UTC)


@given(word=st.text(min_size=1, max_size=20))
def test_no_word_in_a_column_of_status_is_a_yes_unless_it_is_known(word: str) -> None:
    known = {"confirmed", "active", "enabled", "subscribed", "regular", "yes", "true", "1", "valid"}

    assert said(status=f"un{word}") is not YES
    assert said(status=word) is not YES or word.strip().casefold() in known


@pytest.mark.parametrize(
    ("name", "columns", "expected"),
    [
        ("unsubscribed_email_audience_export_1a2b.csv", ("Email Address", "First Name"), True),
        ("nonsubscribed_email_audience_export_1a2b.csv", ("Email Address", "state"), True),
        ("Cleaned-2024.csv", ("email",), True),
        ("suppression_bounces.csv", ("email", "created"), True),
        ("unsubscribed.csv", ("email", "UNSUB_TIME"), False),
        ("bounces.csv", ("status", "reason", "email"), False),
        ("subscribed_email_audience_export_1a2b.csv", ("Email Address",), False),
        ("export_with_unsubscribed.csv", ("email",), False),
        ("", ("email",), False),
    ],
)
def test_a_file_that_is_named_for_noes_must_say_so_in_a_column(
    name: str, columns: tuple[str, ...], *, expected: bool
) -> None:
    assert is_file_of_noes(name, columns) is expected


def test_the_first_time_somebody_signed_up_is_taken_from_the_surest_column() -> None:
    names = ("Created", "OPTIN_TIME", "CONFIRM_TIME")

    assert read_since(names, ("2020-01-01", "2021-01-01 10:00:00", "5/6/2024")) == datetime(
        2021, 1, 1, 10, tzinfo=UTC
    )
    assert read_since(names, ("", "", "")) is None


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2024-05-06", datetime(2024, 5, 6, tzinfo=UTC)),
        ("2024-05-06 07:08:09 UTC", datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)),
        ("2024-05-06T07:08:09.5-01:00", datetime(2024, 5, 6, 8, 8, 9, 500_000, tzinfo=UTC)),
        ("0001-01-01T00:00:00+14:00", None),
        ("05/06/2024", None),
        ("1714979289", None),
        ("", None),
    ],
)
def test_times_are_read_where_they_have_one_meaning(text: str, time: datetime | None) -> None:
    assert parse_time(text) == time
