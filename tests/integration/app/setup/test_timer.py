"""What starts the runs: the line of crontab and the units, and how they are installed."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from digest.app.setup import timer
from digest.app.setup.timer import Timetable
from digest.errors import ConfigError

CONFIG = Path("/srv/my papers/config.toml")
EVENING = Timetable(at="18:05")
#: Stands for a command of the system: writes down what it was asked, and keeps a crontab.
COMMAND = """\
#!/bin/sh
echo "$(basename "$0") $*" >> "{log}"
case "$(basename "$0") $1" in
"crontab -l") cat "{tab}" 2>/dev/null || {{ echo "no crontab for ada" >&2; exit 1; }} ;;
"crontab -") cat > "{tab}" ;;
*) {then} ;;
esac
"""


@pytest.fixture
def system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the commands of a system, which write down what they were asked."""
    commands = tmp_path / "commands"
    commands.mkdir()
    monkeypatch.setenv("PATH", f"{commands}:/usr/bin:/bin")
    put(tmp_path, "crontab")
    put(tmp_path, "systemctl")
    return tmp_path


def put(folder: Path, name: str, then: str = "exit 0") -> None:
    path = folder / "commands" / name
    text = COMMAND.format(log=folder / "log", tab=folder / "crontab", then=then)
    path.write_text(text, encoding="utf-8")
    path.chmod(0o755)


def asked(folder: Path) -> list[str]:
    return (folder / "log").read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize(
    ("timetable", "cron", "calendar"),
    [
        (EVENING, "5 18 * * 1-5", "Mon..Fri 18:05"),
        (Timetable(at="07:30", is_hourly=True), "7 * * * *", "*-*-* *:07:00"),
    ],
)
def test_runs_begin_at_the_same_times_by_either_way(
    timetable: Timetable, cron: str, calendar: str
) -> None:
    assert (timetable.cron, timetable.calendar) == (cron, calendar)


def test_the_line_starts_this_program_with_the_whole_path() -> None:
    line = timer.cron_line(CONFIG, EVENING)

    assert line.startswith("5 18 * * 1-5  /")
    assert line.endswith(" -q -c '/srv/my papers/config.toml' run")


def test_a_percent_sign_does_not_end_the_line() -> None:
    assert r"/srv/a\%b/" in timer.cron_line(Path("/srv/a%b/config.toml"), EVENING)


def test_each_folder_has_units_of_its_own() -> None:
    assert timer.unit_name(Path("/etc/digest/config.toml")) == "digest"
    assert timer.unit_name(CONFIG) == "digest-my-papers"


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="needs systemd")
@pytest.mark.parametrize("config", [CONFIG, Path("/srv/100% $HOME/config.toml")])
def test_systemd_takes_the_units(tmp_path: Path, config: Path) -> None:
    made = timer.units(config, EVENING)
    for name, text in made.items():
        (tmp_path / name).write_text(text, encoding="utf-8")

    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *(str(tmp_path / name) for name in made)],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stderr.strip()) == (0, "")


def test_the_line_is_added_to_a_crontab_once(system: Path) -> None:
    (system / "crontab").write_text("0 3 * * * backup\n", encoding="utf-8")

    first = timer.install_cron_line(CONFIG, EVENING)
    again = timer.install_cron_line(CONFIG, EVENING)

    line = timer.cron_line(CONFIG, EVENING)
    assert (system / "crontab").read_text(encoding="utf-8") == f"0 3 * * * backup\n{line}\n"
    assert first.startswith("added to your crontab")
    assert again == "your crontab has the line already"


def test_who_has_no_crontab_gets_one(system: Path) -> None:
    timer.install_cron_line(CONFIG, EVENING)

    line = timer.cron_line(CONFIG, EVENING)
    assert (system / "crontab").read_text(encoding="utf-8") == f"{line}\n"


def test_a_crontab_that_cannot_be_read_is_not_replaced(system: Path) -> None:
    command = system / "commands" / "crontab"
    command.write_text(f"#!/bin/sh\n[ $1 = - ] && cat > {system}/crontab\necho busy >&2; exit 1\n")

    with pytest.raises(ConfigError, match="`crontab -l` failed: busy"):
        timer.install_cron_line(CONFIG, EVENING)

    assert not (system / "crontab").exists()


def test_the_units_are_written_and_the_timer_started(system: Path) -> None:
    said = timer.install_units(CONFIG, EVENING, folder=system / "user")

    assert {path.name for path in (system / "user").iterdir()} == set(timer.units(CONFIG, EVENING))
    assert asked(system) == [
        "systemctl --user daemon-reload",
        "systemctl --user enable --now digest-my-papers.timer",
    ]
    assert said.startswith("started digest-my-papers.timer")


def test_units_that_systemd_does_not_take_are_removed(system: Path) -> None:
    put(system, "systemctl", then="echo 'Failed to connect to bus' >&2; exit 1")

    with pytest.raises(ConfigError, match="failed: Failed to connect to bus"):
        timer.install_units(CONFIG, EVENING, folder=system / "user")

    assert list((system / "user").iterdir()) == []


def test_units_that_are_there_stay_as_they_are(system: Path) -> None:
    there = system / "user" / "digest-my-papers.timer"
    there.parent.mkdir()
    there.write_text("of somebody", encoding="utf-8")

    with pytest.raises(ConfigError, match=r"there is .*already; it was not touched"):
        timer.install_units(CONFIG, EVENING, folder=there.parent)

    assert there.read_text(encoding="utf-8") == "of somebody"
    assert list(there.parent.iterdir()) == [there]


def test_a_machine_without_the_command_is_told(
    system: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(system))

    with pytest.raises(ConfigError, match="this machine has no crontab"):
        timer.install_cron_line(CONFIG, EVENING)
