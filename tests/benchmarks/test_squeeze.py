"""The benchmark of the squeeze: its truth is what an instance does in the long run, and its table says how far off."""

import random

import pytest

from benchmarks import known_truth
from benchmarks.squeeze_model import in_the_model
from benchmarks.squeeze_table import Cost, Squeezed, table
from include.local_cloud.behaviour import Behaviour

ONE = Behaviour(slots=8, service_ms=80)


def test_truth_is_where_the_long_run_meets_the_limit():
    limit = 2 * known_truth.shown_p99(ONE, 50)
    rate = known_truth.sweet_spot(ONE, limit)

    assert known_truth.saturation(ONE) == 100
    assert 80 < rate < 100
    assert known_truth.shown_p99(ONE, rate) <= limit < known_truth.shown_p99(ONE, rate + 3)


def test_a_squeeze_in_the_model_finds_about_what_is_true_and_loses_nothing():
    both, cost = in_the_model(0, random.Random(1))

    for side in both:
        assert side.saturation == pytest.approx(side.truth_saturation, rel=0.1)
        assert side.rps == pytest.approx(side.truth_rps, rel=0.2)
    assert cost.failed == 0
    assert 0 < cost.slow < 0.1 * cost.sent


def test_the_table_says_how_far_off_it_was():
    found = Squeezed("here", "canary", ONE, 600, 97.0, 90.0, 85.0, 95.0)
    found.__dict__["truth_rps"] = 100.0
    missed = Squeezed("here", "baseline", ONE, 600, None, None, None, None)
    missed.__dict__["truth_rps"] = 100.0
    said = table([found, missed], [Cost(60, 1000, 1, 20)])

    assert "| here | canary | 8 | 80 | 0.25 |  | 100.0 | 97.0 | -3.0 | 100.0 | 90.0 | -10.0 |" in said
    assert "| 100.0 | none |  | 100.0 | none |  |" in said
    assert "saturation: found 1, p50 3.0 %, p90 3.0 %, worst 3.0 %" in said
    assert "sides squeezed: 2" in said
    assert "failed: 1 (0.100 %); slower than the limit on the pair: 20 (2.00 %)" in said
