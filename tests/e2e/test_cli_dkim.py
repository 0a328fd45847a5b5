"""The keys that mails are signed with: made, recorded in the DNS, read, and refused when unsafe."""

from __future__ import annotations

import re
import shutil
import stat
import subprocess
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
)
from support import dkim_verifiers
from support.builders import NOON
from support.command import CONFIG
from support.machine_clock import set_clock
from support.signing import signed

from digest.app import config, services
from digest.app.config import dkim_keys, secrets
from digest.mail import dkim

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from support.command import Command

MAIL = (
    b"From: digest@example.org\r\nDate: Mon, 02 Feb 2026 12:00:00 +0000\r\nSubject: Today\r\n"
    b"\r\nHello.\r\n"
)


def published(out: str) -> dict[str, str]:
    """The DNS as it would be with the lines of a zone file in an result."""
    return {
        name: "".join(re.findall(r'"([^"]*)"', strings))
        for name, strings in re.findall(r"(?m)^(\S+)\. IN TXT (.*)$", out)
    }


def configure(home: Path, lines: str) -> None:
    (home / "config.toml").write_text(f"{CONFIG}\n[dkim]\n{lines}\n", encoding="utf-8")


def lines_to_set(out: str) -> str:
    return out.partition("[dkim]\n")[2]


def signer(home: Path) -> dkim.Signer:
    found = secrets.signer(config.load(home / "config.toml"))
    assert found is not None
    return found


# -- keygen ---------------------------------------------------------------------------------------


def test_a_new_key_is_for_its_owner_alone_and_beside_the_configuration(
    home: Path, digest: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_clock(monkeypatch, NOON)
    monkeypatch.chdir("/")

    result = digest("-c", str(home / "config.toml"), "dkim", "keygen")

    file = home / "dkim-digest202602.pem"
    assert result.code == 0
    assert f"wrote {file}" in result.out
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "PRIVATE" not in result.out + result.err


@pytest.mark.parametrize("options", [(), ("--ed25519",)], ids=["rsa", "ed25519"])
def test_a_file_that_is_there_is_not_overwritten(
    home: Path, digest: Command, options: tuple[str, ...]
) -> None:
    (home / "mine.pem").write_text("precious")

    result = digest("dkim", "keygen", "--out", "mine.pem", *options)

    assert result.code == 2
    assert "mine.pem is there already; it was not touched" in result.err
    assert (home / "mine.pem").read_text() == "precious"


def test_a_key_that_cannot_be_written_is_an_error(home: Path, digest: Command) -> None:
    result = digest("dkim", "keygen", "--out", "nowhere/mine.pem")

    assert result.code == 2
    assert "cannot write nowhere/mine.pem" in result.err


@pytest.mark.parametrize("selector", ["a b", "-a", "a._domainkey.b", "ä", "a" * 64])
def test_a_name_that_cannot_stand_in_the_dns_is_refused(
    home: Path, digest: Command, selector: str
) -> None:
    result = digest("dkim", "keygen", f"--selector={selector}")

    assert result.code == 2
    assert "cannot be a selector" in result.err
    assert list(home.glob("*.pem")) == []


def test_the_record_that_is_printed_verifies_what_the_key_signs(
    home: Path, digest: Command, tmp_path: Path
) -> None:
    result = digest("dkim", "keygen", "--selector", "spring")
    configure(home, lines_to_set(result.out))

    found = dkim_verifiers.dkimpy(signed(MAIL, signer(home)), published(result.out), tmp_path)

    assert found == {"spring"}


def test_two_kinds_of_keys_made_in_one_month_sign_together(
    home: Path, digest: Command, tmp_path: Path
) -> None:
    answers = [digest("dkim", "keygen"), digest("dkim", "keygen", "--ed25519")]
    configure(home, "".join(lines_to_set(result.out) for result in answers))
    dns = published("".join(result.out for result in answers))

    found = dkim_verifiers.opendkim(signed(MAIL, signer(home)), dns, tmp_path)

    assert len(found) == 2


def test_the_plain_value_is_the_one_of_the_zone_file(home: Path, digest: Command) -> None:
    out = digest("dkim", "keygen", "--selector", "spring").out

    fields = dict(re.findall(r"(?m)^(name|type|value) +(.*)$", out))
    assert fields["type"] == "TXT"
    assert published(out) == {fields["name"]: fields["value"]}
    assert fields["name"] == "spring._domainkey.example.org"


def test_json_says_what_was_made_and_what_to_set(home: Path, digest: Command) -> None:
    result = digest("dkim", "keygen", "--selector", "spring", "--ed25519", "--json")

    assert result.json["file"] == str(home / "dkim-spring.pem")
    assert result.json["dkim"] == {"ed25519_selector": "spring", "ed25519_key": "dkim-spring.pem"}
    assert published(result.json["record"]["zone_line"]) == {
        result.json["record"]["name"]: result.json["record"]["value"]
    }


def test_a_key_elsewhere_is_named_by_its_whole_path(
    home: Path, digest: Command, tmp_path_factory: pytest.TempPathFactory
) -> None:
    file = tmp_path_factory.mktemp("keys") / "mine.pem"

    result = digest("dkim", "keygen", "--out", str(file), "--json")

    assert result.json["dkim"]["key"] == str(file)


def test_another_signer_can_use_the_key(home: Path, digest: Command, tmp_path: Path) -> None:
    dkim_verifiers.need(shutil.which("opendkim-testmsg"), "opendkim-testmsg (opendkim-tools)")
    result = digest("dkim", "keygen", "--selector", "spring")
    options = ("-d", "example.org", "-s", "spring", "-k", home / "dkim-spring.pem", "-C")

    theirs = subprocess.run(
        ["opendkim-testmsg", *options], input=MAIL, capture_output=True, check=True
    ).stdout

    assert dkim_verifiers.dkimpy(theirs, published(result.out), tmp_path) == {"spring"}


# -- record ---------------------------------------------------------------------------------------


def test_the_records_of_the_keys_in_use_can_be_had_again(home: Path, digest: Command) -> None:
    answers = [digest("dkim", "keygen"), digest("dkim", "keygen", "--ed25519")]
    configure(home, "".join(lines_to_set(result.out) for result in answers))

    plain, json = digest("dkim", "record"), digest("dkim", "record", "--json")

    assert published(plain.out) == published("".join(result.out for result in answers))
    assert published(plain.out) == {record["name"]: record["value"] for record in json.json}


def test_without_keys_there_is_no_record_and_nothing_is_signed(home: Path, digest: Command) -> None:
    result = digest("dkim", "record")

    assert result.code == 2
    assert "[dkim] names no key; `digest dkim keygen` makes one" in result.err
    assert secrets.signer(config.load(home / "config.toml")) is None


def test_the_installation_signs_for_the_domain_mails_come_from(home: Path, digest: Command) -> None:
    result = digest("dkim", "keygen", "--selector", "spring")
    mail = '[mail]\nfrom_address = "Papers@Lists.Example.net"\n'
    text = CONFIG.replace("[mail]\n", mail) + "\n[dkim]\n" + lines_to_set(result.out)
    (home / "config.toml").write_text(text)

    opened = services.open_app(config.load(home / "config.toml"))
    opened.engine.dispose()

    assert opened.signer is opened.signer
    assert opened.signer is not None
    assert b" d=lists.example.net;" in opened.signer.sign([], b"", at=NOON)


# -- keys that cannot be used ---------------------------------------------------------------------


def written(
    path: Path,
    key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey,
    encryption: KeySerializationEncryption | None = None,
) -> None:
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption or NoEncryption())
    path.write_bytes(pem)
    path.chmod(0o600)


def missing(path: Path) -> None:
    path.unlink(missing_ok=True)


def folder(path: Path) -> None:
    path.mkdir()


def readable_by_the_group(path: Path) -> None:
    dkim_keys.save(dkim.generate("a", "ed25519"), path)
    path.chmod(0o640)


def readable_by_all(path: Path) -> None:
    dkim_keys.save(dkim.generate("a", "ed25519"), path)
    path.chmod(0o604)


def no_key(path: Path) -> None:
    path.write_text("-----BEGIN PUBLIC KEY-----\n")
    path.chmod(0o600)


def encrypted(path: Path) -> None:
    written(path, ec.generate_private_key(ec.SECP256R1()), BestAvailableEncryption(b"pass"))


def ed25519(path: Path) -> None:
    dkim_keys.save(dkim.generate("a", "ed25519"), path)


def elliptic(path: Path) -> None:
    written(path, ec.generate_private_key(ec.SECP256R1()))


def of_an_unknown_kind(path: Path) -> None:
    # A private key in the form of RFC 5958, of the kind 1.2.3.4.
    pem = b"-----BEGIN PRIVATE KEY-----\nMA4CAQAwBQYDKgMEBAIBAg==\n-----END PRIVATE KEY-----\n"
    path.write_bytes(pem)
    path.chmod(0o600)


def small(path: Path) -> None:
    # Two Mersenne primes, since the library makes no keys as small as this.
    p, q, e = 2**521 - 1, 2**127 - 1, 65537
    d = pow(e, -1, (p - 1) * (q - 1))
    public = rsa.RSAPublicNumbers(e, p * q)
    numbers = rsa.RSAPrivateNumbers(p, q, d, d % (p - 1), d % (q - 1), pow(q, -1, p), public)
    written(path, numbers.private_key())


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (missing, r"there is no \S+/my key.pem; `digest dkim keygen` makes a key"),
        (folder, r"cannot read \S+/my key.pem: Is a directory"),
        (
            readable_by_the_group,
            r"others can read \S+/my key.pem; type: chmod 600 '\S+/my key.pem'",
        ),
        (readable_by_all, r"others can read \S+/my key.pem; type: chmod 600 '\S+/my key.pem'"),
        (no_key, r"my key.pem holds no private key in PEM form; `digest dkim keygen` makes one"),
        (
            encrypted,
            r"my key.pem is encrypted; write it out again with `openssl pkey -in '\S+/my key.pem'",
        ),
        (ed25519, r"my key.pem holds no rsa key but another; `digest dkim keygen` makes one"),
        (elliptic, r"my key.pem holds no rsa key but another"),
        (of_an_unknown_kind, r"my key.pem holds a key of a kind that is not supported"),
        (small, r"my key.pem has only 648 bits, and receivers ignore such a key"),
    ],
)
def test_a_key_that_cannot_be_used_is_named_with_the_remedy(
    home: Path, digest: Command, make: Callable[[Path], None], words: str
) -> None:
    make(home / "my key.pem")
    configure(home, 'selector = "spring"\nkey = "my key.pem"')

    result = digest("dkim", "record")

    assert result.code == 2
    assert re.search(words, result.err)


def test_an_rsa_key_is_no_ed25519_key(home: Path, digest: Command) -> None:
    made = digest("dkim", "keygen", "--selector", "spring")
    pair = 'ed25519_selector = "second"\ned25519_key = "dkim-spring.pem"\n'
    configure(home, pair + lines_to_set(made.out))

    result = digest("dkim", "record")

    assert "holds no ed25519 key but another; `digest dkim keygen --ed25519` makes" in result.err


def test_a_key_of_1024_bits_made_elsewhere_still_signs(home: Path) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505 (meant)
    written(home / "my key.pem", key)
    configure(home, 'selector = "old"\nkey = "my key.pem"')

    assert [key.selector for key in signer(home).keys] == ["old"]


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ('selector = "a"', "[dkim]: selector and key belong together"),
        ('key = "a.pem"', "[dkim]: selector and key belong together"),
        ('ed25519_key = "a.pem"', "[dkim]: ed25519_selector and ed25519_key belong together"),
        ('ed25519_selector = "a"\ned25519_key = "a.pem"', "ed25519_key needs key beside it"),
        (
            'selector = "a"\nkey = "a.pem"\ned25519_selector = "A"\ned25519_key = "b.pem"',
            "selector and ed25519_selector must differ",
        ),
        ('selector = "a b"\nkey = "a.pem"', '[dkim] selector: "a b" is not a name like'),
        ('selectr = "a"', "[dkim] selectr: there is no such key; did you mean selector?"),
    ],
)
def test_settings_that_make_no_sense_are_named(
    home: Path, digest: Command, lines: str, words: str
) -> None:
    configure(home, lines)

    result = digest("dkim", "record")

    assert result.code == 2
    assert words in result.err
