"""`digest runs`: what the last runs did, also one that was killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from support.command import CONFIG, DAY, PAPERS

if TYPE_CHECKING:
    from support.command import Command


def ends(digest: Command) -> list[str]:
    return [one["end"] for one in digest("runs", "--json").json]


def test_before_the_first_run_the_next_step_is_said(home: Path, digest: Command) -> None:
    found = digest("runs")

    assert (found.code, found.out) == (0, "nothing has run yet: `digest run`\n")
    assert digest("runs", "--json").json == []


def test_a_run_is_one_line_with_its_counts(furnished: Path, digest: Command) -> None:
    digest("run", *DAY)

    head, line = digest("runs").out.splitlines()
    [found] = digest("runs", "--json").json

    assert head.split()[:3] == ["began", "at", "took"]
    assert line.split()[2:] == ["run", "2026-02-02", "done", "2", "sent", "2"]
    assert (found["deliveries"], found["papers"], found["end"]) == ({"sent": 2}, 2, "done")
    assert (found["failed_sources"], found["silence"], found["trouble"]) == ([], None, [])


def test_a_source_that_failed_and_a_run_that_stopped_are_told(
    furnished: Path, digest: Command
) -> None:
    (furnished / "papers.jsonl").unlink()
    digest("run", *DAY, "--only", "ada@example.org")
    (furnished / "outbox" / "2026-02-02").rename(furnished / "away")
    (furnished / "outbox" / "2026-02-02").write_text("in the way")
    digest("run", *DAY)

    incomplete, stopped = digest("runs", "--json").json

    assert (incomplete["end"], incomplete["trouble"]) == ("incomplete", ["source file"])
    assert (stopped["end"], stopped["deliveries"]) == ("stopped", {"planned": 1})
    assert "the run stopped: cannot write" in digest("runs").out


def test_only_so_many_are_shown_the_newest_last(furnished: Path, digest: Command) -> None:
    for _ in range(3):
        digest("run", *DAY)

    assert [one["id"] for one in digest("runs", "--last", "2", "--json").json] == [2, 3]
    assert digest("runs", "--last", "0").code == 2


def test_a_run_that_was_killed_has_no_end(furnished: Path, digest: Command) -> None:
    (furnished / "papers.jsonl").unlink()
    os.mkfifo(furnished / "papers.jsonl")  # reading it waits for ever
    command = Path(sys.executable).with_name("digest")
    started = subprocess.Popen([command, "-c", furnished / "config.toml", "run", *DAY])
    try:
        while not ends(digest):
            assert started.poll() is None
        running = ends(digest)
    finally:
        started.send_signal(signal.SIGKILL)
        started.wait()

    assert (running, ends(digest)) == (["running"], ["killed"])


def test_silence_is_said_by_the_report_and_kept(home: Path, digest: Command) -> None:
    lines = [json.dumps(one | {"title": "A Whale", "abstract": "It sings."}) for one in PAPERS]
    (home / "papers.jsonl").write_text("\n".join(lines), encoding="utf-8")
    digest("subscribers", "add", "ada@example.org", "--topic", "agents", "--confirmed")
    (home / "config.toml").write_text(CONFIG.replace('slug = "agents"', 'slug = "maps"'))

    result = digest("run", *DAY, "--quiet")

    said = "nothing was sent for 2026-02-02 to 1 reader, though 2 papers came: none of the topics"
    assert (result.code, result.out) == (1, "")
    assert f"alarm: {said}" in result.err
    assert digest("runs", "--json").json[0]["silence"].startswith(said)
    assert digest("run", *DAY, "--json").json["silence"].startswith(said)
