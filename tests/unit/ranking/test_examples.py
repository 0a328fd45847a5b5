"""Which papers are examples of a topic, and which example a paper is most like."""

from __future__ import annotations

from support.builders import paper, topic

from digest.models.paper import Paper
from digest.ranking.background import learn
from digest.ranking.relevance import Relevance

TOMOGRAPHY = paper("2401.00001", title="On tomography", abstract="Patients and radiology.")
SORTING = paper("2401.00002", title="On sorting", abstract="Arrays and compilers.")
EARLIER = [
    paper(f"2601.{i:05}", title=title, abstract=abstract)
    for i in range(40)
    for title, abstract in [
        (f"Tomography {i}", "Patients and radiology.")
        if i % 2
        else (f"Sorting {i}", "Arrays and compilers.")
    ]
]
WANTED = topic("both", words_in=("2401.00001", "2401.00002"))


def relevance(*papers: Paper) -> Relevance:
    known = {it.id: it for it in (TOMOGRAPHY, SORTING)}
    return Relevance(papers, learn(EARLIER, [WANTED], examples=known))


def test_the_example_that_a_paper_is_most_like_is_named() -> None:
    like = paper("2602.00001", title="Radiology", abstract="Patients and more radiology.")
    found = relevance(like, paper("2602.00000", title="Nothing", abstract="Else."))

    assert found.match(WANTED, 0, 0.5).example == "On tomography"
    assert found.match(WANTED, 1, 0.5).example == ""


def test_where_two_examples_say_the_same_none_is_named() -> None:
    between = paper("2602.00001", title="Sorting patients", abstract="Radiology and compilers.")
    found = relevance(between, paper("2602.00000", title="Nothing", abstract="Else."))

    assert found.match(WANTED, 0, 0.5).by_example


def test_a_paper_of_another_name_is_known_as_an_example() -> None:
    again = paper("10.1000/journal", aliases=("2401.00001",), title="On tomography")

    _, is_match = relevance(again).of(WANTED)

    assert not is_match.any()
