"""How fast mails leave, compared with other programs on the same server and the same cores.

    python benchmarks/delivery.py [MAILS]

All send to Postfix's `smtp-sink` on a private port, one after the other: Postfix's own generator
(C, a constant body, unsigned), this whole program (ranking, rendering, signing, ledger), and the
usual way (EmailMessage, dkimpy, smtplib). Only the ratios can be compared between computers.
`wire.py` measures SMTP alone, also with a round trip.
"""

from __future__ import annotations

import json
import smtplib
import subprocess
import sys
import time
from email.message import EmailMessage
from email.policy import SMTP as POLICY
from statistics import median
from typing import Any

import dkim
import postfix
from arguments import argument
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

SIZE = 60_000
ROUNDS = 3


def generator(port: int, mails: int, sessions: int) -> float:
    """Return the mails/s of smtp-source."""
    started = time.perf_counter()
    postfix.generate(port, mails, sessions=sessions, size=SIZE)
    return mails / (time.perf_counter() - started)


def ours(port: int, mails: int, *options: str) -> dict[str, Any]:
    """Return the result of `digest bench delivery`."""
    command = [sys.executable, "-m", "digest", "bench", "delivery", "--port", str(port)]
    command += ["--subscribers", str(mails), "--size", str(SIZE), "--json", *options]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def naive(port: int, mails: int) -> float:
    """Return the mails/s of a first attempt: one connection, one mail at a time."""
    key = rsa.generate_private_key(65537, 2048).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )
    text = "The words of an abstract, again and again, until there are enough of them. " * 80
    html = "<p>" + "</p>\n<p>".join([text[:600]] * 82) + "</p>"
    started = time.perf_counter()
    with smtplib.SMTP("127.0.0.1", port) as connection:
        for number in range(mails):
            recipient = f"reader{number}@readers.example.com"
            content = _naive_mail(recipient, text, html)
            content = dkim.sign(content, b"rsa", b"bench.example.com", key) + content
            connection.sendmail("digest@bench.example.com", recipient, content)
    return mails / (time.perf_counter() - started)


def _naive_mail(recipient: str, text: str, html: str) -> bytes:
    message = EmailMessage(policy=POLICY)
    message["From"] = "Trending Papers <digest@bench.example.com>"
    message["To"] = recipient
    message["Subject"] = "Trending papers of today"
    message["List-Unsubscribe"] = f"<https://digest.bench.example.com/leave/{recipient}>"
    message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(text, cte="quoted-printable")
    message.add_alternative(html, subtype="html", cte="quoted-printable")
    return message.as_bytes()


def rates(mails: int) -> None:
    """Print the rates and the ratios."""
    one, many, digest_rsa = "smtp-source, 1 session", "smtp-source, 20 sessions", "digest, RSA"
    found: dict[str, list[float]] = {one: [], many: [], digest_rsa: []}
    with postfix.sink() as port:
        generator(port, 500, 1)
        # In turns, so that another load on the computer slows all of them.
        for _ in range(ROUNDS):
            found[one].append(generator(port, mails, 1))
            found[many].append(generator(port, mails, 20))
            signed = ours(port, mails, "--dkim", "rsa")
            found[digest_rsa].append(signed["mails_per_second"])
        found["digest, RSA, one process"] = [rate(port, mails, "rsa", "--senders", "1")]
        found["digest, unsigned"] = [rate(port, mails, "none")]
        found["digest, RSA and Ed25519"] = [rate(port, mails, "rsa+ed25519")]
        found["naive, RSA"] = [naive(port, max(mails // 40, 50))]
    for name, figures in found.items():
        spread = f"{min(figures):,.0f} to {max(figures):,.0f}" if len(figures) > 1 else ""
        print(f"{name:28} {median(figures):8,.0f} mails/s  {spread}")
    for stage, used in signed["cpu_seconds"].items():
        print(f"  {stage:26} {used / mails * 1e6:8,.0f} µs of CPU a mail")
    for name in (one, many, "naive, RSA"):
        ratio = median(found[digest_rsa]) / median(found[name])
        print(f"digest, RSA, beside {name:24} {ratio:6.2f} x")


def rate(port: int, mails: int, dkim_: str, *options: str) -> float:
    """Return our mails/s."""
    return float(ours(port, mails, "--dkim", dkim_, *options)["mails_per_second"])


def memory() -> None:
    """Print the peak memory for ten thousand readers and for a hundred thousand."""
    peaks = {}
    with postfix.sink() as port:
        for readers in (10_000, 100_000):
            found = ours(port, readers, "--dkim", "rsa")
            peaks[readers] = found["peak_rss_bytes"]
            each = ", ".join(f"{peak / 1e6:.0f} MB" for peak in peaks[readers])
            print(f"peak memory, {readers:,} readers: {each}")
    few, many = (max(peaks[readers]) for readers in peaks)
    print(f"the largest process grew by {(many / few - 1) * 100:.1f} %")


if __name__ == "__main__":
    mails = argument(__doc__, 20_000)
    if postfix.is_installed():
        rates(mails)
        memory()
