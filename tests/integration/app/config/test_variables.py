"""Variables that begin like ours: mistyped ones are refused, and those of others stop nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from digest.app.config import Config, build
from digest.errors import ConfigError


def built() -> Config:
    """The configuration that the environment makes."""
    return build({}, folder=Path(), where="config.toml")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("DIGEST_MAIL_PASSWORD", "did you mean DIGEST_MAIL__PASSWORD?"),
        ("digest_mail_password", "did you mean DIGEST_MAIL__PASSWORD?"),
        ("DIGEST_MAIL_PASSWORD_FILE", "did you mean DIGEST_MAIL__PASSWORD_FILE?"),
        ("DIGEST_MAIL_FROM_ADDRESS", "did you mean DIGEST_MAIL__FROM_ADDRESS?"),
        ("DIGEST_MAIL_PORT", "did you mean DIGEST_MAIL__PORT?"),
        ("DIGEST_SITE_NAME", "did you mean DIGEST_SITE__NAME?"),
        ("DIGEST_MALI__PORT", "there is no section mali; did you mean mail?"),
        ("DIGEST_NOPE__X", "there is no section nope"),
        ("digest_nope__x", "there is no section nope"),
    ],
)
def test_a_mistyped_setting_is_refused(
    monkeypatch: pytest.MonkeyPatch, name: str, message: str
) -> None:
    monkeypatch.setenv(name, "1")

    with pytest.raises(ConfigError) as caught:
        built()

    assert str(caught.value) == f"{name}: {message}"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DIGEST_SERVICE_HOST", "10.0.0.1"),
        ("DIGEST_SERVICE_PORT", "8000"),
        ("DIGEST_SERVICE_PORT_HTTP", "8000"),
        ("DIGEST_PORT", "tcp://10.0.0.1:8000"),
        ("DIGEST_PORT_8000_TCP", "tcp://10.0.0.1:8000"),
        ("DIGEST_PORT_8000_TCP_ADDR", "10.0.0.1"),
        ("DIGEST_WEB_SERVICE_HOST", "10.0.0.1"),
        ("DIGEST_WEB_PORT", "tcp://10.0.0.1:8000"),
        ("DIGEST_MAIL_PORT_25_TCP_PROTO", "tcp"),
        ("DIGEST_NAME", "/web/digest"),
        ("DIGEST_SITE_NAME", "/web/digest"),
        ("DIGEST_ENV_DIGEST_MAIL__HOST", "localhost"),
        ("DIGEST_CONFIG", "config.toml"),
        ("DIGEST_TRACEBACK", "1"),
        ("DIGEST_MAIL__PORT", "25"),
    ],
)
def test_what_is_ours_or_announces_a_service_is_passed_over(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)

    built().warn_of_unknown_variables()

    assert caplog.messages == []


@pytest.mark.parametrize("name", ["DIGEST_NOPE", "DIGEST_HOME", "digest_version", "DIGEST_"])
def test_another_variable_is_worth_a_warning(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    monkeypatch.setenv(name, "hunter2")

    built().warn_of_unknown_variables()

    (record,) = caplog.records
    assert (record.message, vars(record)["variable"]) == ("variable is not known", name)
    assert "hunter2" not in caplog.text


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("DIGEST_SCHEDULE__WEEKDAYS", "[schedule] weekdays: must be a list in JSON, such as"),
        ("DIGEST_WEB__TRUSTED_PROXIES", "[web] trusted_proxies: must be a list in JSON, such as"),
        ("DIGEST_DELIVERY__WARM_UP", "[delivery] warm_up: must be a list in JSON, such as"),
        ("DIGEST_MAIL", "[mail]: must be JSON, such as"),
        ("DIGEST_RANKING", "[ranking]: must be JSON, such as"),
        ("DIGEST_SOURCES", "[[sources]]: must be JSON, such as"),
        ("DIGEST_TOPICS", "[[topics]]: must be JSON, such as"),
    ],
)
def test_a_list_or_a_section_that_is_no_json_has_an_example(
    monkeypatch: pytest.MonkeyPatch, name: str, message: str
) -> None:
    monkeypatch.setenv("DIGEST_WEB__HOST", "monday")  # the same value elsewhere is not blamed
    monkeypatch.setenv(name, "monday")

    with pytest.raises(ConfigError) as caught:
        built()

    assert str(caught.value).startswith(f"{name}: {message} {name}='")


@pytest.mark.parametrize("name", ["DIGEST_SCHEDULE__WEEKDAYS", "DIGEST_WEB__TRUSTED_PROXIES",
                                  "DIGEST_MAIL", "DIGEST_RANKING", "DIGEST_SOURCES"])  # fmt: skip
def test_the_example_can_be_used(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "monday")
    with pytest.raises(ConfigError) as caught:
        built()

    monkeypatch.setenv(name, str(caught.value).split("'")[1])

    assert built()


@pytest.mark.parametrize(
    ("value", "is_known"),
    [("Mars/Foo", False), ("foo", False), ("/etc/passwd", False), ("/nowhere", False),
     ("", True), ("UTC", True), ("Europe/Paris", True), (":Europe/Paris", True),
     ("CET-1CEST", True), ("<+03>-3", True), ("EST5EDT,M3.2.0,M11.1.0", True)],
)  # fmt: skip
@pytest.mark.parametrize("zone", ["local", "Europe/Rome"])
def test_a_time_zone_that_is_none_is_worth_a_warning_where_it_counts(
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    value: str,
    is_known: bool,  # noqa: FBT001
    zone: str,
) -> None:
    settings = build({"schedule": {"timezone": zone}}, folder=Path(), where="config.toml")
    monkeypatch.setenv("TZ", value)

    settings.warn_of_unknown_zone()

    assert bool(caplog.records) is (zone == "local" and not is_known)
