"""Ids as people type and paste them."""

from __future__ import annotations

import pytest
from support.libraries import ids

from digest.sources.library import read_ids


@pytest.mark.parametrize(
    "address",
    ["https://arxiv.org/abs/2403.00001", "arxiv.org/abs/2403.00001", "//hf.co/papers/2403.00001"],
)
def test_what_stands_behind_an_address_is_no_part_of_it(address: str) -> None:
    library = read_ids(f"{address} foo")

    assert ids(library) == ["2403.00001"]
    assert [one.reason[:5] for one in library.rejected] == ["'foo'"]


@pytest.mark.parametrize(
    "text",
    ["arXiv:2403.00001v2 [cs.CL] 1 Mar 2024", "Available at https://arxiv.org/abs/2403.00001"],
)
def test_what_belongs_to_an_id_is_read_with_it(text: str) -> None:
    assert (ids(read_ids(text)), read_ids(text).rejected) == (["2403.00001"], ())


def test_ids_are_read_as_people_paste_them() -> None:
    library = read_ids(
        "2403.00001v2, arXiv: 2403.00002\nhttps://arxiv.org/pdf/2403.00003 hep-th/9901001; - no"
    )

    assert ids(library) == ["2403.00001", "2403.00002", "2403.00003", "hep-th/9901001"]
    assert [(one.where, one.reason) for one in library.rejected] == [
        ("entry 5", "'no' is no id of a paper, such as 2401.00001")
    ]
