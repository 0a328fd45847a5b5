"""Loading the configuration, and the messages about its errors.

A value in the environment replaces the one in the file, and a message about it names its variable.
Secrets are `SecretStr` and appear in no output.
"""

from __future__ import annotations

import glob
import logging
import math
import tomllib
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, PrivateAttr, ValidationError, model_validator
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
)

from digest.app import environment
from digest.app.clock import LOCAL
from digest.app.config import permissions, syntax, variables
from digest.app.config.faults import explain
from digest.app.config.monitoring import Admin, Alerts, Metrics
from digest.app.config.schema import (
    DKIM,
    DNS,
    Database,
    Delivery,
    Fetch,
    Inbound,
    Log,
    Mail,
    Ranking,
    RateSettings,
    Retention,
    Schedule,
    Site,
    SourceSettings,
    TopicSettings,
    Web,
)
from digest.app.config.starter_topics import starter_topics
from digest.errors import ConfigError
from digest.text.wording import suggestion

log = logging.getLogger(__name__)

FILE_NAME = "config.toml"


def _default_sources() -> tuple[SourceSettings, ...]:
    return (SourceSettings(),)


#: The values that may come from a file, as `DIGEST_MAIL__PASSWORD_FILE` names one.
SECRETS = (
    ("site", "secret_key"),
    ("site", "previous_secret_key"),
    ("site", "pepper"),
    ("database", "url"),
    ("mail", "password"),
    ("inbound", "imap_password"),
    ("admin", "password_hash"),
    ("metrics", "token"),
    ("alerts", "heartbeat"),
)


class _Environment(EnvSettingsSource):
    """The environment, with each `<KEY>_FILE` replaced by the content of that file."""

    def __call__(self) -> dict[str, Any]:
        ours = environment.our_variables()
        variables.check(ours, Config, SECRETS)
        try:
            values = super().__call__()
        except SettingsError as error:
            value = getattr(error.__cause__, "doc", "")
            raise ConfigError(variables.explain_json(value, ours, Config)) from error
        for section, key in SECRETS:
            table = values.get(section)
            if isinstance(table, dict) and (path := table.pop(f"{key}_file", None)):
                table.setdefault(key, self._read(Path(path), section, key))
        return values

    def _read(self, path: Path, section: str, key: str) -> str:
        name = f"{environment.PREFIX}{section}__{key}_FILE".upper()
        try:
            return permissions.read_secret(path).decode("utf-8-sig").strip()
        except OSError as error:
            raise ConfigError(f"{name}: cannot read {path}: {error.strerror}") from error
        except UnicodeDecodeError as error:
            raise ConfigError(f"{name}: {path} is not text in UTF-8") from error


class Config(BaseSettings):
    """The whole configuration."""

    model_config = SettingsConfigDict(
        extra="forbid", frozen=True, env_prefix=environment.PREFIX, env_nested_delimiter="__"
    )
    site: Site = Site()
    database: Database = Database()
    sources: Annotated[tuple[SourceSettings, ...], Field(default_factory=_default_sources)]
    topics: Annotated[tuple[TopicSettings, ...], Field(default_factory=starter_topics)]
    fetch: Fetch = Fetch()
    ranking: Ranking = Ranking()
    schedule: Schedule = Schedule()
    mail: Mail = Mail()
    delivery: Delivery = Delivery()
    retention: Retention = Retention()
    dkim: DKIM = DKIM()
    dns: DNS = DNS()
    pace: RateSettings = RateSettings()
    web: Web = Web()
    inbound: Inbound = Inbound()
    admin: Admin = Admin()
    metrics: Metrics = Metrics()
    alerts: Alerts = Alerts()
    log: Log = Log()

    #: The folder that relative paths start from.
    _folder: Path = PrivateAttr(default_factory=Path)
    #: The file, if it holds a key or a password.
    _secrets_file: Path | None = PrivateAttr(default=None)

    @model_validator(mode="after")
    def _names_are_unique(self) -> Config:
        for what, names in (
            ("source name", [source.name for source in self.sources]),
            ("topic slug", [topic.slug for topic in self.topics]),
        ):
            twice = sorted({name for name in names if names.count(name) > 1})
            if twice:
                raise ValueError(f"the {what} {twice[0]!r} is used twice")
        return self

    @model_validator(mode="after")
    def _deliveries_are_kept_while_they_are_needed(self) -> Config:
        keep = self.retention.deliveries
        if keep and "deliveries" in self.retention.model_fields_set:
            for key, days in self._needs_deliveries():
                if keep < days:
                    raise ValueError(
                        f"[retention] deliveries = {keep} is shorter than {key}, {days} days, which"
                        " needs the deliveries; raise it, or set 0 to keep all for ever"
                    )
        return self

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Put the environment before the tables of the file, which come in as arguments."""
        return _Environment(settings_cls), init_settings

    @property
    def deliveries_kept(self) -> int:
        """For how many days deliveries are kept in full; 0 for ever.

        Where nobody has chosen, as long as other settings need them.
        """
        keep = self.retention.deliveries
        return keep and max(keep, *(days for _, days in self._needs_deliveries()))

    def _needs_deliveries(self) -> list[tuple[str, int]]:
        """Return the settings that need deliveries, and for how many days each does."""
        return [
            ("[fetch] catch_up", self.fetch.catch_up),
            ("[delivery] max_lateness", math.ceil(self.delivery.max_lateness / 24)),
        ]

    @property
    def folder(self) -> Path:
        """The folder of the file, from which relative paths start."""
        return self._folder

    @property
    def secrets_file(self) -> Path | None:
        """The file of the configuration, if it holds a key or a password; else None."""
        return self._secrets_file

    def warn_of_unknown_variables(self) -> None:
        """Log a warning for each variable that begins like ours and is none."""
        variables.warn_of_unknown(environment.our_variables(), Config)

    def warn_of_unknown_zone(self) -> None:
        """Log a warning if days go by the machine's time zone, and TZ names none."""
        if self.schedule.timezone in (LOCAL, "UTC") and (name := environment.unknown_zone()):
            log.warning("no such time zone, so it is UTC", extra={"variable": "TZ", "value": name})

    @property
    def log_file(self) -> Path | None:
        """The file of the log; None for standard error."""
        return self.path(self.log.file) if self.log.file else None

    def path(self, relative: str) -> Path:
        """Return a path of the configuration, resolved against its folder.

        Raises:
            ConfigError: it begins with the home of a user who has none.

        """
        return self._folder / _expanded(relative)

    def glob(self, pattern: str) -> str:
        """Return a pattern of paths, resolved against the folder, whose own name is no pattern.

        Raises:
            ConfigError: it begins with the home of a user who has none.

        """
        path = _expanded(pattern)
        return str(path) if path.is_absolute() else f"{glob.escape(str(self._folder))}/{path}"


def _expanded(text: str) -> Path:
    """Return a path with the home folder for a ~ at its beginning.

    Raises:
        ConfigError: nobody knows that folder.

    """
    try:
        return Path(text).expanduser()
    except RuntimeError as error:
        raise ConfigError(f"{text}: there is no such home folder; write the whole path") from error


def load(path: Path | None = None) -> Config:
    """Load the configuration from a file and the environment.

    The file is the one the command line names, else the one of DIGEST_CONFIG, else ./config.toml.

    Raises:
        ConfigError: the file is missing, is not TOML, or a value is wrong; one line per error.

    """
    path = path or default_path()
    named = environment.config_file()
    variable = f"{environment.PREFIX}CONFIG: " if named and Path(named) == path else ""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise ConfigError(
            f"{variable}there is no {path}; run `digest init`, or name a file with -c or"
            " DIGEST_CONFIG"
        ) from error
    except OSError as error:
        raise ConfigError(f"{variable}cannot read {path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path} is not text in UTF-8") from error
    return read(text, path)


def read(text: str, path: Path) -> Config:
    """Make the configuration that a file has with this text, from it and the environment.

    Raises:
        ConfigError: it is not TOML, or a value is wrong; one line per error.

    """
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        words = syntax.explain(error, text, Config)
        raise ConfigError(f"{path} is not valid TOML: {words}") from error
    config = build(tables, folder=path.resolve().parent, where=str(path))
    if permissions.holds_secret(tables):
        config._secrets_file = path  # noqa: SLF001 (our own private attribute)
    return config


def build(tables: dict[str, Any], *, folder: Path, where: str) -> Config:
    """Make a configuration from tables; `where` names them in messages.

    Raises:
        ConfigError: a value is wrong.

    """
    for key in tables:
        if key not in Config.model_fields:  # pydantic has arguments of its own among these names
            hint = suggestion(key, Config.model_fields)
            raise ConfigError(f"{where}: [{key}]: there is no such key{hint}")
    try:
        config = Config(**tables)
    except ValidationError as error:
        lines = [explain(fault, where, Config, tables) for fault in error.errors()]
        raise ConfigError("\n".join(lines)) from error
    config._folder = folder  # noqa: SLF001 (our own private attribute)
    return config


def default_path() -> Path:
    """Return the file of DIGEST_CONFIG, else ./config.toml."""
    return Path(environment.config_file() or FILE_NAME)
