"""Where a day's time goes: each step's rate, and beside it the cost of compiling MJML per mail.

    python benchmarks/pipeline.py [READERS]

Runs the sample day for made-up readers into a folder that is thrown away. Rates are for this
machine and run only; the ratio at the end compares two ways in the same run.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from pathlib import Path

from digest import app, config, pipeline
from digest.rendering.templates import Templates
from digest.resources import sample_day, templates_dir
from subscribers.book import Evidence


def measure(readers: int) -> None:
    """Print a line per step."""
    with tempfile.TemporaryDirectory() as scratch:
        source = {"name": "sample", "kind": "huggingface", "path": str(sample_day())}
        opened = app.open_app(
            config.build({"sources": [source]}, folder=Path(scratch), where="the benchmark")
        )
        slugs = [topic.slug for topic in opened.topics]
        evidence = Evidence(at=app.now(), door="benchmark")
        started = time.perf_counter()
        for number in range(readers):
            wanted = [slugs[(number + step) % len(slugs)] for step in (0, 3, 7)]
            opened.book.add(f"r{number}@example.org", wanted, confirmed=True, evidence=evidence)
        _line("sign up", readers, "readers", started)
        started = time.perf_counter()
        (report,) = pipeline.fetch(
            opened.today(), opened.places, only_day=False, store=opened.store, clock=app.now
        )
        _line("fetch", report.parsed, "papers", started)
        day = opened.store.newest_day(until=opened.today()) or opened.today()
        started = time.perf_counter()
        desk = pipeline.lay_out(
            day, opened.topics, ["sample"], store=opened.store, quotas=opened.quotas
        )
        _line("rank", len(slugs), "topics", started)
        everybody = opened.book.confirmed()
        started = time.perf_counter()
        outcomes = pipeline.rehearse(
            everybody, desk, press=opened.press, ledger=opened.ledger, clock=app.now
        )
        made = _line("compose and render", len(outcomes), "mails", started)
        started = time.perf_counter()
        pipeline.send(
            everybody, desk, press=opened.press, ledger=opened.ledger,
            transport=opened.transport(), clock=app.now,
        )  # fmt: skip
        _line("the same and deliver to files", readers, "mails", started)
        started = time.perf_counter()
        for _ in range(20):
            Templates(templates_dir(), "digest")
        compiled = (time.perf_counter() - started) / 20
        print(f"compiling MJML for every mail would take {1 + compiled / made:.2f} x the time")
        print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


def _line(what: str, number: int, unit: str, started: float) -> float:
    each = (time.perf_counter() - started) / number
    print(f"{what:30} {number:6} {unit:8} {1 / each:9.0f} /s")
    return each


if __name__ == "__main__":
    measure(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
