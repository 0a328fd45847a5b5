"""The reasons of picks, in words a reader understands."""

from __future__ import annotations

from support.builders import paper, topic

from digest.ranking.explain import ordinal
from digest.ranking.rank import rank


def test_a_pick_says_why_in_words_a_reader_understands() -> None:
    papers = [
        paper(
            "1", title="Agents at play", abstract="They use tools.", votes=90, categories=("cs.MA",)
        ),
        paper("2", votes=1),
    ]
    wanted = topic(words_in=("agent", "tool"), categories=("cs.MA",))

    (pick,) = rank(papers, [wanted], trend_weight=1.0)["agents"]

    assert [(reason.kind, reason.text) for reason in pick.reasons] == [
        ("word", "“Agents” in the title"),
        ("word", "the abstract speaks of “tools”"),
        ("category", "filed under cs.MA"),
        ("trend", "most voted of the 2 papers with votes"),
    ]


def test_a_followed_author_is_named_first() -> None:
    papers = [paper(title="Agents", authors=("Ada Lovelace", "Alan Turing"))]

    (pick,) = rank(papers, [topic(authors=("ada lovelace",))], trend_weight=1.0)["agents"]

    assert pick.reasons[0].text == "by Ada Lovelace, whom this topic follows"


def test_every_pick_has_a_reason_even_without_votes() -> None:
    (pick,) = rank([paper()], [topic("all", words_in=(), trending=True)], trend_weight=1.0)["all"]

    assert [reason.text for reason in pick.reasons] == ["on the day’s list"]


def test_ordinals_follow_english() -> None:
    assert [ordinal(n) for n in (1, 2, 3, 4, 11, 12, 13, 21, 102, 111)] == [
        "1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "102nd", "111th",
    ]  # fmt: skip


def test_a_tie_praises_nobody_alone() -> None:
    even = [paper(str(i), title=f"Agents {i}", votes=1) for i in range(9)]
    some = [paper(f"1{i}", title=f"Agents 1{i}", votes=7 if i < 2 else 1) for i in range(9)]

    flat = rank(even, [topic()], trend_weight=1.0)["agents"]
    top = rank(some, [topic()], trend_weight=1.0)["agents"][0]

    assert {reason.kind for pick in flat for reason in pick.reasons} == {"word"}
    assert top.reasons[-1].text == "among the 2 most voted of the 9 papers with votes"


def test_a_reason_has_its_words_and_numbers_as_data() -> None:
    papers = [
        paper(
            "1", title="Agents at play", abstract="They use tools.", votes=90, categories=("cs.MA",)
        ),
        paper("2", votes=1),
    ]
    wanted = topic(words_in=("agent", "tool"), categories=("cs.MA",))

    (pick,) = rank(papers, [wanted], trend_weight=1.0)["agents"]

    assert [(r.place, r.values, r.number, r.of) for r in pick.reasons] == [
        ("title", ("Agents",), None, None),
        ("abstract", ("tools",), None, None),
        ("", ("cs.MA",), None, None),
        ("", (), 1, 2),
    ]
