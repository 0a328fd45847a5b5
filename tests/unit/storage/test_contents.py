"""The papers in a mail, dumped and loaded again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.builders import issue, paper, pick

from digest.models.issue import IssueItem
from digest.models.picks import OURS, Reason
from digest.storage.contents import dump, list_items, load, shown_positions
from subscribers.models import EXPLORE, OWN

slugs = st.sampled_from(["agents", "robots", OWN])
texts = st.text(max_size=9)
reasons = st.none() | st.lists(st.builds(Reason, kind=texts, text=texts), max_size=3).map(tuple)


@st.composite
def mails(draw: st.DrawFn) -> list[IssueItem]:
    """The papers of a mail, those of a topic in a row."""
    topics = draw(st.lists(st.tuples(slugs, st.integers(1, 4)), unique_by=lambda it: it[0]))
    found: list[IssueItem] = []
    for slug, number in topics:
        for _ in range(number):
            position = len(found)
            behind = draw(st.none() | st.integers(0, position - 1)) if position else None
            score, trend = (draw(st.none() | st.floats(0, 9)) for _ in range(2))
            row = (f"2602.{position}", position, slug, behind, score, trend, draw(reasons))
            team, propensity = draw(st.none() | texts), draw(st.none() | st.floats(0, 1))
            found.append(IssueItem(*row, team, propensity))
    return found


@given(mails(), st.randoms(use_true_random=False))
def test_what_is_written_is_read_again(mail: list[IssueItem], chance: object) -> None:
    ids = [row.paper_id for row in mail]
    chance.shuffle(ids)  # type: ignore[attr-defined]
    text = dump(mail, {paper_id: position for position, paper_id in enumerate(ids)})

    assert load(text, dict(enumerate(ids))) == mail
    assert [ids[position] for position in shown_positions(text)] == [row.paper_id for row in mail]


def test_a_paper_that_took_its_real_id_is_read_under_it() -> None:
    text = dump([IssueItem("a-title", 0, "agents")], {"a-title": 7})

    assert load(text, {7: "2602.00001"}) == [IssueItem("2602.00001", 0, "agents")]


def test_a_paper_of_a_topic_takes_no_more_than_its_position() -> None:
    mail = issue(pick("1", similar=(paper("2"),)), pick("3"))

    text = dump(list_items(mail), {"1": 10, "2": 20, "3": 30})

    assert text == '[["agents",10,[20,0],30]]'


def test_what_only_one_reader_was_ranked_for_is_written_in_full() -> None:
    why = (Reason(kind="word", text="“lamp”", place="title", values=("lamp",)),)
    mail = issue(pick("1", topic=OWN, score=0.5, trend=0.25, reasons=why, is_personal=True))

    text = dump(list_items(mail), {"1": 4})

    written = '[["own:words",[4,null,0.5,0.25,[["word","“lamp”","title",["lamp"]]]]]]'
    assert text == written


def test_a_team_and_the_chance_of_a_draw_are_written_last() -> None:
    why = (Reason(kind="explore", text="by chance"),)
    mail = issue(
        pick("1", team=OURS),
        pick("2", team="bm25", score=0.5, trend=0.0, reasons=why, is_personal=True),
        pick(
            "3", topic=EXPLORE, score=0.5, trend=0.0, reasons=why, is_personal=True, propensity=0.05
        ),
    )

    items = list_items(mail)
    text = dump(items, {"1": 1, "2": 2, "3": 3})

    assert text == (
        '[["agents",[1,null,null,null,null,"ours"],'
        '[2,null,0.5,0.0,[["explore","by chance"]],"bm25"]],'
        '["own:explore",[3,null,0.5,0.0,[["explore","by chance"]],null,0.05]]]'
    )
    assert load(text, {1: "1", 2: "2", 3: "3"}) == list(items)


def test_the_reasons_of_an_older_version_are_texts() -> None:
    [item] = load('[["own:words",[4,null,0.5,0.25,["“lamp” in the title"]]]]', {4: "1"})

    assert item.reasons == (Reason(kind="word", text="“lamp” in the title"),)


@pytest.mark.parametrize("text", ["[]", '[["agents"]]'])
def test_a_mail_without_papers_has_none(text: str) -> None:
    assert (load(text, {}), shown_positions(text)) == ([], [])
