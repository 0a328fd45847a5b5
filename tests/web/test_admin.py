"""The operator's page: who gets in, and that nothing changes by looking."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from argon2 import PasswordHasher
from support.admin import (
    ADA,
    ON,
    PASSWORD,
    QUICK_HASH,
    Operator,
    logged_in,
    run_a_day,
)

from subscribers.models import Event

if TYPE_CHECKING:
    from support.site import Site
    from web.conftest import BuildSite

PATHS = (
    "/admin",
    "/admin/",
    "/admin/login",
    "/admin/readers/1",
    "/admin/tables/readers.csv",
    "/admin/readers/1/tables/consent.json",
)
TABLES = ("readers", "issues", "bounces", "sources", "topics", "steps")
READER_TABLES = ("consent", "issues", "bounces", "letters")


@pytest.fixture
def site(build_site: BuildSite) -> Site:
    return build_site(**ON)


@pytest.fixture
def operator(site: Site) -> Operator:
    return logged_in(site)


@pytest.mark.parametrize("path", PATHS)
def test_without_a_password_there_is_no_such_page(build_site: BuildSite, path: str) -> None:
    site = build_site()

    assert site.get(path).status_code == 404
    assert site.post("/admin/login", data={"password": ""}).status_code == 404
    assert site.post("/admin/logout").status_code == 404


def test_a_password_file_that_others_can_read_turns_the_page_off_and_the_log_says_so(
    build_site: BuildSite, caplog: pytest.LogCaptureFixture
) -> None:
    site = build_site()
    file = site.folder / "digest.admin"
    file.write_text(f"{QUICK_HASH}\n", encoding="ascii")
    file.chmod(0o644)

    assert site.get("/admin").status_code == 404
    assert "admin page is off" in caplog.messages
    file.chmod(0o600)
    assert site.get("/admin/login").status_code == 200, "it is read for every request"


@pytest.mark.parametrize("path", [it for it in PATHS if it not in ("/admin/", "/admin/login")])
@pytest.mark.parametrize("cookie", ["", "digest_admin=x", "digest_admin=a.1.2.b", "digest_admin=é"])
def test_who_is_not_logged_in_is_led_to_the_login(site: Site, path: str, cookie: str) -> None:
    headers = {"Cookie": cookie.encode()} if cookie else {}

    response = site.request("GET", path, headers=headers)

    assert (response.status_code, response.headers["Location"]) == (303, "/admin/login")


def test_the_password_leads_to_the_overview(site: Site) -> None:
    operator = Operator(site)

    response = operator.log_in()

    assert (response.status_code, response.headers["Location"]) == (303, "/admin")
    assert operator.get().status_code == 200


@pytest.mark.parametrize("wrong", ["", "x", PASSWORD.upper(), PASSWORD + " ", "x" * 5000])
def test_another_password_leads_nowhere(site: Site, wrong: str) -> None:
    operator = Operator(site)

    response = operator.log_in(wrong)

    assert response.status_code == 403
    assert "That is not the password." in response.text
    assert operator.cookie == ""


def test_after_five_wrong_passwords_not_even_the_right_one_is_tried(site: Site) -> None:
    operator = Operator(site)
    for _ in range(5):
        operator.log_in("wrong")

    refused = operator.log_in()
    site.wait(minutes=15)

    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "900")
    assert "too many attempts" in refused.text
    assert operator.log_in().status_code == 303


FOREIGN: list[dict[str, str]] = [
    {"Origin": "https://evil.example"},
    {"Origin": "https://digest.example.org.evil.example"},
    {"Origin": "null", "Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
]


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
def test_a_login_that_another_site_sends_is_refused_and_not_counted(
    site: Site, headers: dict[str, str]
) -> None:
    for _ in range(6):
        response = site.post("/admin/login", data={"password": PASSWORD}, headers=headers)
        assert response.status_code == 403
        assert "This form came from another site." in response.text
        assert "Set-Cookie" not in response.headers

    assert Operator(site).log_in().status_code == 303


@pytest.mark.parametrize("form", ["public", "host", "null", "same-origin", "none"])
def test_a_login_of_the_site_itself_is_taken(site: Site, form: str) -> None:
    headers = {
        "public": {"Origin": site.services.url},
        "host": {"Origin": "http://192.0.2.1:8000", "Host": "192.0.2.1:8000"},
        "null": {"Origin": "null"},
        "same-origin": {"Origin": "null", "Sec-Fetch-Site": "same-origin"},
        "none": {"Sec-Fetch-Site": "none"},
    }[form]

    response = site.post("/admin/login", data={"password": PASSWORD}, headers=headers)

    assert response.status_code == 303


def test_the_log_says_who_logs_in_by_network_alone(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    operator = Operator(site)

    operator.log_in("wrong")
    operator.log_in()

    said = [(it.getMessage(), it.network) for it in caplog.records if hasattr(it, "network")]
    assert said == [("login refused", "192.0.2.0/24"), ("operator logged in", "192.0.2.0/24")]


def test_the_cookie_is_for_the_pages_alone_and_out_of_reach(site: Site) -> None:
    response = Operator(site).log_in()

    attributes = set(response.headers["Set-Cookie"].split("; ")[1:])
    assert attributes == {"HttpOnly", "Path=/admin", "SameSite=strict", "Secure"}


def test_on_a_sub_path_the_cookie_is_for_that(build_site: BuildSite) -> None:
    site = build_site(web={"url": "http://localhost/digest"}, **ON)
    operator = Operator(site)

    response = operator.log_in()

    assert response.headers["Location"] == "/digest/admin"
    assert "Path=/digest/admin;" in response.headers["Set-Cookie"]
    assert operator.get("/digest/admin").status_code == 200


def test_a_session_ends_when_it_was_not_used_for_twelve_hours(
    site: Site, operator: Operator
) -> None:
    for _ in range(3):
        site.wait(hours=11, minutes=59)
        assert operator.get().status_code == 200

    site.wait(hours=12)

    assert operator.get().status_code == 303


def test_a_session_ends_after_a_week_however_much_it_is_used(
    site: Site, operator: Operator
) -> None:
    answers = []
    for _ in range(15):
        site.wait(hours=11.5)
        answers.append(operator.get().status_code)

    assert answers == [200] * 14 + [303]


def test_a_session_of_the_future_counts_for_nothing(site: Site, operator: Operator) -> None:
    site.wait(hours=-1)

    assert operator.get().status_code == 303


def test_a_new_password_ends_every_session(site: Site, operator: Operator) -> None:
    other = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash("another password")
    admin = replace(site.services.admin, password_hash=lambda: other)

    site.serve(admin=admin)

    assert operator.get().status_code == 303


def test_the_previous_key_of_the_site_keeps_a_session(site: Site, operator: Operator) -> None:
    site.serve(secrets=["a new key for the tests", *site.services.secrets])

    assert operator.get().status_code == 200


def test_to_log_out_takes_the_cookie(site: Site, operator: Operator) -> None:
    response = operator.post("/admin/logout")

    assert (response.status_code, response.headers["Location"]) == (303, "/admin/login")
    assert operator.cookie == 'digest_admin=""'
    assert operator.get().status_code == 303


@pytest.mark.parametrize("path", ["/admin/logout", "/admin/readers"])
@pytest.mark.parametrize("token", ["", "forged", "é\ud800"])
def test_a_form_of_another_site_does_nothing(operator: Operator, path: str, token: str) -> None:
    token = token.encode("utf-8", "replace").decode()

    response = operator.post(path, token=token, address=ADA)

    assert response.status_code == 403
    assert operator.get().status_code == 200


def test_a_form_of_another_session_does_nothing(site: Site, operator: Operator) -> None:
    token = logged_in(site).token()

    assert operator.post("/admin/logout", token=token).status_code == 403


@pytest.mark.parametrize("base", ["", "/digest"])
def test_a_slash_at_the_end_leads_to_the_page(build_site: BuildSite, base: str) -> None:
    site = build_site(web={"url": f"http://localhost{base}"}, **ON)

    response = site.get(f"{base}/admin/")

    assert (response.status_code, response.headers["Location"]) == (308, f"{base}/admin")


def test_an_error_page_makes_no_promise_about_cookies(site: Site, operator: Operator) -> None:
    refused = operator.post("/admin/readers", token="forged", address=ADA)

    assert "This form is of another session." in refused.text
    for page in (refused.text, operator.get("/admin/nowhere").text):
        assert "no cookies" not in page
    assert "no cookies" in site.get("/").text


# -- nothing changes by looking ----------------------------------------------------------------


def test_get_and_head_change_nothing(site: Site, operator: Operator) -> None:
    run_a_day(site)
    ada = site.book.find(ADA)
    assert ada is not None
    paths = ["/admin", "/admin/login", f"/admin/readers/{ada.id}"]
    paths += [
        f"/admin/readers/{ada.id}?day=2026-02-02",
        f"/admin/readers/{ada.id}?before=2026-01-01",
    ]
    paths += [f"/admin/tables/{name}.{form}" for name in TABLES for form in ("csv", "json")]
    paths += [f"/admin/readers/{ada.id}/tables/{name}.csv" for name in READER_TABLES]
    before = site.bytes()

    for path in paths:
        for method in ("GET", "HEAD"):
            site.wait(minutes=6)
            response = site.request(method, path, headers=operator.headers)
            assert response.status_code == 200, path
            assert method == "GET" or response.content == b""

    assert site.bytes() == before


@pytest.mark.parametrize("path", ["/admin/logout", "/admin/readers"])
def test_what_acts_cannot_be_done_by_get(operator: Operator, path: str) -> None:
    assert operator.get(path).status_code == 405


def test_every_page_is_private(site: Site, operator: Operator) -> None:
    ada = site.subscriber(ADA, Event.CONFIRM)
    paths = ["/admin", "/admin/login", f"/admin/readers/{ada.id}", "/admin/tables/readers.csv"]

    for path in paths:
        headers = operator.get(path).headers
        assert headers["Cache-Control"] == "no-store"
        assert headers["X-Robots-Tag"] == "noindex"
        assert headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'self'")
        assert headers["Referrer-Policy"] == "no-referrer"
    page = operator.get().text
    assert "<script" not in page
    assert ' style="' not in page
