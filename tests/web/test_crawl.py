"""A scanner that opens every link of every mail and page changes not one byte of the database."""

from __future__ import annotations

import re
from collections import deque
from dataclasses import replace
from html import unescape
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from support.builders import NOON
from support.site import DAYS, URL, House, text_of

from digest.app import pipeline
from digest.delivery.run import RunRequest, run_delivery
from digest.models.delivery import MailKind
from subscribers.models import Event

if TYPE_CHECKING:
    from email.message import EmailMessage

ADA, BEN = "ada@example.org", "ben@example.org"


def write_every_mail(house: House) -> None:
    """Have a digest and every kind of letter sent, to a reader and to somebody who is not yet."""
    reader = house.reader(ADA, Event.CONFIRM, topics=("agents", "trending"))
    house.sign_up(ADA)
    house.app.transactional_queue.enqueue(reader.id, MailKind.PRIVACY, now=house.now)
    house.sign_up(BEN, "robots")
    house.deliver()
    app = house.app
    transport = app.transport()
    desk = pipeline.build_edition(app, DAYS[0])
    office = replace(app.delivery_services, clock=lambda: NOON)
    run_delivery(RunRequest(day=DAYS[0], edition=desk), office, transport)


def urls_in_mail(mail: EmailMessage) -> set[str]:
    """Every address in a mail: in its text, its page and its headers."""
    found = set(re.findall(r"https?://[^\s<>\"]+", text_of(mail)))
    found |= {unescape(url) for url in re.findall(r'(?:href|src)="([^"]+)"', text_of(mail, "html"))}
    for name, value in mail.items():
        if name.startswith("List-"):
            found |= set(re.findall(r"<(https?://[^>]+)>", value))
    return found


def urls_on_page(html: str, base: str) -> set[str]:
    """Every address on a page but those that only a button leads to."""
    found = re.findall(r'(?:href|src)="([^"]+)"', html)
    return {urljoin(base, unescape(url)) for url in found}


def ours(urls: set[str]) -> set[str]:
    """The addresses on our site, without the part that stays in the browser."""
    return {url.partition("#")[0] for url in urls if urlsplit(url).netloc == urlsplit(URL).netloc}


def crawl(house: House, start: set[str]) -> dict[str, tuple[int, int]]:
    """Open every address and those its page leads to; return what GET and HEAD answered."""
    seen: dict[str, tuple[int, int]] = {}
    waiting = deque(sorted(start))
    while waiting:
        url = waiting.popleft()
        if url in seen:
            continue
        head = house.visitor.ask("HEAD", url)
        page = house.get(url)
        seen[url] = (page.status_code, head.status_code)
        if page.headers["content-type"].startswith("text/html"):
            waiting.extend(sorted(ours(urls_on_page(page.text, url))))
    return seen


def test_every_link_of_every_mail_and_page_opens_and_changes_nothing(house: House) -> None:
    write_every_mail(house)
    mails = house.mails()
    start = set().union(*(ours(urls_in_mail(mail)) for mail in mails)) | {f"{URL}/"}
    dump, content = house.dump(), house.bytes()

    seen = crawl(house, start)

    assert house.dump() == dump
    assert house.bytes() == content
    assert len(mails) == 4
    assert set(seen.values()) == {(200, 200)}
    doors = {urlsplit(url).path.split("/")[1] for url in seen}
    assert doors == {
        "", "archive", "confirm", "feeds", "leave", "manage", "privacy", "refuse", "static",
    }  # fmt: skip
    assert len(seen) == 29  # if this changes, look which came or went


def test_every_other_method_a_scanner_may_try_changes_nothing(house: House) -> None:
    write_every_mail(house)
    urls = set().union(*(ours(urls_in_mail(mail)) for mail in house.mails()))
    content = house.bytes()

    codes = {
        house.visitor.ask(method, url).status_code
        for url in urls
        for method in ("OPTIONS", "PROPFIND", "TRACE", "PUT", "DELETE")
    }

    assert house.bytes() == content
    assert codes == {405}


def test_links_to_elsewhere_are_to_papers_alone(house: House) -> None:
    write_every_mail(house)
    urls = set().union(*(urls_in_mail(mail) for mail in house.mails()))

    elsewhere = {urlsplit(url).netloc for url in urls - ours(urls) if url.startswith("http")}

    assert elsewhere <= {"arxiv.org", "doi.org", "example.org", "huggingface.co"}
