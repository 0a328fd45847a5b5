"""Public answers can be cached: by browsers, by proxies, and by the server itself."""

from __future__ import annotations

import re
from datetime import timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any

import pytest
from support.builders import NOON
from support.site import DAYS, Client
from web.test_headers import PUBLIC

from digest.app import pipeline
from subscribers.links import Purpose
from subscribers.models import Event
from subscribers.web import caching

if TYPE_CHECKING:
    import httpx
    from support.site import Site

#: Of static files the framework makes the validators.
PAGES = [path for path in PUBLIC if not path.startswith("/static")]
PAGE = "/archive/2026-02-02/agents"


def conditional(site: Site, path: str, method: str = "GET", **headers: str) -> httpx.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return site.client.request(method, path, headers=named)


@pytest.mark.parametrize("path", PUBLIC)
def test_public_answers_have_validators_and_a_time_to_live(site: Site, path: str) -> None:
    headers = site.get(path).headers

    assert re.fullmatch(r'"[^"]+"', headers["etag"])
    assert "GMT" in headers["last-modified"]
    assert headers["cache-control"] == "public, max-age=300"
    assert {"set-cookie", "vary"} & set(headers) == set()


@pytest.mark.parametrize("path", PUBLIC)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_copy_that_still_holds_is_not_sent_again(site: Site, path: str, method: str) -> None:
    first = site.get(path)

    by_tag = conditional(site, path, method, if_none_match=first.headers["etag"])
    by_date = conditional(site, path, method, if_modified_since=first.headers["last-modified"])

    assert [by_tag.status_code, by_date.status_code] == [304, 304]
    assert by_tag.content == by_date.content == b""
    assert by_tag.headers["etag"] == first.headers["etag"]
    assert by_tag.headers["cache-control"] == "public, max-age=300"


@pytest.mark.parametrize("path", PAGES)
def test_head_has_the_headers_of_get_and_no_body(site: Site, path: str) -> None:
    get, head = site.get(path), site.request("HEAD", path)

    assert head.status_code == 200
    assert head.content == b""
    assert dict(head.headers) == dict(get.headers)
    assert int(head.headers["content-length"]) == len(get.content)


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ("*", 304),
        ("W/{etag}", 304),
        ('"other", {etag}', 304),
        ('"other"', 200),
        ("", 200),
        ("{etag}x", 304),
    ],
)
def test_tags_are_compared_as_rfc_9110_says(site: Site, sent: str, status: int) -> None:
    etag = site.get(PAGE).headers["etag"]

    assert conditional(site, PAGE, if_none_match=sent.format(etag=etag)).status_code == status


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (format_datetime(NOON, usegmt=True), 304),
        (format_datetime(NOON + timedelta(days=1), usegmt=True), 304),
        (format_datetime(NOON - timedelta(seconds=1), usegmt=True), 200),
        (NOON.strftime("%a %b %d %H:%M:%S %Y"), 304),  # asctime, without a zone
        ("yesterday", 200),
        ("", 200),
        ("Mon, 99 Feb 2026 99:99:99 GMT", 200),
    ],
)
def test_dates_are_compared_as_rfc_9110_says(site: Site, sent: str, status: int) -> None:
    assert conditional(site, PAGE, if_modified_since=sent).status_code == status


def test_a_tag_counts_more_than_a_date(site: Site) -> None:
    date = site.get(PAGE).headers["last-modified"]

    answer = conditional(site, PAGE, if_none_match='"other"', if_modified_since=date)

    assert answer.status_code == 200


@pytest.mark.parametrize("path", ["/archive", "/feeds/agents.atom", "/feeds/agents.json"])
def test_a_new_edition_is_a_new_answer(site: Site, path: str) -> None:
    with site.app.engine.begin() as db:
        db.exec_driver_sql("UPDATE editions SET mailed_at = NULL WHERE day = '2026-02-02'")
    before = site.get(path)
    site.mail(DAYS[0])

    after = conditional(site, path, if_none_match=before.headers["etag"])

    assert "2026-02-02" not in before.text
    assert after.status_code == 200
    assert "2026-02-02" in after.text


def test_an_answer_in_memory_needs_no_edition(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    first = site.get(PAGE)
    monkeypatch.setattr(site.app.editions, "get", None)
    monkeypatch.setattr(site.app.editions, "newest_mailed", None)
    monkeypatch.setattr(pipeline, "build_edition", None)

    assert site.get(f"{PAGE}?anything=1").content == first.content


def test_the_answers_in_memory_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    async def application(scope: Any, receive: Any, send: Any) -> None:
        asked.append(scope["path"])
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"x" * 400})

    monkeypatch.setattr(caching, "BYTES_IN_MEMORY", 1000)
    answers = caching.PublicAnswers(application, state=lambda: (0, None), started_at=NOON)
    client = Client(answers)

    for number in (1, 2, 1, 3, 1, 2):
        client.get(f"/archive/{number}")

    client.runner.close()
    assert [path[-1] for path in asked] == ["1", "2", "3", "2"]


@pytest.mark.parametrize("path", ["/archive/2026-02-03", "/feeds/dragons.atom", "/archive/x/y/z"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_an_error_is_not_kept_by_anybody(site: Site, path: str, method: str) -> None:
    answer = site.request(method, path)

    assert answer.status_code == 404
    assert answer.headers["cache-control"] == "no-store"
    assert "etag" not in answer.headers


@pytest.mark.parametrize("purpose", [Purpose.MANAGE, Purpose.LEAVE, Purpose.PRIVACY])
def test_a_personal_page_has_no_validators(site: Site, purpose: Purpose) -> None:
    subscriber = site.subscriber("ada@example.org", Event.CONFIRM)

    headers = site.get(site.link(purpose, subscriber)).headers

    assert headers["cache-control"] == "no-store"
    assert {"etag", "last-modified"} & set(headers) == set()
