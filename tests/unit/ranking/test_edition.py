"""A day's edition out of its papers."""

from __future__ import annotations

from support.builders import DAY, ids, paper, topic

from digest.models.issue import Coverage, Edition, Quotas
from digest.models.paper import Paper
from digest.ranking.background import Background, learn
from digest.ranking.edition import make_edition
from digest.ranking.trend import trends

TOPICS = [topic(), topic("all", words_in=(), trending=True)]


def edition(*papers: Paper, background: Background | None = None) -> Edition:
    return make_edition(
        papers,
        TOPICS,
        background=background or Background(),
        trends=trends(papers),
        quotas=Quotas(per_topic=5, max_papers=20, trend_weight=0.3),
        coverage=Coverage(day=DAY),
    )


def test_every_topic_has_its_picks() -> None:
    made = edition(paper("1", title="Agents"), paper("2", title="Sorting"))

    assert ids(made.ranked["agents"]) == ["1"]
    assert sorted(ids(made.ranked["all"])) == ["1", "2"]
    assert made.topics.keys() == {"agents", "all"}


def test_near_duplicates_are_known() -> None:
    text = "We study agents that plan their tasks with tools in many worlds. " * 3
    made = edition(
        paper("1", title="Agents that plan", abstract=text),
        paper("2", title="Agents that plan", abstract=text),
    )

    assert made.similar == {"1": frozenset({"2"}), "2": frozenset({"1"})}


def test_an_edition_knows_how_common_its_words_were_before() -> None:
    background = learn([paper(str(i), title="Agents and compilers") for i in range(9)], TOPICS)

    counts = edition(paper(title="Agents"), background=background).counts

    assert counts.papers == 9
    assert counts.papers_with["agent"] == 9
    assert "compil" not in counts.papers_with


def test_a_day_without_papers_makes_an_edition_too() -> None:
    assert edition().ranked == {"agents": (), "all": ()}
