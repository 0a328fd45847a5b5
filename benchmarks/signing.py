"""The cost of a DKIM signature in µs per mail, and how many times as much dkimpy takes.

    python benchmarks/signing.py [MAILS]

Signs one subscriber's digest of the sample day, made as a run makes it. "No key" is the work
without the signatures themselves: choosing, canonicalising and hashing what is signed. "Relaxed
already" is the same when the caller says that the body is in relaxed form.
"""

from __future__ import annotations

import re
import sys
import tempfile
import time
from base64 import b64encode
from pathlib import Path
from typing import TYPE_CHECKING

import dkim as dkimpy
from arguments import argument
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from digest.app import clock, config, pipeline, services
from digest.app.config.resources import sample_day
from digest.mail.dkim import OVERSIGNED, SIGNED, Signer, canonical_body, generate
from subscribers.book import Evidence

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from digest.mail.dkim import Key

DOMAIN, SELECTOR = "example.org", "spring"
_FIELD = re.compile(rb"([^\s:]+):((?:[^\r]|\r\n[ \t])*)\r\n")


def digest() -> tuple[bytes, datetime]:
    """Return a mail of the sample day and its date."""
    with tempfile.TemporaryDirectory() as scratch:
        source = {"name": "sample", "kind": "huggingface", "path": str(sample_day())}
        app = services.open_app(
            config.build({"sources": [source]}, folder=Path(scratch), where="the benchmark")
        )
        at = clock.now()
        topics = [topic.slug for topic in app.topics]
        evidence = Evidence(at=at, channel="benchmark")
        app.book.add("ada@example.org", topics, confirmed=True, evidence=evidence)
        pipeline.fetch(app)
        day = app.papers.newest_day(until=at.date()) or at.date()
        (subscriber,) = app.book.confirmed()
        mail = app.message_builder(pipeline.build_edition(app, day)).preview(subscriber).message
        app.close()
    if mail is None:
        sys.exit("the sample day has no papers")
    return mail.outgoing.content, at


def cost(sign: Callable[[], object], mails: int) -> float:
    """Return the least µs per call of five rounds."""
    rounds = []
    for _ in range(5):
        started = time.perf_counter()
        for _ in range(mails):
            sign()
        rounds.append((time.perf_counter() - started) / mails * 1e6)
    return min(rounds)


def measure(mails: int) -> None:
    """Print a line per set of keys."""
    mail, at = digest()
    head, _, body = mail.partition(b"\r\n\r\n")
    headers = [(name.decode(), value) for name, value in _FIELD.findall(head + b"\r\n")]
    relaxed = canonical_body(body)
    rsa, ed25519 = generate(SELECTOR, "rsa"), generate(f"{SELECTOR}-ed25519", "ed25519")
    print(f"a mail of {len(mail)} bytes")
    for what, keys, signed, canonical in (
        ("no key, relaxed already", [], relaxed, True),
        ("no key", [], body, False),
        ("RSA, relaxed already", [rsa], relaxed, True),
        ("RSA", [rsa], body, False),
        ("RSA and Ed25519", [rsa, ed25519], body, False),
    ):
        signer = Signer(DOMAIN, keys)
        each = cost(lambda: signer.sign(headers, signed, at=at, canonical=canonical), mails)  # noqa: B023
        print(f"{what:26} {each:8.0f} µs", end="")
        theirs = sum(cost(_dkimpy(mail, key), max(mails // 40, 1)) for key in keys)
        print(f"   dkimpy {theirs:8.0f} µs  {theirs / each:6.1f} x" if keys else "")


def _dkimpy(mail: bytes, key: Key) -> Callable[[], object]:
    """Return a function that signs the same headers with dkimpy."""
    present = {name.lower().encode() for name in (*OVERSIGNED, *SIGNED)}
    names = [name.lower() for name, _ in _FIELD.findall(mail.partition(b"\r\n\r\n")[0] + b"\r\n")]
    encoded = (
        key.private.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
        if key.kind == "rsa"
        else b64encode(key.private.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption()))
    )
    return lambda: dkimpy.sign(
        mail, SELECTOR.encode(), DOMAIN.encode(), encoded,
        canonicalize=(b"relaxed", b"relaxed"), signature_algorithm=f"{key.kind}-sha256".encode(),
        include_headers=[name for name in names if name in present],
    )  # fmt: skip


if __name__ == "__main__":
    measure(argument(__doc__, 400))
