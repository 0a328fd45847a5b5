#!/usr/bin/env bash
# httpx 0.28.1 through a SOCKS proxy that is another server: `socksio.ProtocolError` comes out, which is no
# `httpx.HTTPError`, so `except httpx.HTTPError` does not catch it. With a proxy that speaks HTTP, or with
# any other error of the connection, it is an `httpx.TransportError`, as documented. It is an easy mistake to
# make: `ALL_PROXY=socks5://…` with the port of an HTTP proxy, which answers "400 Bad Request".
#
# Also seen: `NO_PROXY=[::1]`, as curl reads it, raises `httpx.InvalidURL` when a client is made, before any
# request. Digest finds the proxy of each request itself (digest/sources/http/proxies.py), and turns socksio's
# errors into `httpx.ProxyError` (digest/sources/http/pools.py).
set -euo pipefail
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'httpx[socks]==0.28.1' socksio==1.0.0 httpcore==1.0.9
env -u HTTP_PROXY -u HTTPS_PROXY -u ALL_PROXY NO_PROXY='[::1]' "$folder/venv/bin/python" - <<'PYTHON'
import socket
import sys
import threading

import httpx
import socksio

print("httpx", httpx.__version__, "socksio", socksio.__version__)


def answer_as_http(listener):
    connection, _ = listener.accept()
    with connection:
        connection.recv(100)
        connection.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")


with socket.create_server(("127.0.0.1", 0)) as listener:
    threading.Thread(target=answer_as_http, args=(listener,), daemon=True).start()
    proxy = f"socks5://127.0.0.1:{listener.getsockname()[1]}"
    with httpx.Client(proxy=proxy, trust_env=False, timeout=5) as client:
        try:
            client.get("http://127.0.0.1:9/")
        except Exception as error:
            seen = error
print("an HTTP proxy asked by SOCKS5:", type(seen).__mro__[:2], seen)

try:
    httpx.Client().close()
    made = None
except httpx.InvalidURL as error:
    made = error
print("a client with NO_PROXY=[::1]:", repr(made))

as_described = (
    isinstance(seen, socksio.ProtocolError)
    and not isinstance(seen, httpx.HTTPError)
    and made is not None
)
sys.exit(0 if as_described else 1)
PYTHON
