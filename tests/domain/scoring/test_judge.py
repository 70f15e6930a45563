"""Good canaries go, bad ones do not, and no data is never success. Seeded: the same numbers every time."""

import numpy as np
import pytest

from include.domain.canary import Decision
from include.domain.declared.canary import CanaryPlan
from include.domain.metric_sources import MetricRule, MetricSource
from include.domain.scoring.early import overwhelming_harm
from include.domain.scoring.judge import judge
from include.domain.scoring.readings import POINTS, State
from tests.domain.scoring.telemetry import BAD, GOOD, SOURCE, pair

PLAN = CanaryPlan(region="us-west-2", min_requests=500, bake_hours=2, look_every_minutes=10)
SECONDS = 55
LOOKS = 12
SAME = [pair(GOOD, seed, SECONDS) for seed in range(12)]


def changed(change, seed: int = 0):
    """A good pair with something done to its canary and baseline; names, canary, baseline."""
    names, canary, baseline = pair(GOOD, seed, SECONDS)
    rows = {name: number for number, name in enumerate(names)}
    change(rows, canary, baseline)
    return names, canary, baseline


# --- what it is for

def test_over_a_thousand_metrics_of_little_traffic_a_good_canary_goes():
    judgements = [judge(*one, SOURCE, PLAN) for one in SAME]
    assert len(SAME[0][0]) > 1000
    assert [j.decision for j in judgements] == [Decision.GO] * len(SAME)
    assert min(j.score for j in judgements) >= 95


@pytest.mark.parametrize(("kind", "metric"), [("slow_tail", "latency_ms.all.p99"), ("errors", "errors.all"),
                                              ("leak", "memory.mb"), ("half_capacity", "cpu.percent")])
def test_a_bad_canary_is_a_no_go_for_the_reason_that_fits(kind: str, metric: str):
    judgements = [judge(*pair(BAD[kind], seed, SECONDS), SOURCE, PLAN) for seed in range(4)]
    assert [j.decision for j in judgements] == [Decision.NO_GO] * 4
    for judgement in judgements:
        assert metric in {reading.name for reading in judgement.lost}
        assert f"hot: {metric} is " in judgement.reason


def test_twelve_looks_never_end_a_good_canary_early():
    for names, canary, baseline in SAME:
        for look in range(1, LOOKS + 1):
            points = SECONDS * look // LOOKS
            assert overwhelming_harm(names, canary[:, :points], baseline[:, :points], SOURCE, PLAN, SECONDS) is None


def at_the_edge(times: float, seed: int):
    """Thirty important metrics that are as much higher as is just allowed: the hardest good canary."""
    rng = np.random.default_rng(seed)
    canary, baseline = rng.normal(200, 20, (2, 30, SECONDS))
    return [f"cpu.{number}" for number in range(30)], canary * times, baseline


def test_of_canaries_at_the_edge_of_what_is_allowed_few_are_found_worse():
    found = [bool(judge(*at_the_edge(1.1, seed), SOURCE, PLAN).lost) for seed in range(150)]
    assert sum(found) <= 12


def test_of_canaries_at_the_edge_hardly_any_is_ended_early_in_twelve_looks():
    def ended(seed: int) -> bool:
        names, canary, baseline = at_the_edge(1.25, seed)
        return any(overwhelming_harm(names, canary[:, :points], baseline[:, :points], SOURCE, PLAN, SECONDS)
                   for points in (SECONDS * look // LOOKS for look in range(1, LOOKS + 1)))

    assert sum(ended(seed) for seed in range(100)) <= 2


def test_a_canary_that_fails_most_requests_is_ended_at_an_early_look():
    def fail(rows, canary, baseline):
        canary[rows["errors.all"]] = np.round(canary[rows["requests.all"]] * 0.6)

    names, canary, baseline = changed(fail)
    said = overwhelming_harm(names, canary[:, :10], baseline[:, :10], SOURCE, PLAN, SECONDS)
    assert said.startswith("overwhelming harm: hot: errors.all is ")


def test_the_same_numbers_give_the_same_judgement():
    one, again = (judge(*pair(BAD["slow_tail"], 3, SECONDS), SOURCE, PLAN) for _ in range(2))
    assert one == again


def test_the_order_of_the_metrics_changes_nothing():
    names, canary, baseline = SAME[0]
    order = np.random.default_rng(1).permutation(len(names))
    turned = judge([names[i] for i in order], canary[order], baseline[order], SOURCE, PLAN)
    assert turned.readings == judge(names, canary, baseline, SOURCE, PLAN).readings


# --- no data is never success

def test_no_metric_at_all_is_an_error():
    nothing = np.empty((0, SECONDS))
    judgement = judge([], nothing, nothing, SOURCE, PLAN)
    assert (judgement.decision, judgement.score) == (Decision.ERROR, 0)


@pytest.mark.parametrize("side", ["canary", "baseline"])
def test_a_side_without_any_metric_is_an_error(side: str):
    def silence(rows, canary, baseline):
        (canary if side == "canary" else baseline)[:] = np.nan

    judgement = judge(*changed(silence), SOURCE, PLAN)
    assert judgement.decision == Decision.ERROR
    assert judgement.reason == f"error: no metric was found of the {side}"


def test_half_of_the_metrics_missing_is_inconclusive():
    def lose_half(rows, canary, baseline):
        keep = {"requests.all", "errors.all", "latency_ms.all.p99"}
        canary[[row for name, row in rows.items() if row % 2 and name not in keep]] = np.nan

    judgement = judge(*changed(lose_half), SOURCE, PLAN)
    assert judgement.decision == Decision.INCONCLUSIVE
    assert "metrics are missing on one side, allowed 25 %" in judgement.reason


def test_too_few_requests_is_inconclusive():
    judgement = judge(*SAME[0], SOURCE, PLAN.model_copy(update={"min_requests": 10_000}))
    assert judgement.decision == Decision.INCONCLUSIVE
    assert "requests, under 10,000" in judgement.reason


@pytest.mark.parametrize("metric", ["requests.all", "errors.all", "latency_ms.all.p99"])
def test_a_metric_that_every_service_must_have_and_that_is_not_there_is_inconclusive(metric: str):
    def silence(rows, canary, baseline):
        canary[rows[metric]] = np.nan

    judgement = judge(*changed(silence), SOURCE, PLAN)
    assert judgement.decision == Decision.INCONCLUSIVE
    assert f"{metric}, the metric of " in judgement.reason


def test_a_critical_metric_found_worse_is_a_no_go_although_requests_are_few():
    names, canary, baseline = pair(BAD["errors"], 0, SECONDS)
    judgement = judge(names, canary, baseline, SOURCE, PLAN.model_copy(update={"min_requests": 10_000}))
    assert judgement.decision == Decision.NO_GO


# --- what is worth what

def test_one_critical_metric_stops_alone_and_one_high_metric_is_under_95():
    assert 100 - POINTS["critical"] <= 0
    assert 100 - POINTS["high"] < 95 <= 100 - 3 * POINTS["normal"]


def lonely(rule: MetricRule, ratio: float):
    """One more metric, steady, at this ratio."""
    names, canary, baseline = SAME[0]
    noise = np.random.default_rng(5).normal(1, 0.02, (2, SECONDS))
    source = SOURCE.model_copy(update={"rules": (rule, *SOURCE.rules)})
    judgement = judge([*names, "extra"], np.vstack([canary, 200.5 * ratio * noise[0]]),
                      np.vstack([baseline, 200.5 * noise[1]]), source, PLAN)
    return next(reading for reading in judgement.readings if reading.name == "extra"), judgement


@pytest.mark.parametrize(("direction", "ratio", "state", "costs"), [
    ("higher", 1.5, State.HOT, True), ("higher", 0.5, State.COLD, False), ("lower", 0.5, State.COLD, True),
    ("lower", 1.5, State.HOT, False), ("either", 1.5, State.HOT, True), ("either", 0.5, State.COLD, True),
    ("either", 1.0, State.SAME, False), ("higher", 1.05, State.SAME, False)])
def test_only_the_bad_side_costs_points(direction: str, ratio: float, state: State, costs: bool):
    reading, _ = lonely(MetricRule(pattern="extra", tier="high", group="more", direction=direction), ratio)
    assert (reading.state, bool(reading.points)) == (state, costs)


@pytest.mark.parametrize(("tier", "score"), [("critical", 0), ("high", 94), ("normal", 98.5), ("low", 99.85)])
def test_a_metric_costs_what_its_tier_says(tier: str, score: float):
    reading, judgement = lonely(MetricRule(pattern="ext*", tier=tier, direction="higher"), 1.5)
    assert judgement.score == score
    assert reading.sentence.startswith("hot: extra is 1.49 × baseline (299 against 200), allowed 1.10")


def test_the_reason_says_the_score_the_threshold_and_the_worst():
    _, judgement = lonely(MetricRule(pattern="extra", tier="high", direction="higher"), 1.5)
    assert judgement.reason.startswith("no-go: score 94 is under 95; hot: extra is 1.49 × baseline")


def test_a_drift_that_the_mean_does_not_show_yet_is_found():
    def drift(rows, canary, baseline):
        canary[rows["memory.mb"]] = 900 * (1 + 0.006 * np.arange(SECONDS)) + np.random.default_rng(2).normal(
            0, 2, SECONDS)
        baseline[rows["memory.mb"]] = 900 * 1.16 + np.random.default_rng(3).normal(0, 2, SECONDS)

    memory = next(r for r in judge(*changed(drift), SOURCE, PLAN).readings if r.name == "memory.mb")
    assert memory.state == State.HOT
    assert "and drifts away from it" in memory.sentence


def test_a_burst_of_errors_in_one_second_is_not_many_errors():
    def burst(rows, canary, baseline):
        canary[rows["errors.all"], 20] = 12

    errors = next(r for r in judge(*changed(burst), SOURCE, PLAN).readings if r.name == "errors.all")
    assert errors.points == 0


def test_names_may_hold_anything():
    rule = MetricRule(pattern="extra", tier="low")
    source = MetricSource(connection="m", rules=(rule,))
    names = ["requests.all", "errors.all", "latency_ms.all.p99", "<script>", "a\nb", "[x", ""]
    values = np.random.default_rng(1).poisson(50, (len(names), SECONDS)).astype(float)
    assert len(judge(names, values, values, source, PLAN).readings) == len(names)


@pytest.mark.parametrize("points", [0, 1, 2, 5, 8])
def test_however_short_the_time_is_there_is_an_answer(points: int):
    names, canary, baseline = SAME[0]
    plan = PLAN.model_copy(update={"min_requests": 0})
    judgement = judge(names, canary[:, :points], baseline[:, :points], SOURCE, plan)
    assert judgement.decision in set(Decision)
    overwhelming_harm(names, canary[:, :points], baseline[:, :points], SOURCE, PLAN, SECONDS)


def test_rows_that_do_not_fit_the_names_are_refused():
    with pytest.raises(ValueError, match="3 metrics need as many rows"):
        judge(["a", "b", "c"], np.zeros((2, 5)), np.zeros((2, 5)), SOURCE, PLAN)


def test_counts_that_come_as_means_of_a_minute_are_still_counted():
    """480 minutes with a rare error each, written as per-second means."""
    rng = np.random.default_rng(7)
    names = ["requests.all", "errors.all", "latency_ms.all.p99"]
    base = [rng.poisson(1200, 480) / 60, rng.poisson(0.2, 480) / 60, rng.lognormal(5, 0.1, 480)]
    worse = [rng.poisson(1200, 480) / 60, rng.poisson(0.8, 480) / 60, rng.lognormal(5, 0.1, 480)]
    judgement = judge(names, np.array(worse), np.array(base), SOURCE.model_copy(update={"step_seconds": 60}), PLAN)
    errors = next(reading for reading in judgement.readings if reading.name == "errors.all")
    assert errors.state == State.HOT
    assert "in all" in errors.sentence
    assert judgement.canary_requests > 500_000
