"""The small web server for monitoring, beside the daemon."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import httpx
import pytest
from support.installation import Installation

from digest.app import config
from digest.app.figures_server import serving_figures
from digest.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path

    import sqlalchemy as sa

    from digest.app.services import App

TOKEN = "0123456789abcdef0123456789abcdef"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def installation(engine: sa.Engine, tmp_path: Path) -> Installation:
    return Installation(engine, tmp_path)


def configured(installation: Installation, **metrics: str) -> App:
    """The installation with settings of [metrics]."""
    built = config.build({"metrics": metrics}, folder=installation.folder, where="the tests")
    settings = installation.app.config.model_copy(update={"metrics": built.metrics})
    installation.app.__dict__["config"] = settings
    return installation.app


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_it_answers_three_paths_and_no_others(installation: Installation, host: str) -> None:
    base = f"{host}:{free_port()}"

    with serving_figures(configured(installation, listen=base)):
        health = httpx.get(f"http://{base}/health")
        ready = httpx.get(f"http://{base}/ready")
        metrics = httpx.get(f"http://{base}/metrics")
        head = httpx.head(f"http://{base}/metrics")
        other = httpx.get(f"http://{base}/etc/passwd")
        posted = httpx.post(f"http://{base}/metrics")

    assert (health.status_code, health.text) == (200, "alive\n")
    assert (ready.status_code, ready.text) == (200, "ready\n")
    assert metrics.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert "digest_runs_total 0.0\n" in metrics.text
    assert (head.status_code, head.content) == (200, b"")
    assert (other.status_code, posted.status_code) == (404, 501)
    assert "Python" not in health.headers["Server"]


def test_it_says_what_is_missing(installation: Installation) -> None:
    base = f"127.0.0.1:{free_port()}"
    installation.app.engine.dispose()
    (installation.folder / "digest.db").write_bytes(b"no database" * 100)

    with serving_figures(configured(installation, listen=base)):
        health = httpx.get(f"http://{base}/health")
        ready = httpx.get(f"http://{base}/ready")
        metrics = httpx.get(f"http://{base}/metrics")

    assert health.status_code == 200
    assert (ready.status_code, ready.text) == (503, "not ready: database\n")
    assert metrics.status_code == 503


@pytest.mark.parametrize(
    ("authorization", "status"),
    [
        ("", 401),
        (f"Bearer {TOKEN}", 200),
        (f"bearer {TOKEN}", 200),
        (f"Bearer {TOKEN[:-1]}", 401),
        (f"Basic {TOKEN}", 401),
        ("Bearer", 401),
    ],
)
def test_with_a_token_the_metrics_need_it(
    installation: Installation, authorization: str, status: int
) -> None:
    base = f"127.0.0.1:{free_port()}"

    with serving_figures(configured(installation, listen=base, token=TOKEN)):
        found = httpx.get(f"http://{base}/metrics", headers={"Authorization": authorization})
        health = httpx.get(f"http://{base}/health")

    assert (found.status_code, health.status_code) == (status, 200)


def test_without_a_setting_nothing_listens(installation: Installation) -> None:
    with serving_figures(configured(installation)):
        assert installation.app.config.metrics.listen == ""


def test_where_others_can_reach_it_a_token_is_needed(installation: Installation) -> None:
    base = f"0.0.0.0:{free_port()}"

    with (
        pytest.raises(ConfigError, match="set \\[metrics\\] token too"),
        serving_figures(configured(installation, listen=base)),
    ):
        pass
    with serving_figures(configured(installation, listen=base, token=TOKEN)):
        answer = httpx.get(f"http://127.0.0.1:{base.rpartition(':')[2]}/metrics")
    assert answer.status_code == 401


def test_a_port_that_is_taken_is_an_error_that_names_the_setting(
    installation: Installation,
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        base = f"127.0.0.1:{taken.getsockname()[1]}"

        with (
            pytest.raises(ConfigError, match="check \\[metrics\\] listen"),
            serving_figures(configured(installation, listen=base)),
        ):
            pass
