"""A reader's library, in the formats that programs for literature export.

`read` takes a whole file. An entry that cannot be read costs itself alone, and is named.
"""

from digest.sources.library.formats import MOST_OCTETS, Format, read, read_ids
from digest.sources.library.seeds import Library, Rejected, Seed, merged

__all__ = ["MOST_OCTETS", "Format", "Library", "Rejected", "Seed", "merged", "read", "read_ids"]
