"""The class of a bounce, from what mail servers say: the words of many systems and providers."""

from __future__ import annotations

import pytest
from support.bounce_replies import HARD, POLICY, SOFT

from digest.inbound.reading.reason import judge, of_reply, of_words
from digest.models.inbound import BounceClass


@pytest.mark.parametrize(
    ("diagnostic", "status", "expected"),
    [
        (*said, name)
        for name, replies in (("hard", HARD), ("soft", SOFT), ("policy", POLICY))
        for said in replies
    ],
)
def test_a_reply_has_the_class_of_what_it_says(diagnostic: str, status: str, expected: str) -> None:
    assert judge(diagnostic=diagnostic, status=status).bounce_class == expected


def test_the_code_in_the_reply_counts_before_the_status() -> None:
    assert judge(diagnostic="552 5.2.2 full", status="5.1.1") == ("soft", "5.2.2")


def test_the_words_of_the_reply_count_before_the_status() -> None:
    assert judge(diagnostic="550 your host is blocked", status="5.1.1") == ("policy", "")


def test_a_status_that_the_words_bear_out_is_kept() -> None:
    assert judge(diagnostic="550 no such user", status="5.1.1") == ("hard", "5.1.1")


def test_the_status_counts_before_what_people_are_told() -> None:
    found = judge(diagnostic="", status="5.2.2", notices=["no such user"])

    assert found == ("soft", "5.2.2")


def test_what_people_are_told_counts_where_the_status_is_vague() -> None:
    found = judge(diagnostic="", status="5.0.0", notices=["", "550 5.1.1 no such user"])

    assert found == ("hard", "5.1.1")


def test_a_status_of_an_unknown_user_is_a_guess_beside_a_reply_without_a_code() -> None:
    assert judge(diagnostic="550 go away", status="5.1.1").bounce_class == "soft"
    assert judge(diagnostic="", status="5.1.1", remote_replies="550 no").bounce_class == "soft"


def test_a_status_of_an_unknown_user_without_any_reply_is_believed() -> None:
    assert judge(diagnostic="", status="5.1.1").bounce_class == "hard"
    assert judge(diagnostic="", status="5.1.1", remote_replies="").bounce_class == "hard"


@pytest.mark.parametrize("status", ["4.4.3", "4.0.0"])
def test_a_transient_status_makes_words_without_a_code_soft(status: str) -> None:
    assert judge(diagnostic="Host not found, type MX", status=status) == ("soft", status)


def test_a_code_of_the_server_counts_before_a_transient_status() -> None:
    assert judge(diagnostic="550 5.1.1 no such user", status="4.4.7") == ("hard", "5.1.1")


def test_what_nobody_explains_is_soft() -> None:
    assert judge(diagnostic="", status="5.0.0").bounce_class == "soft"
    assert judge(diagnostic="554 no", status="").bounce_class == "soft"


@pytest.mark.parametrize("local", ["spam.lists", "policy", "blocked", "full.mailbox"])
def test_the_name_of_the_recipient_says_nothing(local: str) -> None:
    said = f"550 <{local}@spamfilter.example.com>: no such user, said mx.spamfilter.example.com"

    assert judge(diagnostic=said, status="").bounce_class == "hard"


@pytest.mark.parametrize(
    "words",
    [
        "could not be delivered to one or more of its recipients. this is a permanent error.",
        (
            "i'm sorry to have to inform you that your message could not be delivered to one or"
            " more recipients. for further assistance, please send mail to postmaster."
        ),
        (
            "an error has occurred while attempting to deliver a message for the following list of"
            " recipients: below is a copy of the original message:"
        ),
    ],
)
def test_what_every_report_says_has_no_class(words: str) -> None:
    assert of_words(words) is None


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("552 5.1.1 The box of this user: mailbox is over quota", "soft"),
        ("550 5.1.1 inbox full", "soft"), ("554 5.1.1 account exceeds its storage quota", "soft"),
        ("550 5.1.1 Address rejected: greylisted for five minutes", "soft"),
        ("550 5.1.1 the account is temporarily locked", "soft"),
        ("550 5.1.1 come back, try again later", "soft"),
        ("550 5.1.2 retry timeout exceeded", "soft"),
        ("550 5.1.2 DNS soft error for example.com: timeout", "soft"),
        ("552 5.1.1 size of the message is above the limit", "soft"),
        ("550 5.1.3 a bare LF is in the data", "soft"),
        ("550 5.1.1 your host is blocked, see spamhaus", "policy"),
        ("554 5.1.1 low reputation of 192.0.2.1", "policy"),
        ("550 5.1.2 this looks like spam", "policy"),
        ("550 5.1.1 <bounces@news.example>: Sender address rejected: unknown user", "policy"),
        ("511 5.1.1 can't find an MX for sender domain", "policy"),
        ("554 5.1.1 too many connections from you", "policy"),
        ("550 5.1.1 only approved senders may write to this list", "policy"),
        ("550 5.1.1 couldn't be found, check the address and try again", "hard"),
        ("550 5.1.1 no such user, and no spam please", "hard"),
        ("550 5.1.1 the address could not be found; see our spam policy", "hard"),
        ("550 5.1.1 go away", "hard"), ("550 5.1.1", "hard"),
    ],
)  # fmt: skip
def test_words_that_say_otherwise_count_before_a_code_of_an_unknown_user(
    words: str, expected: str
) -> None:
    assert judge(diagnostic=words, status="5.1.1").bounce_class == expected


@pytest.mark.parametrize(
    "words",
    [
        "550 the sender domain has no MX record", "550 unrouteable sender address",
        "550 the IP 192.0.2.7 could not be resolved", "550 ehlo name unknown: unknown host",
        "550 HELO host could not be found", "550 certificate unknown", "550 content unknown",
        "550 The message was moved to quarantine", "550 attachment moved to a quarantine",
        "550 your message does not have a date", "550 5.1.0 the sender has been discontinued",
    ],
)  # fmt: skip
def test_what_is_not_there_may_be_ours(words: str) -> None:
    assert judge(diagnostic=words, status="").bounce_class in ("soft", "policy")


@pytest.mark.parametrize(
    "words",
    [
        "550 Message rejected: no such domain", "550 Your message to <> was lost: user has moved",
        "550 sender ok, but user not found", "550 用户不存在", "550 宛先が存在しません",
        "550 Empfänger unbekannt", "550 Utilisateur inconnu", "550 Usuario desconocido",
    ],
)  # fmt: skip
def test_a_user_who_is_not_there_is_the_reader(words: str) -> None:
    assert judge(diagnostic=words, status="").bounce_class == "hard"


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("554 refused (BL)", "policy"), ("554 DT:SPM mx7", "policy"),
        ("550 5.2.0 Mail rejected, number 7", "policy"), ("550 5.4.1 mail rejected", "policy"),
        ("550 above the max emails per hour (9/9)", "policy"),
        ("550 5.2.1 they are over their daily quota", "soft"),
    ],
)  # fmt: skip
def test_providers_have_words_of_their_own(words: str, expected: str) -> None:
    assert judge(diagnostic=words, status="").bounce_class == expected


def test_a_reply_is_read_up_to_a_bound() -> None:
    assert of_reply("550 " + "x" * 3000 + " no such user") is None


def test_a_reply_without_words_that_are_known_has_no_class() -> None:
    assert of_reply("550 ouch") is None
    assert of_reply("") is None


def test_a_reply_that_begins_with_four_is_soft() -> None:
    assert of_reply("450 5.1.1 no such user") == (BounceClass.SOFT, "5.1.1")
