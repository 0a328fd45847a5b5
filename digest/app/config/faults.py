"""What is wrong with a configuration: the file or the variable, the key, the value, the remedy."""

from __future__ import annotations

import dataclasses
import json
import re
from datetime import date, time
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, SecretStr

from digest.app import environment
from digest.text.wording import join_words, suggestion
from subscribers.faults import describe

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pydantic.fields import FieldInfo
    from pydantic_core import ErrorDetails

#: What pydantic calls a key that a model, or a dataclass, does not have.
_UNKNOWN_KEY = ("extra_forbidden", "unexpected_keyword_argument")
#: Faults of a value of another type; a password may have come to the wrong place.
_WRONG_TYPE = ("_type", "_parsing")
#: How a message begins that needs its subject: the value.
_VERBS = ("is ", "has ", "holds ", "may ", "must ")
#: The longest value that is repeated, in characters.
_LONGEST = 60


def explain(
    fault: ErrorDetails, where: str, model: type[BaseModel], tables: Mapping[str, Any]
) -> str:
    """Write a fault as a line; a value that is or may be secret is not repeated.

    Args:
        fault: an item of pydantic's `ValidationError.errors()`.
        where: the name of the file.
        model: the whole configuration.
        tables: what the file holds.

    """
    place, key = _place(fault["loc"], where, tables, model), name_of_key(fault["loc"])
    if fault["type"] in _UNKNOWN_KEY:
        hint = suggestion(str(fault["loc"][-1]), _siblings(fault["loc"], model))
        return f"{place}: {key}: there is no such key{hint}"
    message = explain_value(fault, field_at(fault["loc"], model))
    return f"{place}: {key}: {message}" if key else f"{place}: {message}"


def explain_value(fault: ErrorDetails, field: FieldInfo | None) -> str:
    """Return what is wrong with a value, with the value in front where it may be repeated."""
    message = describe(fault, an_object=_table(fault))
    if fault["type"] == "tuple_type" and len(fault["loc"]) == 1:
        name = fault["loc"][0]
        return f"write [[{name}]] on a line above the keys of each of the {name}"
    if field is not None and fault["type"] != "value_error":
        message = _with_range(message, field)
    if fault["type"] == "literal_error":
        choices = re.findall(r"'([^']*)'", str(fault["ctx"]["expected"]))
        message += suggestion(str(fault["input"]).lower(), choices)
    if not message.startswith(_VERBS) or not _may_be_shown(fault, field):
        return message
    value = fault["input"]
    shown = json.dumps(value, ensure_ascii=False) if isinstance(value, str | bool) else str(value)
    return f"{shown} {message}" if len(shown) <= _LONGEST else message


def name_of_key(loc: tuple[int | str, ...]) -> str:
    """Write the location of a fault as in the file: `[mail] port`, `[[sources]] 2 kind`."""
    if not loc:
        return ""
    is_list = len(loc) > 1 and isinstance(loc[1], int)
    head = f"[[{loc[0]}]]" if is_list else f"[{loc[0]}]"
    rest = [str(part + 1) if isinstance(part, int) else part for part in loc[1:]]
    return " ".join([head, *rest])


def field_at(loc: tuple[int | str, ...], model: Any) -> FieldInfo | None:
    """Return the field of a setting, or None for a section."""
    names = [part for part in loc if isinstance(part, str)]
    if len(names) < 2:
        return None
    section = _section(names[0], model)
    fields = getattr(section, "model_fields", getattr(section, "__pydantic_fields__", {}))
    found: FieldInfo | None = fields.get(names[1])
    return found


def _place(loc: tuple[int | str, ...], where: str, tables: Mapping[str, Any], model: Any) -> str:
    """Return the variable that holds a value, or else the file, or both for a whole section."""
    if variable := environment.name_of_key(loc):
        return variable
    if len(loc) != 1:
        return where
    variables = environment.names_of_section(str(loc[0]))
    in_file = not variables or _is_changed(tables.get(str(loc[0])), _section(str(loc[0]), model))
    return join_words([*([where] if in_file else []), *variables])


def _is_changed(table: Any, section: Any) -> bool:
    """Whether the table of a section has a value that is not the default."""
    if not isinstance(table, dict):
        return table is not None
    fields = section.model_fields
    return any(key not in fields or value != fields[key].default for key, value in table.items())


def _table(fault: ErrorDetails) -> str:
    loc = fault["loc"]
    if len(loc) > 1 and isinstance(loc[-1], str):
        return 'a table, such as { name = "value" }'
    head = name_of_key(loc[:2] if len(loc) > 1 else loc).partition(" ")[0]
    return f"a table: write {head} on a line, and each key of it on a line below"


def _with_range(message: str, field: FieldInfo) -> str:
    """Name both ends of a range, where a number has them."""
    low = [one.ge for one in field.metadata if hasattr(one, "ge")]
    high = [one.le for one in field.metadata if hasattr(one, "le")]
    if not (low and high and message.startswith("must be ")) or field.annotation not in (
        int,
        float,
    ):
        return message
    kind = "a whole number" if field.annotation is int else "a number"
    return f"must be {kind} from {low[0]} to {high[0]}"


def _may_be_shown(fault: ErrorDetails, field: FieldInfo | None) -> bool:
    value = fault["input"]
    if field is None or field.annotation is SecretStr:
        return False
    if isinstance(value, str):
        is_elsewhere = fault["type"].endswith(_WRONG_TYPE) or fault["loc"][0] == "mail"
        return "@" not in value and (not is_elsewhere or fault["type"] == "literal_error")
    return isinstance(value, bool | int | float | date | time)


def _siblings(loc: tuple[int | str, ...], model: Any) -> Iterable[str]:
    """Return the known keys of the table in which an unknown key was found."""
    if len(loc) <= 1:
        return list(model.model_fields)
    section = _section(str(loc[0]), model)
    if dataclasses.is_dataclass(section):
        return [field.name for field in dataclasses.fields(section)]
    return list(getattr(section, "model_fields", ()))


def _section(name: str, model: Any) -> Any:
    """Return the class of a section, also of one that is a list of tables."""
    annotation = model.model_fields[name].annotation
    arguments = getattr(annotation, "__args__", ())
    return arguments[0] if arguments else annotation
