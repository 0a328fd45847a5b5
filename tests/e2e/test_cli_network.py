"""Whatever the environment says about the network, the mails that do not need it leave.

A service that needs a variable which is wrong is reported as failed, with the variable's name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import stamina
from support.command import DAY
from support.http_server import Response, WebServer
from support.proxy_server import ProxyServer
from support.smtp_server import SMTPServer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from support.command import Command

#: Kinds whose requests are all encrypted; the last two are given the day's papers.
SERVICES = ["huggingface", "biorxiv", "openreview", "semantic-scholar", "github"]

BROKEN = [
    ("HTTPS_PROXY", "socks4://127.0.0.1:1"),
    ("https_proxy", "http://127.0.0.1:port"),
    ("ALL_PROXY", "http://"),
    ("all_proxy", "socks5h://ada:p@ss%@127.0.0.1:1"),
    ("HTTPS_PROXY", "127.0.0.1:1"),
    ("HTTPS_PROXY", "https://127.0.0.1:1"),
    ("HTTPS_PROXY", "http://127.0.0.1:99999"),
    ("HTTPS_PROXY", "http://127.0.0.1\udcff:1"),
    ("SSL_CERT_FILE", "{home}/missing.pem"),
    ("SSL_CERT_FILE", "{home}"),
    ("SSL_CERT_FILE", "{home}/papers.jsonl"),
    ("SSL_CERT_DIR", "{home}/missing"),
    ("SSL_CERT_DIR", "{home}/papers.jsonl"),
]
HARMLESS = [
    {"NO_PROXY": "[::1]"},
    {"NO_PROXY": "[::1]:8080,fd00::/8, ::1 ,127.0.0.1."},
    {"no_proxy": "127.0.0.0/8", "HTTP_PROXY": "http://127.0.0.1:1"},
    {"NO_PROXY": "*", "ALL_PROXY": "socks4://broken"},
    {"HTTP_PROXY": "", "https_proxy": "garbage", "ALL_PROXY": " "},
    {"http_proxy": "", "HTTP_PROXY": "http://127.0.0.1:1"},
    {"SSL_CERT_FILE": "/nowhere", "SSL_CERT_DIR": "/nowhere"},
    {"SSLKEYLOGFILE": "/nowhere/keys", "REQUESTS_CA_BUNDLE": "/nowhere", "NETRC": "/nowhere"},
]


@pytest.fixture(autouse=True)
def _without_waiting() -> Iterator[None]:
    with stamina.set_testing(True, attempts=3):
        yield


@pytest.fixture(autouse=True)
def _no_network_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (
        "http_proxy",
        "https_proxy",
        "all_proxy",
        "no_proxy",
        "ssl_cert_file",
        "ssl_cert_dir",
    ):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture
def service() -> Iterator[WebServer]:
    """A mirror of Hugging Face's daily papers, without papers."""
    with WebServer(Response(body=b"[]")) as running:
        yield running


def add_source(home: Path, kind: str, url: str = "") -> None:
    with (home / "config.toml").open("a", encoding="utf-8") as file:
        more = 'categories = ["biology"]' if kind == "biorxiv" else ""
        more += 'venues = ["A/2026/Conference"]' if kind == "openreview" else ""
        file.write(f'\n[[sources]]\nname = "{kind}"\nkind = "{kind}"\nurl = "{url}"\n{more}\n')


def set_variable(monkeypatch: pytest.MonkeyPatch, name: str, value: str, home: Path) -> None:
    monkeypatch.setenv(name, value.format(home=home))


def states(printed: list[dict[str, str]]) -> dict[str, str]:
    return {source["source"]: source["state"] for source in printed}


@pytest.mark.parametrize(("name", "value"), BROKEN)
def test_a_run_mails_the_other_sources_and_names_the_variable(
    furnished: Path, digest: Command, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    for kind in SERVICES:
        add_source(furnished, kind)
    papers = (furnished / "papers.jsonl").read_text(encoding="utf-8")
    with_code = papers.replace("https://example.org/maps", "https://github.com/ada/maps")
    (furnished / "papers.jsonl").write_text(with_code, encoding="utf-8")
    set_variable(monkeypatch, name, value, furnished)

    result = digest("run", *DAY, "--json")

    found = result.json
    assert result.code == 1
    assert found["deliveries"] == {"sent": 2}
    assert states(found["sources"]) == {"file": "ok"} | dict.fromkeys(SERVICES, "failed")
    assert all(name in one["reason"] for one in found["sources"] if one["source"] != "file")
    assert "internal error" not in result.err


@pytest.mark.parametrize("variables", HARMLESS, ids=str)
def test_a_run_reads_a_service_that_no_wrong_variable_concerns(
    furnished: Path,
    digest: Command,
    monkeypatch: pytest.MonkeyPatch,
    service: WebServer,
    variables: dict[str, str],
) -> None:
    add_source(furnished, "huggingface", service.base)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)

    result = digest("run", *DAY, "--json")

    assert result.json["deliveries"] == {"sent": 2}
    assert "could not be read" not in result.err
    assert len(service.requests) == 1


@pytest.mark.parametrize("scheme", ["http", "socks5", "socks5h"])
def test_a_run_reads_a_service_through_the_proxy_of_the_environment(
    furnished: Path,
    digest: Command,
    monkeypatch: pytest.MonkeyPatch,
    service: WebServer,
    scheme: str,
) -> None:
    add_source(furnished, "huggingface", service.base)
    with ProxyServer(login="ada:s@cret/#") as proxy:
        monkeypatch.setenv("ALL_PROXY", f"{scheme}://ada:s@cret/#@{proxy.place}")
        result = digest("run", *DAY, "--json")

    assert result.json["deliveries"] == {"sent": 2}
    assert len(service.requests) == len(proxy.asked) == 1


@pytest.mark.parametrize(("name", "value"), BROKEN)
def test_other_commands_that_read_services_name_the_variable_too(
    furnished: Path, digest: Command, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    add_source(furnished, "huggingface")
    set_variable(monkeypatch, name, value, furnished)

    fetched = digest("fetch", *DAY, "--json")
    recorded = digest("fixtures", "record", *DAY, "--out", "recorded")

    assert (fetched.code, recorded.code) == (1, 1)
    for result in (fetched, recorded):
        assert name in result.out + result.err
        assert "internal error" not in result.err


@pytest.mark.parametrize("security", ["starttls", "tls"])
@pytest.mark.parametrize(("name", "value"), [one for one in BROKEN if one[0].startswith("SSL_")])
def test_without_certificates_for_the_mail_server_the_run_stops_and_names_the_variable(
    furnished: Path,
    digest: Command,
    monkeypatch: pytest.MonkeyPatch,
    security: str,
    name: str,
    value: str,
) -> None:
    set_variable(monkeypatch, name, value, furnished)
    with SMTPServer(extensions=("STARTTLS",)) as server:
        for key, setting in {"transport": "smtp", "host": "127.0.0.1", "port": server.port,
                             "security": security}.items():  # fmt: skip
            monkeypatch.setenv(f"DIGEST_MAIL__{key}".upper(), str(setting))
        result = digest("run", *DAY)

    assert result.code == 1
    assert f"stopped: {name}: " in result.out
    assert "internal error" not in result.err
