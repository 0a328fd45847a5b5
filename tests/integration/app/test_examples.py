"""The examples of topics, and which of their texts are known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from support.builders import topic

from digest.app.examples import Example, examples_by_topic, known_examples, note_of_unknown

if TYPE_CHECKING:
    from support.installation import Installation

WANTED = topic("agents", words_in=("agent", "2602.00001", "arXiv:2401.00001", "10.1000/other"))


def test_examples_are_found_by_any_of_their_ids(installation: Installation) -> None:
    installation.add_agents_papers("2602.00001", aliases=("10.1000/other",))

    known = known_examples(installation.app, [WANTED])

    assert {name: found.id for name, found in known.items()} == {
        "2602.00001": "2602.00001",
        "10.1000/other": "2602.00001",
    }


def test_an_example_that_is_not_known_has_no_title(installation: Installation) -> None:
    installation.add_agents_papers("2602.00001")

    found = examples_by_topic(installation.app, [WANTED, topic("other")])

    assert [example.paper_id for example in found["agents"] if example.title] == ["2602.00001"]
    assert found["other"] == []
    assert "2401.00001 and 10.1000/other" in note_of_unknown(found["agents"])
    assert "`digest fetch` asks arXiv for them" in note_of_unknown(found["agents"])
    alone = note_of_unknown(found["agents"], is_looked_up=False)
    assert "all sources are files, so nobody is asked" in alone
    assert note_of_unknown([Example("2602.00001", "Agents")]) == ""
