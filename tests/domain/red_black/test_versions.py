"""Whether every instance runs what was pushed."""

from dataclasses import replace

import pytest

from include.domain.declared.environments import VersionCheck
from include.domain.red_black.versions import Said, launched_otherwise, says_otherwise
from tests.domain.red_black.asgs import asg, instance

COMMIT = "9c1d0a7" + "0123456789abcdef" * 2 + "f"
OLD = "3f2a" + COMMIT[4:]
IN_HEADER, IN_BODY = VersionCheck(port=8080, header="X-Commit"), VersionCheck(port=8080)


@pytest.mark.parametrize(("said", "check", "problem"), [
    pytest.param(Said(200, {"x-commit": COMMIT}), IN_HEADER, None, id="the whole hash in the header"),
    pytest.param(Said(200, {"x-commit": COMMIT[:7].upper()}), IN_HEADER, None, id="seven digits of it"),
    pytest.param(Said(204, {"x-commit": f"v1.2-{COMMIT[:9]}"}), IN_HEADER, None, id="in a version string"),
    pytest.param(Said(200, {}, f'{{"commit": "{COMMIT}"}}'), IN_BODY, None, id="in the body"),
    pytest.param(Said(200, {}, f"base 1234567 {COMMIT}"), IN_BODY, None, id="one of several"),
    pytest.param(Said(200, {"x-commit": OLD}), IN_HEADER, "says it runs 3f2a0a701234, not 9c1d0a701234", id="an older"),
    pytest.param(Said(200, {"x-commit": COMMIT[:6]}), IN_HEADER, "names no commit", id="six digits are too few"),
    pytest.param(Said(200, {}, COMMIT), IN_HEADER, "names no commit", id="in the body, asked of the header"),
    pytest.param(Said(200, {}, "<script>"), IN_BODY, "names no commit", id="what is not hex is not quoted"),
    pytest.param(Said(302, {"x-commit": COMMIT}), IN_HEADER, "answers 302", id="a redirect"),
    pytest.param(Said(error="ConnectTimeout"), IN_HEADER, "does not answer: ConnectTimeout", id="no answer"),
])
def test_what_an_instance_says(said, check, problem):
    reason = says_otherwise(asg(instance(1)), COMMIT, {"i-1": said}, check)
    assert reason == (problem and "api-prod-v042 has 0 of 1 instances that say they run 9c1d0a701234: i-1 " + problem)


def test_those_that_say_otherwise_are_counted_and_named():
    group = asg(*(instance(number) for number in range(6)), instance(7, healthy=False))
    answers = {f"i-{number}": Said(500) for number in range(5)} | {"i-5": Said(200, {}, COMMIT)}
    assert says_otherwise(group, COMMIT, answers, IN_BODY) == (
        "api-prod-v042 has 1 of 6 instances that say they run 9c1d0a701234: i-0 answers 500, i-1 answers 500, "
        "i-2 answers 500 and 2 more")


def test_one_that_was_not_asked_is_not_taken_for_well():
    assert "i-1 does not answer" in says_otherwise(asg(instance(1)), COMMIT, {}, IN_BODY)


@pytest.mark.parametrize(("versions", "others"), [
    pytest.param(("3", "3"), None, id="all from the pinned one"),
    pytest.param(("3", ""), None, id="AWS does not say of one"),
    pytest.param(("3", "2"), "1 of 2 instances were launched otherwise: i-1 from version 2", id="one from another")])
def test_instances_are_launched_from_the_pinned_version(versions, others):
    instances = [replace(instance(number), template_version=version) for number, version in enumerate(versions)]
    reason = launched_otherwise(asg(*instances))
    assert reason == (others and f"api-prod-v042 launches from version 3 of lt-1, and {others}")
