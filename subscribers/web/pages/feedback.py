"""The pages of a mail's links below each paper: more like it, less like it, save, mute an author.

A link names the mail and its edition by a signed token, and the paper by its position in the
edition, which is the same for all readers. To open one changes nothing, since mail scanners open
all: the buttons do.

A preview has the links of the mail that would leave. It stores no edition, so its links lead to a
page that says so, and record nothing.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.responses import Response

from subscribers import links
from subscribers.errors import PreferenceError
from subscribers.models import INACTIVE, MADE_UP_ID, MAX_WORD_LENGTH, Verdict
from subscribers.web.access import GoneError, PreviewError
from subscribers.web.dependencies import READ, FormDep, ServicesDep, TemplatesDep

if TYPE_CHECKING:
    from subscribers.feedback import JudgedPaper
    from subscribers.links import MailRef
    from subscribers.models import Preferences, Subscriber
    from subscribers.web.services import WebServices
    from subscribers.web.templates import Templates

#: The verdicts by the last part of a link's path.
VERDICTS = {"more": Verdict.LIKE, "less": Verdict.LESS, "save": Verdict.SAVE}
MUTE = "mute"
#: What a link can stand for.
CHOICES = (*VERDICTS, MUTE)
#: The most authors that a page offers to mute; a collaboration has thousands.
AUTHORS = 30
#: The most digits of a position.
_DIGITS = 9

routes = APIRouter(include_in_schema=False)


class _Mailed(NamedTuple):
    """A paper of a mail, and the reader who got it."""

    subscriber: Subscriber
    mail: MailRef
    paper: JudgedPaper
    #: the path of the paper's links, without the last part
    path: str


@routes.api_route("/feedback/{token}/{position}/{choice}", methods=READ)
def ask(
    token: str, position: str, choice: str, services: ServicesDep, templates: TemplatesDep
) -> Response:
    """Show the button that the link stands for, and the others."""
    if choice not in CHOICES:
        raise HTTPException(404)
    mailed = _mailed(services, token, position)
    return _page(templates, mailed, "feedback", choice=choice, verdicts=VERDICTS)


@routes.post("/feedback/{token}/{position}/mute")
def mute(
    token: str, position: str, form: FormDep, services: ServicesDep, templates: TemplatesDep
) -> Response:
    """Never show papers by one of the paper's authors again."""
    mailed = _mailed(services, token, position)
    author = _author(mailed.paper, str(form.get("author") or ""))
    try:
        services.book.prefer(
            mailed.subscriber.id, lambda it: _with_muted(it, author), at=services.clock()
        )
    except PreferenceError as error:
        return _page(
            templates, mailed, "feedback", status=422, error=f"Not muted: {error}.",
            choice=MUTE, verdicts=VERDICTS,
        )  # fmt: skip
    return _page(templates, mailed, "judged", said=MUTE, author=author)


@routes.post("/feedback/{token}/{position}/unmute")
def unmute(
    token: str, position: str, form: FormDep, services: ServicesDep, templates: TemplatesDep
) -> Response:
    """Show papers by an author again."""
    mailed = _mailed(services, token, position)
    author = _author(mailed.paper, str(form.get("author") or ""))
    services.book.prefer(
        mailed.subscriber.id,
        lambda it: replace(it, muted=tuple(name for name in it.muted if name != author)),
        at=services.clock(),
    )
    return _page(templates, mailed, "judged", said="unmute", author=author)


@routes.post("/feedback/{token}/{position}/undo")
def undo(token: str, position: str, services: ServicesDep, templates: TemplatesDep) -> Response:
    """Take back what the reader said of the paper."""
    mailed = _mailed(services, token, position)
    services.feedback.withdraw(mailed.subscriber.id, mailed.paper.id)
    return _page(templates, mailed, "judged", said="undo", author="")


@routes.post("/feedback/{token}/{position}/{choice}")
def judge(
    token: str, position: str, choice: str, services: ServicesDep, templates: TemplatesDep
) -> Response:
    """Keep what the reader says of the paper; to repeat it changes nothing."""
    if choice not in VERDICTS:
        raise HTTPException(404)
    mailed = _mailed(services, token, position)
    services.feedback.give(mailed.subscriber.id, mailed.mail.day, mailed.paper.id, VERDICTS[choice])
    return _page(templates, mailed, "judged", said=choice, author="")


def _mailed(services: WebServices, token: str, position: str) -> _Mailed:
    """Return the paper that a link means.

    Raises:
        LinkError: the token is forged, expired, or signed for another purpose.
        PreviewError: no such mail was sent.
        GoneError: the reader was erased, or has left.
        HTTPException: there is no such paper in the mail.

    """
    mail = links.read_mail(token, secrets=services.secrets, now=services.clock())
    if mail.subscriber_id == MADE_UP_ID or not services.feedback.is_sent(mail):
        raise PreviewError
    subscriber = services.book.get(mail.subscriber_id)
    if subscriber is None or subscriber.status in INACTIVE:
        raise GoneError
    is_number = position.isascii() and position.isdecimal() and len(position) <= _DIGITS
    paper = services.feedback.paper(mail, int(position)) if is_number else None
    if paper is None:
        raise HTTPException(404)
    path = f"{services.base}/feedback/{token}/{position}"
    return _Mailed(subscriber, mail, paper, path)


def _author(paper: JudgedPaper, name: str) -> str:
    """Return the name of one of a paper's authors.

    Raises:
        HTTPException: the paper has no such author.

    """
    if name not in _authors(paper):
        raise HTTPException(404)
    return name


def _authors(paper: JudgedPaper) -> list[str]:
    """Return the authors that can be muted, each once."""
    short = (name for name in paper.authors if len(name) <= MAX_WORD_LENGTH)
    return list(dict.fromkeys(short))[:AUTHORS]


def _with_muted(preferences: Preferences, author: str) -> Preferences:
    return replace(preferences, muted=tuple(dict.fromkeys((*preferences.muted, author))))


def _page(
    templates: Templates, mailed: _Mailed, name: str, *, status: int = 200, error: str = "",
    **values: object,
) -> Response:  # fmt: skip
    authors = _authors(mailed.paper)
    return templates.page(
        name,
        status=status,
        error=error,
        paper=mailed.paper,
        authors=authors,
        others=len(set(mailed.paper.authors)) - len(authors),
        learns=mailed.subscriber.preferences.learns,
        muted=mailed.subscriber.preferences.muted,
        path=mailed.path,
        **values,
    )
