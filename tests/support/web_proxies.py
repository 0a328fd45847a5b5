"""nginx and Caddy with the samples for them, on loopback and with certificates of the tests."""

from __future__ import annotations

import os
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING

from support.paths import ROOT
from support.programs import await_listening, program

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

_SAMPLES = ROOT / "docs" / "samples"

_NGINX = """\
daemon off;
pid {folder}/nginx.pid;
error_log stderr;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    {server}
}}
"""
#: A host with other sites, into which the sample for a path goes.
_HOST = """\
server {{
    listen 443 ssl http2;
    server_name example.org;
    ssl_certificate /etc/letsencrypt/live/digest.example.org/fullchain.pem;
    ssl_certificate_key /etc/letsencrypt/live/digest.example.org/privkey.pem;
    {sample}
}}
"""
_CADDY = "{\n\tadmin off\n\tauto_https disable_redirects\n}\n"


def _replaced(text: str, changes: Sequence[tuple[str, str]]) -> str:
    for before, after in changes:
        assert before in text, before
        text = text.replace(before, after)
    return text


@contextmanager
def nginx(folder: Path, *, is_path: bool, port: int, plain: int, site: int) -> Iterator[None]:
    """Run nginx with a sample: `port` speaks TLS, `plain` does not, and `site` is Digest's."""
    command = program("nginx", package="nginx-light")
    text = (_SAMPLES / "nginx" / ("digest-path.conf" if is_path else "digest.conf")).read_text()
    server = _HOST.format(sample=text) if is_path else text
    changes = [
        ("listen 443 ssl", f"listen 127.0.0.1:{port} ssl"),
        ("/etc/letsencrypt/live/digest.example.org/fullchain.pem", f"{folder}/chain.pem"),
        ("/etc/letsencrypt/live/digest.example.org/privkey.pem", f"{folder}/key.pem"),
        ("http://127.0.0.1:8000", f"http://127.0.0.1:{site}"),
    ]
    if not is_path:
        changes += [
            ("listen 80;", f"listen 127.0.0.1:{plain};"),
            ("listen [::]:80;", ""),
            ("listen [::]:443 ssl http2;", ""),
        ]
    server = _replaced(server, changes)
    (folder / "nginx.conf").write_text(_NGINX.format(folder=folder, server=server))
    settings = [command, "-p", str(folder), "-e", "stderr", "-c", str(folder / "nginx.conf")]
    subprocess.run([*settings, "-t", "-q"], check=True)
    yield from _running(settings, port)


@contextmanager
def caddy(folder: Path, *, is_path: bool, port: int, plain: int, site: int) -> Iterator[None]:
    """Run Caddy alike."""
    command = program("caddy", package="caddy")
    name = "example.org" if is_path else "digest.example.org"
    text = (_SAMPLES / "caddy" / ("Caddyfile-path" if is_path else "Caddyfile")).read_text()
    tls = f"tls {folder}/chain.pem {folder}/key.pem"
    text = _replaced(
        text,
        [
            (f"\n{name} {{\n", f"\nhttps://{name}:{port} {{\n\tbind 127.0.0.1\n\t{tls}\n"),
            ("reverse_proxy 127.0.0.1:8000", f"reverse_proxy 127.0.0.1:{site}"),
        ],
    )
    file = folder / "Caddyfile"
    file.write_text(_CADDY + text)
    os.environ.setdefault("HOME", str(folder))
    settings = ["--config", str(file), "--adapter", "caddyfile"]
    subprocess.run([command, "validate", *settings], check=True, capture_output=True)
    yield from _running([command, "run", *settings], port)


def is_formatted(name: str) -> bool:
    """Say whether a sample for Caddy is written as `caddy fmt` writes it."""
    file = _SAMPLES / "caddy" / name
    command = program("caddy", package="caddy")
    done = subprocess.run([command, "fmt", file], check=True, stdout=subprocess.PIPE, text=True)
    return done.stdout == file.read_text(encoding="utf-8")


def _running(command: list[str], port: int) -> Iterator[None]:
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            await_listening(process, port)
            yield
        finally:
            process.terminate()


def write_certificate(folder: Path, chain: bytes, key: bytes) -> None:
    """Write what the servers show."""
    (folder / "chain.pem").write_bytes(chain)
    (folder / "key.pem").write_bytes(key)
    (folder / "key.pem").chmod(0o600)
