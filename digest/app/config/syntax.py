"""What is wrong with a file that is not TOML: the line, and the quotes that it lacks."""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr

if TYPE_CHECKING:
    from pydantic import BaseModel

#: Where the standard library's parser ends its message.
_PLACE = re.compile(r"\(at line (\d+), column \d+\)$")
#: A key with a value that has no quotes, and perhaps a comment.
_BARE = re.compile(r"""\s*([\w-]+)\s*=\s*([^\s"'\[{#][^"'#]*?)\s*(?:#.*)?""")
#: An address of mail, or one with a login in it.
_PERSONAL = re.compile(r"@|://")


def explain(error: ValueError, text: str, model: type[BaseModel]) -> str:
    """Return what is wrong with a text that is no TOML, with the line where it may be repeated.

    A line is repeated if it begins with a key that is known and is no secret. What follows another
    one may be a password.

    Args:
        error: the error of `tomllib`.
        text: the whole text.
        model: the whole configuration.

    """
    place = _PLACE.search(str(error))
    if not place:
        return str(error)
    line = text.splitlines()[int(place[1]) - 1] if int(place[1]) <= text.count("\n") + 1 else ""
    key, value = bare.groups() if (bare := _BARE.fullmatch(line)) else ("", "")
    if not value or _is_toml(value):
        return str(error)
    is_shown = key in _plain_keys(model) and not _PERSONAL.search(value)
    if value.lower() in ("true", "false"):
        return f"{error}: write {key} = {value.lower()}"
    if not is_shown:
        return f'{error}: text needs quotes, as in {key} = "…"'
    return f'{error}: {key} = {value}; text needs quotes: {key} = "{value}"'


def _is_toml(value: str) -> bool:
    try:
        tomllib.loads(f"key = {value}")
    except ValueError:
        return False
    return True


def _plain_keys(model: type[BaseModel]) -> set[str]:
    """Return the keys, of any section, that hold no secret in any."""
    plain: set[str] = set()
    secret: set[str] = set()
    for section in model.model_fields.values():
        kind: Any = getattr(section.annotation, "__args__", (section.annotation,))[0]
        for name, field in kind.__pydantic_fields__.items():
            (secret if field.annotation is SecretStr else plain).add(name)
    return plain - secret
