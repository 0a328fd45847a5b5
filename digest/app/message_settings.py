"""The settings by which an installation writes its messages: digests and transactional ones.

Apart from `services`, which imports it for the first message, so that commands that read need none
of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from digest.app.config.mail_key import mail_key
from digest.app.config.resources import templates_dir
from digest.app.site_times import site_times
from digest.mail.command_address import CommandWord
from digest.mail.message import FromIdentity
from digest.mail.renderer import MailSettings
from digest.mail.templates import DigestTemplates, Templates
from digest.mail.transactional import TransactionalSettings
from digest.models.delivery import MailKind

if TYPE_CHECKING:
    from digest.app.services import App


def of_digests(app: App) -> MailSettings:
    """Return the settings by which an issue becomes a message."""
    mail = app.config.mail
    return MailSettings(
        templates=DigestTemplates(templates_dir(), "digest"),
        sender=_sender(app, mail.from_address),
        postal_address=app.config.site.postal_address,
        bounce_address=mail.bounce_address or mail.from_address,
        summary_length=app.config.ranking.summary_length,
        secret=app.secrets[0],
        subscriber_links=app.links.subscriber_links,
        signer=app.signer,
        key=mail_key(app.config),
    )


def of_transactional(app: App) -> TransactionalSettings:
    """Return the settings by which a transactional message is written."""
    mail = app.config.mail
    address = mail.letters_from or mail.from_address
    may_sign = app.signer is not None and app.signer.may_sign_for(address)
    return TransactionalSettings(
        templates={kind: Templates(templates_dir(), kind) for kind in MailKind},
        sender=_sender(app, address),
        signer=app.signer if may_sign else None,
        postal_address=app.config.site.postal_address,
        bounce_address=mail.bounce_address or mail.from_address,
        secret=app.secrets[0],
        links=app.links,
        topics={topic.slug: topic.name for topic in app.topics},
        site_times=site_times(app.config.schedule),
    )


def _sender(app: App, address: str) -> FromIdentity:
    """Return who a message is from, under one of the configured addresses."""
    return FromIdentity(
        name=app.config.site.name,
        address=address,
        reply_to=app.config.mail.reply_to,
        web_url=app.config.web.url.rstrip("/"),
        help_address=app.command_addresses.of(CommandWord.HELP),
    )
