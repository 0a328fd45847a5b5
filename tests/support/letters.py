"""Transactional mails as the shipped templates make them, each with all of its links."""

from __future__ import annotations

from typing import TYPE_CHECKING

from digest.app.config.resources import templates_dir
from digest.mail.templates import Templates
from digest.models.delivery import MailKind

if TYPE_CHECKING:
    from digest.mail.templates import Rendered

_TEMPLATES = {name: Templates(templates_dir(), name) for name in MailKind}
LETTERS = [str(kind) for kind in MailKind]
_URLS = {f"{name}_url": f"https://example.org/{name}" for name in (
    "confirm", "manage", "refuse", "leave", "privacy",
)}  # fmt: skip


def letter(name: str, *, topics: str = "Agents", postal_address: str = "1 Main Street") -> Rendered:
    known = {"site": "Trending Papers", "topics": topics, "postal_address": postal_address}
    return _TEMPLATES[name].render(known | _URLS)
