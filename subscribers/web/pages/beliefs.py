"""What we believe a reader likes: shown on the page of choices, corrected, switched off, forgotten.

It is said in the words that were learned, and in the papers that they were learned from.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter
from starlette.responses import RedirectResponse, Response

from subscribers.errors import PreferenceError
from subscribers.links import Purpose
from subscribers.models import Verdict
from subscribers.web.access import subscriber_of
from subscribers.web.dependencies import READ, FormDep, ServicesDep, TemplatesDep

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from subscribers.feedback import JudgedPaper
    from subscribers.models import Preferences, Subscriber
    from subscribers.web.services import WebServices

#: The most papers of each verdict on the page of choices, and on a page of the whole list.
FEW, MANY = 5, 50
#: The most digits of a page's number.
_DIGITS = 6

routes = APIRouter(include_in_schema=False)


def beliefs_of(services: WebServices, subscriber: Subscriber) -> dict[str, Any]:
    """Return what the page of choices shows of a reader's feedback."""
    unlearned = {word.casefold() for word in subscriber.preferences.unlearned}
    believed = [
        (words, belief.papers)
        for belief in services.feedback.beliefs(subscriber.id)
        if (words := [word for word in belief.words if word.casefold() not in unlearned])
    ]
    papers = services.feedback.papers(subscriber.id)
    by_verdict = {verdict: _of(papers, verdict) for verdict in Verdict}
    return {
        "believed": believed,
        "judged": {verdict: of[:FEW] for verdict, of in by_verdict.items() if of},
        "judged_in_all": len(papers),
        "judged_hidden": sum(max(len(of) - FEW, 0) for of in by_verdict.values()),
    }


@routes.post("/manage/{token}/learning")
def switch(token: str, form: FormDep, services: ServicesDep) -> Response:
    """Use what the reader said of papers, or keep it and do not use it."""
    is_on = form.get("learns") == "yes"
    return _prefer(services, token, lambda it: replace(it, learns=is_on))


@routes.post("/manage/{token}/unlearn")
def unlearn(token: str, form: FormDep, services: ServicesDep) -> Response:
    """Strike out a word that the page shows, so that papers do not teach it any more.

    Raises:
        PreferenceError: it is none of those that we believe.

    """
    subscriber = subscriber_of(services, Purpose.MANAGE, token)
    word = _word(form.get("word"))
    beliefs = services.feedback.beliefs(subscriber.id)
    believed = {word.casefold(): word for belief in beliefs for word in belief.words}
    found = believed.get(word.casefold())
    if found is None:
        raise PreferenceError("this word is not among those we believe you like any more")
    return _prefer(services, token, lambda it: replace(it, unlearned=_added(it.unlearned, found)))


@routes.post("/manage/{token}/relearn")
def relearn(token: str, form: FormDep, services: ServicesDep) -> Response:
    """Take a word that was struck out up again."""
    word = _word(form.get("word"))
    return _prefer(
        services,
        token,
        lambda it: replace(it, unlearned=tuple(one for one in it.unlearned if one != word)),
    )


@routes.api_route("/manage/{token}/papers", methods=READ)
def papers(token: str, services: ServicesDep, templates: TemplatesDep, page: str = "1") -> Response:
    """List all papers that the reader judged, the newest verdict first."""
    subscriber = subscriber_of(services, Purpose.MANAGE, token)
    judged = services.feedback.papers(subscriber.id)
    pages = max(-(-len(judged) // MANY), 1)
    number = min(max(_number(page), 1), pages)
    return templates.page(
        "papers",
        token=token,
        judged=judged[(number - 1) * MANY : number * MANY],
        judged_in_all=len(judged),
        number=number,
        pages=pages,
    )


@routes.post("/manage/{token}/papers")
def take_back(token: str, form: FormDep, services: ServicesDep) -> Response:
    """Take back what the reader said of a paper."""
    subscriber = subscriber_of(services, Purpose.MANAGE, token)
    services.feedback.withdraw(subscriber.id, str(form.get("paper") or ""))
    page = _number(str(form.get("page") or ""))
    return _see(services, f"{token}/papers?page={page}") if page else _back(services, token)


@routes.api_route("/manage/{token}/forget", methods=READ)
def forget_form(token: str, services: ServicesDep, templates: TemplatesDep) -> Response:
    """Show the button that forgets all that the reader said of papers."""
    subscriber = subscriber_of(services, Purpose.MANAGE, token)
    number = len(services.feedback.papers(subscriber.id))
    return templates.page("forget", subscriber=subscriber, token=token, number=number)


@routes.post("/manage/{token}/forget")
def forget(token: str, services: ServicesDep) -> Response:
    """Forget all that the reader said of papers and what it taught; the subscription stays."""
    subscriber = subscriber_of(services, Purpose.MANAGE, token)
    services.feedback.forget(subscriber.id)
    return _back(services, token)


def _prefer(
    services: WebServices, token: str, change: Callable[[Preferences], Preferences]
) -> Response:
    subscriber = subscriber_of(services, Purpose.MANAGE, token)
    services.book.prefer(subscriber.id, change, at=services.clock())
    return _back(services, token)


def _back(services: WebServices, token: str) -> Response:
    return _see(services, f"{token}?saved=1#liked")


def _see(services: WebServices, page: str) -> Response:
    return RedirectResponse(f"{services.base}/manage/{page}", status_code=303)


def _of(papers: Sequence[JudgedPaper], verdict: Verdict) -> list[JudgedPaper]:
    return [paper for paper in papers if paper.verdict == verdict]


def _number(text: str) -> int:
    """Return a whole number as an address has it; 0 for anything else."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= _DIGITS else 0


def _word(value: Any) -> str:
    return " ".join(str(value or "").split())


def _added(words: Sequence[str], word: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*words, word)))
