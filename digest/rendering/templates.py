"""The templates of a mail: MJML compiled once, filled afterwards.

Two kinds of brackets keep the two steps apart. `[% %]` is resolved before MJML sees the template
(a body extends `_base.mjml`); `{{ }}` and `{% %}` pass through MJML untouched and are filled for
each mail, with autoescape on. A title put in before compiling could break or inject MJML.
"""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import jinja2
import mjml

from digest.errors import RenderError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

#: Columns of the plain-text part.
WIDTH = 72


@dataclass(frozen=True, kw_only=True)
class Rendered:
    """The three parts of a mail, as text."""

    subject: str
    text: str
    html: str


class Templates:
    """One mail's three templates: `subject.txt`, `body.txt` and `body.mjml` of a folder."""

    def __init__(self, folder: Path, name: str) -> None:
        """Compile the templates `email/<name>/*`.

        Raises:
            RenderError: a template is missing or does not compile; the message names it.

        """
        loader = jinja2.FileSystemLoader(folder / "email")
        layout = jinja2.Environment(
            loader=loader,
            undefined=jinja2.StrictUndefined,
            keep_trailing_newline=True,
            autoescape=False,  # noqa: S701 (no data passes here, only templates)
            block_start_string="[%",
            block_end_string="%]",
            variable_start_string="[[",
            variable_end_string="]]",
            comment_start_string="[#",
            comment_end_string="#]",
        )
        plain = jinja2.Environment(
            loader=loader,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            autoescape=False,  # noqa: S701 (plain text has nothing to escape)
        )
        plain.filters["wrapped"] = wrapped
        markup = jinja2.Environment(undefined=jinja2.StrictUndefined, autoescape=True)
        current = ""
        try:
            current = f"{name}/subject.txt"
            self._subject = plain.get_template(current)
            current = f"{name}/body.txt"
            self._text = plain.get_template(current)
            current = f"{name}/body.mjml"
            source = layout.get_template(current).render().replace("\r\n", "\n")
            self._html = markup.from_string(mjml.mjml2html(source, fonts={}, disable_comments=True))
        except jinja2.TemplateError as error:
            line = getattr(error, "lineno", None)
            where = f"{current}:{line}" if line else current
            raise RenderError(f"template {where}: {error}") from error
        except ValueError as error:  # from mjml
            raise RenderError(f"template {current} is not valid MJML: {error}") from error

    def render(self, words: Mapping[str, Any]) -> Rendered:
        """Fill the templates.

        Raises:
            RenderError: a template asks for a value that is not there.

        """
        try:
            return Rendered(
                subject=" ".join(self._subject.render(words).split()),
                text=self._text.render(words).strip("\n") + "\n",
                html=self._html.render(words),
            )
        except (jinja2.TemplateError, TypeError) as error:
            raise RenderError(f"a template cannot be filled: {error}") from error


def wrapped(text: str, indent: str = "") -> str:
    """Wrap text to WIDTH columns between words; an address longer than a line stays whole."""
    return textwrap.fill(
        text,
        WIDTH,
        initial_indent=indent,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
