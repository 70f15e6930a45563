"""One sick instance of a side is named; what all instances do, or what none does alone, is nobody's."""

from dataclasses import dataclass, replace

import numpy as np
import pytest

from include.domain.scoring.floors import Floors
from include.domain.scoring.instances import together
from include.domain.scoring.judge import judge
from include.domain.scoring.sick import Side, named, sick
from tests.domain.scoring.fleet import PLAN, SOURCE, names, side

NAMES = names(30)
HIGH = NAMES.index("high.0001")
POINTS = 60


@dataclass(frozen=True)
class Case:
    """How many times what each instance of either side is of what it should be."""

    canary: tuple[float, ...]
    baseline: tuple[float, ...]
    blames: str
    zones: str = ""     # of either side's instances, a letter each


def sides(case: Case, seed: int = 3) -> tuple[Side, Side]:
    rng = np.random.default_rng(seed)
    load = 1 + 0.3 * np.sin(np.arange(POINTS) / 70)
    found = []
    for name, times in (("c", case.canary), ("b", case.baseline)):
        values = np.array([side(len(NAMES), load, rng) for _ in times])
        values = values.reshape(len(times), len(NAMES), POINTS)
        values[:, HIGH] *= np.array(times)[:, None]
        found.append(Side([f"i-{name}{number}" for number in range(len(times))], values, list(case.zones)))
    return found[0], found[1]


def blamed(case: Case) -> str:
    canary, baseline = sides(case)
    found = sick(NAMES, canary, baseline, SOURCE, Floors.none())
    state, who = found.get(NAMES[HIGH], ("", ""))
    return f"{state} {who}".strip()


CASES = {
    "a canary instance of two is twice as slow": Case((2, 1), (1, 1), "hot i-c0 of the canary"),
    "one of five is": Case((1, 1, 1, 3, 1), (1,) * 5, "hot i-c3 of the canary"),
    "one does nothing": Case((1, 0.01, 1), (1, 1, 1), "cold i-c1 of the canary"),
    "a baseline instance is twice as slow": Case((1, 1, 1), (1, 1, 2.5), "cold i-b2 of the baseline"),
    "a baseline instance does nothing": Case((1, 1, 1), (0.01, 1, 1), "hot i-b0 of the baseline"),
    "all of the canary are": Case((2, 2, 2), (1, 1, 1), ""),
    "all are, one of them more": Case((2, 2, 3), (1, 1, 1), ""),
    "two of four are": Case((3, 3, 1, 1), (1, 1, 1, 1), ""),
    "a zone of both sides is": Case((3, 3, 1, 1), (1, 1, 1, 1), "hot zone a", "aabc"),
    "two zones are": Case((3, 3, 1, 1), (1, 1, 1, 1), "", "abcc"),
    "the only one of its zone is": Case((3, 1, 1, 1), (1, 1, 1, 1), "hot i-c0 of the canary", "abcc"),
    "there is one zone only": Case((3, 3, 1, 1), (1, 1, 1, 1), "", "aaaa"),
    "where they are is not known": Case((3, 3, 1, 1), (1, 1, 1, 1), ""),
    "nobody is": Case((1, 1, 1), (1, 1, 1), ""),
    "the canary has one instance only": Case((2,), (1,), ""),
    "the canary has one, the baseline a sick one": Case((1,), (1, 0.2, 1), "hot i-b1 of the baseline"),
    "there is no instance of the canary": Case((), (1, 1), ""),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_who_is_blamed(case: Case):
    assert blamed(case) == case.blames


def judged(case: Case):
    canary, baseline = sides(case)
    judgement = judge(NAMES, together(canary.values), together(baseline.values), SOURCE, PLAN)
    return judgement, named(judgement, sick(NAMES, canary, baseline, SOURCE, Floors.none()), 95)


def test_the_verdict_stays_and_sentence_and_reason_name_the_instance():
    before, after = judged(CASES["one of five is"])
    assert (after.decision, after.score, after.coverage_percent) == (before.decision, before.score, 100)
    reading = next(reading for reading in after.readings if reading.name == NAMES[HIGH])
    assert reading.sentence.startswith(f"hot: {NAMES[HIGH]} is ")
    assert reading.sentence.endswith("; only because of i-c3 of the canary")
    assert after.sick == ("1 metric that differs does so only because of i-c3 of the canary: "
                          "without it the score would be 100, at least 95",)
    assert after.reason.endswith(f"; {after.sick[0]}")


def test_what_others_lost_stays_lost_without_the_sick_instance():
    before, _ = judged(CASES["one of five is"])
    other = before.lost[0]._replace(name="errors.all", points=100.0)
    both = replace(before, score=0.0, readings=(other, *before.readings))
    canary, baseline = sides(CASES["one of five is"])
    after = named(both, sick(NAMES, canary, baseline, SOURCE, Floors.none()), 95)
    assert after.sick[0].endswith("without it the score would be 0, still under 95")


def test_where_nobody_is_sick_nothing_is_said():
    before, after = judged(CASES["all of the canary are"])
    assert after is before
    assert any(reading.state == "hot" for reading in after.readings)


def test_an_instance_that_makes_a_metric_hot_is_not_blamed_where_the_metric_is_found_cold():
    """The side as a whole, and the mean of its instances, need not agree."""
    judgement, _ = judged(CASES["one does nothing"])
    canary, baseline = sides(CASES["one of five is"])
    assert named(judgement, sick(NAMES, canary, baseline, SOURCE, Floors.none()), 95) is judgement


def test_the_same_instances_in_another_order_of_metrics_blame_the_same():
    canary, baseline = sides(CASES["one of five is"])
    order = np.random.default_rng(1).permutation(len(NAMES))
    turned = [Side(one.instances, one.values[:, order]) for one in (canary, baseline)]
    assert sick([NAMES[row] for row in order], *turned, SOURCE, Floors.none()) == sick(
        NAMES, canary, baseline, SOURCE, Floors.none())
