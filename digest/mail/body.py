"""The bodies of a digest's mails, rendered and encoded once for all subscribers who share them.

Three caches keep what is shared: the frame of a language, the card of a paper, and the whole issue.
Only personal values are put in for each mail. This takes 1/40 of the time of filling the whole
template and building an `email.message.EmailMessage`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from digest.mail.context import issue_context, paper_context, section_context, shared_context
from digest.mail.fragments import Fragment, concat, literal
from digest.mail.headers import Field, field
from digest.mail.quoted_printable import encode
from digest.mail.size_limit import BUDGET, fit_to_budget
from digest.mail.templates import escaped
from digest.text.wording import squeeze

if TYPE_CHECKING:
    from collections.abc import Mapping

    from digest.mail.context import SiteIdentity
    from digest.mail.templates import DigestTemplates, Part
    from digest.models.issue import Coverage, Issue
    from digest.models.picks import Pick

#: Cards and issues that are kept; each takes a few thousand bytes.
CARD_CACHE, ISSUE_CACHE = 4096, 2048
#: The template variables that differ from issue to issue, and from subscriber to subscriber.
ISSUE_VARIABLES = ("subject", "preheader", "total", "topics", "headline", "quiet")
PERSONAL_VARIABLES = ("address", "topics_wanted", "manage_url", "leave_url", "feedback_url")
#: The personal variables that a card may show.
CARD_VARIABLES = ("feedback_url",)
#: Bytes. The space for a subscriber's own values is rounded up to a multiple of this, so that
#: subscribers whose values differ little in length can share a rendered issue.
_SIZE_STEP = 1024
#: The same for what each card shows of them.
_CARD_SIZE_STEP = 16


class Personal:
    """The template variables of one subscriber: plain, and encoded for the HTML."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        """Escape and encode them."""
        self.variables = variables
        html = {name: escaped(value) for name, value in variables.items()}
        self.html = {name: encode(value) for name, value in html.items()}
        self.sizes = {name: len(value.encode()) for name, value in html.items()}


@dataclass(frozen=True, slots=True)
class Parts:
    """A part of a mail, as text and as HTML."""

    text: Fragment
    html: Fragment


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """What all mails of one language have around their papers, or in their place."""

    #: the template variables that all parts may use
    variables: Mapping[str, Any]
    #: the HTML around the sections
    frame: Fragment
    #: the end of a section
    end: Parts
    #: names of the personal variables in the frame, once for each place
    personal: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderedIssue:
    """An issue's subject and bodies, with placeholders for what is personal."""

    #: the issue with the papers that fit into a mail
    issue: Issue
    subject: str
    header: Field
    text: Fragment
    html: Fragment
    #: the template variables of the text's foot, without the personal ones
    variables: Mapping[str, Any]
    #: bytes of the HTML, with the personal values of the cards and without those of the frame
    size: int


class BodyRenderer:
    """Renders the issues of one edition; several threads may use it."""

    def __init__(
        self,
        templates: DigestTemplates,
        *,
        site: SiteIdentity,
        coverage: Coverage,
        summary_length: int,
        positions: Mapping[str, int],
    ) -> None:
        """Start with empty caches; `summary_length` is in characters.

        `positions` are those of the papers in the edition, by id; a paper without one gets no
        links for feedback.
        """
        self._templates, self._site, self._coverage = templates, site, coverage
        self._positions = positions
        self._summary_length = summary_length
        self._layout = lru_cache(self._render_layout)
        self._heading = lru_cache(1024)(self._render_heading)
        self._card = lru_cache(CARD_CACHE)(self._render_card)
        self._issue = lru_cache(ISSUE_CACHE)(self._render_issue)

    def render(self, issue: Issue, language: str, personal: Personal) -> RenderedIssue:
        """Return as much of an issue as fits into a mail beside the personal values.

        Raises:
            RenderError: a template cannot be filled, or not even one paper fits.

        """
        layout = self._layout(language, is_quiet=bool(issue.quiet))
        frame = sum(personal.sizes[name] for name in layout.personal)
        card = sum(personal.sizes[name] for name in CARD_VARIABLES)
        return self._issue(
            _IssueKey(issue),
            language,
            _round_up(frame, _SIZE_STEP),
            _round_up(card, _CARD_SIZE_STEP),
        )

    def text(self, rendered: RenderedIssue, personal: Personal) -> list[bytes]:
        """Return a subscriber's plain text, encoded and in pieces."""
        foot = self._templates.text_foot.fill({**rendered.variables, **personal.variables})
        values = {"foot": encode(foot.rstrip("\n") + "\n")}
        for name in set(rendered.text.placeholders) - {"foot"}:
            values[name] = encode(personal.variables[name])
        return rendered.text.render(values)

    def html(self, rendered: RenderedIssue, personal: Personal) -> list[bytes]:
        """Return a subscriber's HTML, encoded and in pieces."""
        return rendered.html.render(personal.html)

    def _render_issue(
        self, key: _IssueKey, language: str, in_frame: int, in_card: int
    ) -> RenderedIssue:
        """Render what fits beside this many bytes of personal values.

        `in_frame` is for all places in the frame, `in_card` for each place in a card.
        """
        return fit_to_budget(
            key.issue,
            lambda issue, length: self._render_at(issue, length, language, in_card),
            summary_length=self._summary_length,
            budget=BUDGET - in_frame,
        )

    def _render_at(
        self, issue: Issue, summary_length: int, language: str, in_card: int
    ) -> RenderedIssue:
        layout = self._layout(language, is_quiet=bool(issue.quiet))
        issue_values = issue_context(issue, language)
        variables = {**layout.variables, **issue_values}
        sections: list[Parts] = []
        for section in issue.sections:
            sections.append(self._heading(section.name, section.short, language))
            last = section.picks[-1]
            sections += [
                self._card(_PickKey(pick), summary_length, language, pick is last)
                for pick in section.picks
            ]
            sections.append(layout.end)
        text = self._templates.text.frame.prepare(
            variables, ("sections", "foot", *PERSONAL_VARIABLES)
        )
        values = {name: literal(escaped(issue_values[name])) for name in ISSUE_VARIABLES}
        values["updates"] = literal(self._templates.html_updates.fill(variables))
        cards = values["sections"] = concat(part.html for part in sections)
        html = layout.frame.bind(values)
        subject = squeeze(self._templates.subject.fill(variables))
        return RenderedIssue(
            issue=issue,
            subject=subject,
            header=field("Subject", text=subject),
            text=text.bind({"sections": concat(part.text for part in sections)}),
            html=html,
            variables=variables,
            size=html.size + len(cards.placeholders) * in_card,
        )

    def _render_layout(self, language: str, *, is_quiet: bool) -> Layout:
        variables = shared_context(self._site, self._coverage, language, is_quiet=is_quiet)
        text, html = self._templates.text, self._templates.html
        later = ("sections", "updates", *ISSUE_VARIABLES, *PERSONAL_VARIABLES)
        frame = html.frame.prepare(variables, later)
        return Layout(
            variables=variables,
            frame=concat([frame, literal("\n")]),
            end=Parts(literal(text.end.fill(variables)), literal(html.end.fill(variables))),
            personal=tuple(name for name in frame.placeholders if name in PERSONAL_VARIABLES),
        )

    def _render_heading(self, name: str, short: int | None, language: str) -> Parts:
        text, html = self._templates.text.heading, self._templates.html.heading
        return self._render_parts(text, html, language, section=section_context(name, short))

    def _render_card(
        self,
        key: _PickKey,
        summary_length: int,
        language: str,
        last: bool,  # noqa: FBT001 (a part of the cache's key)
    ) -> Parts:
        paper = paper_context(
            key.pick,
            summary_length,
            language,
            today=self._coverage.day,
            position=self._positions.get(key.pick.paper.id),
        )
        text, html = self._templates.text.card, self._templates.html.card
        return self._render_parts(text, html, language, paper=paper, loop=_Loop(last=last))

    def _render_parts(self, text: Part, html: Part, language: str, **variables: Any) -> Parts:
        variables = {**self._layout(language, is_quiet=False).variables, **variables}
        return Parts(
            text.prepare(variables, CARD_VARIABLES), html.prepare(variables, CARD_VARIABLES)
        )


def _round_up(number: int, step: int) -> int:
    return -(-number // step) * step


class _Loop:
    """What a card may use of the loop around it."""

    def __init__(self, *, last: bool) -> None:
        self.last = last


class _PickKey:
    """A pick, compared by what a card shows of it.

    It keeps a reference to the papers, so that no other paper can get their `id`.
    """

    def __init__(self, pick: Pick) -> None:
        self.pick = pick
        self._key = (id(pick.paper), pick.reasons, tuple(map(id, pick.similar)))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _PickKey) and self._key == other._key

    def __hash__(self) -> int:
        return hash(self._key)


class _IssueKey:
    """An issue, compared by identity: comparing contents would take longer than rendering them."""

    def __init__(self, issue: Issue) -> None:
        self.issue = issue

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _IssueKey) and self.issue is other.issue

    def __hash__(self) -> int:
        return id(self.issue)
