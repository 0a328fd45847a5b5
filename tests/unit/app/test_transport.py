"""The configured transport, and names of the example that no real server may see."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import pytest

from digest.app import config
from digest.app.transport import ehlo_name, is_example, open_transport
from digest.delivery.smtp.client import SMTPTransport
from digest.delivery.transports import Directory, Stream, Transport
from digest.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path

OURS = {"from_address": "papers@ours.example", "transport": "smtp"}


def opened(tmp_path: Path, mail: dict[str, Any], web: str = "") -> Transport:
    tables = {"mail": mail, "web": {"url": web}}
    return open_transport(config.build(tables, folder=tmp_path, where="the tests"))


@pytest.mark.parametrize(
    ("mail", "kind"),
    [
        ({"transport": "directory"}, Directory),
        ({"transport": "stdout"}, Stream),
        ({**OURS, "host": "mail.ours.example"}, SMTPTransport),
    ],
)
def test_a_transport_is_of_the_kind_that_is_configured(
    tmp_path: Path, mail: dict[str, Any], kind: type
) -> None:
    assert isinstance(opened(tmp_path, mail), kind)


@pytest.mark.parametrize(
    ("mail", "web", "key"),
    [
        ({"from_address": "digest@example.org"}, "", r"\[mail\] from_address"),
        ({}, "https://digest.example.org", r"\[web\] url"),
    ],
)
def test_the_example_s_names_are_sent_to_no_real_server(
    tmp_path: Path, mail: dict[str, Any], web: str, key: str
) -> None:
    with pytest.raises(ConfigError, match=f"{key} is still the example's"):
        opened(tmp_path, {**OURS, "host": "mail.ours.example", **mail}, web)


def test_on_this_computer_the_example_s_names_are_only_warned_of(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)

    opened(tmp_path, {**OURS, "host": "localhost"}, "https://digest.example.org")

    (record,) = caplog.records
    assert record.getMessage() == "a setting is still the example's"
    assert record.__dict__["value"] == "digest.example.org"


def test_only_the_example_s_domain_is_the_example_s() -> None:
    assert [is_example(host) for host in ("example.org", "a.example.org")] == [True, True]
    assert [is_example(host) for host in ("myexample.org", "example.com", "")] == [False] * 3


@pytest.mark.parametrize(
    ("configured", "web", "sender", "name"),
    [
        ("mx.ours.example", "https://web.ours.example", "a@ours.example", "mx.ours.example"),
        ("[192.0.2.1]", "https://web.ours.example", "a@ours.example", "[192.0.2.1]"),
        ("", "https://Web.Ours.example:8443/", "a@mail.ours.example", "web.ours.example"),
        ("", "https://bücher.example", "a@ours.example", "xn--bcher-kva.example"),
        ("", "", "a@Ours.example", "ours.example"),
        ("", "http://localhost:8000", "a@ours.example", "ours.example"),
        ("", "http://192.0.2.1", "a@ours.example", "ours.example"),
        ("", "http://[2001:db8::1]", "a@ours.example", "ours.example"),
        ("", "http://digest.lan", "a@ours.example", "ours.example"),
        ("", "https://digest.example.org", "a@ours.example", "ours.example"),
        ("", "https://digest.example.org", "digest@example.org", ""),
        ("", "http://localhost", "root@localhost", ""),
    ],
)
def test_the_name_in_ehlo_is_the_configured_one_or_a_domain_of_ours(
    tmp_path: Path, configured: str, web: str, sender: str, name: str
) -> None:
    tables = {"mail": {"ehlo_name": configured, "from_address": sender}, "web": {"url": web}}

    assert ehlo_name(config.build(tables, folder=tmp_path, where="the tests")) == name
