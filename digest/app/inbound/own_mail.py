"""What this installation's mails can be known by, when one of them comes back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from digest.app import clock, environment
from digest.app.config import load
from digest.app.config.load import default_path
from digest.app.config.secrets import KEY_FILE, known_secret
from digest.inbound.reading.returned_mail import Ours

if TYPE_CHECKING:
    from pathlib import Path

    from digest.app.config.load import Config


def ours_of(config: Config) -> Ours:
    """Return what the mails of a configuration can be known by; it makes no key.

    Raises:
        ConfigError: the file of the key cannot be used.

    """
    site = config.site
    keys = (
        known_secret(config, site.secret_key, KEY_FILE, "secret_key"),
        site.previous_secret_key.get_secret_value(),
    )
    return Ours(
        bounce_address=config.mail.bounce_address,
        secrets=tuple(filter(None, keys)),
        today=clock.today(config.schedule.timezone),
    )


def ours_if_configured(path: Path | None) -> Ours:
    """Return the same; without a configuration that anybody named, nothing can be known.

    Raises:
        ConfigError: the configuration is wrong, or a file was named that is not there.

    """
    if path is None and not environment.config_file() and not default_path().exists():
        return Ours(bounce_address="", secrets=(), today=clock.today("UTC"))
    return ours_of(load(path))
