"""Questions on a terminal, each with an answer by default; or their answers without a terminal."""

from __future__ import annotations

import getpass
import textwrap
from dataclasses import dataclass
from shutil import get_terminal_size
from typing import TYPE_CHECKING, TypeVar

from digest.cli import output
from digest.errors import DigestError
from subscribers.errors import SubscriberError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Answer = TypeVar("Answer")
#: What stands before each line below a question.
_INDENT = "   "


@dataclass
class Conversation:
    """What asks; without a terminal every question has its option's value or its default."""

    #: whether somebody is there to answer
    is_live: bool
    #: how many questions were asked; those that are asked once more have no number
    asked: int = 0
    is_repeated: bool = False

    def ask(
        self,
        title: str,
        read: Callable[[str], Answer],
        *,
        default: str,
        given: str | None = None,
        about: Sequence[str] = (),
    ) -> Answer:
        """Ask until an answer can be read, and return it.

        Args:
            title: the question.
            read: reads an answer; its error, which is a line, says what is wrong with one.
            default: the answer of who only presses Enter.
            given: the value of the option that answers the question; then it is not asked.
            about: lines that explain it.

        Raises:
            DigestError, SubscriberError: nobody is there to correct an answer.

        """
        if given is not None:
            return read(given)
        if not self.is_live:
            return read(default)
        self._begin(title, about)
        while True:
            typed = input(f"{_INDENT}[{default}] > " if default else f"{_INDENT}> ").strip()
            try:
                return read(typed or default)
            except (DigestError, SubscriberError) as error:
                self.show(f"{error}.")

    def ask_hidden(
        self, title: str, read: Callable[[str], str], *, kept: str = "", about: Sequence[str] = ()
    ) -> str:
        """Ask for what nobody may see, and return it; who only presses Enter keeps what there is.

        Nothing is asked without a terminal.
        """
        if not self.is_live:
            return kept
        self._begin(title, about)
        while True:
            typed = getpass.getpass(f"{_INDENT}[as before] > " if kept else f"{_INDENT}> ")
            try:
                return read(typed) or kept
            except (DigestError, SubscriberError) as error:
                self.show(f"{error}.")

    def say(self, *lines: str) -> None:
        """Print lines for who is there."""
        if self.is_live:
            for line in lines:
                output.print_prose(line)

    def show(self, text: str) -> None:
        """Print a text below a question, folded between words."""
        if self.is_live:
            width = get_terminal_size().columns - 1
            for line in text.splitlines():
                output.print_result(
                    textwrap.fill(
                        line,
                        width,
                        initial_indent=_INDENT,
                        subsequent_indent=_INDENT,
                        break_long_words=False,
                        break_on_hyphens=False,
                    )
                )

    def _begin(self, title: str, about: Sequence[str]) -> None:
        self.asked += not self.is_repeated
        self.say("", title if self.is_repeated else f"{self.asked}. {title}")
        for line in about:
            output.print_result(f"{_INDENT}{line}")
