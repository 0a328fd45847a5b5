#!/usr/bin/env bash
# APScheduler's CronTrigger loses a day whose time the zone leaves out, if that time is midnight.
#
# A time such as 02:30 that is left out in Berlin still fires, an hour later by the clock. But where
# clocks go from 00:00 to 01:00 (Cairo, Beirut, Santiago, Havana, the Azores), a job at 00:30 has no
# run at all on that day, and a weekly one has none for two weeks. A time that occurs twice fires
# twice. A calendar has one occurrence on each of these days (RFC 5545, 3.3.5). The product computes
# clock times itself, in digest/models/clock_times.py, and gives APScheduler a trigger of its own.
#
# Exits with 1 when APScheduler behaves otherwise than is said here.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check apscheduler==3.11.3 tzdata==2026.2
"$folder/venv/bin/python" - <<'PYTHON'
import sys
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from zoneinfo import ZoneInfo

from apscheduler.triggers.cron import CronTrigger

print("apscheduler", version("apscheduler"), "tzdata", version("tzdata"))
#: zone, weekday and day of the change, time of the job, runs on that day
CASES = [
    ("Africa/Cairo", "fri", "2026-04-24", "00:30", 0),
    ("Asia/Beirut", "sun", "2026-03-29", "00:30", 0),
    ("America/Santiago", "sun", "2026-09-06", "00:30", 0),
    ("America/Havana", "sun", "2026-03-08", "00:30", 0),
    ("Atlantic/Azores", "sun", "2026-03-29", "00:30", 0),
    ("Europe/Berlin", "sun", "2026-03-29", "02:30", 1),
    ("America/Havana", "sun", "2026-11-01", "00:30", 2),
    ("Europe/Berlin", "sun", "2026-10-25", "02:30", 2),
]
changed = False
for name, weekday, day, at, expected in CASES:
    zone, (hour, minute) = ZoneInfo(name), map(int, at.split(":"))
    trigger = CronTrigger(day_of_week=weekday, hour=hour, minute=minute, timezone=zone)
    asked = datetime.fromisoformat(day).replace(tzinfo=UTC) - timedelta(days=3)
    end, runs = asked + timedelta(days=7), []
    fired = trigger.get_next_fire_time(None, asked)
    while fired.astimezone(UTC) < end:
        runs.append(fired.astimezone(UTC))
        fired = trigger.get_next_fire_time(fired, fired.astimezone(UTC) + timedelta(seconds=1))
    print(f"{name:17} {at} on {weekday} {day}: {len(runs)} runs", *(f"{run:%d %H:%M}Z" for run in runs))
    changed |= len(runs) != expected
sys.exit("this has changed" if changed else 0)
PYTHON
