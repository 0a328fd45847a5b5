"""What a report says of a file that was read before."""

from __future__ import annotations

from datetime import date, timedelta

from support.builders import DAY, paper

from digest.models.read_file import FileContents
from digest.models.source import Batch, Rejected

TOMORROW = DAY + timedelta(days=1)


def test_papers_with_a_day_of_their_own_keep_it_and_others_have_the_day_that_is_asked_for() -> None:
    asked = date(DAY.year, DAY.month, DAY.day)
    dated = [paper("1", day=date.fromisoformat(str(DAY))), paper("2", day=TOMORROW)]
    batch = Batch(
        papers=(*dated, paper("3", day=asked)),
        updates=(paper("4"),),
        rejected=(Rejected(where="a:1", reason="no title"),),
        declared=5,
    )

    found = FileContents.of(batch, day=asked)

    assert (found.papers, found.of_day(DAY), found.of_day(TOMORROW)) == (3, 2, 2)
    assert (found.declared, found.updates, found.rejected) == (5, 1, batch.rejected)
