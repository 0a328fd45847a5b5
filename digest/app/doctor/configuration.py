"""The configuration: what it holds, who can read its secrets, and what is still the example's."""

from __future__ import annotations

import os
import re
import shlex
import tomllib
from typing import TYPE_CHECKING

from digest.app import environment
from digest.app.config import Config, default_path, load, permissions, variables
from digest.app.config.schema import Database
from digest.app.config.secrets import KEY_FILE, PEPPER_FILE, known_secret, signer
from digest.app.doctor.finding import Finding, fail, failed, not_checked, ok, warn
from digest.app.figures_server import refuse_open
from digest.app.transport import example_names, is_here
from digest.errors import ConfigError
from digest.storage.engine import database_path
from digest.text.wording import join_choices, join_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

CONFIGURATION, SECRETS, KEYS, VALUES = "configuration", "secrets", "DKIM keys", "own values"
MONITORING = "monitoring"
#: What is looked at once the configuration can be used.
OTHERS = (KEYS, VALUES, MONITORING)
_VARIABLE = re.compile(rf"\b{environment.PREFIX}\w+", re.IGNORECASE)


def read(path: Path | None) -> tuple[Config | None, list[Finding]]:
    """Read the configuration; return it if it can be used, and what was found."""
    file = path or default_path()
    try:
        config = load(path)
    except ConfigError as error:
        found = [_of_line(line, file) for line in str(error).splitlines()]
        return None, found
    return config, [ok(CONFIGURATION, f"{file} can be used, and has no unknown key")]


def check(config: Config) -> Iterator[Finding]:
    """Look at what the configuration says."""
    yield from _deprecated(config)
    yield from _unknown_variables()
    yield from _secrets(config)
    yield from _keys(config)
    yield from _left_over(config)
    yield from _monitoring(config)


def check_files(path: Path | None) -> Iterator[Finding]:
    """Look at the modes of the files of a configuration that cannot be used.

    Raises:
        OSError: the file cannot be read.

    """
    file = path or default_path()
    if not file.is_file():
        yield not_checked(SECRETS, f"there is no {file}")
        return
    text = file.read_text(encoding="utf-8-sig", errors="replace")
    holder = file if permissions.may_hold_secret(text) else None
    readable = permissions.readable_secrets(holder, database=_database(text, file))
    for name in (KEY_FILE, PEPPER_FILE):
        readable |= permissions.readable_secrets(file.parent / name, database=None)
    yield from _readable(readable)
    if not readable:
        yield not_checked(SECRETS, "nobody else can read the files; the configuration has the rest")


def _database(text: str, file: Path) -> Path | None:
    """Return the file of the database, as far as a configuration that cannot be used names it."""
    named = {key.lower(): value for key, value in environment.our_variables().items()}
    url = named.get(f"{environment.PREFIX}database__url".lower())
    try:
        url = url or tomllib.loads(text)["database"]["url"]
        return database_path(url, folder=file.resolve().parent)
    except (ConfigError, KeyError, TypeError, AttributeError, tomllib.TOMLDecodeError):
        return database_path(Database().url, folder=file.resolve().parent)


def _readable(files: Mapping[Path, str]) -> Iterator[Finding]:
    for path, remedy in files.items():
        yield fail(SECRETS, f"others on this machine can read the secrets in {path}", remedy)


def _of_line(line: str, file: Path) -> Finding:
    text, _, remedy = line.partition("; ")
    place = text.partition(": ")[0]
    variables_of_it = _VARIABLE.findall(place)
    where = [f"in {file}"] if str(file) in place or not variables_of_it else []
    where += [f"in the variable {name}" for name in variables_of_it]
    return fail(
        CONFIGURATION,
        text,
        remedy or f"correct it {join_choices(where)}, and run `digest doctor`",
    )


def _deprecated(config: Config) -> Iterator[Finding]:
    if config.schedule.timezone == "UTC" and not config.schedule.at:
        yield warn(
            CONFIGURATION,
            '[schedule] timezone = "UTC" is what old files have; it counts as the machine\'s zone',
            '[schedule] timezone = "local"',
        )


def _unknown_variables() -> Iterator[Finding]:
    unknown = variables.unknown(environment.our_variables(), Config)
    if unknown:
        yield warn(
            CONFIGURATION,
            f"{join_words(unknown)} in the environment {'means' if len(unknown) == 1 else 'mean'}"
            " nothing",
            f"unset {' '.join(unknown)}",
        )


def _secrets(config: Config) -> Iterator[Finding]:
    """Look at the modes of the files that hold secrets, and at the keys that are secrets."""
    database = database_path(config.database.url, folder=config.folder)
    readable = permissions.readable_secrets(config.secrets_file, database=database)
    yield from _readable(readable)
    faults = 0
    for setting, file, key in (
        (config.site.secret_key, KEY_FILE, "secret_key"),
        (config.site.pepper, PEPPER_FILE, "pepper"),
    ):
        try:
            known_secret(config, setting, file, key)
        except ConfigError as error:
            faults += 1
            yield _unusable(SECRETS, error)
    if not readable and not faults:
        yield ok(SECRETS, "nobody else on this machine can read them")


def _keys(config: Config) -> Iterator[Finding]:
    try:
        signing = signer(config)
    except ConfigError as error:
        yield _unusable(KEYS, error)
        return
    if signing is None:
        if config.mail.transport == "smtp":
            yield warn(
                KEYS,
                "Digest signs no mail; large providers refuse bulk mail unless the mail server"
                " signs it for the domain",
                "digest dkim keygen",
            )
        else:
            yield ok(KEYS, "Digest signs no mail, and none leaves this machine")
        return
    selectors = join_words([key.selector for key in signing.keys])
    yield ok(KEYS, f"mails are signed for {signing.domain} with {selectors}")


def _unusable(check: str, error: ConfigError) -> Finding:
    """Return the finding of a secret that cannot be used; another user's need not be readable."""
    if isinstance(error.__cause__, PermissionError):
        return not_checked(check, f"{str(error).partition('; ')[0]}, as it should be for others")
    return failed(check, error)


def _left_over(config: Config) -> Iterator[Finding]:
    """Look for values that an operator has to choose, and has not."""
    sends = config.mail.transport == "smtp"
    found = False
    for key, host in example_names(config).items():
        found = True
        text = f"{key} is still the example's ({host})"
        own = "https://digest.your-domain" if "url" in key else "digest@your-domain"
        remedy = f'{key} = "{own}"'
        if sends and not is_here(config):
            yield fail(VALUES, f"{text}, so no mail is sent", remedy)
        else:
            yield warn(VALUES, text, remedy)
    if not config.site.postal_address:
        found = True
        yield warn(
            VALUES,
            "no postal address is at the foot of mails; many countries require one",
            '[site] postal_address = "your name, street, city"',
        )
    asks_services = any(not source.path for source in config.sources)
    has_contact = config.fetch.contact or "[mail] from_address" not in example_names(config)
    if asks_services and not has_contact:
        found = True
        yield warn(
            VALUES,
            "requests to sources name nobody to write to, who may be blocked without a warning",
            '[fetch] contact = "you@your-domain"',
        )
    if not os.access(config.folder, os.W_OK):
        yield warn(
            VALUES,
            f"this user may not write in {config.folder}, where a run keeps its files",
            "run `digest doctor` as the user who runs `digest run`",
        )
    elif not found:
        yield ok(VALUES, "nothing is left of the example")


def _monitoring(config: Config) -> Iterator[Finding]:
    """Look whether figures can be written and asked for as `[metrics]` says."""
    metrics, found = config.metrics, []
    if metrics.listen:
        try:
            refuse_open(config)
        except ConfigError as error:
            found.append(failed(MONITORING, error))
    folder = config.path(metrics.file).parent
    if metrics.file and not folder.is_dir():
        text = f"[metrics] file: there is no folder {folder}, so no figures are written"
        found.append(fail(MONITORING, text, f"mkdir -p {shlex.quote(str(folder))}"))
    elif metrics.file and not os.access(folder, os.W_OK | os.X_OK):
        text = f"[metrics] file: this user may not write in {folder}"
        remedy = "let the user who runs `digest run` write there, and run `digest doctor` as that"
        found.append(fail(MONITORING, text, remedy))
    if not (metrics.listen or metrics.file):
        found.append(ok(MONITORING, "no figures are written or served"))
    yield from found or [ok(MONITORING, "figures can be written and asked for")]
