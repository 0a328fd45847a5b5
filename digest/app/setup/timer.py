"""What starts the runs of an installation: a line of crontab, or a timer of systemd of one user."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from digest.errors import ConfigError
from digest.storage import files

#: Seconds that a command of the system may take.
_PATIENCE = 30
#: At minute 7 services are less busy than at the full hour.
_MINUTE = 7
_SERVICE = """\
# Made by `digest setup`: one run of {config}.
[Unit]
Description=Digest: trending papers by mail
Wants=network-online.target
After=network-online.target

[Service]
Type=oneshot
ExecStart={command}
# 1 says that something was not fully done, which mails, the log and `digest status` tell of.
SuccessExitStatus=1
UMask=0077
NoNewPrivileges=true
PrivateTmp=true
"""
_TIMER = """\
# Made by `digest setup`: when the runs of {config} begin.
[Unit]
Description=Digest: when papers are mailed

[Timer]
OnCalendar={calendar}
# A machine that was off or asleep makes up for it.
Persistent=true

[Install]
WantedBy=timers.target
"""


@dataclass(frozen=True, kw_only=True)
class Timetable:
    """When runs begin: at an hour of working days, or every hour."""

    #: HH:MM
    at: str
    is_hourly: bool = False

    @property
    def cron(self) -> str:
        """The first five fields of a line of crontab."""
        if self.is_hourly:
            return f"{_MINUTE} * * * *"
        hour, minute = self.at.split(":")
        return f"{int(minute)} {int(hour)} * * 1-5"

    @property
    def calendar(self) -> str:
        """The same for systemd, see systemd.time(7)."""
        return f"*-*-* *:{_MINUTE:02}:00" if self.is_hourly else f"Mon..Fri {self.at}"


def program() -> list[str]:
    """Return the command that starts this program from anywhere."""
    beside = Path(sys.executable).with_name("digest")
    return [str(beside)] if beside.is_file() else [sys.executable, "-m", "digest"]


def cron_line(config: Path, timetable: Timetable) -> str:
    """Return the line of crontab; a % would end the command there (crontab(5))."""
    command = shlex.join([*program(), "-q", "-c", str(config), "run"])
    return f"{timetable.cron}  {command}".replace("%", r"\%")


def units(config: Path, timetable: Timetable) -> dict[str, str]:
    """Return the units of systemd, by the names of their files.

    The name has the folder in it, so that several installations of one user have their own.
    """
    name = unit_name(config)
    words = [*program(), "-q", "-c", str(config), "run"]
    command = " ".join(_quoted(word) for word in words)
    shown = str(config).replace("%", "%%")
    return {
        f"{name}.service": _SERVICE.format(config=shown, command=command),
        f"{name}.timer": _TIMER.format(config=shown, calendar=timetable.calendar),
    }


def unit_name(config: Path) -> str:
    """Return the name of the units of an installation, by its folder."""
    folder = re.sub(r"[^A-Za-z0-9]+", "-", config.parent.name).strip("-").lower()
    return f"digest-{folder}" if folder not in ("", "digest") else "digest"


def _quoted(word: str) -> str:
    """Return a word of a command as systemd.service(5) reads it."""
    escaped = word.replace("\\", r"\\").replace('"', r"\"").replace("%", "%%").replace("$", "$$")
    return f'"{escaped}"' if re.search(r"[\s;'\"\\]", word) else escaped


def install_cron_line(config: Path, timetable: Timetable) -> str:
    """Add the line to this user's crontab, and return what was done; there is one line at most.

    Raises:
        ConfigError: there is no crontab here, or it may not be changed.

    """
    line = cron_line(config, timetable)
    before = _run(["crontab", "-l"], unless="no crontab")
    if line in before.splitlines():
        return "your crontab has the line already"
    _run(["crontab", "-"], text=f"{before.rstrip()}\n{line}\n".lstrip())
    return "added to your crontab; `crontab -e` changes it"


def install_units(config: Path, timetable: Timetable, *, folder: Path | None = None) -> str:
    """Write a user's units of systemd and start the timer; return what was done.

    Raises:
        ConfigError: there are units of that name, or systemd does not take them; then none is left.

    """
    home = folder or Path.home() / ".config" / "systemd" / "user"
    wanted = units(config, timetable)
    timer = next(name for name in wanted if name.endswith(".timer"))
    made: list[Path] = []
    try:
        home.mkdir(parents=True, exist_ok=True)
        for name, text in wanted.items():
            files.create(home / name, text.encode())
            made.append(home / name)
        _run(["systemctl", "--user", "daemon-reload"])
        _run(["systemctl", "--user", "enable", "--now", timer])
    except FileExistsError as error:
        _remove(made)
        raise ConfigError(f"there is {error.filename} already; it was not touched") from error
    except OSError as error:
        _remove(made)
        raise ConfigError(f"cannot write {error.filename}: {error.strerror}") from error
    except ConfigError:
        _remove(made)
        raise
    return (
        f"started {timer}; `systemctl --user list-timers` shows it. It runs while you are logged"
        " in; `loginctl enable-linger` lets it run always"
    )


def _remove(made: list[Path]) -> None:
    for path in made:
        path.unlink(missing_ok=True)


def _run(command: list[str], *, text: str = "", unless: str = "") -> str:
    """Run a command of the system and return what it prints; it may fail with the words `unless`.

    Raises:
        ConfigError: it is not there, or it failed; the text has its words.

    """
    name = " ".join(command[:2])
    if shutil.which(command[0]) is None:
        raise ConfigError(f"this machine has no {command[0]}")
    try:
        done = subprocess.run(  # noqa: S603 (the words are ours)
            command, input=text, capture_output=True, text=True, timeout=_PATIENCE, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ConfigError(f"`{name}` failed: {error}") from error
    if done.returncode and not (unless and unless in done.stderr):
        words = " ".join(done.stderr.split()) or f"exit code {done.returncode}"
        raise ConfigError(f"`{name}` failed: {words}")
    return "" if done.returncode else done.stdout
