"""A file that is not TOML: its line is shown unless it may be secret, and quotes are proposed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from digest.app.config import load
from digest.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path


def fault_of(tmp_path: Path, content: bytes) -> str:
    """Return the message about a file."""
    path = tmp_path / "config.toml"
    path.write_bytes(content)
    with pytest.raises(ConfigError, match=r"config\.toml is not ") as caught:
        load(path)
    return str(caught.value).removeprefix(f"{path} ")


@pytest.mark.parametrize(
    ("line", "end"),
    [
        ("at = 18:00", ': at = 18:00; text needs quotes: at = "18:00"'),
        ("at = 18:00  # in the evening", ': at = 18:00; text needs quotes: at = "18:00"'),
        ("at=6pm", ': at = 6pm; text needs quotes: at = "6pm"'),
        ("\tname = Our List", ': name = Our List; text needs quotes: name = "Our List"'),
        ("level = debug", ': level = debug; text needs quotes: level = "debug"'),
        ("trending = True", ": write trending = true"),
        ("port = ", "(at line 2, column 8)"),
        ('name = "Papers', "(at line 2, column 15)"),
        ("[site", "(at line 2, column 6)"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_line_that_lacks_quotes_is_shown_with_them(
    tmp_path: Path, line: str, end: str, newline: str
) -> None:
    message = fault_of(tmp_path, f"# Ours.{newline}{line}{newline}".encode())

    assert message.startswith("is not valid TOML: ")
    assert message.endswith(end)
    assert "line 2" in message


@pytest.mark.parametrize(
    "key",
    ["password", "pasword", "secret_key", "pepper", "key", "url = postgresql://me:", "to = a@"],
)
def test_a_line_that_may_hold_a_secret_is_not_shown(tmp_path: Path, key: str) -> None:
    line = f"{key}hunter2" if "=" in key else f"{key} = hunter2"

    message = fault_of(tmp_path, f"{line}\n".encode())

    assert "hunter2" not in message
    assert message.endswith(f'text needs quotes, as in {key.partition(" ")[0]} = "…"')


def test_a_file_in_another_encoding_is_said_to_be_that(tmp_path: Path) -> None:
    assert fault_of(tmp_path, b'name = "caf\xe9"') == "is not text in UTF-8"
