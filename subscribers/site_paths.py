"""The addresses of the site: which paths are its own, and what stands before them."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

#: What the paths of pages, feeds and the API begin with.
SECTIONS = frozenset(
    {
        "api", "archive", "confirm", "feedback", "feeds", "health", "help", "leave", "manage",
        "metrics", "privacy", "ready", "refuse", "sent", "static", "subscribe",
    }
)  # fmt: skip


def base_of(url: str) -> str:
    """Return the path of a site's address, such as `/digest`; empty at the root of a host."""
    return urlsplit(url).path.rstrip("/")


def check_site_address(text: str) -> None:
    """Check the address of a site; below a path it may share a host with others.

    Raises:
        ValueError: it is none; the message says why, in words that follow the value.

    """
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host = None
    if not host or parts.scheme not in ("http", "https") or re.search(r"\s", text):
        raise ValueError("is not an address like https://digest.example.org")
    if "@" in parts.netloc:
        raise ValueError("must hold no user name and no password: every mail shows it")
    if "?" in text or "#" in text:
        raise ValueError("must end after the host or a path, without ? and #")
    segments = parts.path.rstrip("/").split("/")[1:]
    if not all(re.fullmatch(r"[A-Za-z0-9_~-][A-Za-z0-9._~-]*", segment) for segment in segments):
        raise ValueError(
            "has a path that cannot be used: letters, digits and - _ ~ . between single slashes"
        )
    if segments and segments[0] in SECTIONS:
        raise ValueError(
            f"has a path that begins with /{segments[0]}, as pages of the site do; choose another"
        )
