"""The file for cron, under Debian's cron, whose clock runs twenty times as fast."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest
from support.programs import program
from support.sample_machine import SAMPLES, SampleMachine, sample_machine

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow
#: Ten seconds before the line of the hour; a Monday.
CLOCK = "@2026-02-02 10:06:50 x20"
#: Keeps what cron mails.
SENDMAIL = """\
#!/bin/sh
cat >> /var/spool/mailed.part && mv /var/spool/mailed.part /var/spool/mailed
"""


def with_the_sample(folder: Path) -> None:
    """Put the sample in place, and nothing else for cron to do."""
    shutil.rmtree(folder / "etc/cron.d", ignore_errors=True)
    (folder / "etc/crontab").write_text("", encoding="utf-8")
    (folder / "etc/cron.d").mkdir()
    shutil.copy(SAMPLES / "cron" / "digest", folder / "etc/cron.d/digest")
    (folder / "var/spool/cron/crontabs").mkdir(parents=True)
    (folder / "var/spool").chmod(0o777)  # cron calls sendmail as the user of the line
    sendmail = folder / "var/spool/sendmail"
    sendmail.write_text(SENDMAIL, encoding="utf-8")
    sendmail.chmod(0o755)


def cron() -> list[str]:
    return [
        program("faketime", package="faketime"),
        "-f",
        CLOCK,
        program("cron", package="cron"),
        "-f",
    ]


def mails_of_cron() -> str:
    """The line that puts a script of ours in the place of sendmail."""
    return f"mount --bind /var/spool/sendmail {program('sendmail', package='postfix')}"


def test_the_line_of_the_hour_mails_and_cron_has_nothing_to_say() -> None:
    with sample_machine(*cron(), prepare=with_the_sample, more=mails_of_cron()) as machine:
        said = machine.path("var/spool/mailed")
        machine.until(lambda: machine.outbox() or said.exists(), "no mail in the outbox")

        assert not said.exists(), said.read_text(encoding="utf-8")
        assert machine.outbox() == ["ada@example.org"]


def test_cron_mails_what_is_wrong() -> None:
    def with_an_error(folder: Path) -> None:
        with_the_sample(folder)
        (folder / "etc/digest/config.toml").write_text("[mail]\nprot = 25\n", encoding="utf-8")

    def is_mailed(machine: SampleMachine) -> bool:
        return machine.path("var/spool/mailed").exists()

    with sample_machine(*cron(), prepare=with_an_error, more=mails_of_cron()) as machine:
        machine.until(lambda: is_mailed(machine), "nothing was mailed")

        mail = machine.path("var/spool/mailed").read_text(encoding="utf-8")
    assert "To: root" in mail
    assert "/opt/digest/bin/digest -q run" in mail
    assert "prot" in mail
