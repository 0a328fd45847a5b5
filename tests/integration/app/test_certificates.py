"""Which certificates are trusted, and what is said about those that cannot be read."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import TYPE_CHECKING

import certifi
import pytest
import trustme

from digest.app.certificates import for_mail, for_services
from digest.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable

    Trusted = Callable[[dict[str, str]], ssl.SSLContext]

BOTH = pytest.mark.parametrize("trusted", [for_services, for_mail])


@pytest.fixture(scope="module")
def pem() -> bytes:
    return trustme.CA().cert_pem.bytes()


def subjects(context: ssl.SSLContext) -> int:
    return len(context.get_ca_certs())


@BOTH
def test_only_those_of_the_file_that_a_variable_names_are_trusted(
    trusted: Trusted, tmp_path: Path, pem: bytes
) -> None:
    file = tmp_path / "own.pem"
    file.write_bytes(pem)

    context = trusted({"SSL_CERT_FILE": str(file), "SSL_CERT_DIR": "/nowhere"})

    assert subjects(context) == 1
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)


@BOTH
@pytest.mark.parametrize("variables", [{}, {"SSL_CERT_FILE": "", "SSL_CERT_DIR": ""}])
def test_an_empty_variable_is_none(
    trusted: Trusted, variables: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """OpenSSL itself takes an empty variable for the name of a file, and then trusts nobody."""
    monkeypatch.setenv("SSL_CERT_FILE", "")
    monkeypatch.setenv("SSL_CERT_DIR", "")

    context = trusted(variables)

    paths = ssl.get_default_verify_paths()
    from_a_folder = trusted is for_mail and Path(paths.openssl_capath).is_dir()
    assert subjects(context) > 50 or from_a_folder


def test_services_are_trusted_by_certifi() -> None:
    expected = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    expected.load_verify_locations(certifi.where())

    assert subjects(for_services({})) == subjects(expected)


@BOTH
@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("missing.pem", "cannot read .*missing.pem: No such file or directory"),
        ("folder", "holds no certificates|cannot read"),
        ("empty.pem", "empty.pem holds no certificates"),
        ("text.pem", "text.pem holds no certificates"),
        ("broken.pem", "broken.pem holds no certificates"),
    ],
)
def test_a_file_without_certificates_is_an_error_that_names_the_variable(
    trusted: Trusted, tmp_path: Path, pem: bytes, name: str, message: str
) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "empty.pem").write_bytes(b"")
    (tmp_path / "text.pem").write_text("no certificate")
    (tmp_path / "broken.pem").write_bytes(pem[:200])

    with pytest.raises(ConfigError, match=f"^SSL_CERT_FILE: .*({message})"):
        trusted({"SSL_CERT_FILE": str(tmp_path / name)})


@BOTH
def test_a_folder_of_certificates_has_their_hashed_names(
    trusted: Trusted, tmp_path: Path, pem: bytes
) -> None:
    (tmp_path / "own.pem").write_bytes(pem)
    with pytest.raises(ConfigError, match=r"^SSL_CERT_DIR: .*`openssl rehash` gives them names"):
        trusted({"SSL_CERT_DIR": str(tmp_path)})

    (tmp_path / "0a1b2c3d.0").write_bytes(pem)

    assert trusted({"SSL_CERT_DIR": f"/nowhere:{tmp_path}"}).verify_mode is ssl.CERT_REQUIRED


@BOTH
@pytest.mark.parametrize("name", ["missing", "file"])
def test_a_folder_that_cannot_be_read_is_an_error_that_names_the_variable(
    trusted: Trusted, tmp_path: Path, name: str
) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ConfigError, match=f"^SSL_CERT_DIR: cannot read {tmp_path / name}: "):
        trusted({"SSL_CERT_DIR": str(tmp_path / name)})


@BOTH
def test_the_file_for_keys_of_connections_is_left_alone(
    trusted: Trusted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The standard library's default would write secrets into it, or fail if it cannot."""
    monkeypatch.setenv("SSLKEYLOGFILE", str(tmp_path / "missing" / "keys"))

    assert trusted({}).keylog_filename is None
