"""A process of its own that asks politely, or holds a gate until it is killed; see test_gate."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

from digest.sources.http.backoff import Backoffs
from digest.sources.http.client import HTTPClient
from digest.sources.http.rate_limit import HostRateLimiter


def now() -> datetime:
    return datetime.now(UTC)


def tell(word: str) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


def ask(folder: Path, url: str, times: str, spacing: str) -> None:
    spacings = {"arxiv.org": float(spacing)}
    with HTTPClient(folder, agent=sys.argv[-1], timeout=10, clock=now, spacings=spacings) as client:
        web = client.restricted_to(frozenset({"127.0.0.1"}))
        tell("ready")
        sys.stdin.readline()
        for _ in range(int(times)):
            web.get(url, gate="arxiv.org")


def hold(folder: Path) -> None:
    closings = Backoffs(folder / "closed", clock=now)
    gates = HostRateLimiter(folder / "gates", closings=closings, clock=now)
    with gates.slot("arxiv.org", "https://arxiv.org/list/cs.CL/new"):
        tell("held")
        sys.stdin.read()  # which never ends


if __name__ == "__main__":
    if sys.argv[1] == "hold":
        hold(Path(sys.argv[2]))
    else:
        ask(Path(sys.argv[2]), *sys.argv[3:6])
