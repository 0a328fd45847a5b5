"""Write the manual pages and the completions of shells that are shipped with the program.

    python scripts/reference

A test compares them with what is in `share/`.
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
if __name__ == "__main__":
    sys.path[:0] = [str(ROOT / "scripts"), str(ROOT)]
    from reference import shipped

    shipped.write(ROOT)
