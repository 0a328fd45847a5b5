"""A process that sends requests, or holds a slot until it is killed.

Used by test_rate_limit_processes.
"""

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


def send_requests(folder: Path, url: str, times: str, spacing: str) -> None:
    spacings = {"arxiv.org": float(spacing)}
    with HTTPClient(
        folder, user_agent=sys.argv[-1], timeout=10, clock=now, spacings=spacings
    ) as client:
        web = client.restricted_to(frozenset({"127.0.0.1"}))
        tell("ready")
        sys.stdin.readline()
        for _ in range(int(times)):
            web.get(url, rate_limit_key="arxiv.org")


def hold(folder: Path) -> None:
    backoffs = Backoffs(folder / "closed", clock=now)
    rate_limiter = HostRateLimiter(folder / "gates", backoffs=backoffs, clock=now)
    with rate_limiter.slot("arxiv.org", "https://arxiv.org/list/cs.CL/new"):
        tell("held")
        sys.stdin.read()  # which never ends


if __name__ == "__main__":
    if sys.argv[1] == "hold":
        hold(Path(sys.argv[2]))
    else:
        send_requests(Path(sys.argv[2]), *sys.argv[3:6])
