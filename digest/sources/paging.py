"""Paging: when a service's list goes on, and whether its pages add up.

A service may give fewer records a page than were asked for, say a wrong total or none (some count
the page instead of the list), or send the same page for ever. So the list goes on while the total
is not reached or the page is as large as the largest one. It ends at an empty page, at one that
holds nothing new, or at one that does not exist. What is then missing is never left unsaid.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from digest.errors import RefusedError

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable

    from digest.errors import SourceError

#: No service gives at most fewer records a page than this: a smaller page is no full one.
SMALLEST_LIMIT = 10
#: The status of a page that does not exist.
_NO_SUCH_PAGE = 404


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
        # The largest page tells how many records the service gives at most.
        is_full = self._last >= self._largest
        if self._total is None:
            return is_full
        if self.given < self._total:
            return True
        # The total may be that of the page.
        return self._last >= self._asked or (is_full and self._last >= SMALLEST_LIMIT)

    def end(self, error: SourceError) -> bool:
        """Take a page that could not be read as the end of the list; return whether it is that.

        It is the end if it does not exist, and the page before it was not full.
        """
        is_missing = isinstance(error, RefusedError) and error.status == _NO_SUCH_PAGE
        is_end = is_missing and 0 < self._last < self._asked
        self._last = 0 if is_end else self._last
        return is_end

    @property
    def trouble(self) -> str | None:
        """Why records are missing although the list ended; None if the pages add up.

        That it ended short of the total is said by `lacking`, since many batches count that too.
        """
        distinct = len(self._seen)
        if self._repeats and not self._is_counted:
            return f"page {self._pages:,} repeats earlier ones, after {distinct:,} {self._what}"
        if self._is_unfinished and not self._repeats:
            return f"the {self._what} go on after {self._pages:,} pages"
        if self._total is not None and distinct < self._total <= self.given:
            return f"its pages overlap: only {distinct:,} of {self._total:,} {self._what} came"
        return None

    @property
    def _is_counted(self) -> bool:
        """Whether the service counts no more records than came, and none of its pages was full."""
        is_whole = self._total is not None and len(self._seen) >= self._total
        return is_whole and self._largest < self._asked

    @property
    def lacking(self) -> str | None:
        """How many records came, if they are some but fewer than the total."""
        if not self.given or self._total is None or self.given >= self._total:
            return None
        return f"it gave {self.given:,} of {self._total:,} {self._what}"
