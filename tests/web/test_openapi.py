"""The API against its OpenAPI document: every response is one that it describes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import hypothesis
import pytest
import schemathesis
from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance
from support.examples import share

from subscribers.links import Purpose
from subscribers.models import Event

if TYPE_CHECKING:
    from support.site import Site
    from web.conftest import BuildSite

#: The operations of the document; a new one must be added here, and is then tested.
OPERATIONS = [
    ("/api/v1/topics", "GET"),
    ("/api/v1/editions", "GET"),
    ("/api/v1/editions/{day}/{topic}", "GET"),
    ("/api/v1/subscriptions", "POST"),
    ("/api/v1/readers/{token}", "GET"),
    ("/api/v1/readers/{token}", "PUT"),
    ("/api/v1/readers/{token}/{step}", "POST"),
]


#: A well-formed request may still name a topic, a time zone or a link that does not exist.
UNKNOWN_NAMES = [positive_data_acceptance]
BOUNDS = hypothesis.settings(
    max_examples=share(30), deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)


@pytest.fixture
def unlimited(build_site: BuildSite) -> Site:
    """A site whose rate limits are never reached."""
    many = "1000000/second"
    return build_site(
        web={"signups_per_network": many, "signups_per_domain": many, "signups_in_total": many}
    )


def described(site: Site) -> schemathesis.BaseSchema:
    return schemathesis.openapi.from_asgi("/api/v1/openapi.json", site.asgi)


def test_every_operation_is_described_and_tested(site: Site) -> None:
    found = described(site).get_all_operations()

    assert [(each.ok().path, each.ok().method.upper()) for each in found] == OPERATIONS


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_every_answer_is_as_described(unlimited: Site, path: str, method: str) -> None:
    operation = described(unlimited)[path][method]

    @BOUNDS
    @given(st.data())
    def holds(data: st.DataObject) -> None:
        data.draw(operation.as_strategy()).call_and_validate(excluded_checks=UNKNOWN_NAMES)

    holds()


@pytest.mark.parametrize(
    ("path", "method"),
    [
        ("/api/v1/editions/{day}/{topic}", "GET"),
        ("/api/v1/subscriptions", "POST"),
        ("/api/v1/readers/{token}", "PUT"),
        ("/api/v1/readers/{token}/{step}", "POST"),
    ],
)
def test_what_is_not_as_described_is_refused_as_described(
    unlimited: Site, path: str, method: str
) -> None:
    operation = described(unlimited)[path][method]

    @BOUNDS
    @given(st.data())
    def holds(data: st.DataObject) -> None:
        wrong = operation.as_strategy(generation_mode=GenerationMode.NEGATIVE)
        case = data.draw(wrong)
        response = case.call()
        # A token that is no token is refused before what else is wrong, as one that is gone.
        case.validate_response(response, excluded_checks=[negative_data_rejection])
        assert 400 <= response.status_code < 500

    holds()


@pytest.mark.parametrize(("path", "method"), [each for each in OPERATIONS if "token" in each[0]])
def test_every_answer_to_a_reader_is_as_described(unlimited: Site, path: str, method: str) -> None:
    operation = described(unlimited)[path][method]
    subscriber = unlimited.subscriber("ada@example.org", Event.CONFIRM)
    token = unlimited.link(Purpose.MANAGE, subscriber).rpartition("/")[2]

    @BOUNDS
    @given(st.data())
    def holds(data: st.DataObject) -> None:
        case = data.draw(operation.as_strategy())
        case.path_parameters["token"] = token
        case.call_and_validate(excluded_checks=UNKNOWN_NAMES)

    holds()
