"""Where phrases occur: the index against a plain search of each text."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from support.builders import paper
from support.phrase_search import Phrases, StemmedText

from digest.models.paper import Paper
from digest.ranking.index import PaperIndex, Place, texts_of
from digest.ranking.stemming import singular
from digest.ranking.terms import excluding_phrase, phrase

#: Words with forms, hyphens and prefixes, in which phrases overlap.
WORDS = (
    *("agent", "agents", "Multi-agent", "multiagent", "pre-training", "pretraining", "training"),
    *("fine-tuning", "finetuning", "fine", "tuning", "text-to-image", "text", "image"),
    *("LLMs", "LLM", ".", "(", ")"),
)
TEXTS = st.lists(st.sampled_from(WORDS), max_size=9).map(" ".join)
PHRASES = TEXTS.filter(bool).filter(lambda text: bool(phrase(text)))
PAPERS = st.lists(
    st.builds(
        lambda title, keywords, tldr, abstract: paper(
            title=title, keywords=tuple(keywords), tldr=tldr, abstract=abstract
        ),
        TEXTS,
        st.lists(TEXTS.filter(bool), max_size=2),
        TEXTS,
        TEXTS,
    ),
    max_size=4,
)


@given(PAPERS, PHRASES)
def test_the_index_finds_what_a_search_of_each_text_finds(papers: list[Paper], text: str) -> None:
    sought = phrase(text)

    found = PaperIndex(papers).find(sought)

    expected = {}
    for row, one in enumerate(papers):
        counts = [0] * len(Place)
        for place, words in texts_of(one):
            counts[place] += StemmedText.of(words).counts(Phrases([sought]))[sought]
        if any(counts):
            expected[row] = counts
    assert dict(zip(found.rows.tolist(), found.counts.tolist(), strict=True)) == expected


@given(PAPERS, PHRASES)
def test_words_that_exclude_are_found_in_their_singular(papers: list[Paper], text: str) -> None:
    sought = excluding_phrase(text)

    found = PaperIndex(papers).in_form(singular).find(sought)

    assert found.rows.tolist() == [
        row
        for row, one in enumerate(papers)
        if any(
            StemmedText.of(words, singular).counts(Phrases([sought])) for _, words in texts_of(one)
        )
    ]


@given(PAPERS, PHRASES)
def test_a_quote_is_the_first_occurrence_in_each_place(papers: list[Paper], text: str) -> None:
    sought = phrase(text)
    index = PaperIndex(papers)

    for row, one in enumerate(papers):
        quotes: dict[Place, str] = {}
        for place, words in texts_of(one):
            searched = StemmedText.of(words)
            if place not in quotes and searched.counts(Phrases([sought])):
                quotes[place] = searched.quote(sought)
        found = index.quote(sought, row)
        assert found.keys() == quotes.keys()
        # Of a compound the index quotes the whole, and not the part that was sought.
        assert all(quotes[place] in found[place] for place in quotes)


def test_a_phrase_never_reaches_from_one_text_into_the_next() -> None:
    papers = [paper(title="On language", abstract="Model it."), paper(title="Language model")]

    assert PaperIndex(papers).find(phrase("language model")).rows.tolist() == [1]


def test_titles_count_thrice_in_a_length() -> None:
    papers = [paper(title="One two", abstract="three"), paper(title="One", abstract="two")]

    assert PaperIndex(papers).lengths.tolist() == [7 / 5.5, 4 / 5.5]


def test_no_papers_have_no_words() -> None:
    index = PaperIndex([])

    assert index.find(phrase("agent")).rows.tolist() == []
    assert index.stems() == []
