"""What commands import: what they do not need would be most of their time."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

#: Runs a command, and prints the first words of the names of all that is imported then.
PROGRAM = """
import json, sys
from digest.__main__ import main
try:
    main()
except SystemExit as error:
    assert not error.code, error.code
print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})), file=sys.stderr)
"""
#: What only runs, the website or the log need.
OF_RUNS = {
    "aiosmtpd", "alembic", "apscheduler", "cryptography", "defusedxml", "dns", "fastapi",
    "flufl", "httpx", "jinja2", "limits", "mjml", "numpy", "onnx", "onnxruntime", "pylatexenc",
    "scipy", "stamina", "starlette", "structlog", "uvicorn",
}  # fmt: skip
#: What commands need that open an installation. The import of babel fails for some values of TZ, so
#: it must come after these were mended.
OF_INSTALLATIONS = {"asyncio", "babel", "pydantic", "sqlalchemy"}


def imported_by(*arguments: str, folder: Path) -> set[str]:
    """The packages that a command imports."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )
    return set(json.loads(done.stderr.splitlines()[-1]))


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an installation that has its database."""
    folder = tmp_path_factory.mktemp("installation")
    for arguments in (["init"], ["subscribers", "list"]):
        subprocess.run([sys.executable, "-m", "digest", *arguments], cwd=folder, check=True)
    return folder


@pytest.mark.parametrize("option", ["--version", "--help"])
def test_an_answer_without_an_installation_imports_no_database(option: str, tmp_path: Path) -> None:
    imported = imported_by(option, folder=tmp_path)

    assert imported & (OF_RUNS | OF_INSTALLATIONS) == set()


@pytest.mark.parametrize("command", [("status",), ("runs",), ("subscribers", "list")])
def test_a_command_that_reads_imports_nothing_that_sends(
    command: tuple[str, ...], installation: Path
) -> None:
    imported = imported_by(*command, folder=installation)

    assert "sqlalchemy" in imported
    assert imported & OF_RUNS == set()
