"""A rival and exploration in one issue, for readers with and without words of their own."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from support.builders import DAY, covered, ids, paper, subscriber, topic

from digest.models.issue import NOTHING_SEEN, Coverage, Edition, Issue, Quotas, Seen
from digest.models.picks import OURS
from digest.models.profile import Interest, Profile
from digest.ranking.background import Background
from digest.ranking.chance import Chance
from digest.ranking.edition import make_edition
from digest.ranking.personalize import Personalizer, Reader
from subscribers.models import EXPLORE, OWN, Preferences

CHANCE = Chance("a key for the tests and nothing else", DAY)
TOPICS = [topic("agents"), topic("robots", words_in=("robot",))]
VERBS = ("plans", "sails", "bakes", "sings", "digs", "reads", "swims", "paints")
PAPERS = [
    paper(f"{noun}{n}", title=f"The {noun} that {verb}", abstract=f"It {verb} {n} " * (n + 1))
    for noun in ("agent", "robot")
    for n, verb in enumerate(VERBS)
]


def edition(**quotas: Any) -> Edition:
    return make_edition(
        PAPERS,
        TOPICS,
        background=Background(),
        trends={},
        quotas=Quotas(per_topic=5, max_papers=8, trend_weight=0.0, **quotas),
        coverage=Coverage(day=DAY, sources=(covered("list", 16),), considered=16),
        rival="random",
    )


def composed(of: Edition, reader: int, *, seen: Seen = NOTHING_SEEN, **details: Any) -> Issue:
    who = subscriber(reader, **details)
    (made,) = Personalizer(of, CHANCE).compose([Reader(who, seen)])
    assert isinstance(made, Issue)
    return made


def test_a_section_has_papers_of_both_rankers_and_the_reader_some_from_outside() -> None:
    of = edition(explore=0.5)

    for reader in range(30):
        made = composed(of, reader)

        assert len(made.picks) <= 8
        assert len(set(ids(made))) == len(made.picks)
        own = [one for one in made.picks if one.topic == "agents"]
        teams = [one.team for one in own]
        assert abs(teams.count(OURS) - teams.count("random")) <= 1
        assert {OURS, "random"} & set(teams)
        drawn = [one for one in made.picks if one.topic == EXPLORE]
        assert 2 <= len(drawn) <= 3
        assert all(one.paper.id.startswith("robot") and one.propensity for one in drawn)


def test_a_rivals_picks_have_reasons() -> None:
    assert all(pick.reasons for picks in edition().rival_ranked.values() for pick in picks)


def test_words_of_ones_own_stay_as_they_are_beside_a_rival() -> None:
    own = Preferences(words_in=("robot",))

    made = composed(edition(), 3, preferences=own)

    assert [it.slug for it in made.sections] == [OWN, "agents"]
    assert {one.team for one in made.sections[0].picks} == {""}
    assert all(one.reasons for one in made.picks)


def test_neither_shows_what_the_reader_saw_or_excludes() -> None:
    seen = Seen(papers=frozenset({"agent7", "robot7"}))
    of = edition(explore=0.5)

    for reader in range(20):
        made = composed(of, reader, seen=seen, preferences=Preferences(words_out=("sails",)))

        assert not {"agent7", "robot7", "agent1", "robot1"} & set(ids(made))


def test_a_rival_that_is_ours_changes_nothing() -> None:
    of = edition()
    same = replace(of, rival="digest", rival_ranked=of.ranked)

    assert composed(same, 5) == composed(replace(of, rival="", rival_ranked={}), 5)


def test_every_paper_of_a_reader_with_likes_has_a_reason_whoever_chose_it() -> None:
    interest = Interest(terms={"sing": 1.0}, words=("sings",), likes=3)
    reader = Reader(subscriber(4), profile=Profile(interests=(interest,), likes=3))
    of = edition(explore=0.5)

    (made,) = Personalizer(of, CHANCE).compose([reader])

    assert isinstance(made, Issue)
    assert {one.team for one in made.picks} & {OURS, "random"}
    assert all(one.reasons for one in made.picks)
    assert len(set(ids(made))) == len(made.picks)
