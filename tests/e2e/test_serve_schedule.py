"""`digest serve --with-schedule` as a real process: a small site and its mail, in one."""

from __future__ import annotations

import signal
import threading
from collections import Counter
from typing import TYPE_CHECKING

import httpx
import pytest
from support.programs import attempts, free_port
from support.two_days import READERS, THURSDAY, TwoDays, end

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator
    from pathlib import Path

    from support.smtp_server import SMTPServer

pytestmark = pytest.mark.slow

TOKEN = "a token for the tests and nothing else"
TABLES = f"""
[schedule]
at = "18:00"
[metrics]
token = "{TOKEN}"
"""
ONCE = dict.fromkeys(READERS, 1)


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the database with the readers is kept."""
    return tmp_path_factory.mktemp("readers")


@pytest.fixture
def days(tmp_path: Path, origin: Path) -> Iterator[TwoDays]:
    """The Thursday, half an hour before mail leaves."""
    with TwoDays(tmp_path, tables=TABLES, origin=origin) as found:
        found.at(THURSDAY, 17, 30)
        yield found


def serve(days: TwoDays, socket: str, **variables: str) -> subprocess.Popen[str]:
    """Start the site at a Unix socket, and return when its schedule has begun."""
    process = days.start("serve", "--with-schedule", "--uds", socket, **variables)
    days.await_look(process)
    return process


def hold(server: SMTPServer, nth: int) -> tuple[threading.Event, threading.Event]:
    """Have the nth mail from now on wait for its reply; return what tells of it and ends that."""
    reached, go_on = threading.Event(), threading.Event()
    server.when(".", nth=nth, do=reached.set)
    server.when(".", nth=nth, do=lambda: go_on.wait(60))
    return reached, go_on


def figures(site: str) -> set[str]:
    return set(
        httpx.get(f"{site}/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).text.splitlines()
    )


def test_the_site_answers_while_mail_leaves_and_its_figures_tell_of_the_run(days: TwoDays) -> None:
    site = f"http://127.0.0.1:{(port := free_port())}"
    reached, go_on = hold(days.server, 1)
    serving = days.start("serve", "--with-schedule", digest_web__port=str(port))
    days.await_look(serving)
    before = figures(site)

    days.at(THURSDAY)
    assert reached.wait(60)
    meanwhile = [httpx.get(f"{site}/{page}") for page in ("", "ready")]
    sending = figures(site)
    go_on.set()
    days.await_look(serving)
    after = figures(site)
    serving.terminate()
    ended = end(serving)

    # The first look makes up for Wednesday, of which there are no papers.
    assert {"digest_runs_total 1.0", "digest_mails_sent_total 0.0"} <= before
    assert [page.status_code for page in meanwhile] == [200, 200]
    assert meanwhile[1].text == "ready\n"
    assert {"digest_runs_total 2.0", 'digest_mails{state="sent"} 0.0'} <= sending
    assert {
        "digest_mails_sent_total 6.0",
        "digest_mails_waiting 0.0",
        "digest_last_run_complete 1.0",
        "digest_last_run_error 0.0",
        "digest_silent_day 0.0",
    } <= after
    assert Counter(days.server.recipients) == ONCE
    assert f"{THURSDAY}: 6 sent" in ended.out
    assert (ended.code, "Traceback" in ended.err) == (-signal.SIGTERM, False)


def test_of_two_sites_on_one_database_only_one_mails(days: TwoDays) -> None:
    reached, go_on = hold(days.server, 1)
    both = [serve(days, name) for name in ("one.sock", "two.sock")]

    days.at(THURSDAY)
    assert reached.wait(60)
    # The other one does not wait for that: it looks again in five minutes.
    go_on.set()
    for minute in (0, 5):
        days.at(THURSDAY, 18, minute)
        for serving in both:
            days.await_look(serving)
    for serving in both:
        serving.terminate()
    ended = [end(serving) for serving in both]

    assert Counter(days.server.recipients) == ONCE
    assert days.states(THURSDAY) == "6 sent"
    assert [one.code for one in ended] == [-signal.SIGTERM] * 2
    assert sorted(one.out.count("6 sent") for one in ended) == [0, 1]
    assert "run failed" not in ended[0].err + ended[1].err


def test_told_to_stop_it_finishes_the_mail_in_hand_and_the_next_one_sends_the_rest(
    days: TwoDays,
) -> None:
    reached, go_on = hold(days.server, 2)
    serving = serve(days, "web.sock")
    days.at(THURSDAY)
    assert reached.wait(60)

    serving.terminate()
    for _ in attempts(serving, what="it goes on"):
        if not (days.folder / "web.sock").exists():
            break
    go_on.set()
    ended = end(serving)
    left = days.states(THURSDAY)
    days.at(THURSDAY, 18, 5)
    serve(days, "web.sock")

    assert (ended.code, "Traceback" in ended.err) == (-signal.SIGTERM, False)
    # While a mail waits for its reply, the next one may be in hand as well.
    assert left in ("4 planned, 2 sent", "3 planned, 3 sent")
    assert days.states(THURSDAY) == "6 sent"
    assert Counter(days.server.recipients) == ONCE


def test_a_mail_server_that_does_not_answer_keeps_it_no_longer_than_a_run(days: TwoDays) -> None:
    reached, go_on = hold(days.server, 2)
    serving = serve(days, "web.sock", shutdown_timeout="1")
    days.at(THURSDAY)
    assert reached.wait(60)

    serving.terminate()
    ended = end(serving)
    go_on.set()

    assert ended.code == -signal.SIGALRM
    assert days.states(THURSDAY) == "4 claimed, 1 inflight, 1 sent"
