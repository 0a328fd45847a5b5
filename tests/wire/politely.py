"""A process of its own that asks politely, or holds a gate until it is killed; see test_gate."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

from digest.sources.http.backoff import Closings
from digest.sources.http.client import Client
from digest.sources.http.rate_limit import Gates


def now() -> datetime:
    return datetime.now(UTC)


def tell(word: str) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


def ask(folder: Path, url: str, times: str, spacing: str) -> None:
    spacings = {"arxiv.org": float(spacing)}
    with Client(folder, agent=sys.argv[-1], timeout=10, clock=now, spacings=spacings) as client:
        web = client.keeping_to(frozenset({"127.0.0.1"}))
        tell("ready")
        sys.stdin.readline()
        for _ in range(int(times)):
            web.get(url, gate="arxiv.org")


def hold(folder: Path) -> None:
    closings = Closings(folder / "closed", clock=now)
    gates = Gates(folder / "gates", closings=closings, clock=now)
    with gates.through("arxiv.org", "https://arxiv.org/list/cs.CL/new"):
        tell("held")
        sys.stdin.read()  # which never ends


if __name__ == "__main__":
    if sys.argv[1] == "hold":
        hold(Path(sys.argv[2]))
    else:
        ask(Path(sys.argv[2]), *sys.argv[3:6])
