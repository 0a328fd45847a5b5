"""The tests of a module are found by its path, and the path of a test names its module.

`digest/mail/dkim.py` is tested by `tests/unit/mail/test_dkim.py`, and where a suffix tells tests of
one module apart, by `tests/unit/mail/test_dkim_keys.py`. The rings `integration` and `network` are
alike.
"""

from __future__ import annotations

import pytest
from support.import_graph import read_modules
from support.paths import ROOT

MODULES = read_modules(ROOT)
TESTS = ROOT / "tests"
#: The tests of single modules; the other rings test the product as a whole.
RINGS = ("unit", "integration", "network")
#: Tests of the code as a whole.
OF_ALL_MODULES = (
    "unit/test_architecture.py",
    "unit/test_dependencies.py",
    "unit/test_libraries.py",
    "unit/test_paths.py",
)

#: Modules without a test file of their own, and the file that tests each.
TESTED_THROUGH = {
    "digest.app.admin.services": "web/test_admin.py",
    "digest.app.admin.tables": "web/test_admin_exports.py",
    "digest.app.admin.timeline": "web/test_admin_pages.py",
    "digest.app.inbound.pipe": "e2e/test_cli_inbound_pipe.py",
    "digest.app.config.addresses": "integration/app/config/test_schema.py",
    "digest.app.doctor.checks": "e2e/test_cli_doctor.py",
    "digest.app.doctor.finding": "e2e/test_cli_doctor.py",
    "digest.app.doctor.installation": "e2e/test_cli_doctor.py",
    "digest.app.previews": "e2e/test_cli_run.py",
    "digest.app.setup.first_mail": "e2e/test_cli_setup.py",
    "digest.app.http_client": "network/app/test_services.py",
    "digest.app.doctor.reader_mail": "e2e/test_cli_doctor_reader.py",
    "digest.app.doctor.reader_words": "e2e/test_cli_doctor_reader.py",
    "digest.app.measurements_json": "e2e/test_cli_backtest.py",
    "digest.app.backup": "e2e/test_cli_backup.py",
    "digest.app.tables": "e2e/test_cli_export.py",
    "digest.app.workers": "e2e/test_workers.py",
    "digest.app.stores": "network/app/test_services.py",
    "digest.app.inbound.lmtp": "e2e/test_cli_inbound_serve.py",
    "digest.app.inbound.mailboxes": "e2e/test_cli_inbound_poll.py",
    "digest.inbound.doors.mailbox": "integration/inbound/doors/test_poll.py",
    "digest.inbound.doors.store": "network/inbound/doors/test_lmtp.py",
    "digest.delivery.day_report": "integration/delivery/test_run.py",
    "digest.models.feedback": "integration/storage/test_feedback.py",
    "digest.models.profile": "integration/storage/test_profiles.py",
    "digest.models.trend": "unit/ranking/test_trend.py",
    "digest.sources.file_fetcher": "integration/sources/test_files.py",
    "digest.storage.planning": "integration/storage/test_ledger.py",
    "digest.app.message_settings": "web/test_transactional_mail.py",
    "digest.app.after_run": "integration/app/test_recorded_runs.py",
    "digest.storage.indexes": "integration/storage/test_reader_schedules.py",
    "digest.storage.run_tables": "integration/storage/test_engine.py",
    "digest.storage.inbound_tables": "integration/storage/test_engine.py",
    "digest.storage.schema": "integration/storage/test_engine.py",
}
#: `cli` has its tests in `tests/e2e/test_cli_*.py`, a migration in a file named by its number.
ELSEWHERE = ("digest.__main__", "digest.cli", "digest.storage.migrations")
PACKAGES = {name.rpartition(".")[0] for name in MODULES}
WITH_TESTS = [
    name
    for name in MODULES
    if name.startswith("digest.")
    and name not in PACKAGES
    and not any(name == home or name.startswith(f"{home}.") for home in ELSEWHERE)
]


def paths_of_tests() -> list[str]:
    """The test files of the rings, by their paths below `tests/`."""
    found = (path for ring in RINGS for path in sorted((TESTS / ring).rglob("test_*.py")))
    return [path.relative_to(TESTS).as_posix() for path in found]


def modules_named_by(path: str) -> list[str]:
    """The modules or packages that the path of a test names.

    `tests/unit/mail/test_dkim_keys.py` names `digest.mail.dkim`: a suffix tells tests of one module
    apart. A migration is named by its number.
    """
    *folder, file = path.split("/")[1:]
    subject = file.removeprefix("test_").removesuffix(".py")
    parent = ".".join(folder if folder[:1] == ["subscribers"] else ("digest", *folder))
    if folder[-1:] == ["migrations"]:
        numbered = f"{parent}.versions.{subject}_"
        return [name for name in MODULES if name == f"{parent}.{subject}" or numbered in name]
    words = subject.split("_")
    stems = {"_".join(words[:count]) for count in range(1, len(words) + 1)}
    return [name for name in MODULES if name in {f"{parent}.{stem}" for stem in stems}]


PATHS = [path for path in paths_of_tests() if path not in OF_ALL_MODULES]
NAMED = {name for path in PATHS for name in modules_named_by(path)}


@pytest.mark.parametrize("path", PATHS)
def test_the_path_of_a_test_names_the_module_it_tests(path: str) -> None:
    assert modules_named_by(path) != []


@pytest.mark.parametrize("name", WITH_TESTS)
def test_the_tests_of_a_module_are_found_by_its_path(name: str) -> None:
    assert name in NAMED or name in TESTED_THROUGH


@pytest.mark.parametrize(("name", "path"), TESTED_THROUGH.items(), ids=TESTED_THROUGH)
def test_a_module_without_a_test_file_of_its_own_is_tested_by_another(name: str, path: str) -> None:
    assert name in WITH_TESTS
    assert name not in NAMED
    assert (TESTS / path).is_file()
