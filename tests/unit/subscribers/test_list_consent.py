"""What the lists of other systems say about consent: no word of theirs is taken for a yes."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from subscribers.consent_columns import read_columns
from subscribers.consent_words import (
    EMPTY,
    NEVER_WORDS,
    NO,
    STATUS_WORDS,
    Listed,
    folded,
)
from subscribers.export_columns import COLUMNS
from subscribers.list_consent import is_file_of_noes, parse_time, read_consent, read_since
from subscribers.models import FREQUENCIES

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
        ("status", "abgemeldet", LEFT),
        ("status", "unsubscribed 2024", LEFT),
        ("status", "not unsubscribed", UNKNOWN),
        ("status", "weird", UNKNOWN),
        ("subscribed", "perhaps", UNKNOWN),
        ("unsubscribed", "perhaps", LEFT),
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


@pytest.mark.parametrize(
    ("column", "cell", "expected"),
    [
        ("deactivated", "2024-02-02 10:00", LEFT),
        ("Unsubscribed Time", "2024-02-02", LEFT),
        ("Opted Out Date", "02/02/24", LEFT),
        ("Unsubscribe Reason", "No longer interested", LEFT),
        ("Opted out of email: Newsletter", "true", LEFT),
        ("Opted out of email: Newsletter", "false", SILENT),
        ("Opt Out (Email)", "Yes", LEFT),
        ("marketing_opt_out", "true", LEFT),
        ("HasOptedOutOfEmail", "1", LEFT),
        ("newsletter_opt_in", "false", LEFT),
        ("newsletter_opt_in", "2024-02-02", YES),
        ("newsletter_subscribed", "0", LEFT),
        ("newsletter_subscribed", "0.0", LEFT),
        ("newsletter_subscribed", "1.0", YES),
        ("Subscription", "Cancelled", LEFT),
        ("Subscription", "Weekly", SILENT),
        ("mailing_list_status", "dropped", BOUNCED),
        ("Email Suppressions", "HARD_BOUNCE", COMPLAINED),
        ("Email hard bounce reason", "UNKNOWN_USER", BOUNCED),
        ("Hard bounces", "1", BOUNCED),
        ("bounce_count", "5", UNKNOWN),
        ("last_bounce_count", "0", SILENT),
        ("Email permission", "Denied", LEFT),
        ("GDPR consent", "false", LEFT),
        ("GDPR consent", "never", LEFT),
        ("GDPR consent", "perhaps", UNKNOWN),
        ("GDPR consent", "granted", YES),
        ("consent_ip", "192.0.2.1", SILENT),
        ("Tags", "vip;unsubscribed", LEFT),
        ("Tags", "vip, hard bounced 2023", BOUNCED),
        ("Tags", "vip;customer", SILENT),
        ("Mail Delivery", "disabled", LEFT),
        ("delivery", "nomail", PAUSED),
        ("nomail reason", "[B]", BOUNCED),
        ("Newsletter", "no", LEFT),
        ("Unsubscribe status", "Subscribed", YES),
        ("Unsubscribe status", "true", LEFT),
        ("unsubscribe_link", "https://example.org/u/1", SILENT),
        ("Invalid email", "no", SILENT),
        ("Invalid email", "yes", BOUNCED),
        ("email_valid", "no", BOUNCED),
        ("Newsletter Subscriber", "FALSE", LEFT),
        ("OK to email", "no", LEFT),
        ("On mailing list", "no", LEFT),
        ("gdpr_erased", "1", LEFT),
        ("E-mail reader", "no", UNKNOWN),
        ("E-mail reader", "yes", SILENT),
        ("Emails sent", "0", SILENT),
        ("Tags", "vip;no-newsletter", LEFT),
        ("Keine Werbung", "ja", LEFT),
        ("Keine Werbung", "nein", SILENT),
        ("Ne pas contacter", "oui", LEFT),
        ("Não enviar", "sim", LEFT),
        ("Austrittsdatum", "01.02.2024", LEFT),
        ("Confirmé", "non", PENDING),
        # Wix, HubSpot, Mailman 3, Google Groups
        ("Email subscriber status", "Pending", PENDING),
        ("Marketing contact status", "Non-marketing contact", NEVER),
        ("Currently ineligible for marketing emails", "true", LEFT),
        ("role", "nonmember", NEVER),
        ("role", "member", SILENT),
        ("Email status", "Bouncing", BOUNCED),
        ("Email preference", "no email", PAUSED),
        ("Email preference", "All email", SILENT),
        ("Membership", "banned", COMPLAINED),
        ("Membership", "invited", PENDING),
        ("Group status", "member", YES),
        # German, French, Spanish, Italian, Portuguese, Dutch
        ("Abgemeldet", "ja", LEFT),
        ("Abgemeldet", "nein", SILENT),
        ("Abgemeldet am", "01.02.2024", LEFT),
        ("Deaktiviert", "2024-01-02", LEFT),
        ("Newsletter-Status", "Aktiv", YES),
        ("Einwilligung", "nein", LEFT),
        ("Désinscrit", "oui", LEFT),
        ("Désinscrit", "non", SILENT),
        ("Statut", "désabonné", LEFT),
        ("Statut", "abonné", YES),
        ("Fecha de baja", "2024-01-02", LEFT),
        ("Estatus", "cancelado", LEFT),
        ("Disiscritto", "sì", LEFT),
        ("Consenso", "no", LEFT),
        ("Descadastrado", "sim", LEFT),
        ("Uitgeschreven", "ja", LEFT),
        # no time, in the notation of databases
        ("unsubscribed_at", "0", SILENT),
        ("unsubscribed_at", "1970-01-01 00:00:00", SILENT),
        ("unsubscribed_at", "1970-01-01T00:00:00Z", SILENT),
        ("unsubscribed_at", "0000-00-00T00:00:00Z", SILENT),
        ("unsubscribed_at", r"\N", SILENT),
        ("subscribed", r"\N", SILENT),
        ("unsubscribed_at", "n/a", SILENT),
        ("unsubscribed_at", "-", SILENT),
    ],
)
def test_a_column_is_known_by_the_meaning_of_its_name(
    column: str, cell: str, expected: Listed
) -> None:
    assert said(**{column: cell}) is expected
    assert said(**{column.upper(): f" {cell} "}) is expected
    assert said(**{column.lower().replace(" ", "__"): cell}) is expected


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        *(("country", "NO"), ("name", "Nolan Stopford"), ("signup_source", "web form")),
        *(("created", "2024-01-01"), ("State", "CA"), ("Mailing State", "NO"), ("Estado", "SP")),
        *(("Membership level", "Gold"), ("opens", "5"), ("Language", "de"), ("Days left", "3")),
        *(("LATITUDE", "1.5"), ("OPTIN_IP", "192.0.2.1"), ("TAGS", '"vip","new"'), ("type", "x")),
        *(("Company", "Cancel Ltd"), ("Order status", "shipped"), ("Marital status", "single")),
        *(
            ("sms_opt_in", "false"),
            ("Mailing City", "Rome"),
            ("Job title", "Member"),
            ("No. of orders", "3"),
        ),
    ],
)
def test_other_columns_say_nothing(column: str, cell: str) -> None:
    assert said(**{column: cell}) is SILENT
    assert read_consent((column,), (cell,), read_columns((column,), [(cell,)])).listed is SILENT


@given(cell=st.text(min_size=1, max_size=20))
def test_in_a_column_of_leaving_each_cell_is_a_no_unless_it_says_no(cell: str) -> None:
    silent = NO | NEVER_WORDS | EMPTY | {"00000000"}

    assert said(**{"Opt-out reason": f"x{cell}x"}) in (LEFT, BOUNCED, COMPLAINED)
    assert said(**{"Opt-out reason": cell}) is not SILENT or (
        folded(cell) in silent or not folded(cell).strip("0")
    )


def all_said(name: str, *cells: str) -> list[Listed]:
    """What each cell of one column says, beside the others."""
    columns = read_columns((name,), [(cell,) for cell in cells])
    return [read_consent((name,), (cell,), columns).listed for cell in cells]


def test_a_column_of_two_meanings_is_judged_by_all_its_cells() -> None:
    assert all_said("state", "CA", "NY", "", "No") == [SILENT] * 4
    assert all_said("state", "active", "cancelled", "odd", "") == [YES, LEFT, UNKNOWN, SILENT]


def test_where_some_ticked_a_box_nobody_else_did() -> None:
    assert all_said("GDPR consent", "x", "", "n/a") == [YES, UNKNOWN, UNKNOWN]
    assert all_said("GDPR consent", "2024-01-02", "") == [YES, SILENT]
    assert all_said("unsubscribed", "x", "") == [LEFT, SILENT]
    assert all_said("confirmed", "1", "") == [SILENT, SILENT]


@pytest.mark.parametrize("name", [name for name in COLUMNS if name not in ("status", "frequency")])
def test_columns_of_our_own_exports_say_no_more_than_their_status(name: str) -> None:
    assert said(**{name: "unsubscribed"}) is SILENT


def test_how_often_may_be_a_no_as_other_systems_write_it_and_is_none_in_our_words() -> None:
    assert said(frequency="unsubscribed") is LEFT
    assert [said(frequency=word) for word in FREQUENCIES] == [SILENT] * len(FREQUENCIES)


def test_the_strongest_word_of_a_row_counts_and_is_named() -> None:
    names = ("status", "confirmed", "bounced", "unsubscribed_at")
    cells = ("active", "0", "yes", "2024-05-06T07:08:09+02:00")

    found = read_consent(names, cells)

    assert found.listed is BOUNCED
    assert found.words == "bounced is 'yes'"
    assert found.at == datetime(2024, 5, 6, 5, 8, 9, tzinfo=UTC)


@given(word=st.text(min_size=1, max_size=20))
def test_no_word_in_a_column_of_status_is_a_yes_unless_it_is_known(word: str) -> None:
    known = {one for one, listed in STATUS_WORDS.items() if listed is YES}

    assert said(status=f"un{word}") is not YES
    assert said(newsletter_opt_in=f"un{word}") is not YES
    assert said(status=word) is not YES or folded(word) in known


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
