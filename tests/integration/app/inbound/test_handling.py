"""What came in is handled with an installation's own addresses, keys, topics and limits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.bounce_report import report
from support.builders import DAY, NOON, PEPPER
from support.installation import TOPICS, Installation, address
from support.machine_clock import set_clock
from support.reader_mail import mail_octets

from digest.app import config
from digest.app.inbound.handling import confirm_subject, handle_before_run, handle_waiting
from digest.app.services import App
from digest.mail.verp import return_address
from digest.models.delivery import MailKind
from digest.storage.arrivals import ArrivalState
from subscribers import mail_tokens
from subscribers.mail_tokens import MailPurpose
from subscribers.models import Status

if TYPE_CHECKING:
    from pathlib import Path

    import sqlalchemy as sa

KEY = "a key for the tests and nothing else"
BOUNCES = "bounces+{id}@papers.example"


@pytest.fixture(autouse=True)
def _at_noon(monkeypatch: pytest.MonkeyPatch) -> None:
    set_clock(monkeypatch, NOON)


@pytest.fixture
def installation(engine: sa.Engine, tmp_path: Path) -> Installation:
    found = Installation(engine, tmp_path)
    settings = config.build(
        {
            "site": {"secret_key": KEY, "pepper": PEPPER},
            "topics": TOPICS,
            "mail": {"from_address": "digest@papers.example", "bounce_address": BOUNCES},
            "inbound": {"address": "{command}@papers.example", "rate": "50/second"},
        },
        folder=tmp_path,
        where="the tests",
    )
    found.app = App(config=settings, engine=engine)
    found.app.__dict__["book"] = found.book
    return found


def receive(
    installation: Installation, content: bytes, recipient: str, *, sender: str = ""
) -> None:
    installation.app.arrivals.store(
        content, sender=sender, recipients=[recipient], channel="lmtp", now=NOON
    )


def status_of(installation: Installation, name: str) -> Status | None:
    found = installation.book.find(address(name))
    return found.status if found else None


def queued(installation: Installation, name: str) -> list[str]:
    found = installation.book.find(address(name))
    assert found is not None
    return [mail["kind"] for mail in installation.app.transactional_queue.for_subscriber(found.id)]


def test_a_dead_mailbox_is_suppressed_by_the_return_address_of_its_mail(
    installation: Installation,
) -> None:
    ada = installation.subscribe("ada")
    ours = return_address(BOUNCES, DAY, ada.id, secret=KEY)
    receive(installation, report(ada.address), ours)

    assert handle_waiting(installation.app) == 1
    assert status_of(installation, "ada") is Status.SUPPRESSED


def test_a_forged_return_address_suppresses_nobody(installation: Installation) -> None:
    ada = installation.subscribe("ada")
    forged = return_address(BOUNCES, DAY, ada.id, secret="a key of somebody else, who guesses it")
    receive(installation, report(ada.address), forged)

    handle_waiting(installation.app)

    assert status_of(installation, "ada") is Status.CONFIRMED
    [settled] = installation.app.arrivals.newest(most=9)
    assert settled.result == "nothing was changed: its signature is not ours"


def test_whoever_writes_in_is_asked_to_confirm(installation: Installation) -> None:
    content = mail_octets("", subject="subscribe robots", sender=address("bo"))
    receive(installation, content, "subscribe@papers.example", sender=address("bo"))

    handle_waiting(installation.app)

    assert status_of(installation, "bo") is Status.PENDING
    assert queued(installation, "bo") == [MailKind.CONFIRM]


@pytest.mark.parametrize(
    ("prefix", "status"), [("Re:", Status.CONFIRMED), ("Fjarverandi:", Status.PENDING)]
)
@pytest.mark.parametrize("template", ["Ja zu {{ site }}?", "{{ site }}: {{ topics }}{{ x }}"])
def test_an_answer_confirms_whose_subject_is_that_of_the_installation_s_mail(
    installation: Installation,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    prefix: str,
    status: Status,
    template: str,
) -> None:
    (tmp_path / "email" / "confirm").mkdir(parents=True)
    (tmp_path / "email" / "confirm" / "subject.txt").write_text(template)
    monkeypatch.setattr("digest.app.inbound.handling.templates_dir", lambda: tmp_path)
    confirm_subject.cache_clear()
    content = mail_octets("", subject="subscribe robots", sender=address("bo"))
    receive(installation, content, "subscribe@papers.example", sender=address("bo"))
    handle_waiting(installation.app)
    bo = installation.book.find(address("bo"))
    assert bo is not None
    token = mail_tokens.sign(MailPurpose.CONFIRM, bo.id, secrets=[KEY], at=NOON)
    site = installation.app.config.site.name
    # A Subject that names what each reader chose is not known, so that the word for it counts.
    subject = f"Ja zu {site}?" if "Ja" in template else "confirm"

    content = mail_octets("", subject=f"{prefix} {subject}", sender=address("bo"))
    receive(installation, content, f"confirm+{token}@papers.example", sender=address("bo"))
    handle_waiting(installation.app)
    confirm_subject.cache_clear()

    assert status_of(installation, "bo") is status


@pytest.mark.parametrize("sender", ["", "somebody@else.example"])
def test_whatever_is_sent_to_a_leave_address_leaves(
    installation: Installation, sender: str
) -> None:
    ada = installation.subscribe("ada")
    token = mail_tokens.sign(MailPurpose.LEAVE, ada.id, secrets=[KEY], at=NOON)
    receive(installation, b"Subject: x\r\n\r\n", f"leave+{token}@papers.example", sender=sender)

    handle_waiting(installation.app)

    assert status_of(installation, "ada") is Status.LEFT


@pytest.mark.parametrize(
    ("content", "sender"),
    [
        (b"Subject: subscribe robots\r\n\r\n", "bo@papers.example"),
        (b"Subject: away\r\nAuto-Submitted: auto-replied\r\n\r\n", "bo@papers.example"),
        (report("bo@papers.example"), ""),
    ],
)
def test_mail_for_others_is_kept_for_the_operator(
    installation: Installation, content: bytes, sender: str
) -> None:
    receive(installation, content, "boss@elsewhere.example", sender=sender)

    handle_waiting(installation.app)

    [found] = installation.app.arrivals.newest(most=9, state=ArrivalState.KEPT)
    stored = installation.app.arrivals.get(found.arrival.id)
    assert stored is not None
    assert stored.arrival.content == content
    assert found.why.startswith("it is for boss@elsewhere.example, which is no address of")


def test_a_proven_report_counts_at_whatever_address_it_is_handed_over(
    installation: Installation,
) -> None:
    ada = installation.subscribe("ada")
    ours = return_address(BOUNCES, DAY, ada.id, secret=KEY)
    returned = f"--=\r\nContent-Type: text/rfc822-headers\r\n\r\nReturn-Path: <{ours}>\r\n--=--"
    content = report(ada.address).replace(b"--=--", returned.encode())
    receive(installation, content, "digest@alias.example")

    handle_waiting(installation.app)

    assert status_of(installation, "ada") is Status.SUPPRESSED


def test_messages_are_handled_at_the_rate_of_the_configuration(
    installation: Installation,
) -> None:
    for number in range(5):
        receive(installation, b"Subject: %d\r\n\r\n" % number, "help@papers.example")
    pauses: list[float] = []

    handle_waiting(installation.app, pause=pauses.append)

    assert pauses == [5 / 50]


def test_before_a_run_nothing_pauses(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda _: pytest.fail("a run was held up"))
    ada = installation.subscribe("ada")
    receive(installation, report(ada.address), return_address(BOUNCES, DAY, ada.id, secret=KEY))

    assert handle_before_run(installation.app) == 1
    assert status_of(installation, "ada") is Status.SUPPRESSED


def test_many_messages_hold_up_a_run_for_no_longer_than_a_time(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    times = iter(range(0, 1000, 20))
    monkeypatch.setattr("time.monotonic", lambda: float(next(times)))
    monkeypatch.setattr("digest.inbound.handling.BATCH", 1)
    for number in range(5):
        receive(installation, b"Subject: %d\r\n\r\n" % number, "help@papers.example")

    assert handle_before_run(installation.app) == 1
