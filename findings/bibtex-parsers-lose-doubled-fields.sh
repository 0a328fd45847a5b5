#!/usr/bin/env bash
# One doubled field of BibTeX costs the entry (bibtexparser 2) or the whole file (pybtex), and no error reaches a caller.
#
# BibTeX warns of a second `year` in an entry and takes the first. Exports have such entries: a program adds `year`
# beside the `date` that it turned into one. bibtexparser 2 keeps the entry apart, as a DuplicateFieldKeyBlock in
# failed_blocks, so that `entries` is short by one; it logs nothing for it. bibtexparser 1 keeps the first value. pybtex
# raises and reads nothing. An entry whose value ends in a backslash (`file = {C:\papers\}`) is not closed to
# bibtexparser 2, which reads `\}` as TeX does and BibTeX does not.
#
# The product takes entries out of the failed blocks, and reads a block with a backslash before a brace once more:
# digest/sources/library/bibtex.py.
#
# Exits with 1 when one of them behaves otherwise than is said here.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
for version in 1.4.3 2.1.0; do
    python3 -m venv "$folder/$version"
    "$folder/$version/bin/pip" install --quiet --disable-pip-version-check "bibtexparser==$version" setuptools
done
"$folder/2.1.0/bin/pip" install --quiet --disable-pip-version-check pybtex==0.26.1
cat > "$folder/doubled.bib" <<'BIBTEX'
@misc{one, title = {One}, year = {2023}, year = {2024}}
@misc{two, title = {Two}, file = {C:\papers\}}
@misc{three, title = {Three}}
BIBTEX
"$folder/1.4.3/bin/python" - "$folder/doubled.bib" <<'PYTHON'
import sys

import bibtexparser

entries = bibtexparser.loads(open(sys.argv[1]).read()).entries
print("bibtexparser 1.4.3", [(entry["ID"], entry.get("year")) for entry in entries])
sys.exit(0 if ("one", "2023") in [(entry["ID"], entry.get("year")) for entry in entries] else "this has changed")
PYTHON
"$folder/2.1.0/bin/python" - "$folder/doubled.bib" <<'PYTHON'
import logging
import sys

import bibtexparser
from pybtex.database import parse_file

logging.disable()
library = bibtexparser.parse_string(open(sys.argv[1]).read())
kept = [entry.key for entry in library.entries]
failed = [type(block).__name__ for block in library.failed_blocks]
print("bibtexparser 2.1.0", kept, failed)
try:
    parse_file(sys.argv[1])
    lost = ""
except Exception as error:
    lost = type(error).__name__
print("pybtex 0.26.1", lost or "reads it")
as_described = kept == ["three"] and failed == ["DuplicateFieldKeyBlock", "ParsingFailedBlock"]
sys.exit(0 if as_described and lost.startswith("Duplicate") else "this has changed")
PYTHON
