"""No order of faults breaks a law. `python -m benchmarks.every_fault` tries many more."""

import json

from tests.laws.every_fault import EveryFault, tried_in

RUNS = 100


def test_no_order_of_faults_breaks_a_law(record_property):
    counted = tried_in(EveryFault, RUNS, seed=2026)
    record_property("tried", json.dumps(counted))
    assert counted["runs"] >= RUNS
    assert counted["ends: Success"]
    assert counted["ends: FailureClean"]
