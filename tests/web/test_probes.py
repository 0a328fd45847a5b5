"""What asks whether the site works, and who may see its figures."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from support.site import Client

if TYPE_CHECKING:
    from support.site import Site
    from web.conftest import BuildSite

TOKEN = "0123456789abcdef0123456789abcdef"


class Usage(NamedTuple):
    """What `shutil.disk_usage` returns."""

    total: int
    used: int
    free: int


def test_the_site_says_that_it_is_alive_and_ready(site: Site) -> None:
    client = site.client

    health, ready = client.get("/health"), client.get("/ready")

    assert (health.status_code, health.text) == (200, "alive\n")
    assert (ready.status_code, ready.text) == (200, "ready\n")
    assert ready.headers["Cache-Control"] == "no-store"


def test_a_site_that_cannot_work_says_only_which_check_failed(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nearly_full(_path: Any) -> Usage:
        return Usage(10**9, 10**9, 1000)

    monkeypatch.setattr(shutil, "disk_usage", nearly_full)
    client = site.client

    assert client.get("/health").status_code == 200
    found = client.get("/ready")
    assert (found.status_code, found.text) == (503, "not ready: disk\n")


@pytest.mark.parametrize("ip", ["192.0.2.7", "127.0.0.1"])
def test_without_a_token_there_are_no_metrics_even_for_this_machine(site: Site, ip: str) -> None:
    found = Client(site.asgi, ip=ip, runner=site.client.runner).get(
        "/metrics", headers={"Authorization": "Bearer "}
    )

    assert found.status_code == 404


@pytest.mark.parametrize(
    ("authorization", "status"),
    [("", 404), (f"Bearer {TOKEN}x", 404), (f"Bearer {TOKEN}", 200)],
)
def test_with_a_token_the_metrics_are_for_whoever_has_it(
    build_site: BuildSite, authorization: str, status: int
) -> None:
    client = build_site(metrics={"token": TOKEN}).client

    found = client.get("/metrics", headers={"Authorization": authorization})

    assert found.status_code == status
    assert ("digest_mails_sent_total" in found.text) is (status == 200)
    assert found.headers["Cache-Control"] == "no-store"
