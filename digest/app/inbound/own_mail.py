"""What this installation's mails can be known by, when one of them comes back."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from digest.app import clock, environment
from digest.app.config import load
from digest.app.config.load import default_path
from digest.app.config.secrets import KEY_FILE, known_secret
from digest.inbound.commands.request import why_command
from digest.inbound.reading.explanation import recognise_plainly
from digest.inbound.reading.returned_mail import Ours
from digest.mail.command_address import CommandAddresses

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from pathlib import Path

    from digest.app.config.load import Config
    from digest.inbound.reading.explanation import Recognise


def ours_on(config: Config, day: date, *, secrets: Sequence[str]) -> Ours:
    """Return what the mails of a configuration can be known by, for what comes on a day."""
    return Ours(
        bounce_address=config.mail.bounce_address or config.mail.from_address,
        secrets=tuple(secrets),
        today=day,
    )


def ours_of(config: Config) -> Ours:
    """Return the same for today, with the keys that are there; it makes none.

    Raises:
        ConfigError: the file of the key cannot be used.

    """
    site = config.site
    keys = (
        known_secret(config, site.secret_key, KEY_FILE, "secret_key"),
        site.previous_secret_key.get_secret_value(),
    )
    day = clock.today(config.schedule.timezone)
    return ours_on(config, day, secrets=list(filter(None, keys)))


class Known(NamedTuple):
    """What tells mails of ours and commands from other messages."""

    ours: Ours
    #: says why a message is a command
    recognise: Recognise


def known_of(path: Path | None) -> Known:
    """Return what is known of our mails and of commands to us, as far as it is configured.

    Raises:
        ConfigError: the configuration is wrong, or a file was named that is not there.

    """
    if path is None and not environment.config_file() and not default_path().exists():
        nobody = Ours(bounce_address="", secrets=(), today=clock.today("UTC"))
        return Known(nobody, recognise_plainly)
    config = load(path)
    addresses = CommandAddresses(config.inbound.address)
    if not addresses:
        return Known(ours_of(config), recognise_plainly)
    named = partial(why_command, addresses=addresses, names=[config.site.name])
    return Known(ours_of(config), named)
