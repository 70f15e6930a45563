import json
from dataclasses import fields, replace
from datetime import UTC, datetime

import pytest

from include.domain.squeeze.sweet_spot import SweetSpot, Tried, key, packed, unpacked

NOW = datetime(2026, 11, 3, 10, 0, tzinfo=UTC)
SPOT = SweetSpot("api-1", "api", "prod", "us-west-2", "live", "f00d", "api-f00d", "api-prod-canary-v001", 88.0, 85.0,
                 91.5, 100.0, 97.0, 103.0, "beef", "api-beef", "api-prod-baseline-v001", 90.0, 87.0, None, None, None,
                 None, 250.0, 1.0, NOW, "carries 88 requests/s")
TRIED = Tried("canary", 50.0, 49.5, 120.0, 0.0, None, NOW, NOW, True)


def test_a_squeeze_comes_back_as_it_was_kept():
    assert unpacked(packed(SPOT, [TRIED])) == (SPOT, [TRIED])


def test_what_a_later_version_added_is_passed_over():
    kept = json.loads(packed(SPOT, [TRIED]))
    kept["sweet_spot"]["colour"] = kept["curve"][0]["colour"] = "red"

    assert unpacked(json.dumps(kept).encode()) == (SPOT, [TRIED])


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b"null", b'{"sweet_spot": [], "curve": []}', b"\xff"])
def test_what_is_no_squeeze_is_named_so(body):
    with pytest.raises(ValueError, match=r"."):
        unpacked(body)


def test_it_is_flat_for_airflow_hands_nested_values_on_as_mappings():
    assert {field.type for field in fields(SweetSpot)} == {str, float, float | None, datetime}


def test_each_push_has_a_key_of_its_own():
    other = replace(SPOT, push_id="api-2")

    assert key(SPOT.service, SPOT.ami, SPOT.push_id) == "squeezes/api/api-f00d/api-1.json"
    assert key(other.service, other.ami, other.push_id) != key(SPOT.service, SPOT.ami, SPOT.push_id)
