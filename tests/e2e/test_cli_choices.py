"""`digest subscribers set` and `forget`: an operator makes a reader's choices for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from support.command import DAY

if TYPE_CHECKING:
    from pathlib import Path

    from support.command import Command

ADA = "ada@example.org"
#: A paper that the store has, and one on arXiv that it has not.
KNOWN, UNKNOWN = "2602.00001", "2401.00001"


def choices(digest: Command) -> dict[str, Any]:
    found: dict[str, Any] = digest("subscribers", "set", ADA, "--json").json
    return found


def test_every_preference_is_set(furnished: Path, digest: Command) -> None:
    result = digest(
        "subscribers", "set", ADA, "--topic", "robots", "--word", "state  space", "--word", "maps",
        "--not-word", "survey", "--author", "Ada Example", "--mute", "Ben Example",
        "--unlearn", "steam", "--papers", "7", "--day", "sat", "--day", "mon", "--hour", "6",
        "--frequency", "weekly", "--quiet-mail", "--timezone", "Asia/Tokyo",
        "--language", "de", "--text-only", "--no-learn", "--json",
    )  # fmt: skip

    assert result.code == 0
    assert result.json["topics"] == ["agents", "robots"]
    assert result.json["preferences"] == {
        "words_in": ["state space", "maps"],
        "words_out": ["survey"],
        "authors": ["Ada Example"],
        "muted": ["Ben Example"],
        "unlearned": ["steam"],
        "papers": 7,
        "days": ["mon", "sat"],
        "frequency": "weekly",
        "hour": 6,
        "quiet_mail": True,
        "timezone": "Asia/Tokyo",
        "language": "de",
        "text_only": True,
        "learns": False,
    }
    assert choices(digest) == result.json


def test_lists_grow_and_shrink_and_all_else_is_replaced(furnished: Path, digest: Command) -> None:
    digest("subscribers", "set", ADA, "--word", "maps", "--hour", "6", "--papers", "7")

    digest(
        "subscribers", "set", ADA, "--word", "MAPS", "--word", "whale", "--topic", "robots",
        "--drop", "topic=agents", "--hour", "0", "--papers", "0", "--html", "--learn",
    )  # fmt: skip
    first = choices(digest)
    digest("subscribers", "set", ADA, "--drop", "word=Whale")

    assert first["topics"] == ["robots"]
    assert first["preferences"]["words_in"] == ["maps", "whale"]
    assert (first["preferences"]["hour"], first["preferences"]["papers"]) == (0, None)
    assert choices(digest)["preferences"]["words_in"] == ["maps"]


def test_when_mail_comes_is_replaced_and_can_be_the_site_s_own(
    furnished: Path, digest: Command
) -> None:
    digest("subscribers", "set", ADA, "--frequency", "weekly", "--hour", "6", "--quiet-mail")
    digest("subscribers", "set", ADA, "--frequency", "enough", "--hour", "site")

    found = choices(digest)["preferences"]

    assert (found["frequency"], found["hour"], found["quiet_mail"]) == ("enough", None, True)
    digest("subscribers", "set", ADA, "--no-quiet-mail")
    assert choices(digest)["preferences"] == found | {"quiet_mail": False}


def test_when_mail_comes_is_said_in_a_sentence_too(furnished: Path, digest: Command) -> None:
    for options, words in (
        ((), "every day, at the site’s hour"),
        (("--frequency", "weekly", "--day", "thu", "--hour", "7"), "on Thursday, at 07:00 (UTC)"),
    ):
        digest("subscribers", "set", ADA, *options)

        for command in ("set", "show"):
            assert words in digest("subscribers", command, ADA).out


def test_verdicts_on_papers_are_given_and_taken_back(furnished: Path, digest: Command) -> None:
    digest(
        "subscribers", "set", ADA, "--like", KNOWN, "--less", f"arXiv:{UNKNOWN}v2",
        "--save", "https://arxiv.org/abs/2602.00002",
    )  # fmt: skip
    first = choices(digest)["feedback"]
    digest("subscribers", "set", ADA, "--drop", f"paper={UNKNOWN}", "--drop", f"paper={KNOWN}")

    assert {one["paper_id"]: (one["verdict"], one["channel"]) for one in first} == {
        KNOWN: ("like", "cli"),
        UNKNOWN: ("less", "cli"),
        "2602.00002": ("save", "cli"),
    }
    assert [one["paper_id"] for one in choices(digest)["feedback"]] == ["2602.00002"]


def test_what_holds_is_shown_in_words_here_and_by_show(furnished: Path, digest: Command) -> None:
    shown = digest("subscribers", "set", ADA, "--word", "whale", "--like", KNOWN).out
    whole = digest("subscribers", "show", ADA)

    for text in (shown, whole.out):
        assert "whale" in text
        assert KNOWN in text
        assert "HTML and text" in text
    assert digest("subscribers", "show", ADA, "--json").json["feedback"][0]["paper_id"] == KNOWN


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--topic", "agent"), "did you mean agents?"),
        (("--like", "10.1000/xyz"), "no paper is known as '10.1000/xyz'"),
        (("--save", "a title"), "no paper is known as 'a title'"),
        (("--hour", "24"), "--hour 24 must be 0 to 23, or site for the site's own hour"),
        (("--hour", "noon"), "--hour noon must be 0 to 23, or site"),
        (("--hour", "9" * 5000), "must be 0 to 23, or site"),
        (("--frequency", "hourly"), "frequency must be one of daily, weekdays, weekly, enough"),
        (("--frequency", "weekdays", "--day", "sat"), "weekdays need a day from Monday"),
        (("--papers", "51"), "--papers 51 must be 1 to 50, or 0 for the site's own limit"),
        (("--papers", "-3"), "--papers -3 must be 1 to 50, or 0 for the site's own limit"),
        (("--day", "noday"), "days must name days of the week"),
        (("--timezone", "Mars"), "'Mars' is not a time zone"),
        (("--language", "tlh"), "language must be one of"),
        (("--word", "?"), "--word '?' has no letter or digit in it"),
        (("--word", ""), "--word '' has no letter or digit in it"),
        (("--author", " "), "--author ' ' has no letter or digit in it"),
        (("--word", "a AND"), "--word 'a AND' must have a word after AND at character 3"),
        (("--word", "NOT a"), "--word 'NOT a' must not rest on NOT alone"),
        (("--word", "arXiv:2401.00002"), "is a paper; use --like arXiv:2401.00002"),
        (("--mute", "x" * 101), "--mute takes at most 50 words of at most 100"),
        (("--less", UNKNOWN), f"--less {UNKNOWN}: --like names"),
        (("--save", f"https://arxiv.org/abs/{UNKNOWN}v2"), "a paper has one verdict"),
        (("--drop", "whale"), "--drop 'whale' is not of the form WHAT=VALUE"),
        (("--drop", "fish=whale"), "WHAT is one of topic, word"),
        (("--drop", "word="), "is not of the form"),
        (("--drop", "word=whale"), "has no such word; there is none"),
        (("--drop", "topic=robots"), "has no such topic; there are agents"),
        (("--drop", f"paper={KNOWN}"), "has said nothing of this paper"),
    ],
)
def test_what_is_not_possible_ends_with_2_and_changes_nothing(
    furnished: Path, digest: Command, arguments: tuple[str, ...], words: str
) -> None:
    before = choices(digest)

    result = digest("subscribers", "set", ADA, "--word", "maps", "--like", UNKNOWN, *arguments)

    assert (result.code, result.out) == (2, "")
    assert words in result.err
    assert choices(digest) == before


def test_what_is_dropped_goes_before_what_is_given(furnished: Path, digest: Command) -> None:
    digest("subscribers", "set", ADA, "--like", KNOWN, "--word", "maps")

    result = digest(
        "subscribers", "set", ADA, "--drop", f"paper={KNOWN}", "--less", KNOWN,
        "--drop", "word=maps", "--word", "Maps", "--json",
    )  # fmt: skip

    assert [(it["paper_id"], it["verdict"]) for it in result.json["feedback"]] == [(KNOWN, "less")]
    assert result.json["preferences"]["words_in"] == ["Maps"]


def test_words_are_taken_in_the_forms_of_a_topic(furnished: Path, digest: Command) -> None:
    words = ["robot AND NOT toy", '"2401.00002"', "how do agents plan?"]

    result = digest("subscribers", "set", ADA, *(f"--word={it}" for it in words), "--json")

    assert result.json["preferences"]["words_in"] == words


def test_a_stranger_has_no_choices(furnished: Path, digest: Command) -> None:
    for command in ("set", "forget"):
        result = digest("subscribers", command, "nobody@example.org")

        assert (result.code, "has never subscribed" in result.err) == (2, True)


def test_feedback_alone_is_forgotten_on_request(furnished: Path, digest: Command) -> None:
    digest("subscribers", "set", ADA, "--like", KNOWN, "--mute", "Ben Example")

    result = digest("subscribers", "forget", ADA)
    again = digest("subscribers", "forget", ADA)

    assert result.out == f"{ADA}: forgot what they said of 1 paper\n"
    assert again.out == f"{ADA}: forgot what they said of 0 papers\n"
    kept = choices(digest)
    assert (kept["feedback"], kept["profile"]) == ([], None)
    assert (kept["status"], kept["preferences"]["muted"]) == ("confirmed", ["Ben Example"])


def test_the_export_of_a_reader_has_what_they_said(furnished: Path, digest: Command) -> None:
    digest("subscribers", "set", ADA, "--like", KNOWN, "--mute", "Ben Example")

    known = digest("subscribers", "export", ADA).json

    assert [one["paper_id"] for one in known["feedback"]] == [KNOWN]
    assert known["profile"]["likes"] == 1
    assert known["preferences"]["muted"] == ["Ben Example"]


def test_no_log_and_no_report_of_a_run_holds_what_a_reader_likes(
    furnished: Path, digest: Command
) -> None:
    text = (furnished / "config.toml").read_text() + '\n[log]\nlevel = "debug"\nfile = "log"\n'
    (furnished / "config.toml").write_text(text)
    digest("subscribers", "set", ADA, "--like", UNKNOWN, "--mute", "Quentin Example")

    run = digest("run", *DAY)
    told = [run, digest("status", *DAY), digest("status", *DAY, "--json")]

    assert run.code == 0
    pages = "".join(one.out + one.err for one in told) + (furnished / "log").read_text()
    assert [it for it in (UNKNOWN, "Quentin") if it in pages] == []
