"""Debian's Chromium in front of a real server on loopback; nothing reaches further."""

from __future__ import annotations

import os
import shutil
import socket
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
import uvicorn
from playwright.sync_api import sync_playwright
from support.paths import ROOT
from web.conftest import build, furniture

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, Page
    from support.site import House
    from web.conftest import Build

__all__ = ["build", "furniture"]  # the fixtures of the other ring

AXE = ROOT / ".venv/npm/node_modules/axe-core/axe.min.js"
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def missing(what: str) -> None:
    """Skip a test and say why; in CI, fail."""
    words = f"{what} is not installed, so no browser was tried; .ci/run installs it"
    if os.environ.get("CI"):
        pytest.fail(words)
    pytest.skip(words)


@dataclass(kw_only=True)
class Site:
    """A house that answers at an address."""

    house: House
    url: str


@pytest.fixture
def site(build: Build) -> Iterator[Site]:
    """A server, until the test ends."""
    listener = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    house = build(web={"url": url})
    server = uvicorn.Server(uvicorn.Config(house.site, log_level="warning", lifespan="off"))
    thread = threading.Thread(target=server.run, args=([listener],))
    thread.start()
    yield Site(house=house, url=url)
    server.should_exit = True
    thread.join(timeout=20)
    listener.close()
    assert not thread.is_alive()


# A module's own, since no other loop can run in this thread meanwhile.
@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    path = shutil.which("chromium")
    if path is None:
        missing("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium: Browser, site: Site) -> Iterator[Callable[..., Page]]:
    """Open a window; what it asks elsewhere, and what it complains of, fails the test."""
    contexts, faults = [], []

    def opened(*, width: int = 375, scheme: Any = "light", **details: Any) -> Page:
        context = chromium.new_context(
            base_url=site.url,
            viewport={"width": width, "height": 800},
            color_scheme=scheme,
            **({"java_script_enabled": False} | details),
        )
        context.set_default_timeout(10_000)
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda asked: faults.append(asked.url) if elsewhere(asked.url) else None)
        page.on("console", lambda said: faults.append(said.text) if serious(said) else None)
        return page

    def elsewhere(url: str) -> bool:
        return not url.startswith(site.url)

    def serious(said: Any) -> bool:
        return said.type == "error" and "responded with a status" not in said.text

    yield opened
    for context in contexts:
        context.close()
    assert faults == []


@pytest.fixture(scope="session")
def axe() -> str:
    """The path of axe-core."""
    if not AXE.is_file():
        missing("axe-core")
    return str(AXE)
