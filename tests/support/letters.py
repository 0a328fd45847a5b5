"""Transactional mails as the shipped templates make them, each with all of its links."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

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
_ANSWERS = {
    "status": "confirmed",
    "subscribe_address": "subscribe@news.example.org",
    "subscribe_url": "mailto:subscribe@news.example.org?subject=subscribe",
    "command_url": "mailto:commands+abc@news.example.org",
    "all_topics": [{"slug": "agents", "name": "Agents"}, {"slug": "llm", "name": "Language"}],
    "example": "agents, llm",
    "unknown": "robotz",
    "understood": "Agents",
    "command": "topics",
    "subject": "topics agents",
    "wanted": "Agents",
    "done": "topics",
    "when": "every day, at 07:00 (Europe/Paris)",
}


def letter(
    name: str,
    *,
    topics: str = "Agents",
    postal_address: str = "1 Main Street",
    can_reply: bool = True,
    **changes: Any,
) -> Rendered:
    known = {"site": "Trending Papers", "topics": topics, "postal_address": postal_address}
    return _TEMPLATES[name].render(
        {**known, **_URLS, **_ANSWERS, "can_reply": can_reply, **changes}
    )


def every_letter() -> list[Rendered]:
    """Letters in every shape that their templates know."""
    shapes = [
        *({"topics": topics, "postal_address": address} for topics in ("", "Agents")
          for address in ("", "1 Main Street")),
        {"can_reply": False},
        {"can_reply": False, "status": "pending", "understood": "", "unknown": ""},
        {"status": "paused", "understood": "", "wanted": ""},
        *({"command": command, "wanted": ""} for command in ("pause", "resume")),
        *({"done": done} for done in ("confirmed", "paused", "resumed", "left")),
    ]  # fmt: skip
    return [letter(name, **shape) for name in LETTERS for shape in shapes]
