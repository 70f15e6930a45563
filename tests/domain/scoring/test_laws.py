"""What holds for any numbers: units, order and sides do not matter, points add up, the same input gives the same."""

from functools import cache

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from include.domain.declared.canary import CanaryPlan
from include.domain.scoring.floors import Floors, rebuilt
from include.domain.scoring.judge import judge
from include.domain.scoring.readings import POINTS
from tests.domain.scoring.fleet import PLAN, SOURCE, names, pair, pasts

FEW = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
SEEDS = st.integers(0, 2**32)
NAMES = names(150)
OTHER_SIDE = {"hot": "cold", "cold": "hot"}


@cache
def floors(known: bool) -> Floors:
    return rebuilt(pasts(25)) if known else Floors.none()


def changed(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """A pair in which every tenth metric is worse, some points are missing, and a metric vanished."""
    canary, baseline = pair(seed)
    rng = np.random.default_rng(seed)
    canary[::10] *= rng.choice([0.5, 0.8, 1.3, 2.0], len(canary[::10]))[:, None]
    canary[rng.random(canary.shape) < 0.02] = np.nan
    canary[-1] = np.nan
    return canary, baseline


def states(canary, baseline, known=True) -> dict[str, str]:
    judgement = judge(NAMES, canary, baseline, SOURCE, PLAN, floors(known))
    return {reading.name: reading.state for reading in judgement.readings}


@FEW
@given(SEEDS, st.floats(-9, 9), st.booleans())
def test_units_change_no_label(seed: int, exponent: float, known: bool):
    canary, baseline = changed(seed)
    unit = 10.0**exponent
    assert states(canary * unit, baseline * unit, known) == states(canary, baseline, known)


@FEW
@given(SEEDS)
def test_each_metric_may_have_its_own_unit(seed: int):
    canary, baseline = changed(seed)
    units = 10.0 ** np.random.default_rng(seed).uniform(-9, 9, (len(NAMES), 1))
    assert states(canary * units, baseline * units) == states(canary, baseline)


@FEW
@given(SEEDS)
def test_the_order_of_the_metrics_changes_nothing_at_all(seed: int):
    canary, baseline = changed(seed)
    order = np.random.default_rng(seed).permutation(len(NAMES))
    turned = judge([NAMES[row] for row in order], canary[order], baseline[order], SOURCE, PLAN, floors(True))
    assert turned == judge(NAMES, canary, baseline, SOURCE, PLAN, floors(True))


@FEW
@given(SEEDS, st.booleans())
def test_with_the_sides_swapped_hot_is_cold(seed: int, known: bool):
    canary, baseline = changed(seed)
    mirrored = states(baseline, canary, known)
    assert {name: OTHER_SIDE.get(state, state) for name, state in mirrored.items()} == states(canary, baseline, known)


@FEW
@given(SEEDS)
def test_the_score_is_a_hundred_less_what_each_reading_costs(seed: int):
    judgement = judge(NAMES, *changed(seed), SOURCE, PLAN, floors(True))
    assert judgement.score == round(max(0.0, 100 - sum(reading.points for reading in judgement.readings)), 2)
    assert all(reading.points in (0, POINTS[reading.tier]) for reading in judgement.readings)
    assert all(reading.state in OTHER_SIDE or " vanished: " in reading.sentence for reading in judgement.lost)


@FEW
@given(SEEDS)
def test_the_same_input_gives_the_same_output_bit_for_bit(seed: int):
    canary, baseline = changed(seed)
    one, again = (judge(NAMES, canary.copy(), baseline.copy(), SOURCE, PLAN, floors(True)) for _ in range(2))
    assert repr(one) == repr(again)


@pytest.mark.filterwarnings("error")
@settings(FEW, max_examples=150)
@given(arrays(np.float64, st.tuples(st.just(2), st.just(4), st.integers(0, 30)),
              elements=st.one_of(st.floats(width=64), st.sampled_from([0.0, 1.0, np.nan, -1.0, 1e-300]))))
def test_any_numbers_have_an_answer(values: np.ndarray):
    plan = CanaryPlan(region="us-west-2", min_requests=0)
    judgement = judge(["a", "b", "c", "d"], values[0], values[1], SOURCE, plan)
    assert 0 <= judgement.score <= 100
    assert len(judgement.readings) == 4
