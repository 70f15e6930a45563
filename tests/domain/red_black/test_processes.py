"""What we suspended, and what others did."""

from include.domain import asg_tags
from include.domain.asg_tags import MOST_OF_A_VALUE
from include.domain.red_black.processes import (
    PROCESSES,
    from_tags,
    in_tags,
    joined,
    parts_of,
    split,
    suspended_by_us,
    suspended_tag,
    to_suspend,
)
from tests.domain.red_black.asgs import asg


def test_only_what_we_suspended_is_ours_to_resume():
    by_a_person = asg(suspended=frozenset({"AZRebalance"}))
    assert "AZRebalance" not in split(suspended_tag(by_a_person))
    assert set(to_suspend(by_a_person)) == set(PROCESSES) - {"AZRebalance"}


def test_after_a_crash_in_the_middle_ours_are_still_known():
    halfway = asg(suspended=frozenset({"AZRebalance", "Launch", "Terminate"}),
                  tags={asg_tags.SUSPENDED: suspended_tag(asg(suspended=frozenset({"AZRebalance"})))})
    assert set(split(suspended_tag(halfway))) == set(PROCESSES) - {"AZRebalance"}
    assert suspended_by_us(halfway) == tuple(p for p in PROCESSES if p != "AZRebalance")


def test_what_takes_instances_away_is_resumed_last():
    assert PROCESSES[0] == "Launch"
    assert PROCESSES[-2:] == ("ReplaceUnhealthy", "Terminate")


def test_names_go_through_a_tag_and_back():
    assert split(joined(["api-prod", "api-internal"])) == ("api-prod", "api-internal")
    assert split(None) == split("") == ()


def test_more_names_than_one_tag_takes_go_through_several_in_their_order():
    names = tuple(f"a-target-group-of-32-letters-{number:03}" for number in range(50))
    tags = in_tags("serin:target-groups", names)
    assert list(tags)[:3] == ["serin:target-groups", "serin:target-groups-2", "serin:target-groups-3"]
    assert max(map(len, tags.values())) <= MOST_OF_A_VALUE
    shuffled = dict(reversed(tags.items())) | {"serin:target-groups-x": "not+ours"}
    assert from_tags("serin:target-groups", shuffled) == names
    assert set(parts_of("serin:target-groups", shuffled)) == set(tags)


def test_no_name_at_all_is_one_empty_tag():
    assert in_tags("serin:target-groups", ()) == {"serin:target-groups": ""}
    assert from_tags("serin:target-groups", {}) == from_tags("serin:target-groups", {"serin:target-groups": ""}) == ()
