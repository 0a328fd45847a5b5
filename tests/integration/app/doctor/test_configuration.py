"""The configuration: secrets that others can read, and values that nobody has chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from digest.app import config
from digest.app.config import dkim_keys
from digest.app.doctor.configuration import check, check_files, read
from digest.mail import dkim

if TYPE_CHECKING:
    from pathlib import Path

    from digest.app.doctor.finding import Finding

OWN = {
    "site": {"postal_address": "1 Example Street"},
    "fetch": {"contact": "ada@papers.test"},
    "mail": {"transport": "smtp", "host": "relay.test", "from_address": "digest@papers.test"},
    "web": {"url": "https://digest.papers.test"},
}


def found(folder: Path, **tables: dict[str, Any]) -> list[Finding]:
    """What is not as it should be, with these keys beside those that an operator has chosen."""
    merged = {name: OWN.get(name, {}) | tables.get(name, {}) for name in {*OWN, *tables}}
    built = config.build(merged, folder=folder, where="the tests")
    return [it for it in check(built) if it.level != "ok"]


def keys(folder: Path) -> dict[str, Any]:
    dkim_keys.save(dkim.generate("spring", "rsa"), folder / "spring.pem")
    return {"selector": "spring", "key": "spring.pem"}


def test_an_own_configuration_is_well(tmp_path: Path) -> None:
    assert found(tmp_path, dkim=keys(tmp_path)) == []


@pytest.mark.parametrize(
    ("tables", "text", "level"),
    [
        ({"mail": {"from_address": "d@example.org"}}, "[mail] from_address is still", "fail"),
        ({"web": {"url": "https://digest.example.org"}}, "[web] url is still", "fail"),
        ({"web": {"url": "https://digest.example.org"}, "mail": {"host": "localhost"}},
         "[web] url is still", "warn"),
        ({"site": {"postal_address": ""}}, "no postal address", "warn"),
        ({"fetch": {"contact": ""}, "mail": {"from_address": "d@example.org", "host": "localhost"}},
         "requests to sources name nobody", "warn"),
        ({"schedule": {"timezone": "UTC"}}, "counts as the machine's zone", "warn"),
    ],
)  # fmt: skip
def test_what_nobody_has_chosen_is_named(
    tmp_path: Path, tables: dict[str, dict[str, Any]], text: str, level: str
) -> None:
    seen = [it for it in found(tmp_path, dkim=keys(tmp_path), **tables) if text in it.text]

    assert [str(it.level) for it in seen] == [level]
    assert seen[0].remedy


def test_utc_is_utc_where_an_hour_is_named(tmp_path: Path) -> None:
    assert found(tmp_path, dkim=keys(tmp_path), schedule={"timezone": "UTC", "at": "18:00"}) == []


def test_without_a_key_nobody_signs(tmp_path: Path) -> None:
    (seen,) = found(tmp_path)

    assert (seen.check, seen.level, seen.remedy) == ("DKIM keys", "warn", "digest dkim keygen")


def test_a_key_that_others_can_read_is_named_with_the_command(tmp_path: Path) -> None:
    table = keys(tmp_path)
    (tmp_path / "spring.pem").chmod(0o640)

    (seen,) = found(tmp_path, dkim=table)

    assert seen.text == f"others can read {tmp_path}/spring.pem"
    assert seen.remedy == f"type: chmod 600 {tmp_path}/spring.pem"


@pytest.mark.parametrize("name", ["digest.db", "config.toml"])
def test_a_database_and_a_file_with_secrets_are_for_their_owner_alone(
    tmp_path: Path, name: str
) -> None:
    file = tmp_path / "config.toml"
    file.touch(mode=0o600)
    file.write_text('[mail]\npassword = "a password"\n')
    (tmp_path / "digest.db").touch(mode=0o600)
    (tmp_path / name).chmod(0o644)
    built, _ = read(file)
    assert built is not None

    seen = [it for it in check(built) if it.check == "secrets"]

    assert [it.remedy for it in seen] == [f"chmod 600 {tmp_path}/{name}"]


def test_a_variable_that_means_nothing_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DIGEST_VERBOSE", "1")

    (seen,) = found(tmp_path, dkim=keys(tmp_path))

    assert seen.remedy == "unset DIGEST_VERBOSE"


@pytest.mark.parametrize(
    ("metrics", "text", "remedy"),
    [
        ({"listen": "0.0.0.0:9464"}, "others than this machine can reach 0.0.0.0",
         "set [metrics] token too, or listen at 127.0.0.1"),
        ({"listen": "[::]:9464"}, "others than this machine can reach ::",
         "set [metrics] token too, or listen at 127.0.0.1"),
        ({"file": "gone/digest.prom"}, "there is no folder", "mkdir -p "),
    ],
)  # fmt: skip
def test_figures_that_cannot_be_served_or_written_are_named(
    tmp_path: Path, metrics: dict[str, str], text: str, remedy: str
) -> None:
    (seen,) = found(tmp_path, dkim=keys(tmp_path), metrics=metrics)

    assert (seen.check, seen.level) == ("monitoring", "fail")
    assert text in seen.text
    assert seen.remedy.startswith(remedy)


@pytest.mark.parametrize(
    "metrics",
    [
        {"listen": "127.0.0.1:9464", "file": "digest.prom"},
        {"listen": "0.0.0.0:9464", "token": "a token of more than 32 characters"},
    ],
)
def test_figures_that_can_be_had_are_well(tmp_path: Path, metrics: dict[str, str]) -> None:
    assert found(tmp_path, dkim=keys(tmp_path), metrics=metrics) == []


@pytest.mark.parametrize("text", ["hots = 'x'", "hots = x y", "[mail"], ids=["key", "value", "end"])
def test_the_modes_of_files_are_looked_at_though_the_configuration_is_wrong(
    tmp_path: Path, text: str
) -> None:
    file = tmp_path / "config.toml"
    file.write_text(f'[mail]\npassword = "a password"\n{text}\n')
    for name in ("config.toml", "digest.db", "digest.key"):
        (tmp_path / name).touch()
        (tmp_path / name).chmod(0o644)

    built, _ = read(file)
    seen = list(check_files(file))

    assert built is None
    assert {(it.check, it.level) for it in seen} == {("secrets", "fail")}
    assert [it.remedy for it in seen] == [
        f"chmod 600 {tmp_path}/{name}" for name in ("config.toml", "digest.db", "digest.key")
    ]


def test_without_a_secret_the_mode_of_a_wrong_configuration_does_not_matter(
    tmp_path: Path,
) -> None:
    file = tmp_path / "config.toml"
    file.write_text('[mail]\npassword = ""\nhots = "x"\n')
    file.chmod(0o644)

    (seen,) = check_files(file)
    (missing,) = check_files(tmp_path / "other.toml")

    assert (seen.level, missing.level) == ("not checked", "not checked")


def test_the_database_of_a_wrong_configuration_is_the_one_that_it_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "config.toml"
    file.write_text('[database]\nurl = "sqlite:///own.db"\nulr = ""\n')
    for name in ("own.db", "other.db"):
        (tmp_path / name).touch()
        (tmp_path / name).chmod(0o644)

    (named,) = check_files(file)
    monkeypatch.setenv("DIGEST_DATABASE__URL", f"sqlite:///{tmp_path}/other.db")
    (of_variable,) = check_files(file)

    assert named.remedy.endswith("own.db")
    assert of_variable.remedy.endswith("other.db")


def test_the_remedy_of_a_wrong_value_names_where_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "config.toml"
    file.write_text("[ranking]\nper_topic = 0\n")
    monkeypatch.setenv("DIGEST_ALERTS__MAIL", "nope")

    _, seen = read(file)

    assert {it.remedy for it in seen} == {
        f"correct it in {file}, and run `digest doctor`",
        "correct it in the variable DIGEST_ALERTS__MAIL, and run `digest doctor`",
    }
