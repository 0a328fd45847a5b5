"""The operator's page: who gets in, what is there, and that nothing changes by looking."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from html import unescape
from typing import TYPE_CHECKING

import pytest
from argon2 import PasswordHasher
from support.admin import ADA, ON, PASSWORD, QUICK_HASH, Operator, logged_in, run_a_day
from support.builders import NOON
from support.site import DAYS, NASTY

from digest.models.source import SourceReport, SourceState
from digest.storage.bounces import Bounce
from subscribers.models import Event, Status

if TYPE_CHECKING:
    from support.site import Site
    from web.conftest import BuildSite

#: A legal address that would be markup, a formula, and a value of a template.
HOSTILE = "=1+1&amp'{{7*7}}@example.org"
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


def text_of(page: str) -> str:
    """The words of a page, without its markup."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


# -- who gets in -------------------------------------------------------------------------------


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


# -- what is there -----------------------------------------------------------------------------


def test_the_overview_has_every_figure(site: Site, operator: Operator) -> None:
    run_a_day(site)

    said = text_of(operator.get().text)

    assert "Confirmed readers 2" in said
    assert f"Sent on {DAYS[0]} 2" in said
    assert "Came back in 90 days 1" in said
    assert "Sources in trouble 0 of 1" in said
    assert re.search(r"file .*ok, 2026-02-02", said)
    assert re.search(r"Robots & machines 1 \d+ 1", said)
    assert "read file 2.5 s 2026-02-02 12:00 2.5 s 1" in said
    assert "rank 250 ms" in said


def test_an_installation_without_anything_has_an_overview(operator: Operator) -> None:
    said = text_of(operator.get().text)

    assert "There are no readers yet." in said
    assert "No issue was planned in 90 days." in said
    assert "Nothing came back in 90 days." in said
    assert "No run of the last 30 days says how long its steps took." in said


def test_every_plot_says_what_it_shows(site: Site, operator: Operator) -> None:
    run_a_day(site)

    page = operator.get().text

    plots = re.findall(r'<svg[^>]* role="img"[^>]* aria-labelledby="([^"]+)"', page)
    assert len(plots) >= 4
    for ids in plots:
        for name in ids.split():
            assert page.count(f'id="{name}"') == 1


def test_a_reader_is_found_by_their_address_which_is_in_no_address_of_a_page(
    site: Site, operator: Operator
) -> None:
    ada = site.subscriber(ADA, Event.CONFIRM)

    response = operator.look_up(" ADA@Example.org ")

    assert (response.status_code, response.headers["Location"]) == (
        303,
        f"/admin/readers/{ada.id}",
    )


@pytest.mark.parametrize(
    ("address", "said"), [("who@example.org", "No reader has this"), ("nobody", "no e-mail")]
)
def test_an_address_that_nobody_has_is_said_to_be_so(
    operator: Operator, address: str, said: str
) -> None:
    response = operator.look_up(address)

    assert response.status_code == 404
    assert said in response.text
    assert f'value="{address}"' in response.text


def page_of(operator: Operator, address: str, query: str = "") -> str:
    found = operator.look_up(address)
    response = operator.get(found.headers["Location"] + query)
    assert response.status_code == 200
    return response.text


def test_a_timeline_has_what_was_sent_and_why_and_every_step_of_consent(
    site: Site, operator: Operator
) -> None:
    run_a_day(site)
    ada = site.book.find(ADA)
    assert ada is not None

    said = text_of(page_of(operator, ADA))

    assert "issue of 2026-02-02 sent" in said
    assert "An Agent that Reads Maps 2602.00001 · Agents" in said
    assert "“agent” in the title" in said
    assert "bounce of 2026-02-02 hard no <such> user" in said
    assert "letter privacy waiting" in said
    for step in site.book.history(ada.id):
        assert f"consent {step.event}" in said


def test_a_long_timeline_has_pages_that_leave_nothing_out(site: Site, operator: Operator) -> None:
    ada = site.subscriber(ADA, Event.CONFIRM)
    add_deliveries(site, ada.id, 70)

    path, seen, pages = f"/admin/readers/{ada.id}", [], 0
    while path:
        page = operator.get(path).text
        seen += re.findall(r"issue of (\d{4}-\d\d-\d\d)", text_of(page))
        pages += 1
        older = re.search(r'href="([^"]+\?before=[^"]+)"', page)
        path = older[1] if older else ""

    assert pages == 3
    assert len(seen) == len(set(seen)) == 70
    assert seen == sorted(seen, reverse=True)
    assert "consent sign-up" in text_of(page)


def add_deliveries(site: Site, subscriber_id: int, number: int) -> None:
    """Add so many days on which nothing was to be sent."""
    import sqlalchemy as sa

    with site.app.engine.begin() as db:
        db.execute(
            sa.text(
                "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :number)"
                " INSERT INTO deliveries (day, subscriber_id, state, planned_at, attempts)"
                " SELECT date('2026-02-02', i || ' days'), :reader, 'skipped',"
                " date('2026-02-02', i || ' days') || ' 12:00:00.000000', 1 FROM n"
            ),
            {"number": number, "reader": subscriber_id},
        )


def test_it_is_said_why_a_reader_got_an_issue_or_none(site: Site, operator: Operator) -> None:
    run_a_day(site)

    assert "No issue of 2026-02-01" in text_of(page_of(operator, ADA, "?day=2026-02-01"))
    assert "was sent, and came back" in text_of(page_of(operator, ADA, "?day=2026-02-02"))


@pytest.mark.parametrize(
    "path",
    [
        *("/admin/readers/1", "/admin/readers/x", f"/admin/readers/{10**30}", "/admin/readers/²"),
        *("/admin/tables/secrets.csv", "/admin/tables/readers.xml", "/admin/tables/.csv"),
        "/admin/nowhere",
    ],
)
def test_what_is_not_there_is_not_found(operator: Operator, path: str) -> None:
    assert operator.get(path).status_code == 404


@pytest.mark.parametrize(
    ("day", "said"),
    [
        ("x", "'x' is not a day; write it like 2026-02-02."),
        ("2026-13-99", "'2026-13-99' is not a day; write it like 2026-02-02."),
        ("0001-01-01", "0001-01-01 is no day of an issue: those are from 1900-01-01"),
        ("9999-12-31", "9999-12-31 is no day of an issue: those are from 1900-01-01"),
        ("<b>", "'<b>' is not a day"),
    ],
)
def test_a_day_that_is_none_is_named_at_the_field_and_the_page_is_whole(
    site: Site, operator: Operator, day: str, said: str
) -> None:
    ada = site.subscriber(ADA, Event.CONFIRM)

    response = operator.get(f"/admin/readers/{ada.id}?day={day}")

    assert response.status_code == 422
    assert said in unescape(response.text)
    assert 'aria-describedby="fault"' in response.text
    assert "<b>" not in response.text
    assert "consent confirm" in text_of(response.text)


def test_a_link_to_older_issues_that_names_no_day_is_not_found(
    site: Site, operator: Operator
) -> None:
    ada = site.subscriber(ADA)

    for day in ("2026-02-31", "9999-12-31", "0001-01-01"):
        assert operator.get(f"/admin/readers/{ada.id}?before={day}").status_code == 404


def test_hostile_titles_and_addresses_stay_texts(site: Site, operator: Operator) -> None:
    run_a_day(site)
    hostile = site.subscriber(HOSTILE, Event.CONFIRM)

    timeline = page_of(operator, ADA)
    page = operator.get(f"/admin/readers/{hostile.id}").text
    not_found = operator.look_up('"><script>x</script>@example.org').text

    assert NASTY in unescape(timeline)
    assert HOSTILE in unescape(page)
    for one in (timeline, page, not_found):
        assert "<script" not in one
        assert "<img" not in one


def test_a_hostile_name_of_a_source_stays_a_text_in_a_plot(site: Site, operator: Operator) -> None:
    name = "<script>x</script>&\"'"
    report = SourceReport(source=name, day=DAYS[0], state=SourceState.FAILED, reason=name)
    site.app.fetch_log.record(report, at=NOON)

    page = operator.get().text

    assert "<script" not in page
    assert name in unescape(page)


# -- exports -----------------------------------------------------------------------------------


def rows_of(response_text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(response_text)))


def as_texts(found: list[dict[str, object]]) -> list[dict[str, str]]:
    return [{key: "" if it is None else str(it) for key, it in row.items()} for row in found]


def test_every_table_is_exported_as_csv_and_as_json(site: Site, operator: Operator) -> None:
    run_a_day(site)
    ada = site.book.find(ADA)
    assert ada is not None
    tables = [f"/admin/tables/{name}" for name in TABLES]
    tables += [f"/admin/readers/{ada.id}/tables/{name}" for name in READER_TABLES]
    linked = operator.get().text + page_of(operator, ADA)

    for path in tables:
        as_csv, as_json = operator.get(f"{path}.csv"), operator.get(f"{path}.json")
        rows = rows_of(as_csv.text)
        assert rows, path
        assert [
            {key: cell.removeprefix("'") for key, cell in row.items()} for row in rows
        ] == as_texts(as_json.json())
        assert as_csv.headers["Content-Type"] == "text/csv; charset=utf-8"
        assert as_csv.headers["Content-Disposition"].startswith('attachment; filename="digest-')
        assert f'href="{path}.csv"' in linked
        assert f'href="{path}.json"' in linked


def test_exports_are_complete(site: Site, operator: Operator) -> None:
    run_a_day(site)
    ada = site.subscriber("cyd@example.org")
    add_deliveries(site, ada.id, 700)

    [readers, *_] = rows_of(operator.get("/admin/tables/readers.csv").text)
    issues = rows_of(operator.get("/admin/tables/issues.csv").text)
    of_reader = rows_of(operator.get(f"/admin/readers/{ada.id}/tables/issues.csv").text)
    bounces = operator.get("/admin/tables/bounces.json").json()

    assert (readers["day"], readers[Status.CONFIRMED]) == (str(DAYS[0]), "2")
    assert len(issues) == 701
    assert sum(int(row["skipped"]) for row in issues) == 700 + int(issues[0]["skipped"])
    assert len(of_reader) == 700
    assert bounces == [
        {"day": "2026-02-02", "provider": "example.org", "class": "hard", "mails": 1}
    ]


def test_a_cell_that_a_spreadsheet_would_run_does_not_run(site: Site, operator: Operator) -> None:
    ada = site.subscriber(ADA)
    with site.app.engine.begin() as db:
        bounce = Bounce(
            subscriber_id=ada.id, day=DAYS[0], bounce_class="soft", at=NOON, diagnostic="=cmd()"
        )
        site.app.bounces.record(db, [bounce])

    path = f"/admin/readers/{ada.id}/tables/bounces"

    assert rows_of(operator.get(f"{path}.csv").text)[0]["diagnostic"] == "'=cmd()"
    assert operator.get(f"{path}.json").json()[0]["diagnostic"] == "=cmd()"


def test_a_table_without_rows_has_its_columns(operator: Operator) -> None:
    assert operator.get("/admin/tables/steps.csv").text == "run,what,day,began_at,step,seconds\r\n"
    assert json.loads(operator.get("/admin/tables/steps.json").text) == []


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
