"""What the environment of the process is asked for."""

from __future__ import annotations

import os

import pytest

from digest.app import environment


@pytest.mark.parametrize("name", ["NUMPY_MADVISE_HUGEPAGE", "TERMINAL_WIDTH"])
@pytest.mark.parametrize(("value", "is_kept"), [("80", True), ("wide", False), ("", False)])
def test_a_number_for_a_library_that_is_none_is_removed(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, *, is_kept: bool
) -> None:
    monkeypatch.setenv(name, value)

    environment.drop_malformed()

    assert (name in os.environ) is is_kept


def test_variables_of_proxies_and_certificates_are_found_in_either_case(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("all_proxy", "a")
    monkeypatch.setenv("ALL_PROXY", "b")
    monkeypatch.setenv("SSL_CERT_DIR", "c")
    monkeypatch.setenv("FTP_PROXY", "d")

    found = environment.network_variables()

    assert {"all_proxy": "a", "ALL_PROXY": "b", "SSL_CERT_DIR": "c"}.items() <= found.items()
    assert "FTP_PROXY" not in found
