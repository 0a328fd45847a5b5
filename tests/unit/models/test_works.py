"""Which ids name one work, whatever the order in which records say so."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from digest.models.identity import namespace
from digest.models.works import Work, Works, agree

#: records that are right: three works, each by several ids
RIGHT = [
    ("2602.00001", "10.1000/lamps"),
    ("10.1000/lamps",),
    ("2602.00001", "s2:a"),
    ("s2:a", "openreview:a"),
    ("openreview:a",),
    ("10.1101/2026.01.02.700001", "10.1000/mice"),
    ("10.64898/2026.01.02.700001", "s2:b"),
    ("10.1000/mice",),
    ("openreview:c",),
]
#: two papers of one volume whose authors give the volume's DOI, and the volume itself
VOLUME = "10.1000/volume"
WRONG = [("2602.00001", VOLUME), ("2602.00002", VOLUME), (VOLUME,), ("2602.00002", "s2:d")]

Records = list[tuple[str, ...]]


def works_of(records: Records) -> dict[str, tuple[str, ...]]:
    """The works that records name, each with its aliases."""
    works = Works()
    ids = [works.claim(record).id for record in records]
    names = {name for record in records for name in record} | set(ids)
    found = {works.find(name) for name in names}
    return {work: works.aliases(work) for work in found if work is not None}


def test_a_record_with_two_ids_makes_one_work() -> None:
    assert works_of([("10.1000/lamps", "2602.00001")]) == {"2602.00001": ("10.1000/lamps",)}


def test_two_known_works_are_one_when_a_record_says_so() -> None:
    works = Works()
    works.add("2602.00001", ["s2:a"])
    works.add("10.1000/lamps", ["openreview:a"])

    work = works.claim(("2602.00001", "10.1000/lamps"))

    assert work == ("2602.00001", ("2602.00001", "10.1000/lamps"))
    assert works.aliases("2602.00001") == ("10.1000/lamps", "openreview:a", "s2:a")


def test_both_prefixes_of_a_preprint_are_one_work_under_the_one_of_its_time() -> None:
    old, new = "10.1101/2026.01.02.700001", "10.64898/2026.01.02.700001"

    assert works_of([(old,)]) == {old: ()}
    assert works_of([(old,), (new,)]) == works_of([(new,), (old,)]) == {new: (old,)}


def test_the_doi_of_a_volume_makes_no_two_papers_one() -> None:
    assert works_of([("2602.00002", VOLUME), ("2602.00001", VOLUME)]) == {
        "2602.00001": (VOLUME,),
        "2602.00002": (),
    }


def test_a_record_with_two_arxiv_ids_is_wrong_about_the_second() -> None:
    assert works_of([("2602.00002", "2602.00001")]) == {"2602.00002": ()}


def test_ids_of_a_weaker_kind_may_differ_where_a_stronger_one_is_the_same() -> None:
    found = works_of([("2602.00001", "openreview:a"), ("2602.00001", "openreview:b")])

    assert found == {"2602.00001": ("openreview:a", "openreview:b")}


def test_a_record_whose_ids_are_all_taken_is_of_the_work_of_its_strongest() -> None:
    works = Works()
    works.add("10.1000/a", ["10.1000/b"])
    works.add("10.1000/c", ["10.1000/d"])

    assert works.claim(("10.1000/b", "10.1000/d")).id == "10.1000/a"


@given(st.permutations(RIGHT))
def test_the_order_of_right_records_decides_nothing(records: Records) -> None:
    assert works_of(records) == {
        "2602.00001": ("10.1000/lamps", "openreview:a", "s2:a"),
        "10.64898/2026.01.02.700001": ("10.1101/2026.01.02.700001", "10.1000/mice", "s2:b"),
        "openreview:c": (),
    }


@given(st.permutations(WRONG))
def test_the_order_of_wrong_records_decides_nothing_either(records: Records) -> None:
    assert works_of(records) == {"2602.00001": (VOLUME,), "2602.00002": ("s2:d",)}


@given(st.permutations(RIGHT), st.integers(0, len(RIGHT)))
def test_a_record_that_is_repeated_changes_nothing(records: Records, count: int) -> None:
    assert works_of([*records, *records[:count]]) == works_of(records)


IDS = st.sampled_from(
    ["2602.00001", "2602.00002", "10.1101/1.a", "10.1101/111111", "10.1101/222222", "10.1000/a",
     "10.1000/b", "openreview:a", "openreview:b", "s2:a", "s2:b"]
)  # fmt: skip


@given(st.lists(st.lists(IDS, min_size=1, max_size=4).map(tuple)))
def test_no_work_has_two_ids_of_arxiv_and_every_id_has_one_work(records: Records) -> None:
    works = works_of(records)

    every = [name for work, aliases in works.items() for name in (work, *aliases)]
    assert len(every) == len(set(every))
    for work, aliases in works.items():
        assert sum(namespace(name) == "arxiv" for name in (work, *aliases)) <= 1


def test_ids_agree_unless_the_strongest_that_both_have_differs() -> None:
    assert agree(["2602.00001"], ["10.1000/a"])
    assert agree(["2602.00001", "s2:a"], ["2602.00001", "s2:b"])
    assert not agree(["2602.00001", "s2:a"], ["2602.00002", "s2:a"])
    assert not agree(["10.1000/a", "10.1000/b"], ["10.1000/b", "10.1000/c"])


def test_a_work_that_had_no_id_takes_its_alias_as_its_id() -> None:
    works = Works()
    works.add("title:1", ["openreview:a"])

    assert works.claim(["openreview:a"]) == Work("openreview:a", ("title:1",))
