"""The reasons of picks, in words a reader understands."""

from __future__ import annotations

from datetime import date

import pytest
from support.builders import paper, topic

from digest.ranking import background
from digest.ranking.background import Background
from digest.ranking.explain import ordinal
from digest.ranking.prior import learn
from digest.ranking.rank import rank, rank_by
from digest.ranking.relevance import Relevance
from digest.ranking.rises import Rise
from digest.ranking.trend import trends


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


def test_reasons_name_every_signal_in_the_paper_s_own_spelling() -> None:
    """What a reader of a day with a history sees, word for word."""
    earlier = [
        *(
            paper(f"1{i}", title=f"Agents {i}", abstract="They negotiate prices.")
            for i in range(20)
        ),
        *(paper(f"2{i}", title=f"Sorting {i}", abstract="Numbers.") for i in range(300)),
    ]
    wanted = topic(words_in=("agent", "tool use", "marketplace"), categories=("cs.MA",))
    papers = [
        paper(
            "1",
            title="Multi-Agent Bargains",
            abstract="Buyers negotiate prices by Tool-Use.",
            keywords=("Marketplaces",),
            categories=("cs.MA",),
        )
    ]

    (pick,) = rank(
        papers, [wanted], background=background.learn(earlier, [wanted]), trend_weight=0.3
    )["agents"]

    assert [reason.text for reason in pick.reasons] == [
        "“Multi-Agent” in the title",
        "“Marketplaces” among its keywords",
        "the abstract speaks of “Tool-Use”",
        "close to this topic’s papers: negotiate and prices",
        "filed under cs.MA",
    ]


def test_a_paper_that_is_like_an_example_says_so() -> None:
    earlier = [
        paper(f"{i}", title=f"{'Agents' if i % 3 == 0 else 'Sorting'} {i}", abstract="They act.")
        for i in range(40)
    ]
    wanted = topic(words_in=("arXiv:2401.00001",))
    example = paper("2401.00001", title=f"Agents {'who bargain ' * 20}", abstract="Agents.")
    taught = background.learn(earlier, [wanted], examples={"2401.00001": example})
    papers = [paper("1", title="Two agents", abstract="Agents."), paper("2", title="Sorting")]

    (pick,) = rank(papers, [wanted], background=taught, trend_weight=0.3)["agents"]

    assert [reason.kind for reason in pick.reasons] == ["example", "close"]
    assert pick.reasons[0].text.startswith("like this topic’s example “Agents who bargain")
    assert pick.reasons[0].text.endswith("who…”")
    assert pick.reasons[1].text.startswith("close to this topic’s examples: ")


def test_a_followed_author_is_named_first() -> None:
    papers = [paper(title="Agents", authors=("Ada Lovelace", "Alan Turing"))]

    (pick,) = rank(papers, [topic(authors=("ada lovelace",))], trend_weight=1.0)["agents"]

    assert pick.reasons[0].text == "by Ada Lovelace, whom this topic follows"


def test_every_pick_has_a_reason_even_without_votes() -> None:
    (pick,) = rank([paper()], [topic("all", words_in=(), trending=True)], trend_weight=1.0)["all"]

    assert [reason.text for reason in pick.reasons] == ["on the day’s list"]


def test_a_paper_that_took_off_says_from_where() -> None:
    papers = [paper("1", title="Agents", votes=1200), *(paper(str(n), votes=3) for n in range(9))]
    risen = {"1": Rise(votes=1200, before=35)}

    found = trends(papers, rises=risen)
    relevance = Relevance(papers[:1], Background())
    (pick,) = rank_by(relevance, [topic()], trends=found, trend_weight=1.0)["agents"]

    assert [(each.kind, each.text) for each in pick.reasons[1:]] == [
        ("rise", "now trending: 1,200 votes, up from 35")
    ]


@pytest.mark.parametrize(("votes", "is_said"), [(None, True), (0, True), (1, False)])
def test_while_a_paper_has_no_votes_those_of_earlier_papers_are_a_reason(
    votes: int | None, *, is_said: bool
) -> None:
    earlier = [
        paper(f"{day}{n}", votes=90 - 9 * n, authors=(f"Ann {n}",), day=date(2026, 1, day))
        for day in (5, 6, 7)
        for n in range(4)
    ]
    new = [paper(title="Agents", authors=("Bo", "Ann 0"), votes=votes), paper("2", votes=5)]

    pick = rank(new, [topic()], trend_weight=1.0, prior=learn(earlier))["agents"][0]

    said = ("prior", "3 of 3 earlier papers by Ann 0 were among the most voted of their day")
    assert (said in [(each.kind, each.text) for each in pick.reasons]) == is_said


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


def test_a_word_that_only_the_summary_has_is_not_said_to_be_in_the_abstract() -> None:
    one = paper(title="At play", abstract="They use tools.", tldr="Agents use a tool.")

    (pick,) = rank([one], [topic(words_in=("agent", "tool"))], trend_weight=1.0)["agents"]

    assert [(reason.place, reason.text) for reason in pick.reasons] == [
        ("abstract", "the abstract speaks of “tools”"),
        ("summary", "the summary speaks of “Agents”"),
    ]


@pytest.mark.parametrize(
    ("abstract", "said"),
    [
        ("Multi-agent play: multi-agent workflows.", "“multi-agent workflows”"),
        ("Agents in a multi-agent system.", "“multi-agent”"),
        ("Reasoning, and mathematical reasoning.", "“mathematical reasoning”"),
        ("Multi-agent play, and workflows of agents.", "“Multi-agent”"),
    ],
)
def test_what_a_longer_quote_holds_is_not_quoted_again(abstract: str, said: str) -> None:
    words = ("agent", "multi-agent", "agent workflow", "reasoning", "mathematical reasoning")

    (pick,) = rank([paper(abstract=abstract)], [topic(words_in=words)], trend_weight=1.0)["agents"]

    assert [reason.text for reason in pick.reasons] == [f"the abstract speaks of {said}"]


def test_without_votes_a_paper_of_very_many_authors_says_so_in_trending_overall() -> None:
    many = paper("1", title="Agents", author_count=438)
    few = [paper(f"2{n}", authors=("Ann", "Bo")) for n in range(7)]
    every = topic("all", words_in=(), trending=True)

    found = rank([many, *few], [every, topic()], trend_weight=1.0)

    first, *others = found["all"]
    assert [(it.kind, it.text, it.number) for it in first.reasons] == [
        ("prior", "by 438 authors; papers with many authors often get more votes", 438)
    ]
    assert {it.text for pick in others for it in pick.reasons} == {"on the day’s list"}
    assert [it.kind for it in found["agents"][0].reasons] == ["word"]


def test_with_votes_nobody_is_explained_by_the_number_of_authors() -> None:
    papers = [paper("1", author_count=438), *(paper(f"2{n}", votes=n) for n in range(7))]

    found = rank(papers, [topic("all", words_in=(), trending=True)], trend_weight=1.0)["all"]

    assert not [it for pick in found for it in pick.reasons if it.kind == "prior"]
