"""What users install: the wheel made from the sdist, and the checkout itself, editable."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import venv
import zipfile
from email import message_from_bytes, policy
from importlib import metadata
from pathlib import Path

import pytest
from packaging.utils import canonicalize_name
from support.import_graph import PACKAGES
from support.paths import ROOT
from support.pins import read_pins

from digest import __version__

pytestmark = [
    pytest.mark.skipif(
        not os.environ.get("CI"), reason="installs from PyPI; CI=1 runs it, as .ci/run does"
    ),
    pytest.mark.slow,
]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the sdist and the wheel made from it."""
    folder = tmp_path_factory.mktemp("dist")
    prepare(sys.executable, "-m", "build", "--quiet", "--outdir", folder, ROOT, cwd=folder)
    return folder


@pytest.fixture(scope="module")
def command(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `digest` command of an environment that holds the wheel and what it depends on."""
    environment = tmp_path_factory.mktemp("user")
    venv.create(environment, with_pip=True)
    (wheel,) = built.glob("*.whl")
    install(environment, "--constraint", ROOT / "constraints.txt", wheel)
    return environment / "bin" / "digest"


@pytest.fixture(scope="module")
def editable(built: Path, command: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `digest` command of an editable install, made in a checkout unpacked from the sdist."""
    checkout = tmp_path_factory.mktemp("checkout")
    (sdist,) = built.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        archive.extractall(checkout, filter="data")
    environment = tmp_path_factory.mktemp("developer")
    venv.create(environment, with_pip=True)
    (unpacked,) = checkout.iterdir()
    install(environment, "--no-deps", "--editable", unpacked)
    # What it depends on is in the user's environment already; this path comes last.
    (libraries,) = command.parents[1].glob("lib/*/site-packages")
    (own,) = environment.glob("lib/*/site-packages")
    (own / "zz-dependencies.pth").write_text(f"{libraries}\n", encoding="utf-8")
    return environment / "bin" / "digest"


def prepare(*arguments: str | Path, cwd: Path) -> None:
    """Run a tool with the developer's environment, which may name mirrors and proxies."""
    subprocess.run(arguments, check=True, cwd=cwd)


def install(environment: Path, *arguments: str | Path) -> None:
    pip = environment / "bin" / "pip"
    prepare(pip, "install", "--quiet", "--disable-pip-version-check", *arguments, cwd=environment)


def call(command: Path, *arguments: str, cwd: Path) -> str:
    """Run a program in a user's bare environment; return what it prints."""
    done = subprocess.run(
        [command, *arguments],
        cwd=cwd,
        env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def parts_of_the_demo(command: Path, folder: Path) -> list[str]:
    """The types of the parts of the one mail that the demo makes."""
    call(command, "demo", cwd=folder)
    (file,) = (folder / "demo").rglob("*.eml")
    mail = message_from_bytes(file.read_bytes(), policy=policy.default)
    assert mail.defects == []
    return [part.get_content_type() for part in mail.walk()][1:]


def test_the_tests_run_with_exactly_what_is_pinned() -> None:
    """So an installation by README's command is one that was tested, whenever it is made."""
    apart = {"papers-digest", "pip", "setuptools", "wheel"}
    installed = {canonicalize_name(one.name): one.version for one in metadata.distributions()}

    pins = read_pins()
    found = installed.keys() - apart
    assert {name: installed[name] for name in found} == {name: pins.get(name) for name in found}


def test_the_installed_command_has_exactly_what_is_pinned(command: Path) -> None:
    python = command.with_name("python")
    asked = "import importlib.metadata as m; [print(d.name, d.version) for d in m.distributions()]"
    lines = call(python, "-c", asked, cwd=command.parent).splitlines()
    installed = {canonicalize_name(name): version for name, version in map(str.split, lines)}

    assert {"pydantic-core", "httpcore", "socksio"} <= set(installed)
    pins = read_pins()
    found = installed.keys() - {"papers-digest", "pip", "setuptools"}
    assert {name: installed[name] for name in found} == {name: pins.get(name) for name in found}


def test_the_installed_command_shows_its_version(command: Path, tmp_path: Path) -> None:
    assert call(command, "--version", cwd=tmp_path) == f"digest {__version__}\n"


def test_the_installed_command_makes_the_demo(command: Path, tmp_path: Path) -> None:
    assert parts_of_the_demo(command, tmp_path) == ["text/plain", "text/html"]


def test_the_installed_command_makes_an_installation(command: Path, tmp_path: Path) -> None:
    call(command, "init", cwd=tmp_path)

    assert "language-models" in call(command, "topics", "list", cwd=tmp_path)
    assert "no deliveries" in call(command, "status", cwd=tmp_path)


def test_the_installed_help_names_every_verb(command: Path, tmp_path: Path) -> None:
    shown = call(command, "--help", cwd=tmp_path)

    assert {"init", "fetch", "run", "demo", "status", "preview"} <= set(shown.split())


def test_an_editable_install_makes_the_demo_from_its_checkout(
    editable: Path, tmp_path: Path
) -> None:
    asked = "import digest, subscribers; print(digest.__file__, subscribers.__file__)"
    homes = call(editable.with_name("python"), "-c", asked, cwd=tmp_path).split()

    assert [home for home in homes if "site-packages" in home] == []
    assert parts_of_the_demo(editable, tmp_path) == ["text/plain", "text/html"]


def test_the_wheel_puts_two_packages_and_nothing_else_into_site_packages(command: Path) -> None:
    python = command.with_name("python")
    asked = "import importlib.metadata as m; print(*m.files('papers-digest'))"
    listed = call(python, "-c", asked, cwd=command.parent)

    tops = {Path(name).parts[0] for name in listed.split()}
    assert {top for top in tops if "dist-info" not in top and top != ".."} == set(PACKAGES)


def test_the_wheel_has_every_file_of_the_packages_and_what_they_read(built: Path) -> None:
    (wheel,) = built.glob("*.whl")
    ours = {path for package in PACKAGES for path in (ROOT / package).rglob("*.*")}
    read = {*(ROOT / "templates").rglob("*.*"), ROOT / "config.example.toml"}

    with zipfile.ZipFile(wheel) as archive:
        shipped = set(archive.namelist())

    wanted = {path.relative_to(ROOT).as_posix() for path in ours if path.suffix != ".pyc"}
    wanted |= {f"digest/{path.relative_to(ROOT).as_posix()}" for path in read}
    assert wanted - shipped == set()
    assert "digest/storage/migrations/versions/0001_first_tables.py" in shipped


def test_manual_pages_and_completions_are_beside_the_installed_command(command: Path) -> None:
    share = command.parents[1] / "share"
    wanted = {
        path.relative_to(ROOT / "share") for path in (ROOT / "share").rglob("*") if path.is_file()
    }

    assert {path for path in wanted if not (share / path).is_file()} == set()
    environment = {"PATH": f"{command.parent}:/usr/bin:/bin", "LANG": "C.UTF-8"}
    found = subprocess.run(
        ["man", "--where", "digest"], env=environment, capture_output=True, text=True, check=True
    )
    assert found.stdout.strip() == str(share / "man" / "man1" / "digest.1")


def test_the_sdist_has_what_it_takes_to_test_and_nothing_private(built: Path) -> None:
    (sdist,) = built.glob("*.tar.gz")

    with tarfile.open(sdist) as archive:
        tops = {Path(member.name).parts[1] for member in archive if "/" in member.name}

    assert {"digest", "subscribers", "templates", "tests", "config.example.toml"} <= tops
    assert "constraints.txt" in tops
    assert not tops & {".git", ".venv", "shared", "demo", "digest.db", "config.toml"}
