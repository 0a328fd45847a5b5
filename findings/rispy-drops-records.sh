#!/usr/bin/env bash
# rispy loses whole records of RIS, and says nothing: behind a byte order mark, and with one blank behind the tags.
#
# RIS has `TY  - `, with two blanks. A file that a program saved as "UTF-8 with BOM" begins with U+FEFF, so its first
# line does not begin with TY, and rispy skips all lines up to the next TY. With one blank (`TY - JOUR`), which people
# and a few exports write, no line has a tag, and the answer is an empty list: nobody sees the difference to an empty
# library. A record without ER is joined to the next one, and the last record of such a file is lost.
#
# The product finds the beginnings and ends of records itself, and gives rispy one at a time:
# digest/sources/library/ris.py.
#
# Exits with 1 when it behaves otherwise than is said here.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check rispy==0.10.0
"$folder/venv/bin/python" - <<'PYTHON'
import sys
from importlib.metadata import version

import rispy

RECORD = "TY  - JOUR\nTI  - {}\nER  - \n"
PLAIN = RECORD.format("One") + RECORD.format("Two")
FILES = {
    "as the format says": PLAIN,
    "a byte order mark": "\ufeff" + PLAIN,
    "one blank": PLAIN.replace("  -", " -"),
    "no ER": PLAIN.replace("ER  - \n", ""),
    "no ER at the end": PLAIN.removesuffix("ER  - \n"),
}
print("rispy", version("rispy"))
found = {name: [record.get("title") for record in rispy.loads(text)] for name, text in FILES.items()}
for name, titles in found.items():
    print(f"{name:20} {titles}")
expected = {
    "as the format says": ["One", "Two"],
    "a byte order mark": ["Two"],
    "one blank": [],
    "no ER": [],
    "no ER at the end": ["One"],
}
sys.exit(0 if found == expected else "this has changed")
PYTHON
