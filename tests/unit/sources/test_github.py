"""GitHub: which repositories are read, when reading stops, and how responses are parsed."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.builders import DAY, NOON, paper
from support.offline_web import fetch_request, refusal, responding

from digest.errors import RefusedError, SourceError
from digest.models.paper import Links, Paper, Signals
from digest.models.source import Batch
from digest.sources import RawDocument, Source, github

SOURCE = Source(name="code", kind="github")
WITH_TOKEN = Source(name="code", kind="github", key="a token of ours")
LAMPS = json.dumps({"full_name": "example/lamps", "stargazers_count": 41, "archived": True})
TOO_MANY = refusal(403, '{"message":"API rate limit exceeded for 192.0.2.1."}')


def with_code(*links: str | None, **details: Any) -> list[Paper]:
    return [
        paper(f"2602.{number:05}", links=Links(code=link), **details)
        for number, link in enumerate(links)
    ]


def parse(text: str) -> Batch:
    return github.parse(RawDocument(where="lamps.json", text=text), day=DAY, now=NOON)


def saved(*papers: object, repository: object = ...) -> str:
    found = json.loads(LAMPS) if repository is ... else repository
    return json.dumps({"papers": papers, "repository": found})


# -- which repositories are asked for -----------------------------------------------------------


@pytest.mark.parametrize(
    "link",
    [
        "https://github.com/example/lamps",
        "http://github.com/example/lamps/",
        "https://www.github.com/Example/Lamps",
        "https://github.com/example/lamps.git",
        "https://github.com/example/lamps/tree/main/src",
        "https://github.com/example/lamps?tab=readme-ov-file#install",
        "https://GitHub.com//example//lamps",
        "https://github.com:443/example/lamps",
    ],
)
def test_every_way_to_write_a_repository_is_understood(link: str) -> None:
    assert github.repository(link) == "example/lamps"


@pytest.mark.parametrize(
    "link",
    [
        None,
        "",
        "https://github.com",
        "https://github.com/example",
        "https://github.com/example/",
        "https://github.com/orgs/example/repositories",
        "https://github.com/features/actions",
        "https://github.com/user-attachments/assets/7",
        "https://github.com/example/..",
        "https://github.com/example/.git",
        "https://github.com/-example/lamps",
        "https://github.com/example/la%20mps",
        "https://gist.github.com/example/0123",
        "https://example.github.io/lamps",
        "https://gitlab.com/example/lamps",
        "https://github.com.example.org/example/lamps",
        "https://[github.com/example/lamps",
    ],
)
def test_what_is_no_repository_is_not_asked_for(link: str | None) -> None:
    assert github.repository(link) is None


@given(st.text() | st.text().map("https://github.com/{}".format))
def test_whatever_a_link_says_the_question_stays_within_the_repositories(link: str) -> None:
    found = github.repository(link)

    assert found is None or (found.count("/") == 1 and ".." not in found.split("/"))


def test_a_repository_of_several_papers_is_asked_for_once() -> None:
    web = responding(LAMPS)
    links = ("https://github.com/Example/lamps", "https://github.com/example/lamps/tree/main")

    (document,) = github.read(SOURCE, fetch_request(web, *with_code(*links)))

    assert [request.url for request in web.requests] == [
        "https://api.github.com/repos/example/lamps"
    ]
    assert json.loads(document.text) == {
        "papers": ["2602.00000", "2602.00001"],
        "repository": json.loads(LAMPS),
    }


def test_a_day_without_code_asks_nothing() -> None:
    web = responding(LAMPS)

    assert (
        list(github.read(SOURCE, fetch_request(web, *with_code(None, "https://example.org/x"))))
        == []
    )
    assert web.requests == []


def test_the_version_is_named_and_without_a_token_no_more() -> None:
    web = responding(LAMPS)

    list(github.read(SOURCE, fetch_request(web, *with_code("https://github.com/example/lamps"))))

    assert set(web.requests[0].headers) == {"Accept", "X-GitHub-Api-Version"}
    assert web.requests[0].headers["X-GitHub-Api-Version"] == "2022-11-28"


def test_a_token_is_sent_and_named_nowhere() -> None:
    web = responding(LAMPS)

    (document,) = github.read(
        WITH_TOKEN, fetch_request(web, *with_code("https://github.com/example/lamps"))
    )

    assert web.requests[0].headers["Authorization"] == "Bearer a token of ours"
    assert "a token of ours" not in document.where + document.text


@pytest.mark.parametrize(("source", "most"), [(SOURCE, 50), (WITH_TOKEN, 1000)])
def test_no_more_are_asked_for_than_the_service_bears(source: Source, most: int) -> None:
    web = responding(LAMPS)
    known = with_code(*(f"https://github.com/example/lamp{number}" for number in range(1001)))

    assert len(list(github.read(source, fetch_request(web, *known)))) == most


def test_papers_whose_stars_nobody_told_come_first() -> None:
    web = responding(LAMPS)
    told = paper(
        "2602.00009",
        links=Links(code="https://github.com/example/told"),
        signals=Signals(stars=3),
        observed_at=NOON,
    )

    list(
        github.read(
            SOURCE, fetch_request(web, told, *with_code("https://github.com/example/untold"))
        )
    )

    assert [request.url.rpartition("/")[2] for request in web.requests] == ["untold", "told"]


# -- when that ends -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "gone",
    [
        pytest.param(refusal(404, '{"message":"Not Found"}'), id="gone"),
        pytest.param(refusal(451, '{"message":"Repository access blocked"}'), id="by law"),
        pytest.param(refusal(403, '{"message":"Repository access blocked"}'), id="by terms"),
    ],
)
def test_a_repository_that_is_gone_stops_no_other(gone: RefusedError) -> None:
    web = responding(gone, LAMPS)
    known = with_code("https://github.com/example/gone", "https://github.com/example/lamps")

    (document,) = github.read(SOURCE, fetch_request(web, *known))

    assert [update.id for update in parse(document.text).updates] == ["2602.00001"]


@pytest.mark.parametrize(
    "error", [TOO_MANY, SourceError("it answered 503 3 times; try again later")]
)
def test_what_was_read_before_a_refusal_is_kept_and_the_rest_is_counted(error: SourceError) -> None:
    web = responding(LAMPS, error)
    known = with_code(*(f"https://github.com/example/lamp{number}" for number in range(4)))

    read, stopped = map(
        parse, (document.text for document in github.read(SOURCE, fetch_request(web, *known)))
    )

    assert [update.signals.stars for update in read.updates] == [41]
    assert stopped.trouble == f"{error}; 3 of 4 repositories were not read"
    assert (len(stopped.rejected), stopped.declared) == (1, 1)
    assert len(web.requests) == 2


def test_a_refusal_at_once_is_a_failure() -> None:
    web = responding(TOO_MANY)

    with pytest.raises(RefusedError):
        list(
            github.read(SOURCE, fetch_request(web, *with_code("https://github.com/example/lamps")))
        )


def test_a_refused_token_is_named() -> None:
    web = responding(refusal(401, '{"message":"Bad credentials"}'))

    with pytest.raises(SourceError, match="source code: GitHub answered 401; check its key"):
        list(
            github.read(
                WITH_TOKEN, fetch_request(web, *with_code("https://github.com/example/lamps"))
            )
        )


def test_an_answer_that_is_no_json_is_rejected_and_stops_no_other() -> None:
    web = responding("<html>", LAMPS)
    known = with_code("https://github.com/example/odd", "https://github.com/example/lamps")

    odd, fine = map(
        parse, (document.text for document in github.read(SOURCE, fetch_request(web, *known)))
    )

    assert odd.rejected[0].reason == "no stargazers_count"
    assert len(fine.updates) == 1


# -- what the answers say -----------------------------------------------------------------------


def test_stars_are_told_of_every_paper_behind_the_repository() -> None:
    batch = parse(saved("2602.00001", "10.1101/2026.01.01.1", "title:0123456789abcdef"))

    assert batch.updates[0] == Paper(
        id="2602.00001",
        title="",
        abstract="",
        day=DAY,
        signals=Signals(stars=41),
        observed_at=NOON,
    )
    assert (len(batch.updates), batch.rejected, batch.declared) == (3, (), 3)


def test_a_repository_without_stars_is_known_to_have_none() -> None:
    (update,) = parse(saved("2602.00001", repository={"stargazers_count": 0})).updates

    assert update.signals == Signals(stars=0)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        pytest.param("", "not JSON", id="nothing"),
        pytest.param("[" * 100_000, "not JSON", id="too deep"),
        pytest.param("[]", "not a JSON object", id="array"),
        pytest.param("{}", "no stargazers_count", id="empty"),
        pytest.param(LAMPS, "no stargazers_count", id="an answer without its papers"),
        pytest.param(saved(), "names no paper", id="no papers"),
        pytest.param('{"papers": "x", "repository": {"stargazers_count": 1}}', "names no", id="x"),
        *(
            pytest.param(
                saved("2602.00001", repository={"stargazers_count": odd}),
                "no stargazers_count",
                id=f"stars {odd}",
            )
            for odd in (None, True, -1, "many", 2**53)
        ),
        pytest.param(saved("2602.00001", repository=[]), "no stargazers_count", id="list"),
        pytest.param('{"message": "Not Found"}', "Not Found", id="the service's own error"),
    ],
)
def test_a_text_that_says_nothing_is_rejected_with_the_reason(text: str, reason: str) -> None:
    batch = parse(text)

    assert (batch.updates, batch.declared) == ((), 1)
    assert batch.rejected[0].reason.startswith(reason)


@pytest.mark.parametrize("odd", [None, 7, "", "Lamps", "2602.00001v2", "10.1101/ABC", ["x"]])
def test_a_name_that_is_no_canonical_id_is_rejected_with_its_place(odd: object) -> None:
    batch = parse(saved("2602.00001", odd))

    assert (len(batch.updates), batch.declared) == (1, 2)
    assert [(r.where, r.reason) for r in batch.rejected] == [
        ("lamps.json[1]", "not the id of a paper")
    ]


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["stargazers_count"]), inner),
    max_leaves=8,
)


@given(
    st.dictionaries(st.sampled_from(["papers", "repository", "message"]), ANYTHING) | ANYTHING,
)
def test_whatever_a_text_holds_every_record_is_counted_once(record: Any) -> None:
    batch = parse(json.dumps(record))

    assert batch.declared == len(batch.updates) + len(batch.rejected) > 0


def test_it_is_believed_on_nothing_else() -> None:
    assert (github.KIND.rank, github.KIND.knows, github.KIND.enriches) == (20, {}, True)
