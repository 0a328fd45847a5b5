"""The variables of the environment that begin like ours: mistyped, malformed, or of others.

A mistyped setting is an error, as in the file. A variable that others may have set stops nothing:
Kubernetes and Docker announce a service that is called `digest` in `DIGEST_SERVICE_HOST`,
`DIGEST_PORT_8000_TCP` and the like (kubernetes.io, "Accessing the Service").
"""

from __future__ import annotations

import json
import logging
import re
from typing import TYPE_CHECKING, Any

from digest.app.environment import PREFIX
from digest.errors import ConfigError
from digest.text.wording import suggestion

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pydantic import BaseModel

log = logging.getLogger(__name__)

#: Ours, and no settings.
_OWN = ("config", "traceback")
#: What follows the name of a service in the variables that announce it.
_ANNOUNCED = re.compile(
    r"(?:\w+_)?(?:service_host|service_port(?:_\w+)?|env_\w+"
    r"|port_\d+_(?:tcp|udp|sctp)(?:_(?:proto|port|addr))?)"
)
#: Announcements that differ from mistyped settings by their value.
_ADDRESS = re.compile(r"(?:\w+_)?port"), re.compile(r"\w+://.*")
_LINK = re.compile(r"(?:\w+_)?name"), re.compile(r"/.*")


def check(
    variables: Mapping[str, str], model: type[BaseModel], secrets: Iterable[tuple[str, str]]
) -> None:
    """Refuse the variables that are mistyped settings.

    Args:
        variables: those of the environment that begin like ours.
        model: the whole configuration.
        secrets: the settings, as section and key, that a file may hold.

    Raises:
        ConfigError: one is; the message names it and what was meant.

    """
    meant = {f"{section}_{key}": f"{section}__{key}" for section, key in _keys(model)}
    meant |= {f"{section}_{key}_file": f"{section}__{key}_file" for section, key in secrets}
    for name, rest in _others(variables, model):
        section, divider, _ = rest.partition("__")
        if divider:
            hint = suggestion(section, model.model_fields)
            raise ConfigError(f"{name}: there is no section {section}{hint}")
        if rest in meant:
            raise ConfigError(f"{name}: did you mean {PREFIX}{meant[rest].upper()}?")


def unknown(variables: Mapping[str, str], model: type[BaseModel]) -> list[str]:
    """Return the variables that begin like ours and mean nothing."""
    return [name for name, _ in _others(variables, model)]


def warn_of_unknown(variables: Mapping[str, str], model: type[BaseModel]) -> None:
    """Log a warning for each variable that begins like ours and means nothing."""
    for name in unknown(variables, model):
        log.warning("variable is not known", extra={"variable": name})


def explain_json(value: str, variables: Mapping[str, str], model: type[BaseModel]) -> str:
    """Say which variable should hold JSON, by its value, and how it is written."""
    for name, held in variables.items():
        section, divider, key = name[len(PREFIX) :].lower().partition("__")
        if held != value or section not in model.model_fields:
            continue
        table: Any = model.model_fields[section].annotation
        if not divider:
            return f"{name}: {_explain_table(name, section, table)}"
        field = getattr(table, "model_fields", {}).get(key)
        if field is not None and isinstance(field.default, tuple):
            example = json.dumps(field.default[:1] or [100])
            return f"{name}: [{section}] {key}: must be a list in JSON, such as {name}='{example}'"
    return "a variable of the environment that holds a list or a whole section must be JSON"


def _explain_table(name: str, section: str, table: Any) -> str:
    """Say how a section is written as JSON, and which variable holds a single value."""
    is_list = hasattr(table, "__args__")
    kind = table.__args__[0] if is_list else table
    key, field = next(iter(kind.__pydantic_fields__.items()))
    value = field.default if isinstance(field.default, str | int) else "…"
    example = json.dumps([{key: value}] if is_list else {key: value}, ensure_ascii=False)
    one = "" if is_list else f"; a single value is {name}__{key.upper()}"
    head = f"[[{section}]]" if is_list else f"[{section}]"
    return f"{head}: must be JSON, such as {name}='{example}'{one}"


def _others(variables: Mapping[str, str], model: type[BaseModel]) -> Iterator[tuple[str, str]]:
    """Yield the variables that are neither ours nor announcements, and each without its prefix."""
    for name, value in variables.items():
        rest = name[len(PREFIX) :].lower()
        is_ours = rest in _OWN or rest.partition("__")[0] in model.model_fields
        if not is_ours and not _is_announcement(rest, value):
            yield name, rest


def _is_announcement(rest: str, value: str) -> bool:
    if _ANNOUNCED.fullmatch(rest):
        return True
    return any(name.fullmatch(rest) and form.fullmatch(value) for name, form in (_ADDRESS, _LINK))


def _keys(model: type[BaseModel]) -> Iterator[tuple[str, str]]:
    """Yield the keys that a variable can hold, each with its section."""
    for section, field in model.model_fields.items():
        table: Any = field.annotation
        for key in getattr(table, "model_fields", ()):
            yield section, key
