"""What is a case and what is not: each field refused by its name, with what would be right."""

import json

import pytest

from cases.batch import RecordRefused
from deviation.records import read_observation, read_record

GIVEN = {"id": "c1", "stratum": "盗窃罪", "outcome": 12, "features": {"deaths": 1}}


def refusal(**changes):
    with pytest.raises(RecordRefused) as refused:
        read_observation(read_record(json.dumps(GIVEN | changes), 1))
    return str(refused.value)


@pytest.mark.parametrize("number", [10**400, -(10**400), 1e308, -1e308, 2e15], ids="abcde")
def test_a_number_too_large_to_count_with_is_refused(number):
    assert refusal(features={"deaths": number}).startswith("features.deaths: too large")
    assert refusal(outcome=abs(number)).startswith("outcome:")


def test_the_largest_number_there_may_be_is_taken():
    assert read_observation(GIVEN | {"features": {"value": 1e15, "debt": -1e15}}).features["value"] == 1e15
