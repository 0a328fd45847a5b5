"""What a refusal says beside its cause: who never exists, what to check, and whether to wait."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.refusals import refusal

from digest.delivery.smtp.refusals import END_OF_DATA, Cause, stages_passed
from digest.models.delivery import DeliveryState, Outcome


@pytest.mark.parametrize(
    ("stage", "reply", "is_invalid"),
    [
        ("RCPT", "550 5.1.1 no", True),
        (".", "550 5.1.10 no", True),
        ("RCPT", "550 no such user", True),
        ("RCPT", "554 user unknown", True),
        (".", "550 no such user", False),
        ("RCPT", "550 5.5.0 mailbox unavailable", False),
        ("RCPT", "550 5.4.1 Recipient address rejected: Access denied", False),
        ("RCPT", "550 5.2.2 mailbox full", False),
        ("RCPT", "550 5.1.2 no such domain", False),
        ("RCPT", "550 5.1.1 undeliverable: host mx said: 550 5.7.1 blocked", False),
        ("RCPT", "550 5.1.1 digest@papers.example is unknown", False),
        ("RCPT", "552 5.1.1 the mailbox is over its quota", False),
        ("RCPT", "550 5.1.1 mailbox full", False),
        ("RCPT", "550 5.1.1 greylisted, try again later", False),
        ("RCPT", "550 5.1.1 user unknown, try again later", True),
        ("RCPT", "550", False),
    ],
)
def test_only_clear_words_say_that_an_address_does_not_exist(
    stage: str, reply: str, *, is_invalid: bool
) -> None:
    assert refusal(stage, reply).is_invalid_address is is_invalid


@pytest.mark.parametrize(
    ("reply", "advice"),
    [
        ("553 5.7.1 sender address rejected", "check [mail] from_address and bounce_address"),
        ("554 5.7.1 relay access denied", "check [mail] username, password, host and port"),
        ("550 5.4.5 Daily user sending limit exceeded", "the account may not send more now"),
        ("552 5.3.4 too big", "check [ranking] max_papers and summary_length"),
        ("554 no", "check [mail] from_address and bounce_address, username and host"),
    ],
)
def test_the_operator_is_told_what_to_check(reply: str, advice: str) -> None:
    assert refusal("RCPT", reply).advice.startswith(advice)


def test_a_reader_of_our_own_domain_is_no_proof_that_we_are_meant() -> None:
    found = refusal("RCPT", "550 5.4.1 papers.example: no", recipient="bo@papers.example")

    assert found.cause is Cause.UNCLEAR


def test_our_server_s_name_in_a_reply_does_not_mean_us() -> None:
    assert refusal("RCPT", "550 5.5.0 no, says mail.papers.example").cause is Cause.UNCLEAR


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("554 no: bo@reader.example", "554 no: eve.li@x.example"),
        ("554 <bo@reader.example>: no", "554 <eve.li@x.example>: no"),
        ("554 no, bo", "554 no, eve.li"),
        ("554 no (reader.example)", "554 no (x.example)"),
        ("554 no, id 4cKz8A0dZzz2", "554 no, id 4cKz8B1mZzz9"),
        ("554 no, id AbCdEfGh", "554 no, id xYzAbCdE"),
        (
            "554 no at 2026-02-02T18:00:01Z by mx1.a.example",
            "554 no at 2026-02-02T18:00:02Z by mx2",
        ),
        ("554 no [192.0.2.1] #17", "554 no [2001:db8::1] #18"),
        ("554 No", "554 no"),
    ],
)
def test_what_differs_between_readers_does_not_make_other_words(one: str, other: str) -> None:
    first = refusal("RCPT", one)
    second = refusal("RCPT", other, recipient="eve.li@x.example")

    assert first.words == second.words


def test_other_words_stay_other_words() -> None:
    assert refusal("RCPT", "554 no").words != refusal("RCPT", "554 never").words


@given(st.text(st.characters(codec="ascii", categories=("Ll",)), min_size=2, max_size=9))
def test_an_address_in_the_reply_does_not_change_what_it_is_about(name: str) -> None:
    recipient = f"{name}.x1@reader.example"

    named = refusal("RCPT", f"550 5.5.0 <{recipient}>: no", recipient=recipient)

    assert (named.cause, named.words) == (Cause.UNCLEAR, refusal("RCPT", "550 5.5.0 no").words)


@pytest.mark.parametrize(
    "reply",
    [
        "450 4.7.1 <digest@papers.example>: Sender address rejected: not owned by user digest",
        "451 4.7.26 papers.example: unauthenticated mail, SPF and DKIM did not pass",
        "451 4.1.8 <digest@papers.example>: Sender address rejected: Domain not found",
        "450 4.1.7 <digest@papers.example>: Sender address rejected: unverified address",
        "421 4.7.26 rate limited because the mail is unauthenticated; try again later",
        "421 4.7.0 This message does not pass checks (SPF and DKIM), try again later",
        "454 4.7.1 Relay access denied",
        "451 4.7.1 papers.example is blocked by policy",
        "450 sender rejected",
        "550 5.7.1 sender rejected",
        "450 4.7.1 User digest-login may not send from here",
    ],
)
def test_waiting_alone_does_not_end_these(reply: str) -> None:
    found = refusal("RCPT", reply)

    assert (found.cause, found.is_for_now) == (Cause.SENDER, False)


@pytest.mark.parametrize(
    "reply",
    [
        "450 4.2.0 greylisted",
        "450 4.7.1 greylisted, try again later",
        "451 4.7.1 Greylisting of digest@papers.example in action, come back in 00:05:00",
        "450 4.7.1 from <digest@papers.example>: please try again later",
        "451 4.3.0 <digest@papers.example>: Temporary lookup failure",
        "450 4.1.1 Sender address rejected: address verification in progress",
        "421 4.7.28 unusual rate of mail from your IP",
        "450 4.7.1 too many messages",
        "452 4.5.3 Too many recipients",
        "452 4.2.2 mailbox full",
        "421 4.7.0 [TSS04] temporarily deferred due to user complaints",
        "450 4.7.1 Sender is not in the allow list",
    ],
)
def test_waiting_may_end_these(reply: str) -> None:
    assert refusal("RCPT", reply).is_for_now


@pytest.mark.parametrize(
    "reply",
    [
        "550 Sender is not in the allow list",
        "550 Sender is not on the recipient's safe senders list",
        "550 5.7.133 RESOLVER.RST.SenderNotAuthenticatedForGroup; authentication required",
        "550 5.7.1 RESOLVER.RST.AuthRequired; authentication required",
        "550 5.7.1 This user is not allowed to receive mail from external senders",
        "550 This user is not allowed to receive mail from external senders",
        "550 The recipient's server only accepts mail from verified senders",
        "550 you are not allowed to send to this group",
        "550 too many invalid recipients",
    ],
)
def test_a_rule_for_some_recipients_is_a_policy(reply: str) -> None:
    found = refusal("RCPT", reply)

    assert (found.cause, found.is_invalid_address) == (Cause.POLICY, False)


@pytest.mark.parametrize(
    ("reply", "cause"),
    [
        ("550 unauthorized sender address", Cause.SENDER),
        ("550 Please turn on SMTP Authentication in your mail client", Cause.SENDER),
        ("550 5.5.0 user digest-login: no", Cause.SENDER),
        ("550 5.5.0 login 'digest-login': no", Cause.SENDER),
        ("550 5.5.0 no digest-login here", Cause.UNCLEAR),
        ("550 5.5.0 user digest-login2: no", Cause.UNCLEAR),
        ("550 5.1.1 unknown user digest-login", Cause.RECIPIENT),
        ("550 the domain does not accept mail", Cause.RECIPIENT),
        ("550 only authenticated users may send mail from this domain", Cause.SENDER),
    ],
)
def test_a_login_is_known_beside_a_word_for_it(reply: str, cause: Cause) -> None:
    assert refusal("RCPT", reply).cause is cause


def test_a_reader_with_the_name_of_our_login_is_not_us() -> None:
    found = refusal("RCPT", "550 5.5.0 user digest-login: no", recipient="digest-login@x.example")

    assert found.cause is Cause.UNCLEAR


@pytest.mark.parametrize(
    ("outcome", "passed"),
    [
        (Outcome(state=DeliveryState.SENT, code=250), 4),
        (Outcome(state=DeliveryState.UNKNOWN), 3),
        (Outcome(state=DeliveryState.DEFERRED, code=450, stage=END_OF_DATA), 3),
        (Outcome(state=DeliveryState.DEFERRED, code=550, stage="DATA"), 2),
        (Outcome(state=DeliveryState.FAILED, code=550, stage="RCPT"), 1),
        (Outcome(state=DeliveryState.DEFERRED, code=451, stage="MAIL"), 0),
        (Outcome(state=DeliveryState.DEFERRED, reason="it hung up"), 0),
        (Outcome(state=DeliveryState.PLANNED), 0),
    ],
)
def test_a_message_has_passed_the_stages_before_the_one_that_refused_it(
    outcome: Outcome, passed: int
) -> None:
    assert stages_passed(outcome) == passed
