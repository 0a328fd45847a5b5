"""Reading a source from files: those that are new or have changed, one after the other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from digest.errors import ConfigError, SourceError
from digest.models.read_file import FileContents, ReadFile
from digest.models.source import SourceReport
from digest.sources import assessment, lenient, parser_of
from digest.sources.clock_skew import without_future
from digest.sources.files import SourceFile, find_files
from digest.storage.papers import Saved

if TYPE_CHECKING:
    from datetime import date, datetime
    from pathlib import Path

    from digest.models.source import Rejected
    from digest.sources import Kind, Source
    from digest.storage.file_log import FileLog
    from digest.storage.papers import PaperStore


#: Two callbacks: the first takes how many steps there are, the second how many more are done.
StepCounter = tuple[Callable[[int], None], Callable[[int], None]]


@dataclass(frozen=True, kw_only=True)
class FileFetcher:
    """Reads the files of sources and keeps their papers, and what is known of each file."""

    papers: PaperStore
    #: the files that were read before
    file_log: FileLog
    clock: Callable[[], datetime]

    def fetch(
        self,
        day: date,
        source: Source,
        kind: Kind,
        *,
        only_day: bool,
        again: bool,
        steps: StepCounter,
    ) -> SourceReport:
        """Read the files of a source one after the other, unless they have not changed.

        Args:
            day: the day that is asked for; papers without a day of their own belong to it.
            source: the source.
            kind: its kind.
            only_day: whether papers of other days are dropped.
            again: whether files that have not changed are read, too.
            steps: shows how many files are done.

        Raises:
            SourceError: no file matches its path.

        """
        set_total, advance = steps
        paths = find_files(source)
        set_total(len(paths))
        known = self.file_log.of(source.name)
        self.file_log.forget(source.name, known.keys() - {str(path) for path in paths})
        fetch_file = partial(
            self._fetch_file,
            source=source,
            kind=kind,
            day=day,
            only_day=only_day,
            parser=parser_of(source.kind),
        )
        contents, unchanged, new, merged = [], 0, 0, 0
        said_before: set[Rejected | str] = set()
        for path in paths:
            found, saved = fetch_file(path, None if again else known.get(str(path)))
            contents.append(found)
            if saved is None:
                unchanged += 1
                merged += found.kept(day, only_day=only_day)
                said_before |= {*found.rejected, *found.warnings}
            else:
                new, merged = new + saved.new, merged + saved.merged
            advance(1)
        return replace(
            _files_report(source.name, day, contents, only_day=only_day),
            unchanged=unchanged,
            new=new,
            merged=merged,
            said_before=frozenset(said_before),
        )

    def _fetch_file(
        self,
        path: Path,
        before: ReadFile | None,
        *,
        source: Source,
        kind: Kind,
        day: date,
        only_day: bool,
        parser: str,
    ) -> tuple[FileContents, Saved | None]:
        """Read a file and keep its papers; return what is in it, and what was saved.

        Nothing is read, and None returned, if it is as it was before.
        """
        file, now = SourceFile(path), self.clock()
        try:
            same = file.unchanged(before, day=day, only_day=only_day, parser=parser, now=now)
            if same is not None:
                if same is not before:
                    self.file_log.record(source.name, same)
                return same.contents, None
            stamp = file.stamp  # before the content is read
            batch = without_future(kind.parse(file.document, day=day, now=now), day=day, now=now)
        except (SourceError, ConfigError) as error:
            self.file_log.forget(source.name, [str(path)])
            batch = lenient.unusable_at(str(path), str(error))
            return FileContents.of(batch, day=day), Saved(new=0, merged=0, left_out=0)
        of_day = [paper for paper in batch.papers if paper.day == day]
        saved = self.papers.save(
            of_day if only_day else batch.papers,
            source=source.name,
            authority=kind.authority,
            updates=batch.updates,
            announced=batch.announcements,
            may_join=not kind.enriches,
            now=now,
        )
        is_whole = not only_day or len(of_day) == len(batch.papers)
        read = ReadFile(
            path=str(path),
            stamp=stamp,
            read_at=now,
            sha256=file.sha256,
            parser=parser,
            only_day=None if is_whole else day,
            contents=FileContents.of(batch, day=day),
        )
        if saved.left_out:  # they may become known
            self.file_log.forget(source.name, [read.path])
        else:
            self.file_log.record(source.name, read)
        return read.contents, saved


def _files_report(
    source: str, day: date, files: Sequence[FileContents], *, only_day: bool
) -> SourceReport:
    """Return the report of a day on files, whether they were read now or before."""
    usable = sum(file.kept(day, only_day=False) for file in files)
    rejected = tuple(record for file in files for record in file.rejected)
    channels = tuple(channel for file in files for channel in file.channels)
    trouble = next((file.trouble for file in files if file.trouble), None)
    unknown = sum(file.unknown for file in files)
    state, reason = assessment.by_counts(usable, rejected, channels, trouble, unknown=unknown)
    return SourceReport(
        source=source,
        day=day,
        state=state,
        declared=sum(file.declared for file in files),
        parsed=sum(file.kept(day, only_day=only_day) for file in files),
        other_days=sum(file.papers - file.of_day(day) for file in files),
        rejected=rejected,
        channels=channels,
        reason=reason,
        warnings=tuple(dict.fromkeys(one for file in files for one in file.warnings)),
    )
