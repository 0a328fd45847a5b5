"""What a refusal is about: its stage, its codes and its words, as real servers write them."""

from __future__ import annotations

import pytest
from support.refusals import refusal

from digest.delivery.smtp.refusals import (
    Cause,
)


@pytest.mark.parametrize(
    ("stage", "reply"),
    [
        (
            "RCPT",
            "553 5.7.1 <digest@papers.example>: Sender address rejected: not owned by user digest",
        ),
        (
            "RCPT",
            (
                "550 5.1.0 <digest@papers.example>: Sender address rejected: User "
                "unknown in virtual mailbox table"
            ),
        ),
        ("RCPT", "550 5.1.8 <digest@papers.example>: Sender address rejected: Domain not found"),
        ("RCPT", "553 bounces+1.2@papers.example is not yours"),
        ("RCPT", "550 you are not allowed to send as this user"),
        (
            ".",
            (
                "554 5.2.252 SendAsDenied; digest@papers.example not allowed to send as "
                "other@papers.example"
            ),
        ),
        (".", "554 5.2.252 SendAsDenied"),
        (".", "550 5.7.60 SMTP; Client does not have permissions to send as this sender"),
        (
            ".",
            (
                "554 Message rejected: Email address is not verified. The following "
                "identities failed the check in region US-EAST-1: digest@papers.example"
            ),
        ),
        (
            ".",
            (
                "554 Message rejected: Email address is not verified. The following "
                "identities failed the check in region US-EAST-1: bo@reader.example"
            ),
        ),
        (
            ".",
            (
                "550 5.4.5 Daily user sending limit exceeded. For more information on "
                "Gmail sending limits go to https://support.google.com/a/answer/166852 "
                "d2e1a72fcca58-xyz - gsmtp"
            ),
        ),
        (".", "550 5.4.5 Daily user sending quota exceeded."),
        ("RCPT", "452 4.5.3 Too many recipients"),
        ("MAIL", "421 4.7.0 rate limited"),
        ("RCPT", "550 5.7.1 Relaying denied"),
        ("RCPT", "554 5.7.1 <bo@reader.example>: Relay access denied"),
        ("RCPT", "550 relay not permitted"),
        ("RCPT", "550 5.7.54 SMTP; Unable to relay recipient in non-accepted domain"),
        (
            ".",
            (
                "550 5.7.26 Unauthenticated email from papers.example is not accepted "
                "due to domain's DMARC policy."
            ),
        ),
        (".", "550 5.7.1 SPF check failed"),
        (
            ".",
            (
                "550 5.7.515 Access denied, sending domain PAPERS.EXAMPLE doesn't meet "
                "the required authentication level."
            ),
        ),
        (
            "RCPT",
            (
                "550-Verification failed for <digest@papers.example> 550-Unrouteable "
                "address 550 Sender verify failed"
            ),
        ),
        ("RCPT", "550 Sender verify failed"),
        ("RCPT", "553 5.1.8 Domain of sender address digest@papers.example does not exist"),
        ("RCPT", "530 5.7.57 Client not authenticated to send mail"),
        ("RCPT", "550 5.1.0 sender rejected"),
        (".", "550 Mail from your host is blocked by our blocklist"),
        ("RCPT", "554 sending quota of your account exceeded"),
        ("RCPT", "550 You have exceeded your hourly message quota"),
        (".", "571 Unauthorised sender, papers.example is not hosted here"),
        ("RCPT", "553 sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)"),
        ("RCPT", "535 5.7.8 no"),
    ],
)
def test_these_words_are_about_us(stage: str, reply: str) -> None:
    assert refusal(stage, reply).cause is Cause.SENDER


@pytest.mark.parametrize(
    ("stage", "reply"),
    [
        (
            "RCPT",
            (
                "550 5.1.1 <bo@reader.example>: Recipient address rejected: User "
                "unknown in virtual mailbox table"
            ),
        ),
        (
            "RCPT",
            (
                "550 5.4.1 Recipient address rejected: Access denied. AS(201806281) "
                "[DB3PEPF0000A.eurprd04.prod.outlook.com]"
            ),
        ),
        ("RCPT", "550 5.5.0 Requested action not taken: mailbox unavailable"),
        (
            "RCPT",
            (
                "554 delivery error: dd This user doesn't have a yahoo.com account "
                "(bo@reader.example) [0]"
            ),
        ),
        ("RCPT", "550 No such user here"),
        ("RCPT", "554 no such user"),
        ("RCPT", "550 user unknown"),
        ("RCPT", "550 unknown user"),
        ("RCPT", "550 invalid recipient"),
        ("RCPT", "550 sorry, no mailbox here by that name. (#5.1.1 - chkuser)"),
        ("RCPT", "550 Requested action not taken: mailbox unavailable"),
        (".", "550 5.1.1 no"),
        (".", "550 no such user"),
        (
            "RCPT",
            "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup",
        ),
        ("RCPT", "550 Invalid recipient <bo@reader.example>"),
        ("RCPT", "550 bo... User unknown"),
        ("RCPT", "550 5.1.0 Recipient unknown"),
        ("RCPT", "551 User not local; please try <new@example.net>"),
        ("RCPT", "552 5.2.2 <bo@reader.example>: Mailbox is full"),
        ("RCPT", "550 4.2.2 <bo@reader.example>: The mailbox is over its quota"),
        ("RCPT", "550 5.2.1 <bo@reader.example>: The account has been disabled"),
        ("RCPT", "551 5.1.6 <bo@reader.example>: User has moved, please try <new@example.net>"),
        ("RCPT", "550 Host unknown"),
        ("RCPT", "556 Host does not accept mail: MX 0 ."),
        (
            "RCPT",
            (
                "550 5.1.1 The email account that you tried to reach does not exist. "
                "Please try double-checking the recipient's email address "
                "https://support.example.net/?p=NoSuchUser x1-20020a05.123 - smtp"
            ),
        ),
        ("RCPT", "553 not a mailbox"),
        ("RCPT", "550 mailbox bo is disabled"),
        ("RCPT", "550 Account inactive"),
        ("RCPT", "550 recipient rejected"),
        ("RCPT", "550 bo@reader.example does not exist"),
        ("RCPT", "550 #5.1.0 Address rejected."),
        ("RCPT", "550 5.1.2 no such domain"),
        ("RCPT", "550 Unrouteable address"),
        ("RCPT", "550 Mailbox quota exceeded"),
        ("RCPT", "552 recipient storage full, try again later"),
        ("RCPT", "550 Address does not exist"),
    ],
)
def test_these_words_are_about_its_recipient(stage: str, reply: str) -> None:
    assert refusal(stage, reply).cause is Cause.RECIPIENT


@pytest.mark.parametrize(
    ("stage", "reply"),
    [
        ("RCPT", "550 5.7.1 Message rejected due to content restrictions"),
        (
            "RCPT",
            "550 5.7.1 <bo@reader.example>: Recipient address rejected: Access denied by policy",
        ),
        (
            "RCPT",
            "550 5.7.1 Service unavailable; client [192.0.2.10] blocked using bl.example.net",
        ),
        ("RCPT", "554 Blocked, see https://bl.example.net/"),
        (
            "RCPT",
            (
                "550 5.1.1 <bo@reader.example>: Recipient address rejected: "
                "undeliverable address: host mx[1.2.3.4] said: 550 5.7.1 Blocked (in "
                "reply to RCPT TO command)"
            ),
        ),
        (".", "550 5.7.1 Our system has detected that this message is likely unsolicited mail."),
        (".", "554 spam"),
        ("RCPT", "550 5.7.1 you are not allowed to send to this group"),
    ],
)
def test_these_words_are_a_policy(stage: str, reply: str) -> None:
    assert refusal(stage, reply).cause is Cause.POLICY


@pytest.mark.parametrize(
    ("stage", "reply"),
    [
        ("RCPT", "550 5.5.0"),
        ("RCPT", "550 5.5.0 Requested action not taken"),
        ("RCPT", "550 5.4.1"),
        ("RCPT", "554 no"),
        ("RCPT", "554"),
        ("RCPT", "550 rejected"),
        ("RCPT", "553 5.3.0 rejected"),
        (".", "554 Transaction failed"),
        (".", "554 5.3.0 trouble"),
        (".", "550 Requested action not taken: mailbox unavailable"),
    ],
)
def test_these_words_are_unclear_alone(stage: str, reply: str) -> None:
    assert refusal(stage, reply).cause is Cause.UNCLEAR


@pytest.mark.parametrize(
    ("stage", "reply"),
    [
        (".", "552 5.3.4 Message size exceeds fixed limit"),
        ("MAIL", "552 too big"),
        (".", "554 5.6.0 malformed"),
        (".", "550 5.6.0 Lone CR or LF in body (see RFC2822 section 2.3)"),
        (".", "552 5.2.3 too long for this mailbox"),
    ],
)
def test_these_words_are_about_the_message(stage: str, reply: str) -> None:
    assert refusal(stage, reply).cause is Cause.MESSAGE
