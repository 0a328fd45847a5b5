"""A site with the operator's page, and its operator."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from argon2 import PasswordHasher
from support.builders import NOON
from support.site import DAYS, find

from digest.app import pipeline
from digest.delivery.run import RunRequest, run_delivery
from digest.models.delivery import DeliveryState, MailKind
from digest.storage.bounces import Bounce
from digest.storage.run_log import RunResult
from subscribers.models import Event

if TYPE_CHECKING:
    import httpx
    from support.site import Site

ADA, BEN = "ada@example.org", "ben@gmail.com"
PASSWORD = "correct horse battery staple"
#: Made with the least time and memory.
QUICK_HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
#: The tables of the configuration that turn the page on.
ON = {"admin": {"password_hash": QUICK_HASH}}


@dataclass
class Operator:
    """A browser of the operator: it keeps the cookie, and sends the forms of its pages."""

    site: Site
    cookie: str = ""

    def log_in(self, password: str = PASSWORD) -> httpx.Response:
        return self.keep(self.site.post("/admin/login", data={"password": password}))

    def get(self, path: str = "/admin") -> httpx.Response:
        return self.keep(self.site.request("GET", path, headers=self.headers))

    def post(self, path: str, **form: str) -> httpx.Response:
        """Send a form with the token of the newest page, unless it has another."""
        if "token" not in form:
            form["token"] = self.token()
        return self.keep(self.site.post(path, data=form, headers=self.headers))

    def token(self) -> str:
        return find(r'name="token" value="([^"]+)"', self.get().text)

    def look_up(self, address: str) -> httpx.Response:
        return self.post("/admin/readers", address=address)

    @property
    def headers(self) -> dict[str, str]:
        return {"Cookie": self.cookie} if self.cookie else {}

    def keep(self, response: httpx.Response) -> httpx.Response:
        """Take the cookie of a response, as a browser does."""
        if "Set-Cookie" in response.headers:
            self.cookie = response.headers["Set-Cookie"].partition(";")[0]
        return response


def logged_in(site: Site, **details: Any) -> Operator:
    """Return an operator who has just logged in."""
    operator = Operator(site, **details)
    assert operator.log_in().status_code == 303
    return operator


def run_a_day(site: Site) -> None:
    """Send an issue to two readers; one of the mails comes back, and a run is recorded."""
    ada = site.subscriber(ADA, Event.CONFIRM, topics=("agents",))
    site.subscriber(BEN, Event.CONFIRM, topics=("robots", "whales"))
    app = site.app
    edition = pipeline.build_edition(app, DAYS[0])
    services = replace(app.delivery_services, clock=lambda: NOON)
    run_delivery(RunRequest(day=DAYS[0], edition=edition), services, app.transport())
    bounce = Bounce(
        subscriber_id=ada.id, day=DAYS[0], bounce_class="hard", at=NOON, diagnostic="no <such> user"
    )
    with app.engine.begin() as db:
        app.bounces.record(db, [bounce])
    app.transactional_queue.enqueue(ada.id, MailKind.PRIVACY, now=NOON)
    steps = {"read file": 2.5, "rank": 0.25}
    run = app.run_log.begin("run", DAYS[0], services.host, now=NOON)
    app.run_log.end(
        run, RunResult(counts={DeliveryState.SENT: 2}, steps=steps), day=DAYS[0], now=NOON
    )


def page_of(operator: Operator, address: str, query: str = "") -> str:
    found = operator.look_up(address)
    response = operator.get(found.headers["Location"] + query)
    assert response.status_code == 200
    return response.text


def add_deliveries(site: Site, subscriber_id: int, number: int) -> None:
    """Add so many days on which nothing was to be sent."""
    import sqlalchemy as sa

    with site.app.engine.begin() as db:
        db.execute(
            sa.text(
                "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :number)"
                " INSERT INTO deliveries (day, subscriber_id, state, planned_at, attempts)"
                " SELECT date('2026-02-02', i || ' days'), :reader, 'skipped',"
                " date('2026-02-02', i || ' days') || ' 12:00:00.000000', 1 FROM n"
            ),
            {"number": number, "reader": subscriber_id},
        )
