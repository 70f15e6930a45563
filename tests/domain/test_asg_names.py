"""Names of ASGs: read from the right end, and the next one is newest by creation time plus one."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from include.domain.asg_names import AsgName, build, canary_names, members, next_name, parse
from include.domain.cluster import Asg
from include.domain.errors import BadInput, Refused

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
PARTS = st.from_regex(r"[a-z][a-z0-9_.]{0,9}", fullmatch=True)
DETAILS = st.from_regex(r"([a-z0-9]+(-[a-z0-9]+){0,2})?", fullmatch=True)


def asg(name: str, hours: float = 0, *, deleting: bool = False) -> Asg:
    return Asg(name, LONG_AGO + timedelta(hours=hours), 0, 0, 0, (), (), "ami", "lt", "1", deleting=deleting)


@pytest.mark.parametrize(("name", "parts"), [
    ("api-prod-v042", AsgName("api", "prod", "", 42)),
    ("api-prod-canary-v042", AsgName("api", "prod", "canary", 42)),
    ("api-prod-canary-x86-v007", AsgName("api", "prod", "canary-x86", 7)),
    ("video-prod-v003", AsgName("video", "prod", "", 3)),
    ("video", AsgName("video")),
    ("video-v003", AsgName("video", "", "", 3)),
    ("api-v2x-v003", AsgName("api", "v2x", "", 3)),
    ("api-prod", AsgName("api", "prod")),
    ("api-prod-vnext", AsgName("api", "prod", "vnext")),
    ("api--canary-v001", AsgName("api", "", "canary", 1)),
])
def test_a_name_is_read_from_its_right_end(name: str, parts: AsgName):
    assert parse(name) == parts
    assert str(parts) == name


@pytest.mark.parametrize("name", ["", "-v042", "-prod-v042", "a b-prod"])
def test_a_name_without_a_service_is_refused(name: str):
    with pytest.raises(BadInput):
        parse(name)


@given(PARTS, PARTS, DETAILS, st.none() | st.integers(0, 999))
def test_what_is_built_is_read_back(service: str, environment: str, detail: str, version: int | None):
    try:
        name = build(service, environment, detail, version)
    except BadInput:
        assert version is None      # only an end that looks like a version may be refused
        return
    assert parse(str(name)) == name


@pytest.mark.parametrize(("service", "environment", "detail"), [
    ("a-b", "prod", ""), ("", "prod", ""), ("api", "", ""), ("api", "prod", "-x"), ("api", "prod", "x v"),
    ("api", "v12", ""),
])
def test_parts_that_would_not_be_read_back_are_refused(service: str, environment: str, detail: str):
    with pytest.raises(BadInput):
        build(service, environment, detail)


def test_the_first_asg_of_a_cluster_is_v000():
    assert next_name("api-prod", []) == "api-prod-v000"


def test_next_is_the_newest_by_creation_time_and_not_the_greatest_number():
    after_the_wrap = [asg("api-prod-v999", 1), asg("api-prod-v003", 2)]
    assert next_name("api-prod", after_the_wrap) == "api-prod-v004"


def test_after_v999_comes_v000():
    assert next_name("api-prod", [asg("api-prod-v999")]) == "api-prod-v000"


def test_names_in_use_or_being_deleted_are_skipped():
    asgs = [asg("api-prod-v043", 0, deleting=True), asg("api-prod-v044", 1), asg("api-prod-v042", 2)]
    assert next_name("api-prod", asgs) == "api-prod-v045"


def test_canaries_and_other_clusters_do_not_count():
    asgs = [asg("api-prod-v041", 0), asg("api-prod-canary-v900", 1), asg("api-staging-v500", 2), asg("-odd-", 3)]
    assert next_name("api-prod", asgs) == "api-prod-v042"
    assert [a.name for a in members(asgs, "api-prod")] == ["api-prod-v041"]


def test_canary_and_baseline_carry_the_number_that_the_push_will_have():
    asgs = [asg("api-prod-v041", 0), asg("api-prod-canary-v012", 1)]
    assert canary_names("api-prod", asgs) == ("api-prod-canary-v042", "api-prod-baseline-v042")


def test_canary_and_baseline_skip_a_number_that_one_of_them_has():
    asgs = [asg("api-prod-v041", 0), asg("api-prod-baseline-v042", 1, deleting=True)]
    assert canary_names("api-prod", asgs) == ("api-prod-canary-v043", "api-prod-baseline-v043")


def test_a_cluster_without_a_free_name_is_refused():
    with pytest.raises(Refused, match="1000"):
        next_name("api-prod", [asg(f"api-prod-v{number:03d}") for number in range(1000)])


@given(st.lists(st.tuples(st.integers(0, 999), st.integers(0, 50)), max_size=30))
def test_the_next_name_is_never_in_use(numbers: list[tuple[int, int]]):
    asgs = [asg(f"api-prod-v{number:03d}", hours) for number, hours in numbers]
    assert next_name("api-prod", asgs) not in {a.name for a in asgs}
