"""The templates of a mail: MJML compiled once, filled afterwards.

Two kinds of brackets keep the two steps apart. `[% %]` is resolved before MJML sees the template
(a body extends `_base.mjml`); `{{ }}` and `{% %}` pass through MJML untouched and are filled
later, with autoescape on. A title put in before compiling could break or inject MJML.

A letter's templates are filled whole. A digest's bodies are taken apart at their two loops, over
sections and over a section's papers, so that a paper is filled in once and not for every reader.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import jinja2
import mjml
from jinja2 import nodes

from digest.errors import RenderError
from digest.mail.fragments import Fragment, split, with_placeholders
from digest.text.wording import squeeze

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
    from pathlib import Path

#: Columns of the plain-text part.
WIDTH = 72
_ESCAPE = jinja2.filters.FILTERS["escape"]


@dataclass(frozen=True, kw_only=True)
class Rendered:
    """The three parts of a mail, as text."""

    subject: str
    text: str
    html: str


class Templates:
    """One letter's three templates: `subject.txt`, `body.txt` and `body.mjml` of a folder."""

    def __init__(self, folder: Path, name: str) -> None:
        """Compile the templates `email/<name>/*`.

        Raises:
            RenderError: a template is missing or does not compile; the message names it.

        """
        subject, text, html = _read(folder, name)
        self._subject, self._text, self._html = subject.whole(), text.whole(), html.whole()

    def render(self, words: Mapping[str, Any]) -> Rendered:
        """Fill the templates.

        Raises:
            RenderError: a template asks for a value that is not there.

        """
        return Rendered(
            subject=squeeze(self._subject.fill(words)),
            text=self._text.fill(words).strip("\n") + "\n",
            html=self._html.fill(words).strip("\n") + "\n",
        )


class DigestTemplates:
    """A digest's three templates, the bodies taken apart."""

    def __init__(self, folder: Path, name: str) -> None:
        """Compile the templates `email/<name>/*`.

        Raises:
            RenderError: as for a letter's; or a body lacks one of its loops.

        """
        subject, text, html = _read(folder, name)
        self.subject, self.text, self.html = subject.whole(), text.apart(), html.apart()


@dataclass(frozen=True, kw_only=True)
class Body:
    """The five parts of a digest's body."""

    #: what comes before the sections
    head: Part
    #: what a section has before its papers
    heading: Part
    #: a paper; of `loop` it knows `loop.last`
    card: Part
    #: what a section has after its papers
    end: Part
    #: what comes after the sections
    foot: Part


class Part:
    """A template, or a stretch of one, that is filled by itself."""

    def __init__(self, template: jinja2.Template, file: str) -> None:
        """Tell errors apart by the template's file."""
        self._template, self._file = template, file

    def fill(self, words: Mapping[str, Any]) -> str:
        """Return the text.

        Raises:
            RenderError: it asks for a value that is not there, or too much of one.

        """
        try:
            return self._template.render(words)
        except (jinja2.TemplateError, TypeError) as error:
            raise self._named(error) from error

    def prepare(self, words: Mapping[str, Any], later: Collection[str]) -> Fragment:
        """Return the text encoded, with holes for the values that come later.

        Raises:
            RenderError: as `fill`; or it does more with one of these than show it.

        """
        try:
            return split(self.fill(with_placeholders(words, later)), later)
        except TypeError as error:
            raise self._named(error) from error

    def _named(self, error: Exception) -> RenderError:
        return RenderError(f"template {self._file} cannot be filled: {error}")


@dataclass(frozen=True)
class _Sheet:
    """A template that was read but not yet compiled."""

    file: str
    environment: jinja2.Environment
    tree: nodes.Template

    def whole(self) -> Part:
        return self._part(self.tree.body)

    def apart(self) -> Body:
        head, section, foot = self._around("section", "sections", self.tree.body)
        heading, paper, end = self._around("paper", "section.papers", section)
        return Body(
            head=self._part(head),
            heading=self._part(heading),
            card=self._part(paper),
            end=self._part(end),
            foot=self._part(foot),
        )

    def _around(
        self, each: str, things: str, body: Sequence[nodes.Node]
    ) -> tuple[Sequence[nodes.Node], Sequence[nodes.Node], Sequence[nodes.Node]]:
        """Return what stands before, in and after a loop."""
        for place, node in enumerate(body):
            if (
                isinstance(node, nodes.For)
                and (_name(node.target), _name(node.iter)) == (each, things)
                and not (node.test or node.else_ or node.recursive)
            ):
                return body[:place], node.body, body[place + 1 :]
        raise RenderError(
            f"template {self.file} is taken apart at its loop {{% for {each} in {things} %}}, which"
            " must stand there, outside of other tags and without `if` or `else`"
        )

    def _part(self, body: Sequence[nodes.Node]) -> Part:
        tree = nodes.Template(list(body), lineno=1)
        tree.set_environment(self.environment)
        with _naming(self.file):
            code = self.environment.compile(tree, filename=self.file)
        functions = dict(self.environment.globals)
        return Part(jinja2.Template.from_code(self.environment, code, functions), self.file)


def _name(node: nodes.Node) -> str:
    """Return `x` or `x.y` where this is all that stands there."""
    if isinstance(node, nodes.Getattr):
        return f"{_name(node.node)}.{node.attr}"
    return node.name if isinstance(node, nodes.Name) else ""


def _read(folder: Path, name: str) -> tuple[_Sheet, _Sheet, _Sheet]:
    """Read subject, text and HTML; the HTML is what MJML makes of `body.mjml`."""
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

    def through_mjml(file: str) -> str:
        source = layout.get_template(file).render().replace("\r\n", "\n")
        return mjml.mjml2html(source, fonts={}, disable_comments=True)

    def sheet(file: str, environment: jinja2.Environment, source: Callable[[str], str]) -> _Sheet:
        where = f"{name}/{file}"
        with _naming(where):
            return _Sheet(where, environment, environment.parse(source(where), where))

    return (
        sheet("subject.txt", plain, lambda file: loader.get_source(plain, file)[0]),
        sheet("body.txt", plain, lambda file: loader.get_source(plain, file)[0]),
        sheet("body.mjml", markup, through_mjml),
    )


@contextmanager
def _naming(file: str) -> Iterator[None]:
    """Turn what is wrong with a template into an error that names it."""
    try:
        yield
    except jinja2.TemplateError as error:
        line = getattr(error, "lineno", None)
        where = f"{file}:{line}" if line else file
        raise RenderError(f"template {where}: {error}") from error
    except ValueError as error:  # from mjml
        raise RenderError(f"template {file} is not valid MJML: {error}") from error


def escaped(text: str) -> str:
    """Escape a value as autoescape does."""
    return str(_ESCAPE(text))


def wrapped(text: str, indent: str = "") -> str:
    """Wrap text to WIDTH columns between words; an address longer than a line stays whole."""
    rest, width = " ".join(text.split()), WIDTH - len(indent)
    lines = []
    while len(rest) > width:
        end = rest.rfind(" ", 0, width + 1)
        if end < 0 and (end := rest.find(" ")) < 0:
            break
        lines.append(indent + rest[:end])
        rest = rest[end + 1 :]
    return "\n".join([*lines, indent + rest]) if rest else ""
