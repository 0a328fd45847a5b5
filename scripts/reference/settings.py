"""The keys of the configuration: their types and defaults from the schema, their words from the
example that `digest init` writes.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any, Literal, get_args, get_origin

from pydantic import SecretStr

from digest.app.config.load import SECRETS, Config
from digest.app.config.resources import example_config
from digest.app.environment import PREFIX


@dataclass(frozen=True, kw_only=True)
class Key:
    """A key of a table."""

    name: str
    #: which values it takes, in words
    kind: str
    #: as it is written in the file; empty if there is none
    default: str
    help: str
    #: the variable of the environment that sets it; empty for none
    variable: str
    #: whether that variable followed by `_FILE` may name a file that holds the value
    may_be_in_file: bool


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table of the configuration."""

    name: str
    #: as its heading in the file, such as `[mail]` or `[[sources]]`
    heading: str
    #: whether there may be several of it
    repeats: bool
    help: str
    #: the variable of the environment that holds all of it, as JSON
    variable: str
    keys: tuple[Key, ...]


def read() -> tuple[Table, ...]:
    """Return all tables, in the order of the example."""
    headings, words = comments(example_config().read_text(encoding="utf-8"))
    return tuple(_table(name, words) for name in headings)


def comments(text: str) -> tuple[list[str], dict[tuple[str, str], str]]:
    """Return the tables of a file, and what its comments say of each table and key.

    The key of a table itself is empty. Of tables that repeat, the first counts. The comment at the
    beginning of the file, which an empty line ends, is about all of it.
    """
    words: dict[tuple[str, str], str] = {}
    tables: list[str] = []
    table, said = "", list[str]()
    for line in text.partition("\n\n")[2].splitlines():
        heading = re.fullmatch(r"\[\[?(\w+)\]\]?", line)
        key = re.match(r"(\w+) = ", line)
        if line.startswith("#"):
            said.append(line.removeprefix("#").strip())
        elif heading or key:
            if heading:
                table = heading[1]
                tables += [] if table in tables else [table]
            words.setdefault((table, key[1] if key else ""), " ".join(said))
            said = []
    return tables, words


def _table(name: str, words: dict[tuple[str, str], str]) -> Table:
    field = Config.model_fields[name]
    repeats = get_origin(field.annotation) is tuple
    model: Any = get_args(field.annotation)[0] if repeats else field.annotation
    return Table(
        name=name,
        heading=f"[[{name}]]" if repeats else f"[{name}]",
        repeats=repeats,
        help=words[name, ""],
        variable=f"{PREFIX}{name.upper()}",
        keys=tuple(
            Key(
                name=key,
                kind=_kind(one.annotation, one.metadata),
                default=_default(one),
                help=words[name, key],
                variable="" if repeats else f"{PREFIX}{name.upper()}__{key.upper()}",
                may_be_in_file=(name, key) in SECRETS,
            )
            for key, one in model.__pydantic_fields__.items()
        ),
    )


def _kind(annotation: Any, metadata: list[Any]) -> str:
    """Say which values a type takes; what our validators demand besides is in the comments."""
    origin = get_origin(annotation)
    if origin is Literal:
        words = [_toml(one) for one in get_args(annotation)]
        return f"one of {', '.join(words)}" if len(words) > 1 else words[0]
    if origin is tuple:
        return f"list of {_plural(_kind(get_args(annotation)[0], []))}"
    if origin is dict:
        return "table"
    if hasattr(annotation, "__metadata__"):  # Annotated
        return _kind(annotation.__origin__, [*annotation.__metadata__, *metadata])
    if origin is not None:  # a union
        return " or ".join(_kind(one, metadata) for one in get_args(annotation))
    if annotation in (int, float):
        return ("whole number" if annotation is int else "number") + _bounds(metadata)
    return {bool: "true or false", SecretStr: "text, a secret"}.get(annotation, "text")


def _bounds(metadata: list[Any]) -> str:
    """Say the bounds of a number; pydantic keeps those of a field among its metadata."""
    found: dict[str, Any] = {}
    for one in metadata:
        parts = getattr(one, "metadata", [one])  # of an inner Field
        for part in parts:
            found |= {
                name: getattr(part, name)
                for name in ("ge", "gt", "le", "lt")
                if getattr(part, name, None) is not None
            }
    words = [
        f"{word} {found[name]:,}"
        for name, word in (("ge", "from"), ("gt", "above"), ("le", "to"), ("lt", "below"))
        if name in found
    ]
    return f" {' '.join(words)}" if words else ""


def _plural(kind: str) -> str:
    return re.sub(r"^(text|whole number|number|table)", r"\1s", kind.removeprefix("one of "))


def _default(field: Any) -> str:
    if field.is_required():
        return ""
    value = field.get_default(call_default_factory=True)
    return _toml(value.get_secret_value() if isinstance(value, SecretStr) else value)


def _toml(value: Any) -> str:
    """Write a value as TOML does, which for all of ours is as JSON does."""
    return json.dumps(value, ensure_ascii=False)
