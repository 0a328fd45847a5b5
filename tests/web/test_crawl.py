"""A scanner that opens every link of every mail and page does not change the database."""

from __future__ import annotations

import re
from collections import deque
from dataclasses import replace
from html import unescape
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

import pytest
from support.builders import NOON
from support.site import DAYS, URL, Site, text_of

from digest.app import pipeline
from digest.delivery.run import RunRequest, run_delivery
from digest.models.delivery import MailKind
from subscribers.models import Event

if TYPE_CHECKING:
    from email.message import EmailMessage

ADA, BEN = "ada@example.org", "ben@example.org"


def send_every_mail(site: Site) -> None:
    """Send an issue and every kind of transactional mail, before and after confirmation."""
    subscriber = site.subscriber(ADA, Event.CONFIRM, topics=("agents", "trending"))
    site.sign_up(ADA)
    site.app.transactional_queue.enqueue(subscriber.id, MailKind.PRIVACY, now=site.now)
    site.sign_up(BEN, "robots")
    site.deliver()
    app = site.app
    transport = app.transport()
    edition = pipeline.build_edition(app, DAYS[0])
    services = replace(app.delivery_services, clock=lambda: NOON)
    run_delivery(RunRequest(day=DAYS[0], edition=edition), services, transport)


def urls_in_mail(mail: EmailMessage) -> set[str]:
    """Every URL in a mail: in its text, its HTML and its headers."""
    found = set(re.findall(r"https?://[^\s<>\"]+", text_of(mail)))
    found |= {unescape(url) for url in re.findall(r'(?:href|src)="([^"]+)"', text_of(mail, "html"))}
    for name, value in mail.items():
        if name.startswith(("List-", "Archived-")):
            found |= set(re.findall(r"<(https?://[^>]+)>", value))
    return found


def urls_on_page(html: str, base: str) -> set[str]:
    """Every URL on a page, except the targets of buttons."""
    found = re.findall(r'(?:href|src)="([^"]+)"', html)
    return {urljoin(base, unescape(url)) for url in found}


def ours(urls: set[str]) -> set[str]:
    """The URLs of the site itself, without their fragments."""
    return {url.partition("#")[0] for url in urls if urlsplit(url).netloc == urlsplit(URL).netloc}


def crawl(site: Site, start: set[str]) -> dict[str, tuple[int, int]]:
    """Open every URL and those on its page; return the statuses of GET and HEAD."""
    seen: dict[str, tuple[int, int]] = {}
    waiting = deque(sorted(start))
    while waiting:
        url = waiting.popleft()
        if url in seen:
            continue
        head = site.request("HEAD", url)
        page = site.get(url)
        seen[url] = (page.status_code, head.status_code)
        if page.headers["content-type"].startswith("text/html"):
            waiting.extend(sorted(ours(urls_on_page(page.text, url))))
    return seen


def test_every_link_of_every_mail_and_page_opens_and_changes_nothing(site: Site) -> None:
    send_every_mail(site)
    mails = site.mails()
    start = set().union(*(ours(urls_in_mail(mail)) for mail in mails)) | {f"{URL}/"}
    dump, content = site.dump(), site.bytes()

    seen = crawl(site, start)

    assert site.dump() == dump
    assert site.bytes() == content
    assert len(mails) == 4
    assert set(seen.values()) == {(200, 200)}
    sections = {urlsplit(url).path.split("/")[1] for url in seen}
    assert sections == {
        "", "archive", "confirm", "feedback", "feeds", "help", "leave", "manage", "privacy",
        "refuse", "static",
    }  # fmt: skip
    assert len(seen) == 44  # if this changes, check which pages came or went


def test_every_other_method_a_scanner_may_try_changes_nothing(site: Site) -> None:
    send_every_mail(site)
    urls = set().union(*(ours(urls_in_mail(mail)) for mail in site.mails()))
    content = site.bytes()

    codes = {
        site.request(method, url).status_code
        for url in urls
        for method in ("OPTIONS", "PROPFIND", "TRACE", "PUT", "DELETE")
    }

    assert site.bytes() == content
    assert codes == {405}


@pytest.mark.parametrize("path", ["/", "/help", "/archive", "/api/v1/topics"])
def test_what_can_be_read_allows_head_too(site: Site, path: str) -> None:
    refused = site.request("OPTIONS", path)

    assert refused.status_code == 405
    assert refused.headers["allow"] == "GET, HEAD"
    assert site.request("HEAD", path).status_code == 200


def test_links_to_elsewhere_are_to_papers_alone(site: Site) -> None:
    send_every_mail(site)
    urls = set().union(*(urls_in_mail(mail) for mail in site.mails()))

    elsewhere = {urlsplit(url).netloc for url in urls - ours(urls) if url.startswith("http")}

    assert elsewhere <= {"arxiv.org", "doi.org", "example.org", "huggingface.co"}
