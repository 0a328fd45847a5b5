"""What MkDocs does beside building `docs/`: pages from the code, and from files that are no pages.

A hook of mkdocs.yml. Links in `docs/` are those of a forge: `../CHANGELOG.md` is the file in the
folder above, and `samples/inbound/lmtp.toml` a file. Here they lead to the pages made of these.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File
from reference import commands, pages, settings

from digest.app.config.resources import example_config

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files
    from mkdocs.structure.pages import Page

ROOT = example_config().parent
SAMPLES = ROOT / "docs" / "samples"
#: What stands above `docs/`, and the page that shows it.
ABOVE = {
    "README.md": "first-steps.md",
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing.md",
    "config.example.toml": pages.CONFIGURATION,
    "share/man/man1/digest.1": pages.COMMANDS,
}
#: Of these the pages are the files themselves.
COPIED = ("README.md", "CHANGELOG.md", "CONTRIBUTING.md")
#: What a browser fetches by itself, from another host.
FETCHED = re.compile(
    r"""<(?:script|link|img|iframe|source|video|audio)\b[^>]*\b(?:src|href)=["']?(?:https?:)?//[^>]*"""
)
#: How samples are coloured; others are plain.
LANGUAGES = {".toml": "toml", ".service": "ini", ".timer": "ini", ".yml": "yaml", ".yaml": "yaml"}


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Put the pages that are made into the navigation."""
    below = [
        {command.name: pages.path(command)}
        for command in sorted(commands.read().commands, key=lambda one: one.name)
    ]
    samples = [f"samples/{folder.name}/index.md" for folder in _folders_of_samples()]
    for section in config.nav or []:
        for title, entries in section.items():
            if isinstance(entries, list) and pages.COMMANDS in entries:
                section[title] = [*entries, {"Samples": samples}, {"Commands": below}]
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages that are made."""
    made = {
        **pages.commands(commands.read()),
        pages.CONFIGURATION: pages.configuration(settings.read()),
        **{ABOVE[name]: _moved(name) for name in COPIED},
        **{f"samples/{one.name}/index.md": _samples(one) for one in _folders_of_samples()},
    }
    for path, text in made.items():
        files.append(File.generated(config, path, content=text))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Let links of the pages in `docs/` lead to the pages that are made."""
    if "/" in page.file.src_uri:
        return markdown
    if page.is_homepage:
        page.meta["hide"] = ["navigation", "toc"]
    found = re.sub(r"\]\(\.\./([\w./]+)", _link_above, markdown)
    return re.sub(r"\]\(samples/([\w-]+)(?:/([\w./-]*))?\)", _link_to_sample, found)


def on_post_build(config: MkDocsConfig) -> None:
    """Refuse a website that makes browsers ask other hosts for anything.

    Raises:
        PluginError: a page names a script, a style, a font or a picture of another host.

    """
    for path in sorted(Path(config.site_dir).rglob("*.html")):
        for found in FETCHED.finditer(path.read_text(encoding="utf-8")):
            raise PluginError(f"{path}: asks another host: {found[0]}")


def _link_above(found: re.Match[str]) -> str:
    """Return the beginning of a link to a file above; one without a page stays, an error."""
    return f"]({ABOVE.get(found[1], f'../{found[1]}')}"


def _link_to_sample(found: re.Match[str]) -> str:
    """Return a link to a folder of samples, or to one of them, on the page of the folder."""
    return f"](samples/{found[1]}/index.md{f'#{found[2]}' if found[2] else ''})"


def _moved(name: str) -> str:
    """Return a page of the folder above as it must be beside those of `docs/`.

    The README without its head, which the start page has.
    """
    text = (ROOT / name).read_text(encoding="utf-8")
    if name == "README.md":
        text = re.sub(r"(?s)\A.*?\n(?=## )", "# First steps\n\n", text)
    names = "|".join(map(re.escape, ABOVE))
    return re.sub(rf"\]\(({names})", r"](../\1", text).replace("](docs/", "](")


def _folders_of_samples() -> list[Path]:
    return sorted(path for path in SAMPLES.iterdir() if path.is_dir())


def _samples(folder: Path) -> str:
    return "\n".join(_lines_of_samples(folder))


def _lines_of_samples(folder: Path) -> Iterator[str]:
    yield f"# Samples: {folder.name}"
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        name = path.relative_to(folder).as_posix()
        yield from ("", f"## `{name}` {{#{name}}}", "", f"[The file]({name})", "")
        yield f"~~~~{LANGUAGES.get(path.suffix, 'text')}"
        yield path.read_text(encoding="utf-8").rstrip("\n")
        yield "~~~~"
