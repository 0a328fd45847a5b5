"""The samples for nginx and Caddy, each in front of the site: with a name, or a path of one."""

from __future__ import annotations

import email
import re
import ssl
from contextlib import contextmanager
from dataclasses import dataclass
from email import policy
from typing import TYPE_CHECKING

import httpx
import pytest
import trustme
from support.command import DAY
from support.programs import attempts, free_port
from support.started import started
from support.web_proxies import caddy, is_formatted, nginx, write_certificate

from digest.app import config, services

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator
    from pathlib import Path

    from support.command import Command

pytestmark = pytest.mark.slow
PROXIES = {"nginx": nginx, "caddy": caddy}
URLS = {"name": "https://digest.example.org", "path": "https://example.org/digest"}


@dataclass(frozen=True)
class Site:
    """A site behind a proxy."""

    client: httpx.Client
    url: str
    home: Path
    plain: int
    process: subprocess.Popen[str]

    def request(self, method: str, path: str, **details: object) -> httpx.Response:
        """Ask for a page as the address bar shows it."""
        extensions = {"sni_hostname": httpx.URL(self.url).host}
        way = httpx.URL(self.url).path.rstrip("/") + path
        return self.client.request(method, way, extensions=extensions, **details)  # type: ignore[arg-type]


@contextmanager
def behind(proxy: str, way: str, home: Path, digest: Command) -> Iterator[Site]:
    """An installation whose readers were mailed, and its site behind a proxy."""
    port, plain, site = free_port(), free_port(), free_port()
    with (home / "config.toml").open("a", encoding="utf-8") as settings:
        settings.write(f'\n[web]\nurl = "{URLS[way]}"\nport = {site}\n')
    assert digest("run", *DAY).code == 0
    authority = trustme.CA()
    certificate = authority.issue_cert(httpx.URL(URLS[way]).host)
    chain = b"".join(one.bytes() for one in certificate.cert_chain_pems)
    write_certificate(home, chain, certificate.private_key_pem.bytes())
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    with (
        started(home, "serve") as served,
        PROXIES[proxy](home, is_path=way == "path", port=port, plain=plain, site=site),
        httpx.Client(
            verify=trusting,
            base_url=f"https://127.0.0.1:{port}",
            headers={"Host": httpx.URL(URLS[way]).host},
        ) as client,
    ):
        served.until("opening")
        yield Site(client, URLS[way], home, plain, served.process)


@pytest.mark.parametrize("way", list(URLS))
@pytest.mark.parametrize("proxy", list(PROXIES))
def test_readers_and_caches_see_the_site_as_it_is(
    furnished: Path, digest: Command, proxy: str, way: str
) -> None:
    with behind(proxy, way, furnished, digest) as site:
        page = site.request("GET", "/", headers={"Accept-Encoding": "gzip"})
        (style,) = re.findall(r'<link rel="stylesheet" href="([^"]+)"', page.text)
        public = site.request("GET", "/archive", headers={"Accept-Encoding": "gzip"})
        again = site.request("GET", "/archive", headers={"If-None-Match": public.headers["ETag"]})
        styled = site.request("GET", style.removeprefix(httpx.URL(site.url).path.rstrip("/")))

        assert page.status_code == 200
        assert (public.status_code, public.headers["Content-Encoding"]) == (200, "gzip")
        assert (again.status_code, again.content) == (304, b"")
        assert styled.headers["Content-Type"].startswith("text/css")
        left = leave_in_one_click(site)
        assert (left.status_code, left.history) == (200, [])
        assert sign_up_as_from_elsewhere(site) == "127.0.0.0/24"


def leave_in_one_click(site: Site) -> httpx.Response:
    """Do what a mail program does for its button (RFC 8058)."""
    (file,) = (site.home / "outbox").rglob("ada@example.org.eml")
    mail = email.message_from_bytes(file.read_bytes(), policy=policy.default)
    address = re.search(r"<(https:[^>]+)>", mail["List-Unsubscribe"])
    assert address is not None
    assert address[1].startswith(site.url)
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    body = b"List-Unsubscribe=One-Click"
    return site.request("POST", address[1].removeprefix(site.url), content=body, headers=kind)


def sign_up_as_from_elsewhere(site: Site) -> str:
    """Sign up with an address that the client made up; return the network that was kept."""
    claimed = {"X-Forwarded-For": "198.51.100.1", "X-Real-IP": "198.51.100.1"}
    answer = site.request(
        "POST", "/api/v1/subscriptions", json={"email": "cyd@example.org"}, headers=claimed
    )
    assert answer.status_code == 202, answer.text
    opened = services.open_app(config.load(site.home / "config.toml"))
    # The answer comes before the address is looked up.
    for _ in attempts(site.process, what="nobody has signed up"):  # type: ignore[arg-type]
        if reader := opened.book.find("cyd@example.org"):
            break
    network = opened.book.history(reader.id)[0].evidence.network
    opened.engine.dispose()
    return network


def test_without_tls_nginx_leads_to_the_same_page_with_it(furnished: Path, digest: Command) -> None:
    with behind("nginx", "name", furnished, digest) as site:
        plain = httpx.get(
            f"http://127.0.0.1:{site.plain}/help", headers={"Host": "digest.example.org"}
        )
        large = site.request("POST", "/subscribe", content=b"x" * 200_000)

    assert (plain.status_code, plain.headers["Location"]) == (308, f"{site.url}/help")
    assert large.status_code == 413


@pytest.mark.parametrize("name", ["Caddyfile", "Caddyfile-path"])
def test_a_sample_is_formatted_as_caddy_does(name: str) -> None:
    assert is_formatted(name)
