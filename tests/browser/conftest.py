"""Debian's Chromium with a real server on loopback; no request goes further."""

from __future__ import annotations

import os
import shutil
import socket
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
import uvicorn
from playwright.sync_api import sync_playwright
from support.paths import ROOT
from web.conftest import build_site, template_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, Page
    from support.site import Site
    from web.conftest import BuildSite

__all__ = ["build_site", "template_folder"]  # fixtures of the web tests

AXE = ROOT / ".venv/npm/node_modules/axe-core/axe.min.js"
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def missing(what: str) -> None:
    """Skip a test with the reason; in CI, fail."""
    reason = f"{what} is not installed, so no browser was tried; .ci/run installs it"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


@dataclass(kw_only=True)
class Server:
    """A site that is served at a URL."""

    site: Site
    url: str


@contextmanager
def serving(build_site: BuildSite, **tables: Any) -> Iterator[Server]:
    """Serve a site; the arguments change tables of its configuration."""
    listener = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    site = build_site(web={"url": url}, **tables)
    http_server = uvicorn.Server(uvicorn.Config(site.asgi, log_level="warning", lifespan="off"))
    thread = threading.Thread(target=http_server.run, args=([listener],))
    thread.start()
    yield Server(site=site, url=url)
    http_server.should_exit = True
    thread.join(timeout=20)
    listener.close()
    assert not thread.is_alive()


@pytest.fixture
def server(build_site: BuildSite) -> Iterator[Server]:
    """A site that is served until the test ends."""
    with serving(build_site) as found:
        yield found


# One per module: while it runs, no other event loop can run in this thread.
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
def visit(chromium: Browser, server: Server) -> Iterator[Callable[..., Page]]:
    """Opens browser pages; requests to other hosts and console errors fail the test."""
    contexts, errors = [], []

    def opened(*, width: int = 375, scheme: Any = "light", **details: Any) -> Page:
        context = chromium.new_context(
            base_url=server.url,
            viewport={"width": width, "height": 800},
            color_scheme=scheme,
            **({"java_script_enabled": False} | details),
        )
        context.set_default_timeout(10_000)
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda it: errors.append(it.url) if elsewhere(it.url) else None)
        page.on("console", lambda it: errors.append(it.text) if serious(it) else None)
        return page

    def elsewhere(url: str) -> bool:
        return not url.startswith(server.url)

    def serious(message: Any) -> bool:
        return message.type == "error" and "responded with a status" not in message.text

    yield opened
    for context in contexts:
        context.close()
    assert errors == []


@pytest.fixture(scope="session")
def axe() -> str:
    """The path of axe-core."""
    if not AXE.is_file():
        missing("axe-core")
    return str(AXE)
