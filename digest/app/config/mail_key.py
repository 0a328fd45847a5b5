"""The key of the mail settings: a stored edition is used again only while the key is the same."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from digest.app.config.resources import templates_dir

if TYPE_CHECKING:
    from digest.app.config.load import Config


def mail_key(config: Config) -> str:
    """Return a hash of every setting and template that shapes a message, beside its papers."""
    site, mail, web = config.site, config.mail, config.web
    settings = [
        site.name,
        site.postal_address,
        mail.from_address,
        mail.reply_to,
        web.url,
        mail.bounce_address,
        config.inbound.address,
        str(config.ranking.summary_length),
    ]
    digest = hashlib.sha256("\0".join(settings).encode())
    for path in sorted((templates_dir() / "email").rglob("*.*")):
        digest.update(path.read_bytes())
    return digest.hexdigest()
