"""Names, keys and passwords that a setting may hold, and the error for those that it may not."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.app.config import build
from digest.app.config.values import split_nameserver
from digest.errors import ConfigError


@pytest.mark.parametrize(
    "name", ["", "localhost", "mail.example.org", "xn--bcher-kva.example", "[192.0.2.1]",
             "[IPv6:2001:db8::1]"]
)  # fmt: skip
def test_a_name_for_ehlo_is_a_domain_or_an_address(name: str) -> None:
    found = build({"mail": {"ehlo_name": name}}, folder=Path(), where="config.toml")

    assert found.mail.ehlo_name == name


@pytest.mark.parametrize(
    "name", ["bücher.example", "mail.example.org.", "a b", "192.0.2.1:25", "[192.0.2]", "[::1]",
             "[IPv6:192.0.2.1]", "[mail]", "a_b.example", "-a.example", "a" * 64, "a." * 128 + "a"]
)  # fmt: skip
def test_what_is_no_name_for_ehlo_is_refused(name: str) -> None:
    with pytest.raises(ConfigError, match=r"\[mail\] ehlo_name: is neither a domain like"):
        build({"mail": {"ehlo_name": name}}, folder=Path(), where="config.toml")


@pytest.mark.parametrize("password", ["a\nb", "a\rb", "a\0b", "\x85"])
def test_a_password_that_no_login_can_have_is_named_and_not_shown(password: str) -> None:
    with pytest.raises(ConfigError, match=r"\[mail\] password: holds a line break") as caught:
        build({"mail": {"password": f"sesame{password}"}}, folder=Path(), where="config.toml")

    assert "sesame" not in str(caught.value)


def test_a_password_may_have_any_letters() -> None:
    found = build({"mail": {"password": "pässwörd €"}}, folder=Path(), where="config.toml")

    assert found.mail.password.get_secret_value() == "pässwörd €"


@pytest.mark.parametrize(
    ("section", "key"),
    [("site", "secret_key"), ("site", "previous_secret_key"), ("site", "pepper"),
     ("mail", "password")],
)  # fmt: skip
def test_a_secret_that_is_not_in_utf_8_is_named(
    monkeypatch: pytest.MonkeyPatch, section: str, key: str
) -> None:
    # Python reads an octet of the environment that is not UTF-8 as half of a surrogate pair.
    monkeypatch.setenv(f"DIGEST_{section}__{key}".upper(), "sesam\udce9")

    with pytest.raises(ConfigError, match=rf"\[{section}\] {key}: is not text in UTF-8"):
        build({}, folder=Path(), where="config.toml")


@pytest.mark.parametrize("key", ["secret_key", "previous_secret_key", "pepper"])
@pytest.mark.parametrize("value", ["a", "short", "ab" * 15 + "a", "a" * 64, "abc".center(40)])
def test_a_key_that_can_be_guessed_is_refused_and_not_shown(key: str, value: str) -> None:
    with pytest.raises(ConfigError) as caught:
        build({"site": {key: value}}, folder=Path(), where="config.toml")

    assert str(caught.value) == (
        f"config.toml: [site] {key}: must have 32 or more random characters;"
        " `openssl rand -hex 32` prints some"
    )


@given(number=st.integers(0, 10_000))
def test_the_shortest_key_that_is_taken_is_128_random_bits(number: int) -> None:
    key = sha256(number.to_bytes(2)).hexdigest()[:32]

    found = build({"site": {"pepper": key}}, folder=Path(), where="config.toml")

    assert found.site.pepper.get_secret_value() == key


@pytest.mark.parametrize("path", ["~no-such-user/outbox", "~no-such-user/*.json"])
def test_a_path_below_nobody_s_home_is_named(path: str) -> None:
    found = build({}, folder=Path(), where="config.toml")

    for resolve in (found.path, found.glob):
        with pytest.raises(ConfigError, match="there is no such home folder; write the whole path"):
            resolve(path)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("192.0.2.53", ("192.0.2.53", 53)),
        ("192.0.2.53:5353", ("192.0.2.53", 5353)),
        ("2001:db8::53", ("2001:db8::53", 53)),
        ("[2001:db8::53]", ("2001:db8::53", 53)),
        ("[2001:db8::53]:5353", ("2001:db8::53", 5353)),
    ],
)
def test_a_nameserver_is_an_address_perhaps_with_a_port(
    text: str, expected: tuple[str, int], tmp_path: Path
) -> None:
    assert build({"dns": {"servers": [text]}}, folder=tmp_path, where="x").dns.servers == (text,)
    assert split_nameserver(text) == expected


@pytest.mark.parametrize(
    "text", ["", "dns.example.org", "192.0.2.53:", "192.0.2.53:70000", "[x]:1"]
)
def test_what_is_no_nameserver_is_an_error(text: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="is not an IP address like"):
        build({"dns": {"servers": [text]}}, folder=tmp_path, where="x")
