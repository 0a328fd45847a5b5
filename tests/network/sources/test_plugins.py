"""The kind of source in docs/sources.md, installed as its package would be."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest
from support.builders import DAY, NOON
from support.http_server import Response, WebServer
from support.paths import ROOT

import digest
from digest import models
from digest.app import config
from digest.app.services import App
from digest.errors import ConfigError
from digest.models import delivery, identity, issue
from digest.models.source import SourceState
from digest.sources import FetchRequest, RawDocument, get_kind, join_batches, plugins

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import ModuleType

    import sqlalchemy as sa

    from digest.models.source import Batch

PAGE = (ROOT / "docs" / "sources.md").read_text(encoding="utf-8")
SECTION = PAGE.split("## A kind of your own")[1]
MODULE, PROJECT, CONFIGURATION = re.findall(r"(?s)```(?:python|toml)\n(.*?)```", SECTION)

LIST = """\
arXiv:2602.00001v2\tLamps in <b>Fog</b>
https://doi.org/10.1101/2026.01.30.700001\tMoss &amp; Light

2602.00002\t
\tA Title Alone
"""


class Packages:
    """A folder of packages, as pip leaves them."""

    def __init__(self, folder: Path) -> None:
        """Keep packages here."""
        self.folder = folder

    def install(self, name: str, value: str, *, module: str) -> None:
        """Install a package with one module and one entry point."""
        (self.folder / f"{value.partition(':')[0]}.py").write_text(module, encoding="utf-8")
        information = self.folder / f"{name.replace('-', '_')}-1.0.dist-info"
        information.mkdir()
        (information / "METADATA").write_text(f"Name: {name}\nVersion: 1.0\n")
        (information / "entry_points.txt").write_text(f"[{plugins.GROUP}]\n{name} = {value}\n")


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Packages]:
    folder = tmp_path / "site-packages"
    folder.mkdir()
    monkeypatch.syspath_prepend(str(folder))
    before = set(sys.modules)
    yield Packages(folder)
    for name in set(sys.modules) - before:
        if str(getattr(sys.modules[name], "__file__", "")).startswith(str(folder)):
            del sys.modules[name]


@pytest.fixture
def installed(packages: Packages) -> Packages:
    """The package of the page, with the entry point that its pyproject.toml names."""
    ((name, value),) = tomllib.loads(PROJECT)["project"]["entry-points"][plugins.GROUP].items()
    packages.install(name, value, module=MODULE)
    return packages


@pytest.fixture
def read(installed: Packages, engine: sa.Engine, tmp_path: Path) -> Callable[[WebServer], Batch]:
    """What the source of the page gives, when its service is the server."""

    def run(server: WebServer) -> Batch:
        tables: Any = tomllib.loads(CONFIGURATION)
        tables["sources"][0]["url"] = f"{server.base}/lists"
        app = App(config=config.build(tables, folder=tmp_path, where="the page"), engine=engine)
        (source,) = app.sources
        fetch_request = FetchRequest(day=DAY, now=NOON, web=app.client_for(source), papers=list)
        documents = get_kind(source.kind).read(source, fetch_request)
        batches = [
            get_kind(source.kind).parse(document, day=DAY, now=NOON) for document in documents
        ]
        app.client.close()
        return join_batches(batches)

    return run


def configure(kind: str) -> config.Config:
    tables = {"sources": [{"name": "theirs", "kind": kind}]}
    return config.build(tables, folder=Path(), where="config.toml")


def test_a_whole_source_is_shorter_than_40_lines() -> None:
    assert len(MODULE.splitlines()) + len(PROJECT.splitlines()) < 40


def test_it_is_asked_for_the_day(read: Callable[[WebServer], Batch]) -> None:
    with WebServer(Response(body=LIST.encode())) as server:
        read(server)

        assert [request.path for request in server.requests] == ["/lists/2026-02-02.txt"]


def test_its_papers_are_understood(read: Callable[[WebServer], Batch]) -> None:
    with WebServer(Response(body=LIST.encode())) as server:
        batch = read(server)

    first, second, third = batch.papers
    assert (first.id, first.title, first.day) == ("2602.00001", "Lamps in Fog", DAY)
    assert (second.id, second.title) == ("10.1101/2026.01.30.700001", "Moss & Light")
    assert third.id.startswith("title:")


def test_its_bad_records_are_named_and_counted(read: Callable[[WebServer], Batch]) -> None:
    with WebServer(Response(body=LIST.encode())) as server:
        batch = read(server)

        sources = [f"{server.base}/lists/2026-02-02.txt:{number}" for number in (3, 4)]
    assert [rejected.where for rejected in batch.rejected] == sources
    assert batch.declared == 5


def test_its_saved_answers_are_read_too(installed: Packages) -> None:
    batch = get_kind("reading-group").parse(
        RawDocument(where="saved", text=LIST), day=DAY, now=NOON
    )

    assert len(batch.papers) == 3


def test_a_kind_nobody_brings_is_named_beside_those_there_are(installed: Packages) -> None:
    with pytest.raises(ConfigError, match=r"no kind of source 'reading-club'; .*reading-group"):
        configure("reading-club")


@pytest.mark.parametrize(
    ("value", "module", "words"),
    [
        pytest.param("theirs_1:KIND", "import nothing_like_it", "nothing_like_it", id="import"),
        pytest.param("theirs_2:KIND", "", "no attribute 'KIND'", id="no KIND"),
        pytest.param("theirs_3:KIND", "def read(:", "invalid syntax", id="syntax"),
        pytest.param(
            "theirs_4:KIND",
            "from digest.sources import Kind\nKIND = Kind(read=print)",
            "missing 1 required keyword-only argument: 'parse'",
            id="half a Kind",
        ),
    ],
)
def test_a_broken_kind_is_named_with_its_package_and_what_is_wrong(
    packages: Packages, value: str, module: str, words: str
) -> None:
    packages.install("theirs", value, module=module)

    with pytest.raises(ConfigError) as caught:
        configure("theirs")

    message = str(caught.value)
    assert message.startswith(f"config.toml: [[sources]] 1 kind: the kind 'theirs' of {value}")
    assert words in message


def test_an_entry_point_to_something_else_is_no_kind(packages: Packages) -> None:
    packages.install("theirs", "theirs_5:KIND", module="KIND = {'read': print}")

    with pytest.raises(ConfigError, match=r"the kind 'theirs' is no digest\.sources\.Kind"):
        configure("theirs")


FAULTY = """
from digest.sources import Kind, RawDocument

def read(location, ask):
    yield RawDocument(where="theirs", text="a text")

def parse(raw, *, day, now):
    return {}["oops"]

KIND = Kind(read=read, parse=parse, whole_after=None)
"""


def test_a_kind_that_falls_stops_no_other_source(
    packages: Packages, engine: sa.Engine, tmp_path: Path
) -> None:
    packages.install("theirs", "theirs_6:KIND", module=FAULTY)
    (tmp_path / "ours.jsonl").write_text('{"id": "2602.00001", "title": "Lamps"}')
    tables = [{"name": "theirs", "kind": "theirs"},
              {"name": "ours", "kind": "jsonl", "path": "ours.jsonl"}]  # fmt: skip
    configured = config.build({"sources": tables}, folder=tmp_path, where="config.toml")
    app = App(config=configured, engine=engine)

    theirs, ours = app.fetcher.fetch(DAY, app.sources, only_day=True)

    app.client.close()
    assert theirs.error == "the kind 'theirs' is broken: KeyError: 'oops'"
    assert (ours.state, ours.new) == (SourceState.OK, 1)


OWN_IDS = """
from digest.models import Batch, Paper
from digest.sources import Kind

def parse(document, *, day, now):
    ids = ("2602.00001", "2613.1", "title:0123456789abcdef")
    papers = tuple(Paper(id=one, title="Lamps", abstract="", day=day) for one in ids)
    return Batch(papers=papers, declared=3, warnings=("its own",))

KIND = Kind(read=print, parse=parse)
"""


def test_ids_that_mean_nothing_outside_of_a_kind_are_warned_of(packages: Packages) -> None:
    packages.install("theirs", "theirs_8:KIND", module=OWN_IDS)

    batch = get_kind("theirs").parse(RawDocument(where="a.txt", text=""), day=DAY, now=NOON)

    assert len(batch.papers) == 3
    assert batch.warnings == ("its own", "a.txt: 1 id not understood: “2613.1”")


OLD_NAMES = """
from digest.identity import canonical_id
from digest.models import Batch, Paper
from digest.sources import Ask, Kind, Location, Raw, find
from digest.text import clean, safe_url

def read(location, ask):
    yield Raw(where="theirs", text=canonical_id("2602.00001v2", ""))

def parse(raw, *, day, now):
    paper = Paper(id=clean(raw.text), title="Lamps", abstract="", day=day)
    return Batch(papers=(paper,), declared=1)

KIND = Kind(read=read, parse=parse)
"""


def test_a_kind_written_for_the_old_names_still_works_and_is_warned(packages: Packages) -> None:
    packages.install("theirs", "theirs_7:KIND", module=OLD_NAMES)

    with pytest.warns(DeprecationWarning, match=r"is now digest") as warned:  # noqa: PT031 (two)
        kind = get_kind("theirs")
        (document,) = kind.read(cast("Any", None), cast("Any", None))
    batch = kind.parse(document, day=DAY, now=NOON)

    assert [paper.id for paper in batch.papers] == ["2602.00001"]
    assert sorted({str(warning.message) for warning in warned}) == [
        "digest.identity is now digest.models.identity",
        "digest.sources.Ask is now digest.sources.FetchRequest",
        "digest.sources.Location is now digest.sources.Source",
        "digest.sources.Raw is now digest.sources.RawDocument",
        "digest.sources.find is now digest.sources.get_kind",
    ]


def old_identity(name: str) -> object:
    """Read a name of the former module `digest.identity`, as `from … import` does."""
    return getattr(importlib.import_module("digest.identity"), name)


@pytest.mark.parametrize(
    "name",
    ["WEAK", "arxiv_id", "arxiv_links", "canonical_id", "doi", "is_weak", "title_key"],
)
def test_every_name_of_the_old_identity_module_still_works(name: str) -> None:
    with pytest.warns(
        DeprecationWarning, match=r"^digest\.identity is now digest\.models\.identity$"
    ):
        found = old_identity(name)

    assert found is getattr(identity, name)


def test_the_old_identity_module_is_found_and_is_an_attribute_of_its_package() -> None:
    assert importlib.util.find_spec("digest.identity") is not None
    assert importlib.import_module("digest.identity") is digest.identity
    with pytest.warns(DeprecationWarning, match=r"^digest\.identity is now"):
        assert digest.identity.canonical_id("2602.00001v2", "") == "2602.00001"
    with pytest.raises(AttributeError, match="unknown"):
        old_identity("unknown")


def test_the_old_identity_module_costs_no_import() -> None:
    code = "import sys, digest.identity; print('digest.models' in sys.modules)"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)

    assert done.stdout.strip() == "False"


@pytest.mark.parametrize(
    "name",
    ["AnnounceType", "Announcement", "Batch", "Channel", "Forecast", "Links", "Outlook", "Paper",
     "Rejected", "Signals", "SourceReport", "SourceState"],
)  # fmt: skip
def test_names_of_the_old_models_are_still_public(name: str) -> None:
    assert getattr(models, name).__name__ == name


@pytest.mark.parametrize(
    ("old", "module", "new"),
    [
        ("Covered", issue, "SourceCoverage"),
        ("Edition", issue, "Coverage"),
        ("Issue", issue, "Issue"),
        ("Pick", issue, "Pick"),
        ("Reason", issue, "Reason"),
        ("Section", issue, "Section"),
        ("SendReport", delivery, "RunReport"),
        ("Silence", issue, "NoIssue"),
        ("State", delivery, "DeliveryState"),
    ],
)
def test_moved_models_still_work_and_are_warned_about(
    old: str, module: ModuleType, new: str
) -> None:
    message = rf"^digest\.models\.{old} is now {module.__name__}\.{new}$"
    with pytest.warns(DeprecationWarning, match=message):
        found = getattr(models, old)

    assert found is getattr(module, new)
