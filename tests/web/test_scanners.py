"""A mail scanner that GETs and HEADs every link of a hundred mails changes no profile."""

from __future__ import annotations

from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING

import httpx
from support.builders import NOON
from support.site import DAYS, Site, text_of
from web.test_crawl import ours, urls_in_mail

from digest.app import pipeline
from digest.delivery.run import RunRequest, run_delivery
from digest.models.feedback import Feedback
from digest.models.profile import Interest, Profile
from subscribers.models import Event, Verdict

if TYPE_CHECKING:
    from email.message import EmailMessage

READERS = 100
TOPICS = ("agents", "robots", "trending")


def people(site: Site) -> None:
    """A hundred readers, each second one of whom has judged papers and has a profile."""
    for number in range(READERS):
        subscriber = site.subscriber(
            f"reader{number}@example.org", Event.CONFIRM, topics=(TOPICS[number % 3],)
        )
        if number % 2:
            said = Feedback(paper_id="2602.00003", verdict=Verdict.SAVE, at=NOON, channel="mail")
            site.app.feedback.give(subscriber.id, [said])
            interest = Interest(terms={"robot": 1.0}, words=("robots",), likes=1)
            learned = {subscriber.id: Profile(interests=(interest,), likes=1)}
            site.app.profiles.save(learned, at=NOON)


def send(site: Site) -> list[EmailMessage]:
    edition = pipeline.build_edition(site.app, DAYS[0])
    services = replace(site.app.delivery_services, clock=lambda: NOON)
    run_delivery(RunRequest(day=DAYS[0], edition=edition), services, site.app.transport())
    return site.mails()


def scan(site: Site, urls: list[str]) -> set[int]:
    """Open every URL as a scanner does, over one connection; return the statuses."""

    async def opened() -> set[int]:
        transport = httpx.ASGITransport(site.asgi, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport) as client:
            return {
                (await client.request(method, url)).status_code
                for url in urls
                for method in ("HEAD", "GET")
            }

    return site.client.runner.run(opened())


def test_a_scanner_that_gets_and_heads_every_link_of_a_hundred_mails_changes_nothing(
    site: Site,
) -> None:
    people(site)
    mails = send(site)
    links = [sorted(ours(urls_in_mail(mail))) for mail in mails]
    dump, content = site.dump(), site.bytes()

    codes = scan(site, sorted(set(chain(*links))))

    assert site.dump() == dump
    assert site.bytes() == content
    assert codes == {200}
    assert len(mails) == READERS
    judging = [[url for url in urls if "/feedback/" in url] for urls in links]
    assert {len(urls) for urls in judging} == {4, 7, 11}  # of one, two and three papers
    tokens = {url.split("/")[4] for urls in judging for url in urls}
    assert len(tokens) == READERS


def test_a_reader_s_own_press_of_one_of_these_links_does_change_something(site: Site) -> None:
    people(site)
    mail = next(mail for mail in send(site) if mail["To"] == "reader5@example.org")
    [less, *_] = [url for url in sorted(ours(urls_in_mail(mail))) if url.endswith("/less")]
    before = site.dump()

    answer = site.post(less)

    after = site.dump()
    changed = {table for table in before if before[table] != after[table]}
    assert answer.status_code == 200
    assert changed == {"feedback", "profiles"}
    assert text_of(mail).count("More or less like this: ") == 3
