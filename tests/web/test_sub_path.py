"""A site below a path of a host that it shares, behind a proxy that removes the path or not."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

import pytest
from support.paths import ROOT
from support.site import routes
from web.test_headers import PUBLIC

from subscribers.links import Purpose
from subscribers.models import Event
from subscribers.site_paths import SECTIONS

if TYPE_CHECKING:
    from pathlib import Path

    from support.site import Site
    from web.conftest import BuildSite

URL = "https://example.org/papers/digest"
BASE = "/papers/digest"


@pytest.fixture
def below(build_site: BuildSite) -> Site:
    return build_site(web={"url": f"{URL}/"})


def links_on(html: str) -> set[str]:
    found = re.findall(r'(?:href|action)="([^"]+)"', html)
    return {link for link in found if link.startswith(("/", URL))}


@pytest.mark.parametrize("before", [BASE, ""], ids=["the path is left", "the path is removed"])
def test_every_link_of_every_page_leads_below_the_path_and_is_answered(
    below: Site, before: str
) -> None:
    subscriber = below.subscriber("ada@example.org", Event.CONFIRM)
    pages = ["/", "/sent", "/nowhere", *(path for path in PUBLIC if "api" not in path)]
    pages += [below.link(purpose, subscriber) for purpose in Purpose]
    pages += ["/manage/forged"]
    assert below.get(f"{before}/manage/forged").status_code == 410

    for page in pages:
        for link in links_on(below.get(before + page).text):
            path = urlsplit(link).path
            assert path.startswith(f"{BASE}/")
            asked = path if before else path.removeprefix(BASE)
            assert below.get(asked).status_code in (200, 405), link


def test_a_sign_up_that_is_sent_back_keeps_below_the_path(below: Site) -> None:
    answer = below.sign_up("not an address")

    assert answer.status_code == 422
    assert links_on(answer.text)
    assert all(urlsplit(link).path.startswith(f"{BASE}/") for link in links_on(answer.text))


@pytest.mark.parametrize("path", ["", "/", "/archive", "/feeds/agents.atom", "/api/v1/topics"])
def test_a_path_has_the_same_answer_with_and_without_what_stands_before(
    below: Site, path: str
) -> None:
    pages = [below.get(before + (path or "/" * (not before))) for before in (BASE, "")]

    assert [page.status_code for page in pages] == [200, 200]
    # The form has the time in it.
    texts = [re.sub(r'name="stamp" value="[^"]+"', "", page.text) for page in pages]
    assert texts[0] == texts[1]


def test_what_only_begins_alike_is_another_path(below: Site) -> None:
    assert below.get(f"{BASE}s/archive").status_code == 404


def test_a_button_leads_below_the_path(below: Site) -> None:
    subscriber = below.subscriber("ada@example.org", Event.CONFIRM)
    manage = below.link(Purpose.MANAGE, subscriber)

    signed_up = below.sign_up("bo@example.org")
    paused = below.post(f"{BASE}{manage}/pause")

    assert signed_up.headers["location"] == f"{BASE}/sent"
    assert paused.headers["location"] == f"{BASE}{manage}?saved=1"


def test_feeds_and_the_description_of_the_api_name_the_whole_address(below: Site) -> None:
    feed = below.get(f"{BASE}/feeds/agents.json").json()
    described = below.get(f"{BASE}/api/v1/openapi.json").json()

    assert feed["feed_url"] == f"{URL}/feeds/agents.json"
    assert urljoin(URL, described["servers"][0]["url"]) == URL


def test_an_error_of_the_api_is_json_below_a_path_too(below: Site) -> None:
    assert below.get(f"{BASE}/api/v1/nowhere").json() == {"detail": "Not Found"}


def test_personal_pages_are_not_cached_below_a_path(below: Site) -> None:
    subscriber = below.subscriber("ada@example.org", Event.CONFIRM)
    page = below.get(BASE + below.link(Purpose.MANAGE, subscriber))

    assert page.headers["cache-control"] == "no-store"
    assert page.headers["x-robots-tag"] == "noindex"


def test_mails_lead_below_the_path(below: Site) -> None:
    below.sign_up("ada@example.org")
    below.deliver()
    [mail] = below.mails()

    assert f"{URL}/confirm/" in mail.as_string().replace("=\n", "")


@pytest.mark.parametrize(
    "template", sorted((ROOT / "templates" / "web").glob("*.html")), ids=lambda path: path.name
)
def test_no_template_names_a_path_from_the_root_of_the_host(template: Path) -> None:
    assert re.findall(r'="/[^"]*"', template.read_text(encoding="utf-8")) == []


def test_the_sections_of_the_site_are_known() -> None:
    assert {path.split("/")[1] for path in routes()} - {""} <= SECTIONS
