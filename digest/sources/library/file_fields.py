"""The files of a BibTeX entry: `description:path:type`, several with `;` between them.

JabRef, Zotero and Mendeley write a backslash before a `:` or `;` that separates nothing, and some
versions write none in an address (docs.jabref.org, "Managing files"). A path alone is one too.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

#: files of an entry that are looked at
_MOST = 20
#: a part up to the next mark that separates something
_FILES = re.compile(r"(?:[^\\;]|\\.)+", re.DOTALL)
_PARTS = re.compile(r"(?:[^\\:]|\\.|:(?=//))+", re.DOTALL)
_ESCAPED = re.compile(r"\\([:;\\_{}&%#$~])")
#: Mendeley writes C$\backslash$:/papers
_BACKSLASH = re.compile(r"\$\\backslash\$")


def file_paths(value: str) -> Iterator[str]:
    """Yield the paths and addresses in the value of a field, with what describes them."""
    value = _BACKSLASH.sub(r"\\", value)
    for file in islice(_FILES.finditer(value), _MOST):
        for part in islice(_PARTS.finditer(file[0]), _MOST):
            yield _ESCAPED.sub(r"\1", part[0]).strip()
