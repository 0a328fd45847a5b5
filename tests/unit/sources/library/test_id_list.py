"""Ids as people type and paste them."""

from __future__ import annotations

from support.libraries import ids

from digest.sources.library import read_ids


def test_ids_are_read_as_people_paste_them() -> None:
    library = read_ids(
        "2403.00001v2, arXiv: 2403.00002\nhttps://arxiv.org/pdf/2403.00003 hep-th/9901001; - no"
    )

    assert ids(library) == ["2403.00001", "2403.00002", "2403.00003", "hep-th/9901001"]
    assert [(one.where, one.reason) for one in library.rejected] == [
        ("entry 5", "'no' is no id of a paper, such as 2401.00001")
    ]
