"""Rankings: what every selection from them looks up."""

from __future__ import annotations

from support.builders import ids, pick

from digest.models.picks import Ranking, Rankings


def test_a_ranking_knows_the_places_and_relevances_of_its_papers() -> None:
    ranking = Ranking([pick("b", relevance=0.5), pick("a", relevance=0.2)])

    assert Ranking.of(ranking) is ranking
    assert ranking == (ranking[0], ranking[1])
    assert ranking.places == {"b": 0, "a": 1}
    assert ranking.relevances == {"b": 0.5, "a": 0.2}
    assert ids(ranking.within(0.2, 0.5)) == ["a"]
    assert ranking.within(0.2, 0.5) is ranking.within(0.2, 0.5)


def test_a_candidate_knows_the_topics_that_its_paper_fits_as_well() -> None:
    rankings = Rankings.of(
        {
            "agents": [pick("1", relevance=0.6), pick("2", relevance=0.5)],
            "robots": [pick("1", topic="robots", relevance=0.6)],
            "speech": [pick("2", topic="speech", relevance=0.4)],
        }
    )

    found = rankings.candidates("agents", 0, 1)

    assert [(one.paper_id, one.rivals) for one in found] == [
        ("1", frozenset({"robots"})),
        ("2", frozenset()),
    ]
