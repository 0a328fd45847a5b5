"""The templates of a mail: MJML is compiled once and filled with data afterwards.

Two sets of brackets keep the two steps apart. `[% %]` is resolved before MJML sees the template:
a body extends `_base.mjml`. `{{ }}` and `{% %}` pass through MJML untouched and are filled later,
with autoescape on. A title that is filled in before compiling could break or inject MJML.

Transactional mails are rendered whole. The bodies of a digest are rendered in parts, which are the
named blocks of the template, so that a paper's card is rendered once and not for every subscriber.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import jinja2
import mjml

from digest.errors import RenderError
from digest.mail.fragments import Fragment, split, with_placeholders
from digest.text.wording import squeeze

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator
    from pathlib import Path

    from jinja2.runtime import Context

#: Columns of the plain-text part.
WIDTH = 72
_ESCAPE = jinja2.filters.FILTERS["escape"]
#: How many papers the sections have that `_check_sections` tries; an issue has 100 at most.
_SIZES = (0, 1, 2, 100)


@dataclass(frozen=True, kw_only=True)
class Rendered:
    """The three parts of a mail, as text."""

    subject: str
    text: str
    html: str


class Templates:
    """The three templates of one mail: `subject.txt`, `body.txt` and `body.mjml` of a folder."""

    def __init__(self, folder: Path, name: str) -> None:
        """Compile the templates `email/<name>/*`.

        Raises:
            RenderError: a template is missing or does not compile; the message names it.

        """
        self._subject, self._text, self._html = map(Part, _load(folder, name))

    def render(self, variables: dict[str, Any]) -> Rendered:
        """Fill the templates.

        Raises:
            RenderError: a template uses a variable that is not there.

        """
        return Rendered(
            subject=squeeze(self._subject.fill(variables)),
            text=self._text.fill(variables).strip("\n") + "\n",
            html=self._html.fill(variables).strip("\n") + "\n",
        )


def subject_of(folder: Path, name: str, variables: dict[str, Any]) -> str:
    """Fill the template `email/<name>/subject.txt`, and compile no other of the mail.

    Raises:
        RenderError: it is missing, does not compile, or uses a variable that is not there.

    """
    loader = jinja2.FileSystemLoader(folder / "email")
    plain = _plain(loader)
    template = _compile(plain, f"{name}/subject.txt", _reader(plain, loader))
    return squeeze(Part(template).fill(variables))


class DigestTemplates:
    """The three templates of a digest, the two bodies in parts."""

    def __init__(self, folder: Path, name: str) -> None:
        """Compile the templates `email/<name>/*`.

        Raises:
            RenderError: as for `Templates`; or a body lacks a block, or has text between its
                blocks that no mail would show.

        """
        subject, text, html = _load(folder, name)
        self.subject = Part(subject)
        self.text = _body(text, "sections", "foot")
        self.html = _body(html, "sections", "updates")
        self.html_updates = Part(html, block="updates")
        # Wrapping needs the values themselves, so the text's foot is filled for each subscriber.
        self.text_foot = Part(text, block="foot")


@dataclass(frozen=True, kw_only=True)
class Body:
    """The parts of a digest's body."""

    #: all but the sections, with the variable `sections` in their place
    frame: Part
    #: what a section has before its papers
    heading: Part
    #: one paper; of `loop` it may use `loop.last`
    card: Part
    #: what a section has after its papers
    end: Part


class Part:
    """A template, or a block of one, that is filled by itself."""

    def __init__(
        self, template: jinja2.Template, *, block: str = "", replaced: Iterable[str] = ()
    ) -> None:
        """Fill the whole template, or only `block`.

        In place of each block named in `replaced`, the variable of the same name is shown.

        Raises:
            RenderError: the template lacks one of the blocks.

        """
        for name in filter(None, (block, *replaced)):
            if name not in template.blocks:
                raise RenderError(f"template {template.name} lacks its {{% block {name} %}}")
        self._template = template
        self._render = template.blocks[block] if block else template.root_render_func
        self._replaced = {name: [_variable(name)] for name in replaced}

    def fill(self, variables: dict[str, Any]) -> str:
        """Return the text.

        Raises:
            RenderError: it uses a variable that is not there, or does what a value cannot do.

        """
        try:
            context = self._template.new_context(variables)
            context.blocks.update(self._replaced)
            return "".join(self._render(context))
        except (jinja2.TemplateError, TypeError) as error:
            raise self._failed(error) from error

    def prepare(self, variables: dict[str, Any], later: Collection[str]) -> Fragment:
        """Return the text encoded, with placeholders for the variables named in `later`.

        Raises:
            RenderError: as `fill`; or it does more with one of these than show it.

        """
        try:
            return split(self.fill(with_placeholders(variables, later)), later)
        except TypeError as error:
            raise self._failed(error) from error

    def _failed(self, error: Exception) -> RenderError:
        return RenderError(f"template {self._template.name} cannot be filled: {error}")


def _variable(name: str) -> Callable[[Context], Iterator[str]]:
    """Return what Jinja renders as a block: here it shows a variable as it is."""

    def block(context: Context) -> Iterator[str]:
        yield str(context[name])

    return block


def _body(template: jinja2.Template, *replaced: str) -> Body:
    """Return the parts of a body; the frame shows variables in place of the blocks `replaced`."""
    body = Body(
        frame=Part(template, replaced=replaced),
        heading=Part(template, block="heading"),
        card=Part(template, block="card"),
        end=Part(template, block="end"),
    )
    _check_sections(template)
    return body


def _check_sections(template: jinja2.Template) -> None:
    """Check that the sections consist of the blocks heading, card and end, and of nothing else.

    A mail is joined from these blocks, so it would lack any text between them.

    Raises:
        RenderError: the template shows something else for sections of several sizes.

    """

    def heading(context: Context) -> Iterator[str]:
        yield f"heading {context['section']['name']}, "

    def card(context: Context) -> Iterator[str]:
        yield f"card {context['paper']}{' is last' if context['loop'].last else ''}, "

    def end(_: Context) -> Iterator[str]:
        yield "end, "

    expected = ""
    for papers in _SIZES:
        cards = [f"card {n}{' is last' if n + 1 == papers else ''}, " for n in range(papers)]
        expected += f"heading {papers}, {''.join(cards)}end, "
    sections = [{"name": papers, "papers": range(papers)} for papers in _SIZES]
    context = template.new_context({"sections": sections})
    context.blocks.update(heading=[heading], card=[card], end=[end])
    cause = None
    try:
        found = "".join(template.blocks["sections"](context))
    except (jinja2.TemplateError, KeyError, TypeError) as error:
        found, cause = "", error
    if found != expected:
        raise RenderError(
            f"template {template.name}: the block sections must hold the loops"
            " {% for section in sections %} and {% for paper in section.papers %}, in them the"
            " blocks heading, card and end, each `scoped`, and no text between the blocks"
        ) from cause


def _load(folder: Path, name: str) -> tuple[jinja2.Template, jinja2.Template, jinja2.Template]:
    """Read and compile subject, text and HTML; the HTML is what MJML makes of `body.mjml`."""
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
    plain = _plain(loader)
    markup = jinja2.Environment(undefined=jinja2.StrictUndefined, autoescape=True)
    read = _reader(plain, loader)

    def compile_mjml(file: str) -> str:
        source = layout.get_template(file).render().replace("\r\n", "\n")
        return mjml.mjml2html(source, fonts={}, disable_comments=True)

    return (
        _compile(plain, f"{name}/subject.txt", read),
        _compile(plain, f"{name}/body.txt", read),
        _compile(markup, f"{name}/body.mjml", compile_mjml),
    )


def _plain(loader: jinja2.BaseLoader) -> jinja2.Environment:
    plain = jinja2.Environment(
        loader=loader,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,  # noqa: S701 (plain text has nothing to escape)
    )
    plain.filters["wrapped"] = wrapped
    return plain


def _reader(environment: jinja2.Environment, loader: jinja2.BaseLoader) -> Callable[[str], str]:
    return lambda file: loader.get_source(environment, file)[0]


def _compile(
    environment: jinja2.Environment, file: str, read: Callable[[str], str]
) -> jinja2.Template:
    try:
        code = environment.compile(read(file), name=file, filename=file)
    except jinja2.TemplateError as error:
        line = getattr(error, "lineno", None)
        where = f"{file}:{line}" if line else file
        raise RenderError(f"template {where}: {error}") from error
    except UnicodeDecodeError as error:
        raise RenderError(f"template {file} is not text in UTF-8: {error}") from error
    except ValueError as error:  # from mjml
        raise RenderError(f"template {file} is not valid MJML: {error}") from error
    # `get_template` would make the globals a ChainMap, and copying that for each part is slow.
    return jinja2.Template.from_code(environment, code, dict(environment.globals))


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
