"""The settings for whoever watches."""

from __future__ import annotations

from pathlib import Path

import pytest

from digest.app.config import Config, build, permissions
from digest.errors import ConfigError


def built(section: str, **values: str) -> Config:
    return build({section: values}, folder=Path("/nowhere"), where="config.toml")


@pytest.mark.parametrize(
    ("listen", "address"),
    [
        ("127.0.0.1:9464", ("127.0.0.1", 9464)),
        ("[::1]:9464", ("::1", 9464)),
        ("localhost:80", ("localhost", 80)),
    ],
)
def test_where_to_listen_is_a_host_and_a_port(listen: str, address: tuple[str, int]) -> None:
    assert built("metrics", listen=listen).metrics.address == address


@pytest.mark.parametrize("listen", ["9464", ":9464", "::1:9464", "host", "host:0", "host:99999"])
def test_anything_else_is_an_error(listen: str) -> None:
    with pytest.raises(ConfigError, match=r"like 127\.0\.0\.1:9464"):
        built("metrics", listen=listen)


def test_a_file_that_node_exporter_would_not_read_is_an_error() -> None:
    with pytest.raises(ConfigError, match=r"must end in \.prom"):
        built("metrics", file="digest.txt")


def test_a_short_token_is_an_error() -> None:
    with pytest.raises(ConfigError, match="32 or more random characters"):
        built("metrics", token="easy")


def test_the_address_of_the_heartbeat_is_one_and_is_never_shown() -> None:
    found = built("alerts", heartbeat="https://hc-ping.com/7f3c")

    assert "7f3c" not in repr(found)
    assert permissions.holds_secret({"alerts": {"heartbeat": "https://hc-ping.com/7f3c"}})
    with pytest.raises(ConfigError, match="begins with http") as raised:
        built("alerts", heartbeat="hc-ping.com/7f3c")
    assert "7f3c" not in str(raised.value)
