"""Paging: when a service's list goes on, and whether its pages add up.

A service may give fewer records a page than were asked for, say a wrong total or none, or send the
same page for ever. So the list goes on while the total is not reached or the page was full, and it
ends at an empty page or at one that holds nothing new. What is then missing is never left unsaid.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable


class Pages:
    """The pages of one list, as they are read."""

    def __init__(self, what: str, *, asked: int, most: int) -> None:
        """Start before the first page.

        Args:
            what: the records in messages, such as "notes".
            asked: how many records a page is asked to hold.
            most: the most pages to read.

        """
        self._what, self._asked, self._most = what, asked, most
        self._pages = self._largest = self._last = 0
        self._seen: set[Hashable] = set()
        self._total: int | None = None
        self._repeats = False
        self._has_more: bool | None = None
        #: how many records were given so far, which is the offset of the next page
        self.given = 0

    def add(
        self, keys: Iterable[Hashable], *, total: int | None, has_more: bool | None = None
    ) -> bool:
        """Count a page; return whether to keep it: the first one, or one that brings anything new.

        Args:
            keys: what tells its records apart, one for each.
            total: how many records the list has, if the page says so.
            has_more: whether the page says that another one follows, if it can say so.

        """
        page = list(keys)
        before = len(self._seen)
        self._seen.update(page)
        self._pages += 1
        self._last = len(page)
        self._repeats = bool(page) and len(self._seen) == before
        self._largest = max(self._largest, len(page))
        self._total = self._total if total is None else total
        self._has_more = has_more
        if not self._repeats:
            self.given += len(page)
        return self._pages == 1 or len(self._seen) > before

    @property
    def go_on(self) -> bool:
        """Whether another page is to be read."""
        return self._is_unfinished and not self._repeats and self._pages < self._most

    @property
    def _is_unfinished(self) -> bool:
        if self._has_more is not None:
            return self._has_more
        if self._last == 0:
            return False
        if self._total is not None:
            return self.given < self._total or self._last >= self._asked
        # The largest page tells how many records the service gives at most.
        return self._last >= self._largest

    @property
    def trouble(self) -> str | None:
        """Why records are missing although the list ended; None if the pages add up.

        That it ended short of the total is said by `lacking`, since many batches count that too.
        """
        distinct = len(self._seen)
        if self._repeats:
            return f"page {self._pages:,} repeats earlier ones, after {distinct:,} {self._what}"
        if self._is_unfinished:
            return f"the {self._what} go on after {self._pages:,} pages"
        if self._total is not None and distinct < self._total <= self.given:
            return f"its pages overlap: only {distinct:,} of {self._total:,} {self._what} came"
        return None

    @property
    def lacking(self) -> str | None:
        """How many records came, if they are some but fewer than the total."""
        if not self.given or self._total is None or self.given >= self._total:
            return None
        return f"it gave {self.given:,} of {self._total:,} {self._what}"
