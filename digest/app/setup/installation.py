"""A new installation, made whole in a folder of its own beside its place, and then put there.

Until then nothing stands where it is to be, so whoever leaves, or a fault, leaves nothing behind.
The configuration is put in its place last: with it the installation is there.
"""

from __future__ import annotations

import os
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from digest.app import config, mail_test, services
from digest.app.clock import now
from digest.app.config.load import FILE_NAME
from digest.app.config.secrets import KEY_FILE, PEPPER_FILE
from digest.app.seeds import give_seeds
from digest.app.setup.configuration import PASSWORD_FILE, config_text
from digest.app.setup.refusals import remedies_of_error, remedies_of_outcome
from digest.app.setup.workshop import open_workshop, remove_left
from digest.errors import ConfigError, MailServerError
from digest.models.delivery import DeliveryState
from digest.storage import files
from subscribers.book import Evidence

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from digest.app.config import Config
    from digest.app.config.schema import Mail
    from digest.app.mail_test import TestResult
    from digest.app.seeds import SeedReport
    from digest.app.setup.answers import Answers, MailAnswers

_DATABASE, _CACHE = "digest.db", "cache"
#: What an installation has beside its configuration; none of it may be there before.
_PARTS = (PASSWORD_FILE, KEY_FILE, PEPPER_FILE, _DATABASE)
#: Seconds to wait for a mail server while somebody looks on.
_PATIENCE = 10.0


class MailRefusedError(MailServerError):
    """The mail server did not take the login or the test mail.

    Attributes:
        remedies: What to do about it, in sentences.

    """

    def __init__(self, message: str, *, remedies: Sequence[str]) -> None:
        """Keep the remedies beside the message."""
        super().__init__(message)
        self.remedies = tuple(remedies)


@dataclass(frozen=True)
class NewInstallation:
    """An installation that is being made: where it is to be, and where it is made."""

    #: the configuration file as it will be named
    path: Path
    #: the folder in which it is made
    workshop: Path
    #: the workshops of setups that were killed, which are removed now
    left: tuple[Path, ...] = ()

    @property
    def cache(self) -> Path:
        """The folder for what services answer."""
        return self.workshop / _CACHE

    def write(self, answers: Answers) -> None:
        """Write the configuration and the password, in place of those of earlier answers."""
        password = answers.mail.password if answers.mail and answers.mail.login else ""
        (self.workshop / PASSWORD_FILE).unlink(missing_ok=True)
        if password:
            files.create(self.workshop / PASSWORD_FILE, f"{password}\n".encode())
        text = config_text(answers)
        files.replace(self.workshop / FILE_NAME, text.encode("utf-8"))
        config.load(self.workshop / FILE_NAME)

    def send_test(self, mail: MailAnswers, address: str) -> TestResult:
        """Log in at a mail server that was written down, and send one mail to an address.

        Raises:
            MailRefusedError: the server did not take one of both.
            ConfigError: a setting is wrong.

        """
        settings = config.load(self.workshop / FILE_NAME)
        timeout = min(settings.mail.timeout, _PATIENCE)
        patient = settings.mail.model_copy(update={"timeout": timeout})
        app = services.open_app(settings, is_new=True)
        app = replace(app, config=_with(settings, patient))
        try:
            result = mail_test.send_test(app, address, at=now(), command="digest setup")
        except MailServerError as error:
            remedies = remedies_of_error(error, mail)
            # The keys to check are named by whoever reads a configuration; here is none yet.
            words = str(error).partition("; check [mail]")[0]
            raise MailRefusedError(words, remedies=remedies) from error
        finally:
            app.close()
        if result.outcome.state is not DeliveryState.SENT:
            words = result.outcome.reason or str(result.outcome.state)
            remedies = remedies_of_outcome(result.outcome, mail)
            raise MailRefusedError(words, remedies=remedies)
        return result

    def subscribe(self, answers: Answers, *, who: str) -> SeedReport | None:
        """Add the first reader, and the papers that they like.

        Args:
            answers: those of the installation.
            who: who vouches for the reader's consent.

        Raises:
            AddressError: the address is none.

        """
        app = services.open_app(config.load(self.workshop / FILE_NAME), is_new=True)
        try:
            _ = app.secrets  # made now, so that all files are put in place together
            evidence = Evidence(at=now(), channel="setup", note=who)
            reader = app.book.add(
                answers.address, answers.topics, confirmed=True, evidence=evidence
            )
            if reader is None or answers.seeds is None:
                return None
            return give_seeds(app, reader.id, answers.seeds, at=now())
        finally:
            app.close()

    def put_in_place(self) -> None:
        """Move everything to its place, the configuration last; on failure nothing is there.

        Raises:
            ConfigError: something is there already, or the folder cannot be written.

        """
        refuse_existing(self.path)
        folder, moved = self.path.parent, list[tuple[Path, Path]]()
        names = sorted(path.name for path in self.workshop.iterdir() if path.name != FILE_NAME)
        try:
            for name in names:
                if name == _CACHE and (folder / name).exists():
                    continue  # it is shared, or was left by another
                (self.workshop / name).rename(folder / name)
                moved.append((self.workshop / name, folder / name))
            files.create(self.path, (self.workshop / FILE_NAME).read_bytes())
        except OSError as error:
            for before, after in moved:
                after.rename(before)
            raise ConfigError(f"cannot write into {folder}: {error.strerror}") from error


@contextmanager
def begin(path: Path) -> Iterator[NewInstallation]:
    """Make a folder for an installation beside its place; at the end of the block it is gone.

    Those that killed setups have left there are removed. Folders on the way to the place are made
    too, and removed again if they stay empty.

    Raises:
        ConfigError: something is there already, or the folder cannot be made.

    """
    refuse_existing(path)
    folder = path.parent
    made = [one for one in (folder, *folder.parents) if not one.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        left = remove_left(folder)
        with open_workshop(folder) as workshop:
            yield NewInstallation(path, workshop, tuple(left))
    except OSError as error:
        raise ConfigError(f"cannot use the folder {folder}: {error.strerror}") from error
    finally:
        for one in made:
            with suppress(OSError):  # it is not empty, or was never made
                one.rmdir()


def refuse_existing(path: Path) -> None:
    """Refuse a place where an installation is already, or parts of one.

    Raises:
        ConfigError: there is one; the text names it and what to do.

    """
    if os.path.lexists(path):
        raise ConfigError(
            f"{path} is there already, and nothing was changed; edit it, or name another folder for"
            " a second installation: `digest setup DIR`"
        )
    for name in _PARTS:
        if os.path.lexists(path.parent / name):
            raise ConfigError(
                f"{path.parent / name} is there already, of an installation without {path.name};"
                " put that back or write one with `digest init`, or name another folder:"
                " `digest setup DIR`"
            )


def _with(settings: Config, mail: Mail) -> Config:
    """Return a configuration with other settings of mail, in the same folder."""
    changed = settings.model_copy(update={"mail": mail})
    changed._folder = settings.folder  # noqa: SLF001 (pydantic does not copy it)
    return changed
