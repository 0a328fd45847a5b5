"""Semantic Scholar: what is requested, and how odd responses are parsed."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.builders import DAY, NOON, paper
from support.offline_web import OfflineClient, fetch_request, refusal, responding

from digest.errors import RefusedError, SourceError
from digest.models.paper import Paper, Signals
from digest.models.source import Batch
from digest.sources import RawDocument, Source, join_batches, semantic_scholar

SOURCE = Source(name="S2", kind="semantic-scholar", key="a key of ours")
FULL = {
    "paperId": "2d5673caa9e6af3a7b82a43f19ee920992db07ad",
    "externalIds": {"ArXiv": "2602.00001", "DOI": "10.48550/arXiv.2602.00001", "CorpusId": 7},
    "venue": "Annual Meeting on Lamps",
    "publicationVenue": {"id": "x", "name": "Annual Meeting on Lamps", "type": "conference"},
    "journal": {"name": "ArXiv", "volume": "abs/2602.00001"},
    "citationCount": 3,
    "tldr": {"model": "tldr@v2.0.0", "text": "Lamps help\n in fog."},
}


def parse(text: str) -> Batch:
    return semantic_scholar.parse(RawDocument(where="batch.json", text=text), day=DAY, now=NOON)


def only(**given: Any) -> Paper:
    batch = parse(json.dumps([FULL | given]))
    (update,) = batch.updates
    assert (batch.papers, batch.rejected, batch.declared) == ((), (), 1)
    return update


# -- what it is asked ---------------------------------------------------------------------------


def test_papers_are_asked_for_by_arxiv_id_or_doi_and_never_by_title() -> None:
    web = responding("[null, null]")
    known = (paper("2602.00001"), paper("10.1101/2026.01.01.1"), paper("title:0123456789abcdef"))

    list(semantic_scholar.read(SOURCE, fetch_request(web, *known)))

    (request,) = web.requests
    assert request.json == {"ids": ["ARXIV:2602.00001", "DOI:10.1101/2026.01.01.1"]}
    assert request.url == "https://api.semanticscholar.org/graph/v1/paper/batch"
    assert "tldr" in request.params["fields"]
    assert request.headers == {"x-api-key": "a key of ours"}


def test_without_a_key_none_is_sent() -> None:
    web = responding("[null]")

    list(
        semantic_scholar.read(
            Source(name="S2", kind="semantic-scholar"), fetch_request(web, paper())
        )
    )

    assert web.requests[0].headers == {}


def test_another_address_is_asked_if_one_is_given() -> None:
    web = responding("[null]")
    source = Source(name="S2", kind="semantic-scholar", url="http://127.0.0.1:8000/graph/")

    list(semantic_scholar.read(source, fetch_request(web, paper())))

    assert web.requests[0].url == "http://127.0.0.1:8000/graph/paper/batch"


@pytest.mark.parametrize(("papers", "sizes"), [(0, []), (500, [500]), (501, [500, 1])])
def test_no_more_than_500_papers_are_asked_for_at_once(papers: int, sizes: list[int]) -> None:
    web = responding("[]")
    known = [paper(f"2602.{number:05}") for number in range(papers)]

    found = list(semantic_scholar.read(SOURCE, fetch_request(web, *known)))

    assert [len(request.json["ids"]) for request in web.requests] == sizes
    assert len({document.where for document in found}) == len(sizes)


def test_a_paper_that_two_sources_brought_is_asked_for_once() -> None:
    web = responding("[null]")

    list(
        semantic_scholar.read(SOURCE, fetch_request(web, paper("2602.00001"), paper("2602.00001")))
    )

    assert web.requests[0].json == {"ids": ["ARXIV:2602.00001"]}


def test_where_it_keeps_a_key_is_not_said() -> None:
    (document,) = semantic_scholar.read(SOURCE, fetch_request(responding("[null]"), paper()))

    assert SOURCE.key not in document.where


@pytest.mark.parametrize(
    ("source", "words"),
    [
        pytest.param(SOURCE, "source S2: .* answered 403; check its key", id="with a key"),
        pytest.param(Source(name="S2", kind="semantic-scholar"), "give it a key", id="without one"),
    ],
)
def test_a_refused_key_is_named(source: Source, words: str) -> None:
    web = responding(refusal(403, '{"message": "Forbidden"}'))

    with pytest.raises(SourceError, match=words):
        list(semantic_scholar.read(source, fetch_request(web, paper())))


def test_a_question_it_knows_no_paper_of_has_an_empty_answer() -> None:
    web = responding(refusal(400, '{"error":"No valid paper ids given"}'))

    assert answered(web, paper()) == Batch(unknown=1)


def test_when_a_later_question_fails_the_answers_before_are_kept() -> None:
    known = [paper(f"2602.{number:05}") for number in range(501)]
    web = responding([FULL | {"externalIds": None}] * 500, refusal(400, "{}"))

    batch = answered(web, *known)

    assert len(batch.updates) == 500
    assert batch.trouble is not None
    assert batch.trouble.startswith("only 500 of 501 papers could be looked up: ")


def answered(web: OfflineClient, *papers: Paper) -> Batch:
    """What it says of some papers."""
    documents = semantic_scholar.read(SOURCE, fetch_request(web, *papers))
    return join_batches(
        [semantic_scholar.parse(document, day=DAY, now=NOON) for document in documents]
    )


def test_another_refusal_stays_what_it_is() -> None:
    web = responding(refusal(400, '{"error":"Unrecognized or unsupported fields: [x]"}'))

    with pytest.raises(RefusedError):
        list(semantic_scholar.read(SOURCE, fetch_request(web, paper())))


# -- what it says -------------------------------------------------------------------------------


def test_a_complete_record_gives_sentence_venue_and_citations() -> None:
    assert only() == Paper(
        id="2602.00001",
        aliases=("s2:2d5673caa9e6af3a7b82a43f19ee920992db07ad",),
        title="",
        abstract="",
        day=DAY,
        tldr="Lamps help in fog.",
        venue="Annual Meeting on Lamps",
        signals=Signals(citations=3),
        observed_at=NOON,
    )


def test_the_other_ids_of_a_record_are_aliases() -> None:
    update = only(externalIds={"ArXiv": "2602.00001", "DOI": "10.1000/ABC"})

    assert update.id == "2602.00001"
    assert update.aliases == ("10.1000/abc", "s2:2d5673caa9e6af3a7b82a43f19ee920992db07ad")


def test_a_paper_unknown_there_is_no_rejection() -> None:
    assert parse("[null, null]") == Batch()


def test_a_file_of_answers_alone_is_read_by_their_ids() -> None:
    second = FULL | {"externalIds": {"DOI": "10.1101/2026.01.01.1"}}

    batch = parse(json.dumps([None, second, FULL]))

    assert [update.id for update in batch.updates] == ["10.1101/2026.01.01.1", "2602.00001"]


@pytest.mark.parametrize(
    ("ids", "known"),
    [
        pytest.param({"ArXiv": "2602.00001v2"}, "2602.00001", id="version"),
        pytest.param({"ArXiv": "hep-th/9901001"}, "hep-th/9901001", id="old"),
        pytest.param({"DOI": "10.1234/ABC.7"}, "10.1234/abc.7", id="upper case"),
        pytest.param({"ArXiv": None, "DOI": "10.1234/x"}, "10.1234/x", id="null"),
        pytest.param({"ArXiv": "odd", "DOI": "10.48550/arXiv.2602.00001"}, "2602.00001", id="odd"),
    ],
)
def test_an_id_is_read_in_its_canonical_form(ids: dict[str, Any], known: str) -> None:
    assert only(externalIds=ids).id == known


@pytest.mark.parametrize(
    ("given", "venue"),
    [
        pytest.param({}, "Annual Meeting on Lamps", id="venue"),
        pytest.param({"venue": ""}, "Annual Meeting on Lamps", id="publication venue"),
        pytest.param(
            {"venue": None, "publicationVenue": None, "journal": {"name": "Light"}},
            "Light",
            id="journal",
        ),
        pytest.param({"venue": "arXiv.org", "publicationVenue": None}, "", id="arXiv"),
        pytest.param(
            {"venue": "bioRxiv", "publicationVenue": None, "journal": None}, "", id="preprints"
        ),
        pytest.param({"venue": 7, "publicationVenue": "x", "journal": []}, "", id="odd"),
    ],
)
def test_a_venue_is_where_it_was_published_and_no_preprint_server(
    given: dict[str, Any], venue: str
) -> None:
    assert only(**given).venue == venue


@pytest.mark.parametrize("number", [None, True, -1, "many", 2**53])
def test_citations_that_are_no_count_are_unknown_and_not_none(number: object) -> None:
    update = only(citationCount=number)

    assert (update.signals, update.observed_at) == (Signals(), None)


def test_nobody_citing_a_paper_is_known() -> None:
    assert only(citationCount=0).signals == Signals(citations=0)


@pytest.mark.parametrize("odd", [None, "text", {}, {"text": None}, {"text": ["x"]}])
def test_a_sentence_that_is_none_is_left_out(odd: object) -> None:
    assert only(tldr=odd).tldr == ""


def test_markup_does_not_come_through() -> None:
    assert only(tldr={"text": "<b>Lamps</b> &amp; fog\x00"}).tldr == "Lamps & fog"


@pytest.mark.parametrize(
    ("element", "reason"),
    [
        pytest.param("2602.00001", "not a JSON object", id="text"),
        pytest.param({}, "no arXiv id and no DOI", id="empty"),
        pytest.param({"externalIds": None}, "no arXiv id and no DOI", id="null"),
        pytest.param({"externalIds": {"CorpusId": 7}}, "no arXiv id and no DOI", id="its own id"),
        pytest.param({"externalIds": {"ArXiv": 2602.1}}, "no arXiv id and no DOI", id="number"),
    ],
)
def test_a_record_of_an_unknown_paper_is_rejected_with_its_place(
    element: object, reason: str
) -> None:
    batch = parse(json.dumps([FULL, None, element]))

    (rejected,) = batch.rejected
    assert (rejected.where, rejected.reason) == ("batch.json[2]", reason)
    assert (len(batch.updates), batch.declared) == (1, 2)


@pytest.mark.parametrize(
    ("response", "reason"),
    [
        pytest.param('{"error": "Paper not found"}', "the service answered: Paper not", id="error"),
        pytest.param('{"message": "Forbidden"}', "the service answered: Forbidden", id="message"),
        pytest.param("{}", "the service answered: no array", id="object"),
        pytest.param("Bad Gateway", "not JSON", id="not JSON"),
        pytest.param("", "not JSON", id="nothing"),
        pytest.param("[" * 100_000, "not JSON", id="too deep"),
        pytest.param('"papers"', "not an array of papers", id="text"),
    ],
)
def test_an_answer_that_is_no_list_is_not_an_empty_one(response: str, reason: str) -> None:
    batch = parse(response)

    assert (batch.updates, batch.declared) == ((), 1)
    assert batch.rejected[0].reason.startswith(reason)


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner) | st.dictionaries(st.sampled_from([*FULL, "text", "name"]), inner)
    ),
    max_leaves=12,
)


@given(st.lists(st.dictionaries(st.sampled_from(list(FULL)), ANYTHING) | ANYTHING, max_size=4))
def test_whatever_an_answer_holds_every_record_is_counted_once(response: list[Any]) -> None:
    batch = parse(json.dumps(response))

    assert batch.declared == len(batch.updates) + len(batch.rejected)
    assert batch.declared == sum(element is not None for element in response)


@given(st.text())
def test_no_text_makes_it_fail(text: str) -> None:
    assert parse(text).papers == ()


def test_it_is_believed_on_sentence_and_venue_alone() -> None:
    kind = semantic_scholar.KIND

    assert (kind.authority("tldr"), kind.authority("venue"), kind.authority("title")) == (
        95,
        95,
        20,
    )
    assert kind.enriches
