"""The files that ship with the package: templates, the example configuration, and data.

In a checkout or an editable install the templates and the example are beside the package, where
people edit them; in a wheel they are inside it.
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

_PACKAGE = Path(str(files("digest")))


def templates_dir() -> Path:
    """Return the folder of the templates."""
    return _shipped("templates")


def example_config() -> Path:
    """Return the example configuration, which holds every default and the starter topics."""
    return _shipped("config.example.toml")


def sample_day() -> Path:
    """Return the file of a day of papers, in the format of Hugging Face's daily_papers."""
    return _PACKAGE / "data" / "sample-day.json"


def packs_dir() -> Path:
    """Return the folder of the packs of topics."""
    return _PACKAGE / "data" / "packs"


def vocabulary() -> Path:
    """Return the file of the words that the model of sentence vectors knows, one a line."""
    return _PACKAGE / "data" / "bert-base-uncased-vocab.txt"


def _shipped(name: str) -> Path:
    inside = _PACKAGE / name
    return inside if inside.exists() else _PACKAGE.parent / name
