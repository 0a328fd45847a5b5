"""The API against its own description: whatever is asked, the answer is one it describes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import hypothesis
import pytest
import schemathesis
from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance

from subscribers.links import Purpose
from subscribers.models import Event

if TYPE_CHECKING:
    from support.site import House
    from web.conftest import Build

#: Operations the document describes; a new one is tested from the day it is described.
OPERATIONS = [
    ("/api/v1/topics", "GET"),
    ("/api/v1/editions", "GET"),
    ("/api/v1/editions/{day}/{topic}", "GET"),
    ("/api/v1/subscriptions", "POST"),
    ("/api/v1/readers/{token}", "GET"),
    ("/api/v1/readers/{token}", "PUT"),
    ("/api/v1/readers/{token}/{step}", "POST"),
]


#: What is well formed may still name a topic, a zone or a link that does not exist.
UNMEANT = [positive_data_acceptance]
BOUNDS = hypothesis.settings(
    max_examples=40, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)


@pytest.fixture
def busy(build: Build) -> House:
    """A house whose limits are not met."""
    many = "1000000/second"
    return build(
        web={"signups_per_network": many, "signups_per_domain": many, "signups_in_total": many}
    )


def described(house: House) -> schemathesis.BaseSchema:
    return schemathesis.openapi.from_asgi("/api/v1/openapi.json", house.site)


def test_every_operation_is_described_and_tested(house: House) -> None:
    found = described(house).get_all_operations()

    assert [(each.ok().path, each.ok().method.upper()) for each in found] == OPERATIONS


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_every_answer_is_as_described(busy: House, path: str, method: str) -> None:
    operation = described(busy)[path][method]

    @BOUNDS
    @given(st.data())
    def holds(data: st.DataObject) -> None:
        data.draw(operation.as_strategy()).call_and_validate(excluded_checks=UNMEANT)

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
    busy: House, path: str, method: str
) -> None:
    operation = described(busy)[path][method]

    @BOUNDS
    @given(st.data())
    def holds(data: st.DataObject) -> None:
        wrong = operation.as_strategy(generation_mode=GenerationMode.NEGATIVE)
        data.draw(wrong).call_and_validate()

    holds()


@pytest.mark.parametrize(("path", "method"), [each for each in OPERATIONS if "token" in each[0]])
def test_every_answer_to_a_reader_is_as_described(busy: House, path: str, method: str) -> None:
    operation = described(busy)[path][method]
    reader = busy.reader("ada@example.org", Event.CONFIRM)
    token = busy.link(Purpose.MANAGE, reader).rpartition("/")[2]

    @BOUNDS
    @given(st.data())
    def holds(data: st.DataObject) -> None:
        case = data.draw(operation.as_strategy())
        case.path_parameters["token"] = token
        case.call_and_validate(excluded_checks=UNMEANT)

    holds()
