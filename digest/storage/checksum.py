"""The checksum of a backup: a line behind the last page, by which any changed byte is found.

SQLite's own check looks at the structure of pages, and not at the text in them. Its header says how
many pages there are, so what stands behind them is nothing to it, and goes when a copy is restored
(sqlite.org/fileformat2.html, 1.3.7). `head -c -81 FILE | sha256sum` gives the same number.
"""

from __future__ import annotations

import hashlib
import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING

from digest.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_LINE = re.compile(rb"\nsha256 of all: ([0-9a-f]{64})\n")
#: Bytes of the line.
_LENGTH = 81
#: Bytes that are read at once.
_PIECE = 1 << 18
#: The smallest page of SQLite; all sizes are multiples of it.
_SMALLEST_PAGE = 512


@contextmanager
def appended(file: Path) -> Iterator[None]:
    """Write the SHA-256 of a closed database behind its last page, once a block has read it too.

    Both take about as long, so a second processor adds up the bytes meanwhile.

    Raises:
        OSError: it cannot be read or written.

    """
    with ThreadPoolExecutor(1) as pool:
        found = pool.submit(_sha256, file, file.stat().st_size)
        yield
        line = f"\nsha256 of all: {found.result()}\n"
    with file.open("ab") as opened:
        opened.write(line.encode("ascii"))


def verify(file: Path) -> bool:
    """Check a copy of a database against its checksum; return whether it has one.

    Copies by other programs have none, and backups by earlier versions of Digest.

    Raises:
        StoreError: it is not as it was when the checksum was written, or ends within a page.
        OSError: it cannot be read.

    """
    size = file.stat().st_size
    if size % _SMALLEST_PAGE == 0:
        return False
    with file.open("rb") as opened:
        opened.seek(max(0, size - _LENGTH))
        found = _LINE.fullmatch(opened.read())
    if not found or _sha256(file, size - _LENGTH) != found[1].decode("ascii"):
        raise StoreError(
            f"{file} is damaged, so use another backup: it is not as it was when it was made"
        )
    return True


def _sha256(file: Path, size: int) -> str:
    """Return the SHA-256 of the first bytes of a file, in hexadecimal digits."""
    digest, piece = hashlib.sha256(), memoryview(bytearray(_PIECE))
    with file.open("rb", buffering=0) as opened:
        while size and (length := opened.readinto(piece[: min(size, _PIECE)])):
            digest.update(piece[:length])
            size -= length
    return digest.hexdigest()
