"""Recognises a database that was restored from a backup, before it sends last week's mail again.

Every run that sends mail raises the database's generation, a number, when it begins and when it
ends, and then writes the same number into the mark beside the database (`storage.mark`). So a kill
between the two leaves the mark behind the database, which is harmless. A mark that is ahead of
the database shows that the database is an older copy. Other signs are a mark that is a copy (the
folder was copied), another inode (the file was replaced), a mark that is gone or damaged, and mails
of days that the database has never planned. `digest restore` says it in the mark itself.

Such a database does not know which mails have left since, nor who has left since. It sends nothing
until an operator names a day. Then only days that are named are sent, until the first day of which
it is certain that no mail has left. A machine that was restored as a whole, with its inodes, cannot
be told from one that was switched off; whoever restores it can remove the mark.
"""

from __future__ import annotations

import logging
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa

from digest.errors import RestoredError, StoreError
from digest.models.delivery import UNSETTLED, DeliveryState
from digest.storage.engine import database_file
from digest.storage.mark import mark_path, read_mark, write_mark
from digest.storage.schema import days, deliveries, generation

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator
    from pathlib import Path

log = logging.getLogger(__name__)

_MAY_HAVE_LEFT = "the database was restored from a backup; this mail may have left before that"


@dataclass(frozen=True, kw_only=True)
class Generation:
    """The generation of an open database, and the mark beside it."""

    engine: sa.Engine
    clock: Callable[[], datetime]
    #: returns today's date where the installation is
    today: Callable[[], date]
    #: returns the newest day of which a mail was written outside of the database
    newest_written: Callable[[], date | None] = lambda: None
    #: whether the file is carried about between runs, so that another one is no sign of a backup
    moves: bool = False

    def refuse(self, day: date | None, *, named: bool) -> None:
        """Refuse a run of a database that was restored, unless an operator named its day.

        Args:
            day: the day that the run sends; None if it sends what waits, of any day.
            named: whether an operator named the day, to be sent to everybody.

        Raises:
            RestoredError: the database was restored, and nobody has named this day since.

        """
        file = self._file
        if file is None or named:
            return
        sign = self._sign(file)
        if sign is not None:
            raise RestoredError(self._explain(file, sign))
        if day is not None and day in self.uncertain([day]):
            raise RestoredError(
                f"the mails of {day} may have left before {file} was restored from a backup;"
                f" if they have not, send them with `digest run --day {day}`"
            )

    def sign(self) -> str | None:
        """Return what shows that the database was restored from a backup or moved, or None."""
        file = self._file
        return None if file is None else self._sign(file)

    def accept(self, day: date) -> None:
        """Go on with a database that was restored, if it was; an operator has named the day.

        No other day before now is sent, unless it is named too.
        """
        file = self._file
        if file is None or self._sign(file) is None:
            return
        mark, first, now = read_mark(file), self._certain_from(file), self.clock()
        with self.engine.execution_options(writes=True).begin() as db:
            number = db.execute(sa.select(generation.c.number)).scalar_one()
            db.execute(
                generation.update().values(
                    number=max(number, mark.generation if mark else 0) + 1,
                    restored_at=now,
                    certain_from=first,
                )
            )
            skipped = db.execute(
                deliveries.update()
                .where(
                    deliveries.c.day != day,
                    deliveries.c.day < first,
                    deliveries.c.state.in_(UNSETTLED),
                )
                .values(
                    state=DeliveryState.SKIPPED,
                    reason=_MAY_HAVE_LEFT,
                    settled_at=now,
                    next_at=None,
                    fencing_token=None,
                )
            ).rowcount
            others = (days.c.day != day) & (days.c.day < first)
            db.execute(days.update().where(others).values(begun_at=None))
        log.warning(
            "database was restored",
            extra={"day": str(day), "certain_from": str(first), "skipped": skipped},
        )

    @contextmanager
    def sending(self, day: date) -> Iterator[None]:
        """Raise the generation before a day's mails leave, and after they are recorded."""
        file = self._file
        if file is None:
            yield
            return
        self._advance(file, day)
        yield
        # The mails have left and are recorded; this only helps against a copy of mid-run.
        with suppress(StoreError):
            self._advance(file, day)

    def uncertain(self, among: Collection[date]) -> set[date]:
        """Return the days from `among` whose mails may have left without the database knowing.

        Days that an operator has named since the database was restored are certain.
        """
        file = self._file
        if file is None:
            return set()
        if self._sign(file) is not None:
            first = self._certain_from(file)
            return {day for day in among if day < first}
        query = (
            sa.select(days.c.day)
            .join(generation, days.c.named_at >= generation.c.restored_at)
            .where(days.c.day.in_(among))
        )
        with self.engine.connect() as db:
            restored_until = db.execute(sa.select(generation.c.certain_from)).scalar()
            if restored_until is None:
                return set()
            named = set(db.execute(query).scalars())
        return {day for day in among if day < restored_until} - named

    @property
    def _file(self) -> Path | None:
        return database_file(self.engine.url)

    def _sign(self, file: Path) -> str | None:
        """Return what shows that the database was restored or moved, or None."""
        # The mark first: a run that begins meanwhile raises the database before it.
        mark, number, known = read_mark(file), self._number(), self._newest_known()
        written = self.newest_written()
        if mark is None:
            return f"{mark_path(file).name} is not beside it" if number else None
        if mark.is_damaged:
            return f"{mark_path(file).name} beside it is damaged" if number else None
        if mark.is_restored:
            return "`digest restore` put it there"
        if mark.generation > number:
            return f"{mark_path(file).name} is of a later run"
        if mark.is_copy and not self.moves:
            return f"{mark_path(file).name} is a copy"
        if mark.inode not in (None, file.stat().st_ino) and not self.moves:
            return "it is not the file that the last run used"
        if known is not None and written is not None and written > known:
            return f"mails of {written} have been written"
        return None

    def _explain(self, file: Path, sign: str) -> str:
        last = self._newest_planned()
        until = self._certain_from(file) - timedelta(days=1)
        later = f", and the mails of later days until {until}," if last != until else ""
        return (
            f"{file} was restored from a backup, or moved: {sign}. The last day that it knows is"
            f" {last or 'none'}; what it has not sent{later} may have left already, and readers who"
            " left since then may be confirmed again. Nothing is sent until you name each day to"
            " send, with `digest run --day D`; then `digest run` goes on with the days to come"
        )

    def _number(self) -> int:
        with self.engine.connect() as db:
            return int(db.execute(sa.select(generation.c.number)).scalar_one())

    def _newest_planned(self) -> date | None:
        with self.engine.connect() as db:
            newest: date | None = db.execute(
                sa.select(sa.func.max(days.c.day)).where(days.c.planned > 0)
            ).scalar()
        return newest

    def _newest_known(self) -> date | None:
        """Return the newest day of which the database knows that mails have left, or may have."""
        planned = self._newest_planned()
        with self.engine.connect() as db:
            first: date | None = db.execute(sa.select(generation.c.certain_from)).scalar_one()
        if first is None or planned is None:
            return planned
        return max(planned, first - timedelta(days=1))

    def _certain_from(self, file: Path) -> date:
        """Return the first day of which no mail can have left."""
        mark = read_mark(file)
        newest = (self._newest_known(), self.newest_written(), mark and mark.day)
        return max([self.today(), *(day + timedelta(days=1) for day in newest if day)])

    def _advance(self, file: Path, day: date) -> None:
        """Raise the generation, first in the database."""
        with self.engine.execution_options(writes=True).begin() as db:
            db.execute(generation.update().values(number=generation.c.number + 1))
            number = db.execute(sa.select(generation.c.number)).scalar_one()
        write_mark(file, generation=number, day=max(self._newest_planned() or day, day))
