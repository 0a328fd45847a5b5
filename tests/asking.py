"""HTTP without a wire, for sources that are asked something."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from builders import DAY, NOON

from digest.errors import RefusedError
from digest.sources import Ask
from digest.sources.web import Web

if TYPE_CHECKING:
    from collections.abc import Mapping

    from digest.models import Paper


class Asked(NamedTuple):
    """One question."""

    url: str
    params: Mapping[str, str]
    headers: Mapping[str, str]
    json: Any = None


class PreparedWeb(Web):
    """Gives prepared answers in order, raises those that are errors, and keeps the questions."""

    def __init__(self, *answers: str | Exception) -> None:
        """Prepare the answers; the last is given again and again."""
        self.questions: list[Asked] = []
        self._answers = list(answers)

    def get(self, url: str, params: Any = None, *, headers: Any = None, **_: Any) -> str:
        return self._answer(Asked(url, params or {}, headers or {}))

    def post(
        self, url: str, params: Any = None, *, json: object, headers: Any = None, **_: Any
    ) -> str:
        return self._answer(Asked(url, params or {}, headers or {}, json))

    def _answer(self, question: Asked) -> str:
        self.questions.append(question)
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


def ask(web: Web, *papers: Paper) -> Ask:
    return Ask(day=DAY, now=NOON, web=web, papers=lambda: papers)


def refusal(status: int, body: str = "") -> RefusedError:
    return RefusedError(f"it answered {status}", status=status, body=body)
