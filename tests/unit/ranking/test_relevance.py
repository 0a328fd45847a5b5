"""Which papers are about a topic, and how much."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.builders import paper, topic

from digest.models.issue import WordCounts
from digest.models.paper import Paper
from digest.ranking.background import Background, learn
from digest.ranking.relevance import Match, Relevance
from subscribers.models import Topic


def match(papers: list[Paper], topics: list[Topic]) -> list[list[Match]]:
    """For each topic the papers about it, the larger id first."""
    relevance = Relevance(papers, Background())
    found = []
    for one in topics:
        scores, is_match = relevance.of(one)
        rows = [row for row in range(len(papers)) if is_match[row]]
        found.append([relevance.match(one, row, float(scores[row])) for row in rows])
    return found


def matched_ids(found: list[list[object]]) -> list[str]:
    return [entry.paper.id for entry in found[0]]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("word", "title"),
    [
        ("agent", "Agents at work"),
        ("language model", "Small Language Models"),
        ("self-driving", "Self driving in rain"),
        ("self driving", "A self-driving car"),
        ("retrieval", "How to retrieve"),
        ("chain of thought", "Chain-of-Thought, revisited"),
        ("café", "The Cafe problem"),
    ],
    ids=lambda text: text,
)
def test_a_word_brings_a_paper_in_whatever_its_form(word: str, title: str) -> None:
    papers = [paper(title=title)]

    found = match(papers, [topic(words_in=(word,))])

    assert matched_ids(found) == ["2602.00001"]


@pytest.mark.parametrize(
    ("word", "title"),
    [
        ("rag", "Storage for all"),
        ("language model", "A model of language"),
        ("rl", "Curl and girls"),
    ],
    ids=lambda text: text,
)
def test_a_word_is_not_found_inside_others_or_out_of_order(word: str, title: str) -> None:
    papers = [paper(title=title)]

    found = match(papers, [topic(words_in=(word,))])

    assert matched_ids(found) == []


@pytest.mark.parametrize(
    ("excluded", "title"),
    [
        ("survey", "Agents: a survey"),
        ("survey", "Surveys of agents"),
        ("self-driving", "Self driving agents"),
        ("toy problem", "Agents in toy problems"),
    ],
    ids=lambda text: text,
)
def test_a_word_out_beats_every_reason_to_come_in(excluded: str, title: str) -> None:
    papers = [paper(title=title, authors=("Ada Lovelace",), categories=("cs.MA",))]
    wanted = topic(words_out=(excluded,), authors=("Ada Lovelace",), categories=("cs.MA",))

    assert matched_ids(match(papers, [wanted])) == []


def test_a_word_out_does_not_exclude_words_that_merely_share_its_stem() -> None:
    papers = [paper(title="Agents in animations")]

    found = match(papers, [topic(words_out=("animal",))])

    assert matched_ids(found) == ["2602.00001"]


def test_a_paper_without_the_topic_s_words_is_not_matched() -> None:
    assert matched_ids(match([paper(title="Sorting faster", votes=900)], [topic()])) == []


def test_a_category_alone_brings_a_paper_in() -> None:
    papers = [paper("1", categories=("cs.RO",)), paper("2", categories=("cs.CL",))]

    assert matched_ids(match(papers, [topic(words_in=(), categories=("cs.RO",))])) == ["1"]


def test_a_followed_author_outweighs_any_words() -> None:
    papers = [
        paper("1", title="Agent agent agent", abstract="Agent " * 50),
        paper("2", title="On sorting", authors=("José Núñez",)),
    ]

    (found,) = match(papers, [topic(authors=("Jose Nunez",))])

    assert max(found, key=lambda entry: entry.relevance).paper.id == "2"
    assert found[0].authors == ("José Núñez",)


def test_a_word_in_the_title_counts_more_than_one_in_the_abstract() -> None:
    papers = [
        paper("1", title="Agents and more", abstract="We study a thing here."),
        paper("2", title="Things and more", abstract="We study agents. Agents are right here."),
    ]

    second, first = match(papers, [topic()])[0]

    assert first.relevance > second.relevance


def test_words_are_quoted_as_the_paper_spells_them() -> None:
    papers = [paper(title="Chain-of-Thought Agents", abstract="An agent uses Tool calls.")]
    wanted = topic(words_in=("agent", "chain of thought", "tool call"))

    (found,) = match(papers, [wanted])[0]

    assert found.title_words == ("Agents", "Chain-of-Thought")
    assert found.abstract_words == ("Tool calls",)


def test_a_part_of_a_longer_phrase_is_not_quoted_beside_it() -> None:
    papers = [paper(title="Large language models", abstract="A language model.")]
    wanted = topic(words_in=("language model", "large language model"))

    (found,) = match(papers, [wanted])[0]

    assert found.title_words == ("Large language models",)
    assert found.abstract_words == ()


def test_trending_overall_takes_every_paper() -> None:
    papers = [paper("1"), paper("2")]

    (found,) = match(papers, [topic(words_in=(), trending=True)])

    assert [entry.relevance for entry in found] == [1.0, 1.0]


def test_no_papers_and_no_topics_are_fine() -> None:
    assert match([], [topic()]) == [[]]
    assert match([paper()], []) == []


TEXT = st.text(st.sampled_from("agent model of -.,Áß \n"), max_size=60)


@given(st.lists(st.tuples(TEXT, TEXT), max_size=5), st.lists(TEXT, max_size=4))
def test_relevance_is_between_nothing_and_one(
    texts: list[tuple[str, str]], query: list[str]
) -> None:
    papers = [paper(str(i), title=t, abstract=a) for i, (t, a) in enumerate(texts)]

    scores = Relevance(papers, Background()).evidence.of(f"{' '.join(query)} ?")
    (found,) = match(papers, [topic(words_in=tuple(query), trending=False)])

    assert scores.shape == (len(papers),)
    assert all(0 < entry.relevance < 1 for entry in found)


#: Earlier papers, some of a topic, so that it has a centroid and a category that tells.
EARLIER = [
    *(
        paper(f"1{i}", title=f"Agents {i}", abstract="They plan tasks.", categories=("cs.MA",))
        for i in range(20)
    ),
    *(paper(f"2{i}", title=f"Sorting {i}", abstract="Numbers in arrays.") for i in range(60)),
]
WORDS = "plan tasks numbers in arrays they"
FILLING = st.lists(st.sampled_from(WORDS.split()), max_size=12).map(" ".join)


@given(
    st.lists(FILLING, min_size=1, max_size=4),
    st.lists(FILLING, min_size=1, max_size=4),
    st.sampled_from([[], EARLIER]),
)
def test_a_lone_mention_never_outranks_a_title_match_of_equal_idf(
    with_titles: list[str], with_mentions: list[str], earlier: list[Paper]
) -> None:
    """However close its other words are to the topic's papers."""
    titles = [
        paper(f"3{i}", title="On agents", abstract=text) for i, text in enumerate(with_titles)
    ]
    mentions = [
        paper(f"4{i}", title="This", abstract=f"{text} agent.")
        for i, text in enumerate(with_mentions)
    ]
    relevance = Relevance([*titles, *mentions], learn(earlier, [topic()]))
    scores, is_match = relevance.of(topic())

    shown = [
        (score, one.id)
        for score, one, ok in zip(scores, relevance.papers, is_match, strict=True)
        if ok
    ]
    lowest = min((score for score, one in shown if one[0] == "3"), default=1.0)
    assert all(score <= lowest for score, one in shown if one[0] == "4")


LEARNED_OF_PLANNING = learn(EARLIER, [topic(words_in=("agent",))])


def test_a_paper_close_to_a_topic_s_papers_is_more_relevant() -> None:
    background = learn(EARLIER, [topic()])
    papers = [
        paper("1", title="Agents", abstract="They plan tasks."),
        paper("2", title="Agents", abstract="Numbers in arrays."),
    ]

    found = Relevance(papers, background)
    other, close = found.of(topic())[0]

    assert close > other


def test_a_centroid_of_few_papers_changes_less_than_one_of_many() -> None:
    def change(examples: int) -> float:
        earlier = [*EARLIER[:examples], *EARLIER[20:]]
        close = [paper("1", title="They", abstract="Agents plan tasks. They plan.")]
        (relevance,), _ = Relevance(close, learn(earlier, [topic()])).of(topic())
        background = Background(counts=learn(earlier, []).counts)
        (alone,), _ = Relevance(close, background).of(topic())
        return abs(float(relevance - alone))

    assert change(14) == 0
    assert 0 < change(15) < change(20)


@given(
    st.lists(st.sampled_from(("Agents", "plan", "tasks", "games", "Numbers")), max_size=6),
    st.sampled_from(("agent AND task", "agent AND NOT game", "(plan OR task) AND NOT number")),
)
def test_what_operators_ask_for_holds_however_close_a_paper_is(
    words: list[str], entry: str
) -> None:
    title = " ".join(words) or "They"
    wanted = topic(words_in=(entry,))

    ((_,), (is_match,)) = Relevance([paper(title=title)], LEARNED_OF_PLANNING).of(wanted)

    present = {word.casefold().rstrip("s") for word in words}
    fits = {
        "agent AND task": {"agent", "task"} <= present,
        "agent AND NOT game": "agent" in present and "game" not in present,
        "(plan OR task) AND NOT number": bool({"plan", "task"} & present)
        and "number" not in present,
    }
    assert not is_match or fits[entry]


def test_a_further_paper_without_the_topic_s_words_changes_nothing_once_much_is_known() -> None:
    counts = WordCounts(papers=5_000, papers_with={"agent": 500, "plan": 300})
    background = Background(counts=counts)
    day = [
        paper("1", title="Agents plan"),
        paper("2", title="Agents"),
        paper("3", title="They", abstract="Agents. Agents."),
    ]
    wanted = topic(words_in=("agent", "plan"))

    few = Relevance(day, background).of(wanted)[0]
    more = Relevance([*day, paper("0", title="Sorting")], background).of(wanted)[0]

    assert more[: len(day)].tolist() == few.tolist()


def test_a_category_counts_by_what_the_topic_s_papers_show() -> None:
    usual, telling = (
        Relevance([paper(title="Agents", categories=("cs.MA",))], background).of(
            topic(categories=("cs.MA",))
        )[0]
        - Relevance([paper(title="Agents")], background).of(topic(categories=("cs.MA",)))[0]
        for background in (
            learn(
                [replace(one, categories=("cs.MA",)) for one in EARLIER],
                [topic(categories=("cs.MA",))],
            ),
            learn(EARLIER, [topic(categories=("cs.MA",))]),
        )
    )

    assert telling > usual > 0


def test_a_paper_without_words_is_shown_if_it_is_as_close_as_the_topic_s_papers() -> None:
    text = "They plan tasks, call tools, browse sites, fill forms, remember goals and ask users."
    earlier = [
        # Each has words too that few others have, as papers do.
        *(
            paper(f"1{i}", title="Agents", abstract=f"{text} On {i % 9}th and {i % 7}rd.")
            for i in range(80)
        ),
        *(paper(f"2{i}", title="Sorting", abstract="Numbers.") for i in range(160)),
    ]
    papers = [
        paper("1", title="Tools", abstract=text),
        paper("2", title="Numbers", abstract="They plan tasks and call tools."),
    ]

    found = Relevance(papers, learn(earlier, [topic()]))
    (second, first), is_match = found.of(topic())

    assert is_match.tolist() == [False, True]
    assert first > second > 0


def test_reasons_name_what_a_paper_has_in_common_with_a_topic_s_papers() -> None:
    earlier = [*EARLIER, *(paper(f"5{i}", title="Stacks", abstract="Push.") for i in range(300))]
    found = Relevance(
        [paper(title="Agents", abstract="They Plan tasks.")], learn(earlier, [topic()])
    )

    close_by = found.match(topic(), 0, 0.5).close_by

    assert set(close_by) <= {"Plan", "tasks", "Plan tasks"}
    assert close_by


def test_a_paper_that_is_there_by_closeness_alone_names_what_it_has_in_common() -> None:
    """Even if each of its words is as common as to say little."""
    text = "They plan tasks and call tools."
    earlier = [
        *(paper(f"1{i}", title="Agents", abstract=text) for i in range(80)),
        *(paper(f"2{i}", title="Sorting", abstract="Numbers.") for i in range(80)),
    ]
    found = Relevance([paper(title="Tools", abstract=text)], learn(earlier, [topic()]))
    named = Relevance([paper(title="Agents", abstract=text)], learn(earlier, [topic()]))

    assert 0 < len(found.match(topic(), 0, 0.5).close_by) <= 3
    assert named.match(topic(), 0, 0.5).close_by == ()


def test_reasons_of_closeness_repeat_no_word_of_the_topic() -> None:
    earlier = [
        *(paper(f"1{i}", title=f"Multi-agent play {i}", abstract="Agents.") for i in range(16)),
        *(paper(f"2{i}", title=f"Sorting {i}") for i in range(300)),
    ]
    wanted = topic(words_in=("multi-agent",))
    one = paper(title="Multi-agent play", abstract="Agents play.")

    found = Relevance([one], learn(earlier, [wanted])).match(wanted, 0, 0.5)

    assert found.title_words == ("Multi-agent",)
    assert found.close_by == ("play",)


def test_a_quote_has_no_bracket_without_its_other() -> None:
    papers = [paper(title="Agents", abstract="A key-value (KV) cache, and a (KV cache) too.")]
    wanted = topic(words_in=("KV cache",))

    assert match(papers, [wanted])[0][0].abstract_words == ("KV cache",)


@given(st.lists(st.sampled_from(["Agents", "Agents plan tasks", "Sorting"]), max_size=6))
def test_a_paper_of_another_topic_changes_no_order(titles: list[str]) -> None:
    papers = [paper(f"3{i}", title=title) for i, title in enumerate(titles)]
    background = learn(EARLIER, [topic()])

    def order(day: list[Paper]) -> list[str]:
        found = Relevance(day, background)
        scores, is_match = found.of(topic())
        rows = sorted(range(len(day)), key=lambda row: -scores[row])
        return [found.papers[row].id for row in rows if is_match[row]]

    assert order([*papers, paper("9", title="Compilers", abstract="Stacks.")]) == order(papers)


def test_more_ways_to_say_the_same_make_a_topic_no_more_relevant() -> None:
    papers = [paper(title="Large language models")]

    few, many = (
        Relevance(papers, Background()).of(topic(words_in=words_in))[0]
        for words_in in (
            ("large language model",),
            ("language model", "large language model", "language models", "language"),
        )
    )

    assert many.tolist() == few.tolist()
