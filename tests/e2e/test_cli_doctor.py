"""`digest doctor`: a fresh installation, one that lacks nothing, and what it says of each fault."""

from __future__ import annotations

import shutil
import sys
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from support.builders import NOON
from support.command import CONFIG
from support.http_server import Response
from support.machine_clock import set_clock
from support.older_database import SCHEMA_0004, restore
from support.terminal import run_on_terminal
from support.well_installation import DOMAIN, OUTGOING, WellInstallation

from digest.app import clock
from digest.app.config.resources import templates_dir
from digest.app.doctor import templates
from digest.mail import dkim

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from support.command import Command


@pytest.fixture
def well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, digest: Command
) -> Iterator[WellInstallation]:
    """An installation in use that lacks nothing."""
    made = WellInstallation.in_folder(tmp_path, monkeypatch)
    made.use(digest)
    yield made
    made.close()


def findings(digest: Command) -> list[dict[str, str]]:
    found: list[dict[str, str]] = digest("doctor", "--json").json
    return found


def troubles(found: list[dict[str, str]]) -> list[dict[str, str]]:
    """What is not as it should be."""
    return [finding for finding in found if finding["level"] != "ok"]


def failing(digest: Command) -> dict[str, str]:
    """The remedy of each check that fails, by its name."""
    return {it["check"]: it["remedy"] for it in findings(digest) if it["level"] == "fail"}


def test_an_installation_that_lacks_nothing_is_well(
    well: WellInstallation, digest: Command
) -> None:
    result = digest("doctor", "--json")

    assert (result.code, troubles(result.json)) == (0, [])


def break_template(folder: Path, patch: pytest.MonkeyPatch) -> None:
    broken = shutil.copytree(templates_dir(), folder / "broken")
    with (broken / "email/digest/body.txt").open("a") as file:
        file.write("{% if %}")
    patch.setattr(templates, "templates_dir", lambda: broken)


def fill_disk(patch: pytest.MonkeyPatch) -> None:
    full = shutil._ntuple_diskusage(10**9, 10**9 - 5_000_000, 5_000_000)  # type: ignore[attr-defined]
    patch.setattr(shutil, "disk_usage", lambda _path: full)


def read_long_ago(well: WellInstallation, digest: Command) -> None:
    (well.folder / "digest.db").unlink()
    (well.folder / "digest.db-generation").unlink()
    with pytest.MonkeyPatch.context() as patch:
        set_clock(patch, clock.now() - timedelta(days=10))
        well.use(digest)


def test_each_of_eight_faults_is_named_with_its_remedy_and_nothing_else_fails(
    well: WellInstallation, digest: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    read_long_ago(well, digest)
    (well.folder / "config.toml").chmod(0o644)
    other = dkim.generate("spring", "rsa").record(DOMAIN).zone_line
    (right,) = [line for line in well.dns.lines if line.startswith("spring._domainkey")]
    well.dns.lines[well.dns.lines.index(right)] = other
    well.dns.remove("v=spf1")
    well.smtp.when("AUTH", reply="535 5.7.8 wrong password")
    well.answers["/leave/"] = Response(status=404)
    break_template(well.folder, monkeypatch)
    fill_disk(monkeypatch)

    result = digest("doctor", "--json")

    failed = {it["check"]: it["remedy"] for it in result.json if it["level"] == "fail"}
    assert result.code == 1
    assert failed.keys() == {
        "secrets", "template of issues", "source file", "source service", "SMTP login", "SPF",
        "DKIM record", "leave link", "disk",
    }  # fmt: skip
    assert failed["secrets"] == "chmod 600 config.toml"
    assert failed["template of issues"].startswith("mend the line that is named")
    assert failed["source file"].startswith("digest run, and let cron")
    assert failed["SMTP login"] == "check [mail] username and password"
    assert failed["SPF"] == f'{DOMAIN}. IN TXT "v=spf1 ip4:{OUTGOING} ~all"'
    assert failed["DKIM record"] == right
    assert "digest serve" in failed["leave link"]
    assert "digest prune --vacuum" in failed["disk"]


def test_the_records_that_it_names_make_the_domain_well(
    well: WellInstallation, digest: Command
) -> None:
    for part in ("v=spf1", "_domainkey", "_dmarc", " MX "):
        well.dns.remove(part)
    well.dns.lines.append(f"mail.{DOMAIN}. IN A {OUTGOING}")
    records = [it["remedy"] for it in findings(digest) if " IN " in it["remedy"]]

    well.dns.lines += records

    assert len(records) == 5
    assert troubles(findings(digest)) == []


def test_a_fresh_installation_has_no_failure(
    tmp_path: Path, digest: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    digest("init")
    config = tmp_path / "config.toml"
    (tmp_path / "papers.jsonl").write_text("{}")
    text = config.read_text().replace('path = ""', 'path = "papers.jsonl"', 1)
    config.write_text(text)

    result = digest("doctor")

    assert result.code == 0
    assert "fail" not in result.out
    assert "digest.example.org" in result.out
    assert sorted(path.name for path in tmp_path.iterdir()) == ["config.toml", "papers.jsonl"]


def test_a_wrong_configuration_is_a_finding_and_the_rest_is_not_checked(
    home: Path, digest: Command
) -> None:
    (home / "config.toml").write_text("[mail]\nhots = 'x'\n[ranking]\nper_topic = 0\n")

    result = digest("doctor", "--json")

    assert result.code == 1
    levels = [it["level"] for it in result.json]
    assert levels[:2] == ["fail", "fail"]
    assert set(levels[2:]) == {"not checked"}
    assert any("did you mean host?" in it["text"] + it["remedy"] for it in result.json)
    assert {"secrets", "DKIM keys", "own values", "monitoring", "database", "disk"} <= {
        it["check"] for it in result.json[2:]
    }


def test_a_wrong_configuration_that_others_can_read_is_two_findings(
    home: Path, digest: Command
) -> None:
    (home / "config.toml").write_text('[mail]\npassword = "a password"\nhots = "x"\n')
    (home / "config.toml").chmod(0o644)

    assert failing(digest)["secrets"] == "chmod 600 config.toml"
    assert "configuration" in failing(digest)


def test_without_a_configuration_it_says_how_to_begin(
    tmp_path: Path, digest: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    assert failing(digest)["configuration"].startswith("run `digest init`")


def test_a_database_of_an_older_version_is_named_and_stays_as_it_is(
    home: Path, digest: Command
) -> None:
    restore(home, SCHEMA_0004)
    before = (home / "digest.db").read_bytes()

    failed = failing(digest)

    assert "which upgrades them" in failed["migrations"]
    assert (home / "digest.db").read_bytes() == before


def test_an_internal_error_of_one_check_hides_no_other(
    furnished: Path, digest: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> Any:
        raise ZeroDivisionError("by nothing")

    monkeypatch.setattr(templates, "sample_issue", broken)

    found = {it["check"]: it for it in findings(digest)}

    assert found["templates"]["text"] == "internal error: ZeroDivisionError: by nothing"
    assert "disk" in found


def test_a_clock_that_is_behind_is_a_failure(
    furnished: Path, digest: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_clock(monkeypatch, NOON - timedelta(days=4000))

    assert failing(digest)["clock"] == "timedatectl set-ntp true"


def test_elsewhere_than_on_a_terminal_it_prints_plain_lines(home: Path, digest: Command) -> None:
    result = digest("doctor")

    assert result.out.splitlines()[0].split() == ["check", "result", "finding"]
    assert "What to do:" in result.out


@pytest.mark.slow
def test_on_a_terminal_it_prints_a_table(home: Path) -> None:
    (home / "config.toml").write_text(CONFIG)

    shown = run_on_terminal([sys.executable, "-m", "digest", "doctor"], width=120, folder=home)

    assert "┃ check" in shown
    assert "What to do:" in shown
