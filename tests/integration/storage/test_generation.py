"""A database that was restored from a backup is recognised, and sends only what it is told to."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from support.database import emptied_database, write_database
from support.installation import RecordingTransport
from support.restorations import (
    FRIDAY,
    MONDAY,
    SATURDAY,
    THURSDAY,
    TUESDAY,
    WEDNESDAY,
    Killed,
    begin,
    by_api,
    by_cp,
    by_cp_while_it_is_open,
    by_folder,
    enter,
    from_a_tar,
    go_on,
    in_place_of_the_file,
    in_place_of_the_folder,
    into_a_new_folder,
    killed,
    of_run,
    opened,
    over_the_file,
    over_the_folder,
    run,
    states,
)

from digest.delivery.run_start import start_run
from digest.errors import RestoredError
from digest.storage import generation
from digest.storage.generation import Generation
from digest.storage.mark import mark_path, read_mark

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return begin(tmp_path / "home")


@pytest.mark.parametrize(
    ("back_up", "restore"),
    [
        (by_api, over_the_file),
        (by_api, in_place_of_the_file),
        (by_cp, over_the_file),
        (by_cp, in_place_of_the_file),
        (by_cp, into_a_new_folder),
        (by_cp_while_it_is_open, over_the_file),
        (by_cp_while_it_is_open, into_a_new_folder),
        (by_folder, in_place_of_the_file),
        (by_folder, into_a_new_folder),
        (by_folder, in_place_of_the_folder),
        (by_folder, over_the_folder),
        (by_folder, from_a_tar),
    ],
)
def test_a_backup_of_monday_sends_on_friday_what_it_is_told_to(
    home: Path,
    tmp_path: Path,
    back_up: Callable[[Path, Path], None],
    restore: Callable[[Path, Path], Path],
) -> None:
    copy = tmp_path / "copy"
    copy.mkdir()
    back_up(home, copy)
    go_on(home)

    restored = restore(copy, home)

    with opened(restored, FRIDAY) as installation:
        # All sources are read again, and have the papers of the days between.
        for day in (TUESDAY, WEDNESDAY, THURSDAY):
            installation.add_agents_papers(f"of-{day:%a}", day=day)
    with pytest.raises(RestoredError, match=r"The last day that it knows is 2026-02-02;"):
        run(restored, FRIDAY)
    assert states(restored, FRIDAY) == {}
    assert run(restored, FRIDAY, named=True) == ["of-Fri"]
    assert run(restored, SATURDAY) == ["of-Sat"]
    assert run(restored, WEDNESDAY, named=True, on=SATURDAY) == ["of-Wed"]


@pytest.fixture
def restored(home: Path, tmp_path: Path) -> Path:
    """A backup of Monday, in place again after Thursday's run."""
    copy = tmp_path / "copy"
    copy.mkdir()
    by_api(home, copy)
    go_on(home)
    return over_the_file(copy, home)


def test_the_error_says_what_is_in_doubt_and_what_to_do(restored: Path) -> None:
    with pytest.raises(RestoredError) as caught:
        run(restored, FRIDAY)

    assert str(caught.value) == (
        f"{restored}/digest.db was restored from a backup, or moved: digest.db-generation is of a"
        " later run. The last day that it knows is 2026-02-02; what it has not sent, and the mails"
        " of later days until 2026-02-05, may have left already, and readers who left since then"
        " may be confirmed again. Nothing is sent until you name each day to send, with"
        " `digest run --day D`; then `digest run` goes on with the days to come"
    )


def test_a_restored_database_refuses_every_run_until_a_day_is_named(restored: Path) -> None:
    transport = RecordingTransport()
    with opened(restored, FRIDAY) as installation:
        for _ in range(2):
            with pytest.raises(RestoredError), start_run(installation.services):
                pass
            with pytest.raises(RestoredError):
                installation.retry(transport, day=MONDAY, plan_new=False, allow_late=True)
            with pytest.raises(RestoredError):
                installation.send(transport, day=FRIDAY, allow_late=True, only=99)

    assert transport.attempted == []


def test_mails_that_waited_in_the_backup_may_have_left_and_are_not_sent(
    home: Path, tmp_path: Path
) -> None:
    with opened(home, TUESDAY) as installation:
        installation.subscribe("bo")
        installation.app.ledger.plan(MONDAY, now=installation.now)
        installation.app.ledger.plan(TUESDAY, now=installation.now)
    copy = tmp_path / "copy"
    copy.mkdir()
    by_api(home, copy)
    go_on(home)
    over_the_file(copy, home)

    run(home, FRIDAY, named=True)

    assert states(home, MONDAY) == {"ada": "sent", "bo": "skipped"}
    assert states(home, TUESDAY) == {"ada": "skipped", "bo": "skipped"}
    with opened(home, FRIDAY) as installation:
        reasons = installation.reasons(TUESDAY)
        with start_run(installation.services):
            pass
        assert installation.totals(TUESDAY) == {"skipped": 2}
    assert "may have left before that" in str(reasons["bo"])
    assert run(home, TUESDAY, named=True, on=FRIDAY) == ["of-Tue"]


def test_a_day_that_was_mailed_before_the_restoration_is_not_sent_again_unless_named(
    home: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "copy"
    copy.mkdir()
    by_api(home, copy)
    go_on(home)
    over_the_file(copy, home)
    run(home, TUESDAY, named=True, on=THURSDAY)

    with pytest.raises(RestoredError, match="send them with `digest run --day 2026-02-05`"):
        run(home, THURSDAY)

    assert run(home, THURSDAY, named=True) == ["of-Thu"]
    assert run(home, FRIDAY) == ["of-Fri"]


def test_a_backup_from_before_the_first_run_is_recognised_too(tmp_path: Path) -> None:
    home, copy = tmp_path / "home", tmp_path / "copy"
    for folder in (home, copy):
        folder.mkdir()
    write_database(home)
    with opened(home, MONDAY) as installation:
        installation.subscribe("ada")
    by_cp(home, copy)
    run(home, MONDAY)
    over_the_file(copy, home)

    with pytest.raises(RestoredError, match="The last day that it knows is none"):
        run(home, TUESDAY)

    assert run(home, TUESDAY, named=True) == ["of-Tue"]


def test_a_backup_of_the_middle_of_a_run_is_recognised_after_its_end(
    home: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "copy"
    copy.mkdir()

    class Copying(RecordingTransport):
        def accept(self, *args: object) -> None:
            by_api(home, copy)

    with opened(home, TUESDAY) as installation:
        installation.add_agents_papers("of-Tue", day=TUESDAY)
        installation.send(Copying(), day=TUESDAY)
    over_the_file(copy, home)

    with pytest.raises(RestoredError):
        run(home, TUESDAY)


def test_a_database_whose_mark_is_gone_is_asked_about(home: Path) -> None:
    mark_path(home / "digest.db").unlink()

    with pytest.raises(RestoredError, match=r"digest\.db-generation is not beside it"):
        run(home, TUESDAY)


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        "null",
        "{}",
        "\N{NULL}" * 64,
        '{"generation": Infinity, "day": null, "inode": null, "itself": null}',
        '{"generation": "many", "day": null, "inode": null, "itself": null}',
        '{"generation": 12, "day": "Monday", "inode": null, "itself": null}',
        '{"generation": 12, "day": null}',
    ],
)
@pytest.mark.parametrize("is_old", [False, True], ids=["its own", "a backup"])
def test_a_database_whose_mark_is_damaged_is_asked_about(
    home: Path, tmp_path: Path, content: str, *, is_old: bool
) -> None:
    if is_old:
        copy = tmp_path / "copy"
        copy.mkdir()
        by_api(home, copy)
        go_on(home)
        over_the_file(copy, home)
    mark_path(home / "digest.db").write_text(content)

    with pytest.raises(RestoredError, match=r"digest\.db-generation beside it is damaged"):
        run(home, FRIDAY)

    assert run(home, FRIDAY, named=True) == ["of-Fri"]
    assert run(home, SATURDAY) == ["of-Sat"]


def test_a_copy_that_knows_the_newest_day_is_told_of_no_later_days(home: Path) -> None:
    moved = into_a_new_folder(home, home)

    with pytest.raises(RestoredError) as caught:
        run(moved, MONDAY)

    assert (
        "The last day that it knows is 2026-02-02; what it has not sent may have left already"
    ) in str(caught.value)
    with pytest.raises(RestoredError, match="the mails of later days until 2026-02-03,"):
        run(moved, WEDNESDAY)


def test_mails_that_were_written_after_the_newest_day_are_a_sign(home: Path) -> None:
    with opened(home, FRIDAY) as installation:
        written = THURSDAY
        known = generation.Generation(
            engine=installation.app.engine,
            clock=lambda: installation.now,
            today=lambda: FRIDAY,
            newest_written=lambda: written,
        )
        with pytest.raises(RestoredError, match="mails of 2026-02-05 have been written"):
            enter(known, FRIDAY, named=False)
        assert known.uncertain([MONDAY, THURSDAY, FRIDAY]) == {MONDAY, THURSDAY}

        enter(known, FRIDAY, named=True)

        enter(known, SATURDAY, named=False)  # and it asks only once
        written = MONDAY
        enter(known, SATURDAY, named=False)


# -- what is no restoration -----------------------------------------------------------------------


def test_a_database_that_is_copied_before_its_first_run_is_as_good_as_the_first(
    tmp_path: Path,
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    write_database(home)
    with opened(home, MONDAY) as installation:
        installation.subscribe("ada")

    moved = into_a_new_folder(home, home)

    assert run(moved, MONDAY) == ["of-Mon"]


def test_a_database_that_is_meant_to_move_is_recognised_by_its_number_alone(
    home: Path, tmp_path: Path
) -> None:
    """A machine of a CI service has the folder for one run, and hands it on."""

    def sign(folder: Path) -> str | None:
        with opened(folder, TUESDAY) as installation:
            engine = installation.app.engine
            known = Generation(
                engine=engine, clock=lambda: installation.now, today=lambda: TUESDAY, moves=True
            )
            return known.sign()

    older = shutil.copytree(home, tmp_path / "older")
    run(home, TUESDAY)
    moved = shutil.copytree(home, tmp_path / "moved")

    assert sign(moved) is None
    (moved / "digest.db").unlink()
    shutil.copy2(older / "digest.db", moved)
    assert sign(moved) == "digest.db-generation is of a later run"
    mark_path(moved / "digest.db").unlink()
    assert sign(moved) == "digest.db-generation is not beside it"


def test_a_folder_that_is_renamed_is_no_restoration(home: Path) -> None:
    moved = home.rename(home.with_name("renamed"))

    assert run(moved, TUESDAY) == ["of-Tue"]


def test_a_damaged_mark_before_the_first_run_is_written_anew(tmp_path: Path) -> None:
    write_database(tmp_path)
    with opened(tmp_path, MONDAY) as installation:
        installation.subscribe("ada")
    mark_path(tmp_path / "digest.db").write_text("")

    run(tmp_path, MONDAY)

    found = read_mark(tmp_path / "digest.db")
    assert found is not None
    assert (found.day, found.generation > 1) == (MONDAY, True)


def test_a_database_without_a_file_has_no_mark() -> None:
    known = Generation(
        engine=emptied_database(), clock=lambda: datetime.now(UTC), today=lambda: MONDAY
    )

    enter(known, MONDAY, named=False)

    assert known.uncertain([MONDAY]) == set()


def test_a_mark_that_cannot_be_written_after_the_mails_have_left_fails_nothing(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(home, TUESDAY) as installation:
        known = installation.app.generation
        with of_run(known, TUESDAY, named=False):
            (home / "digest.db-generation.part").mkdir()

    (home / "digest.db-generation.part").rmdir()
    assert run(home, WEDNESDAY) == ["of-Wed"]


@pytest.mark.parametrize("step", ["before the mark", "after the mark"])
def test_a_kill_while_a_restoration_is_accepted_loses_nothing(
    restored: Path, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(generation, "write_mark", killed(step))
        with pytest.raises(Killed):
            run(restored, FRIDAY, named=True)

    assert run(restored, FRIDAY, named=True) == ["of-Fri"]
    assert run(restored, SATURDAY) == ["of-Sat"]
