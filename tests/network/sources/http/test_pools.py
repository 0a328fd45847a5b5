"""Requests through real proxies, and with the certificates that are trusted."""

from __future__ import annotations

import gc
import ssl
import warnings
from typing import TYPE_CHECKING

import pytest
from support.http_server import Response, WebServer
from support.proxy_server import ProxyServer
from support.smtp_server import SMTPServer

from digest.errors import ConfigError, SourceError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.source_client import MakeClient

    from digest.sources.http.client import SourceClient

LOGIN = "ada:p@ss:w/rd#?%e9 é"


@pytest.fixture
def server() -> Iterator[WebServer]:
    with WebServer(Response(body=b"[1]")) as running:
        yield running


@pytest.fixture
def encrypted(server_tls: ssl.SSLContext) -> Iterator[WebServer]:
    with WebServer(Response(body=b"[1]"), tls=server_tls) as running:
        yield running


def asked(proxy: ProxyServer) -> list[tuple[str, str]]:
    return [(one.how, one.login) for one in proxy.asked]


def failure(web: SourceClient, url: str) -> str:
    """The error of a request.

    httpcore leaves a connection that a SOCKS proxy refused to the garbage collector. It is off in
    between, so that the connection stays among the youngest objects: to go through all of them
    takes seconds late in a run of many tests.
    """
    gc.disable()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        with pytest.raises(SourceError) as caught:
            web.get(url)
        text = str(caught.value)
        del caught
        gc.collect(0)
    gc.enable()
    return text


@pytest.mark.parametrize(
    ("scheme", "how"), [("http", "GET"), ("socks5", "socks5"), ("socks5h", "socks5")]
)
@pytest.mark.parametrize("login", ["", LOGIN], ids=["open", "login"])
def test_a_request_goes_through_the_proxy(
    make_client: MakeClient, server: WebServer, scheme: str, how: str, login: str
) -> None:
    with ProxyServer(login=login) as proxy:
        value = f"{scheme}://{login.replace('%', '%25')}@{proxy.place}".replace("//@", "//")
        web = make_client(variables={"HTTP_PROXY": value})

        assert web.get(server.url) == "[1]"

    assert asked(proxy) == [(how, login)]
    assert len(server.requests) == 1


@pytest.mark.parametrize(("scheme", "how"), [("http", "CONNECT"), ("socks5h", "socks5")])
def test_an_encrypted_request_goes_through_the_proxy(
    make_client: MakeClient, encrypted: WebServer, trusting: ssl.SSLContext, scheme: str, how: str
) -> None:
    with ProxyServer(login="ada:secret") as proxy:
        variables = {"https_proxy": f"{scheme}://ada:secret@{proxy.place}"}
        web = make_client(variables=variables, tls=lambda: trusting)

        assert web.get(encrypted.url) == "[1]"

    assert asked(proxy) == [(how, "ada:secret")]


def test_what_no_proxy_names_is_asked_directly(make_client: MakeClient, server: WebServer) -> None:
    with ProxyServer() as proxy:
        everything = {"ALL_PROXY": proxy.place, "NO_PROXY": "[::1],fd00::/8,127.0.0.0/8"}

        assert make_client(variables=everything).get(server.url) == "[1]"

    assert proxy.asked == []


@pytest.mark.parametrize("scheme", ["http", "socks5"])
def test_a_proxy_that_refuses_the_login_is_named_by_its_variable(
    make_client: MakeClient, server: WebServer, scheme: str
) -> None:
    with ProxyServer(login="ada:secret") as proxy:
        variables = {"HTTP_PROXY": f"{scheme}://ada:open-sesame@{proxy.place}"}
        text = failure(make_client(variables=variables), server.url)

    assert text.endswith("through the proxy of HTTP_PROXY")
    assert "open-sesame" not in text
    assert server.requests == []


def test_a_proxy_that_speaks_another_protocol_is_named_by_its_variable(
    make_client: MakeClient, server: WebServer
) -> None:
    with SMTPServer() as another:
        variables = {"HTTP_PROXY": f"socks5://127.0.0.1:{another.port}"}
        text = failure(make_client(variables=variables), server.url)

    assert "no answer of SOCKS5 came: " in text
    assert text.endswith(" through the proxy of HTTP_PROXY")


@pytest.mark.parametrize("value", ["http://127.0.0.1:1", "socks5://127.0.0.1:1", "127.0.0.1:99999"])
def test_a_proxy_that_cannot_be_reached_is_named_by_its_variable(
    make_client: MakeClient, server: WebServer, value: str
) -> None:
    with pytest.raises(SourceError, match="through the proxy of all_proxy"):
        make_client(variables={"all_proxy": value}).get(server.url)


def test_a_value_that_is_no_proxy_is_an_error_of_what_it_is_for(
    make_client: MakeClient, server: WebServer
) -> None:
    web = make_client(variables={"HTTPS_PROXY": "socks4://127.0.0.1:1"})

    assert web.get(server.url) == "[1]"
    with pytest.raises(SourceError, match="HTTPS_PROXY: socks4"):
        web.get("https://127.0.0.1:1/")


def test_certificates_are_read_for_encrypted_requests_only(
    make_client: MakeClient, server: WebServer
) -> None:
    def broken() -> ssl.SSLContext:
        raise ConfigError("SSL_CERT_FILE: cannot read /nowhere")

    web = make_client(tls=broken)

    assert web.get(server.url) == "[1]"
    with pytest.raises(SourceError, match="SSL_CERT_FILE: cannot read /nowhere"):
        web.get("https://127.0.0.1:1/")


def test_a_server_that_the_named_certificates_do_not_trust_is_an_error_that_names_them(
    make_client: MakeClient, encrypted: WebServer
) -> None:
    nobody = lambda: ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # noqa: E731
    web = make_client(tls=nobody, variables={"SSL_CERT_FILE": "/etc/own.pem"})

    with pytest.raises(SourceError, match="the trusted certificates are those of SSL_CERT_FILE"):
        web.get(encrypted.url)
