"""Why a score is what it is: by group, by who can act, by what was asked, and by what could be seen."""

import pytest

from include.domain.metric_sources import MetricRule, SqlSource
from include.domain.scoring.readings import Reading
from include.reports.why import could_see, lost_by_group, request_mix

SOURCE = SqlSource(connection="metrics")


def reading(name: str, points: float = 0.0, group: str = "other", canary: float | None = 1.0, baseline: float = 1.0,
            ratio: float | None = 1.0, high: float | None = None) -> Reading:
    return Reading(name, "hot", "high", group, "higher", ratio, points, name, None, high, canary, baseline)


def test_the_group_that_lost_most_is_first_and_its_dearest_metric_too():
    found = lost_by_group([reading("a", 6, "x"), reading("b", 1.5, "y"), reading("c", 6, "y")], ())
    assert [(group.group, group.points, [one.name for one in group.readings]) for group in found] == [
        ("y", 7.5, ["c", "b"]), ("x", 6, ["a"])]


def test_the_points_of_all_groups_are_those_that_were_lost():
    lost = [reading(str(number), number, f"g{number % 3}") for number in range(1, 12)]
    assert sum(group.points for group in lost_by_group(lost, ())) == sum(one.points for one in lost)


def test_the_first_rule_that_fits_names_who_can_act_each_once():
    rules = [MetricRule(pattern="db.*", owner="team-data"), MetricRule(pattern="*.none"),
             MetricRule(pattern="*", owner="team-edge")]
    found = lost_by_group([reading("db.reads", 2, "x"), reading("db.none", 1, "x"), reading("web.none", 1, "x"),
                           reading("web.p99", 1, "x")], rules)
    assert found[0].owners == ("team-data", "team-edge")


def test_the_mix_is_each_sides_own_share():
    found = request_mix([reading("requests.all", canary=100, baseline=100), reading("requests.home", canary=30),
                         reading("requests.play", canary=10, baseline=3), reading("cpu.percent")], SOURCE)
    assert [(share.name, share.canary, share.baseline) for share in found] == [
        ("requests.home", 75, 25), ("requests.play", 25, 75)]


@pytest.mark.parametrize("readings", [[], [reading("requests.all")], [reading("requests.home", canary=None)]],
                         ids=["nothing", "only all of them", "one side without any"])
def test_no_mix_is_told_where_there_is_none(readings):
    assert request_mix(readings, SOURCE) == []


def test_what_a_canary_could_see_is_how_exact_its_ratios_are():
    exact = [reading(str(number), ratio=1.0, high=1.02) for number in range(9)]
    said = could_see([*exact, reading("rough", ratio=1.0, high=1.5), reading("none", ratio=None)])
    assert "within 2 % for half of 10 metrics" in said
    assert could_see([]) == ""
