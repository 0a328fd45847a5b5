"""What is shipped with the program in `share/`: pages for `man`, and completions of shells."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from reference import bash, commands, fish, manual, settings, zsh

if TYPE_CHECKING:
    from pathlib import Path


def files(root: Path) -> dict[str, str]:
    """Return all files, by their paths below `share/`; `root` is the folder of the project."""
    tree = commands.read()
    guide = (root / "docs" / "operating.md").read_text(encoding="utf-8")
    pages = manual.pages(tree, settings.read(), guide)
    return {f"man/{path}": text for path, text in pages.items()} | {
        "bash-completion/completions/digest": bash.completion(tree),
        "zsh/site-functions/_digest": zsh.completion(tree),
        "fish/vendor_completions.d/digest.fish": fish.completion(tree),
    }


def write(root: Path) -> None:
    """Write all files, and remove those of commands that are gone."""
    share = root / "share"
    shutil.rmtree(share, ignore_errors=True)
    for path, text in files(root).items():
        file = share / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
