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


def test_a_reply_without_words_that_are_known_has_no_class() -> None:
    assert of_reply("550 ouch") is None
    assert of_reply("") is None


def test_a_reply_that_begins_with_four_is_soft() -> None:
    assert of_reply("450 5.1.1 no such user") == (BounceClass.SOFT, "5.1.1")
