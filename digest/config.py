"""The configuration: the classes are the schema, config.example.toml shows every key.

A value comes from the file, unless the environment has one. This is the only module that reads
the environment. Secrets are `SecretStr` and do not show in any output.
"""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    PrivateAttr,
    SecretStr,
    ValidationError,
    model_validator,
)
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
)

from digest.errors import ConfigError
from digest.resources import example_config

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pydantic_core import ErrorDetails

ENV_PREFIX = "DIGEST_"
FILE_NAME = "config.toml"


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, OSError, ValueError) as error:  # ZoneInfoNotFoundError is a KeyError
        raise ValueError("is not a time zone like Europe/Paris") from error
    return name


def _one_line(text: str) -> str:
    if any(not ch.isprintable() for ch in text):
        raise ValueError("must be one line of printable text")
    return text


def _address(text: str) -> str:
    if text and not re.fullmatch(_ADDRESS, text):
        raise ValueError("is not an e-mail address (an international domain is written as xn--…)")
    return text


#: RFC 5322's dot-atom and a host name: what every mail server takes as a sender.
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS = rf"{_ATOM}(?:\.{_ATOM})*@{_LABEL}(?:\.{_LABEL})*"

Line = Annotated[str, AfterValidator(_one_line)]
MailAddress = Annotated[Line, AfterValidator(_address)]


class Section(BaseModel):
    """A table of the file; a key it does not know is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Site(Section):
    """Who sends."""

    name: Annotated[Line, Field(min_length=1, max_length=80)] = "Trending Papers"
    postal_address: Line = ""
    secret_key: SecretStr = SecretStr("")


class Database(Section):
    """Where everything is kept."""

    url: str = "sqlite:///digest.db"


class Source(Section):
    """Where papers come from."""

    name: Annotated[Line, Field(min_length=1)] = "Hugging Face"
    kind: Literal["capture", "jsonl", "huggingface"] = "huggingface"
    path: str = ""
    url: str = ""

    @model_validator(mode="after")
    def _somewhere(self) -> Source:
        if self.kind != "huggingface" and not self.path:
            raise ValueError(f'a source of kind "{self.kind}" needs a path')
        if not self.path and not self.url.startswith(("http://", "https://")):
            raise ValueError("a source needs a path, or a url that begins with http")
        return self


class Topic(Section):
    """A named interest; see subscribers.models.Topic."""

    slug: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,59}$")]
    name: Annotated[Line, Field(min_length=1, max_length=80)]
    words_in: tuple[str, ...] = ()
    words_out: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    trending: bool = False

    @model_validator(mode="after")
    def _something(self) -> Topic:
        if not (self.words_in or self.categories or self.authors or self.trending):
            raise ValueError("a topic needs words_in, categories, authors, or trending = true")
        return self


class Ranking(Section):
    """How papers are chosen."""

    per_topic: Annotated[int, Field(ge=1, le=100)] = 5
    max_papers: Annotated[int, Field(ge=1, le=100)] = 20
    trend_weight: Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)] = 1.0
    summary_length: Annotated[int, Field(ge=0, le=4000)] = 420


Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


class Schedule(Section):
    """When a day begins and when the daemon runs."""

    timezone: Annotated[str, AfterValidator(_zone)] = "UTC"
    at: Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")] = "18:00"
    weekdays: Annotated[tuple[Weekday, ...], Field(min_length=1)] = (
        "mon",
        "tue",
        "wed",
        "thu",
        "fri",
    )


class Mail(Section):
    """How mails leave."""

    transport: Literal["directory", "stdout", "smtp"] = "directory"
    directory: str = "outbox"
    host: Annotated[Line, Field(min_length=1)] = "localhost"
    port: Annotated[int, Field(ge=1, le=65535)] = 587
    security: Literal["none", "starttls", "tls"] = "starttls"
    username: Line = ""
    password: SecretStr = SecretStr("")
    timeout: Annotated[float, Field(gt=0, le=3600)] = 30.0
    from_address: Annotated[MailAddress, Field(min_length=3)] = "digest@example.org"
    reply_to: MailAddress = ""
    bounce_address: MailAddress = ""

    @model_validator(mode="after")
    def _no_login_in_the_clear(self) -> Mail:
        if self.transport == "smtp" and self.security == "none" and self.username:
            raise ValueError(
                'a login is never sent over an unprotected connection; set security = "starttls"'
                ' or "tls", or leave username empty'
            )
        return self


class Web(Section):
    """Where links in mails point."""

    url: Annotated[Line, Field(pattern=r"^(https?://[^\s/?#]+[^\s?#]*)?$")] = (
        "https://digest.example.org"
    )


class Log(Section):
    """What is logged, to standard error."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["text", "json"] = "text"


def starter_topics() -> tuple[Topic, ...]:
    """Return the topics a new installation begins with: those of the example configuration."""
    with example_config().open("rb") as file:
        return tuple(Topic(**topic) for topic in tomllib.load(file)["topics"])


def _default_sources() -> tuple[Source, ...]:
    return (Source(url="https://huggingface.co/api/daily_papers"),)


#: Values that may stand in a file named by the environment, as `DIGEST_MAIL__PASSWORD_FILE`.
_SECRETS = (("site", "secret_key"), ("database", "url"), ("mail", "password"))


class _Environment(EnvSettingsSource):
    """The environment, with `<KEY>_FILE` replaced by what the file holds."""

    def __call__(self) -> dict[str, Any]:
        for name in os.environ:
            section, nested, _ = name.removeprefix(ENV_PREFIX).lower().partition("__")
            if name.startswith(ENV_PREFIX) and nested and section not in Config.model_fields:
                raise ConfigError(f"{name}: there is no section {section}{_hint(section, ())}")
        values = super().__call__()
        for section, key in _SECRETS:
            table = values.get(section)
            if isinstance(table, dict) and (path := table.pop(f"{key}_file", None)):
                table.setdefault(key, self._read(Path(path), section, key))
        return values

    def _read(self, path: Path, section: str, key: str) -> str:
        try:
            return path.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            name = f"{ENV_PREFIX}{section}__{key}_FILE".upper()
            raise ConfigError(f"{name}: cannot read {path}: {error}") from error


class Config(BaseSettings):
    """The whole configuration."""

    model_config = SettingsConfigDict(
        extra="forbid", frozen=True, env_prefix=ENV_PREFIX, env_nested_delimiter="__"
    )
    site: Site = Site()
    database: Database = Database()
    sources: Annotated[tuple[Source, ...], Field(default_factory=_default_sources)]
    topics: Annotated[tuple[Topic, ...], Field(default_factory=starter_topics)]
    ranking: Ranking = Ranking()
    schedule: Schedule = Schedule()
    mail: Mail = Mail()
    web: Web = Web()
    log: Log = Log()

    #: The folder that relative paths start from.
    _folder: Path = PrivateAttr(default_factory=Path.cwd)

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

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Let the environment win over the file's tables, which come in as arguments."""
        return _Environment(settings_cls), init_settings

    @property
    def folder(self) -> Path:
        """Where relative paths start from: the folder of the file."""
        return self._folder

    def path(self, relative: str) -> Path:
        """Return a path of the configuration as seen from anywhere."""
        return self._folder / Path(relative).expanduser()


def load(path: Path) -> Config:
    """Load the configuration from a file and the environment.

    Raises:
        ConfigError: the file is missing, is no TOML, or a value is wrong; one line per fault.

    """
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError as error:
        raise ConfigError(
            f"there is no {path}; run `digest init`, or name a file with -c or DIGEST_CONFIG"
        ) from error
    except OSError as error:
        raise ConfigError(f"cannot read {path}: {error.strerror}") from error
    except ValueError as error:  # TOMLDecodeError, UnicodeDecodeError
        raise ConfigError(f"{path} is not valid TOML: {error}") from error
    return build(tables, folder=path.resolve().parent, where=str(path))


def build(tables: dict[str, Any], *, folder: Path, where: str) -> Config:
    """Check the tables of a configuration; `where` names them in messages.

    Raises:
        ConfigError: a value is wrong.

    """
    for key in tables:
        if key not in Config.model_fields:  # pydantic has arguments of its own among these names
            raise ConfigError(f"{where}: [{key}]: there is no such key{_hint(key, ())}")
    try:
        config = Config(**tables)
    except SettingsError as error:
        raise ConfigError(f"the environment: {error}") from error
    except ValidationError as error:
        raise ConfigError("\n".join(_explain(fault, where) for fault in error.errors())) from error
    config._folder = folder  # noqa: SLF001 (our own private attribute)
    return config


def wants_traceback() -> bool:
    """Whether a developer asked to see where an internal error comes from."""
    return bool(os.environ.get("DIGEST_TRACEBACK"))


def default_path() -> Path:
    """Return the file to use when the command line names none."""
    return Path(os.environ.get("DIGEST_CONFIG") or FILE_NAME)


def _explain(fault: ErrorDetails, where: str) -> str:
    """Write one fault as a line that names key and remedy; never the value, it may be secret."""
    place = _place(fault["loc"])
    if fault["type"] == "extra_forbidden":
        hint = _hint(str(fault["loc"][-1]), fault["loc"])
        return f"{where}: {place}: there is no such key{hint}"
    message = fault["msg"].removeprefix("Value error, ")
    return (
        f"{where}: {place}: {message[:1].lower()}{message[1:]}" if place else f"{where}: {message}"
    )


def _hint(key: str, loc: tuple[int | str, ...]) -> str:
    close = difflib.get_close_matches(key, _siblings(loc), n=1, cutoff=0.4)
    return f"; did you mean {close[0]}?" if close else ""


def _place(loc: tuple[int | str, ...]) -> str:
    """Write a path as people see it in the file: `[mail] port`, `[[sources]] 2 kind`."""
    if len(loc) == 1:
        return f"[{loc[0]}]"
    head = (
        f"[[{loc[0]}]]"
        if len(loc) > 1 and isinstance(loc[1], int)
        else f"[{loc[0]}]"
        if loc
        else ""
    )
    rest = [str(part + 1) if isinstance(part, int) else part for part in loc[1:]]
    return " ".join([head, *rest]).strip()


def _siblings(loc: tuple[int | str, ...]) -> Iterable[str]:
    """Return the keys that would have been right where an unknown one stands."""
    if len(loc) <= 1:
        return Config.model_fields
    tables: dict[str, type[Section]] = {
        "site": Site,
        "database": Database,
        "sources": Source,
        "topics": Topic,
        "ranking": Ranking,
        "schedule": Schedule,
        "mail": Mail,
        "web": Web,
        "log": Log,
    }
    return tables[str(loc[0])].model_fields
