"""Questions on a terminal, each with an answer by default; or their answers without a terminal."""

from __future__ import annotations

import getpass
import re
import textwrap
from dataclasses import dataclass
from shutil import get_terminal_size
from typing import TYPE_CHECKING, TypeVar

from digest.cli import output
from digest.errors import DigestError
from digest.text.wording import as_sentence
from subscribers.errors import SubscriberError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Answer = TypeVar("Answer")
#: What stands before each line below a question.
_INDENT = "   "
#: What stands before the text of an item of a list: blanks, or also a term in a column of its own.
_TERM = re.compile(r" +(?:\S+ {2,})?")


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
                self.show(as_sentence(str(error)))

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
                self.show(as_sentence(str(error)))

    def say(self, *lines: str) -> None:
        """Print lines for who is there."""
        if self.is_live:
            for line in lines:
                output.print_prose(line)

    def show(self, text: str) -> None:
        """Print a text below a question, folded between words.

        What follows a term and two blanks, as in a list, is folded below itself.
        """
        if self.is_live:
            width = get_terminal_size().columns - 1
            for line in text.splitlines():
                term = _TERM.match(line)
                output.print_result(
                    textwrap.fill(
                        line,
                        width,
                        initial_indent=_INDENT,
                        subsequent_indent=_INDENT + " " * (term.end() if term else 0),
                        break_long_words=False,
                        break_on_hyphens=False,
                    )
                )

    def _begin(self, title: str, about: Sequence[str]) -> None:
        self.asked += not self.is_repeated
        self.say("", title if self.is_repeated else f"{self.asked}. {title}")
        for line in about:
            self.show(line)
