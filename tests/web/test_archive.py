"""Past editions at permanent addresses, and valid feeds."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

import pytest
import sqlalchemy as sa
from support.builders import NOON
from support.site import DAYS, NASTY, URL

from digest.app import pipeline
from digest.delivery.run import RunRequest, run_delivery
from subscribers.models import Event

if TYPE_CHECKING:
    from support.site import Site

    from digest.storage.editions import StoredEdition

ATOM = "{http://www.w3.org/2005/Atom}"


def test_the_archive_lists_its_days_newest_first_and_every_feed(site: Site) -> None:
    page = site.get("/archive").text

    assert page.index("/archive/2026-02-02") < page.index("/archive/2026-02-01")
    assert page.count("/feeds/robots.atom") == 2  # in the head for programs, in the body for people
    assert "/feeds/robots.json" in page


def test_a_day_shows_each_paper_under_its_topic_with_the_reason(site: Site) -> None:
    page = site.get("/archive/2026-02-02").text

    assert page.index(">Agents</a></h2>") < page.index("An Agent that Reads Maps")
    assert page.index(">Robots &amp; machines</a></h2>") < page.index("A Robot that Folds Napkins")
    assert "Ada Example and Ben Example · 30 Jan 2026" in page
    assert "<strong>Why:</strong> “Agent” in the title" in page
    assert "12 votes" in page
    assert "Waters Plants" not in page  # it belongs to the day before


def test_a_topic_of_a_day_has_an_address_of_its_own(site: Site) -> None:
    page = site.get("/archive/2026-02-01/agents").text

    assert "An Agent that Waters Plants" in page
    assert f'<link rel="canonical" href="{URL}/archive/2026-02-01/agents">' in page
    assert 'href="/?topic=agents"' in page


def test_a_topic_without_papers_says_so(site: Site) -> None:
    answer = site.get("/archive/2026-02-02/whales")

    assert (answer.status_code, "Nothing on this day." in answer.text) == (200, True)


@pytest.mark.parametrize(
    "path",
    [
        "/archive/2026-02-03",
        "/archive/2026-02-03/agents",
        "/archive/2026-02-02/dragons",
        "/archive/2026-02-30",
        "/archive/20260202",
        "/archive/2026-W06-1",
        "/archive/0001-01-01",
        "/archive/9999-12-31",
        "/archive/yesterday",
        "/archive/2026-02-02/agents/more",
        "/feeds/dragons.atom",
        "/feeds/dragons.json",
        "/feeds/agents.rss",
        "/static/../../config.toml",
        "/static/%2e%2e/home.html",
    ],
)
def test_what_is_not_there_is_not_found(site: Site, path: str) -> None:
    answer = site.get(path)

    assert answer.status_code == 404
    assert "There is no such page." in answer.text


@pytest.mark.parametrize("path", ["/", "/archive/2026-02-02", "/archive/2026-02-02/agents"])
def test_a_title_is_shown_and_never_run(site: Site, path: str) -> None:
    page = site.get(path).text

    assert "<script" not in page
    assert "An agent &amp; &lt;script&gt;alert(&#39;out&#39;)&lt;/script&gt; “so what”" in page


# -- feeds ------------------------------------------------------------------------------------


def test_the_atom_feed_has_what_rfc_4287_asks_for(site: Site) -> None:
    answer = site.get("/feeds/agents.atom")
    feed = ET.fromstring(answer.content)  # noqa: S314 (our own)

    assert answer.headers["content-type"].split(";")[0] == "application/atom+xml"
    assert feed.tag == f"{ATOM}feed"
    assert feed.findtext(f"{ATOM}id") == f"{URL}/feeds/agents.atom"
    assert feed.findtext(f"{ATOM}title") == "Trending Papers: Agents"
    assert feed.findtext(f"{ATOM}author/{ATOM}name") == "Trending Papers"
    assert links(feed) == {"self": f"{URL}/feeds/agents.atom", "alternate": f"{URL}/archive"}


def test_every_entry_of_the_atom_feed_has_what_rfc_4287_asks_for(site: Site) -> None:
    entries = list(ET.fromstring(site.get("/feeds/agents.atom").content).iter(f"{ATOM}entry"))  # noqa: S314

    ids = [str(entry.findtext(f"{ATOM}id")) for entry in entries]
    assert len(set(ids)) == 3
    assert [found for found in ids if not is_iri(found)] == []
    assert {entry.findtext(f"{ATOM}title") for entry in entries} >= {NASTY}
    assert [links(entry)["alternate"][:8] for entry in entries] == ["https://"] * 3
    moments = [datetime.fromisoformat(str(entry.findtext(f"{ATOM}updated"))) for entry in entries]
    assert moments == sorted(moments, reverse=True)
    assert all(moment.tzinfo for moment in moments)


def test_the_feed_is_as_new_as_its_newest_entry(site: Site) -> None:
    feed = ET.fromstring(site.get("/feeds/agents.atom").content)  # noqa: S314

    assert feed.findtext(f"{ATOM}updated") == "2026-02-02T00:00:00Z"


def test_a_feed_without_papers_is_a_feed(site: Site) -> None:
    feed = ET.fromstring(site.get("/feeds/whales.atom").content)  # noqa: S314

    assert feed.findtext(f"{ATOM}updated") == "1970-01-01T00:00:00Z"
    assert list(feed.iter(f"{ATOM}entry")) == []
    assert site.get("/feeds/whales.json").json()["items"] == []


def test_the_json_feed_has_what_version_1_1_asks_for(site: Site) -> None:
    answer = site.get("/feeds/agents.json")
    feed = answer.json()

    assert answer.headers["content-type"].split(";")[0] == "application/feed+json"
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["feed_url"] == f"{URL}/feeds/agents.json"
    assert {item["title"] for item in feed["items"]} >= {NASTY, "An Agent that Waters Plants"}
    assert all(item["id"] and item["url"] and item["content_text"] for item in feed["items"])


def test_both_feeds_hold_the_same(site: Site) -> None:
    feed = ET.fromstring(site.get("/feeds/trending.atom").content)  # noqa: S314

    titles = [entry.findtext(f"{ATOM}title") for entry in feed.iter(f"{ATOM}entry")]
    assert titles == [item["title"] for item in site.get("/feeds/trending.json").json()["items"]]


def add_paper(site: Site, title: str) -> None:
    """Fetch one more paper of the newest day."""
    file = site.folder / "papers.jsonl"
    line = json.dumps({"title": title, "abstract": "An agent.", "day": str(DAYS[0])})
    file.write_text(f"{file.read_text(encoding='utf-8')}{line}\n", encoding="utf-8")
    site.fetch()


def test_an_edition_that_was_mailed_does_not_change(site: Site) -> None:
    add_paper(site, "An Agent that Is Late")

    page = site.get("/archive/2026-02-02/agents").text

    assert "An Agent that Reads Maps" in page
    assert "An Agent that Is Late" not in page


def test_what_is_mailed_anew_takes_the_place_of_what_was_mailed_before(site: Site) -> None:
    paths = ("/archive/2026-02-02/agents", "/feeds/agents.atom", "/feeds/agents.json", "/")
    before = [site.get(path).text for path in paths]
    add_paper(site, "An Agent that Is Late")
    site.mail(DAYS[0])

    after = [site.get(path).text for path in paths]

    assert ["An Agent that Is Late" in text for text in before] == [False] * 4
    assert ["An Agent that Is Late" in text for text in after[:3]] == [True] * 3


def test_the_mails_of_a_run_make_an_edition(site: Site) -> None:
    unmail(site)
    site.subscriber("ada@example.net", Event.CONFIRM, topics=("agents", "trending"))
    edition = pipeline.build_edition(site.app, DAYS[0])
    services = replace(site.app.delivery_services, clock=lambda: NOON)
    before = site.get("/archive/2026-02-02/agents").status_code

    run_delivery(RunRequest(day=DAYS[0], edition=edition), services, site.app.transport())

    assert before == 404
    assert "An Agent that Reads Maps" in site.get("/archive/2026-02-02/agents").text
    assert "/archive/2026-02-02" in site.get("/archive").text


# -- what was never mailed --------------------------------------------------------------------


def unmail(site: Site) -> None:
    """Have the papers fetched and no mail sent."""
    with site.app.engine.begin() as db:
        db.execute(sa.text("DELETE FROM editions"))


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/", 200),
        ("/archive", 200),
        ("/archive/2026-02-02", 404),
        ("/archive/2026-02-02/agents", 404),
        ("/feeds/agents.atom", 200),
        ("/feeds/agents.json", 200),
        ("/api/v1/editions", 200),
        ("/api/v1/editions/2026-02-02/agents", 404),
    ],
)
def test_what_was_never_mailed_is_no_edition_and_is_not_ranked(
    site: Site, monkeypatch: pytest.MonkeyPatch, path: str, status: int
) -> None:
    unmail(site)
    monkeypatch.setattr(pipeline, "build_edition", None)
    monkeypatch.setattr("digest.ranking.rank.rank", None)

    answer = site.get(path)

    assert answer.status_code == status
    assert "2026-02-0" not in answer.text
    assert "Reads Maps" not in answer.text


@pytest.mark.parametrize("path", ["/", "/archive/2026-02-02", "/feeds/agents.atom"])
def test_an_edition_that_was_mailed_is_not_ranked_again(
    site: Site, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    monkeypatch.setattr(pipeline, "build_edition", None)
    monkeypatch.setattr("digest.ranking.rank.rank", None)

    assert "Reads Maps" in site.get(path).text


# -- memory -----------------------------------------------------------------------------------


def read_of(site: Site, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Record which editions are read from the database."""
    found: list[int] = []
    read = site.app.editions.get

    def counted(edition_id: int) -> StoredEdition:
        found.append(edition_id)
        return read(edition_id)

    monkeypatch.setattr(site.app.editions, "get", counted)
    return found


def test_visitors_who_come_together_have_a_day_read_once(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = read_of(site, monkeypatch)

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda _: site.services.edition(DAYS[0]), range(16)))

    assert len(found) == 1


def test_the_editions_in_memory_are_bounded(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    found = read_of(site, monkeypatch)
    monkeypatch.setattr("digest.app.web.PAPERS_IN_MEMORY", 1)

    for day in (DAYS[0], DAYS[0], DAYS[1], DAYS[0]):
        assert site.services.edition(day)

    assert len(found) == 3


def links(element: ET.Element) -> dict[str | None, str]:
    return {link.get("rel"): str(link.get("href")) for link in element.findall(f"{ATOM}link")}


def is_iri(text: str) -> bool:
    parts = urlsplit(text)
    return bool(parts.scheme) and not set(text) & set(' <>"{}|\\^`') and "#" not in parts.fragment
