"""What a metric did in good canaries is not held against the next one; and what is known is kept small."""

import io
from dataclasses import replace

import numpy as np
import pytest

from include.domain.canary import Decision
from include.domain.scoring.floors import LAST, Floors, rebuilt
from include.domain.scoring.instances import filled, of_instances, unknown
from include.domain.scoring.judge import judge
from include.domain.scoring.past import Past, compact
from tests.domain.scoring.fleet import PLAN, SOURCE, names, pair, pasts, side

NAMES = names(150)
PASTS = pasts(30)
KNOWN = rebuilt(PASTS)


def test_good_canaries_go_where_the_floors_are_known():
    judgements = [judge(NAMES, *pair(seed), SOURCE, PLAN, KNOWN) for seed in range(40)]
    assert sum(judgement.score < 95 for judgement in judgements) <= 1
    assert judgements[0].floors == "floors of 150 of 150 metrics from the last 30 good canaries"


@pytest.mark.parametrize(("rows", "times"), [
    pytest.param(slice(3, 13), 1.10, id="ten important ones a tenth higher"),
    pytest.param(slice(3, 6), 1.25, id="three important ones a quarter higher")])
def test_a_worse_canary_does_not(rows: slice, times: float):
    found = []
    for seed in range(20):
        canary, baseline = pair(seed)
        canary[rows] *= times
        found.append(judge(NAMES, canary, baseline, SOURCE, PLAN, KNOWN).decision == Decision.NO_GO)
    assert sum(found) >= 19


def test_what_always_moved_may_move_again():
    """A metric that is up to 30 % off in good canaries is not hot at 40 %; one that never was, is."""
    canary, baseline = pair(1)
    restless = [replace(past, value=np.where(np.arange(150) == 5, np.float32(0.3 * (-1) ** number), past.value))
                for number, past in enumerate(PASTS)]
    canary[5] = baseline[5] * 1.4
    states = [next(r.state for r in judge(NAMES, canary, baseline, SOURCE, PLAN, floors).readings if r.name == NAMES[5])
              for floors in (KNOWN, rebuilt(restless))]
    assert states[0] == "hot"
    assert states[1] in ("same", "noisy")


def test_floors_roll():
    old = [replace(past, value=past.value + np.float32(9)) for past in pasts(3, first=50)]
    rolled = rebuilt([*old, *PASTS, *pasts(LAST - len(PASTS), first=90)])
    assert rolled.sources == (f"the last {LAST} good canaries",)
    assert rolled.largest[:, 0].max() < 9


def test_a_past_is_small_and_comes_back_from_its_arrays():
    names_of_many = names(1000)
    past = compact(names_of_many, *pair(1, 1000, 120), 60)
    body = io.BytesIO()
    np.savez_compressed(body, **past.to_arrays())
    assert len(body.getvalue()) < 200_000
    again = Past.from_arrays(np.load(io.BytesIO(body.getvalue()), allow_pickle=False))
    for field in ("names", "seconds", "value", "error"):
        np.testing.assert_array_equal(getattr(again, field), getattr(past, field))


def test_a_past_that_another_version_wrote_is_refused():
    arrays = PASTS[0].to_arrays() | {"format": np.array(99)}
    with pytest.raises(ValueError, match="format 99"):
        Past.from_arrays(arrays)


def test_floors_are_a_curve_over_the_elapsed_time():
    assert [int(seconds) for seconds in KNOWN.seconds] == [15 * 60, 30 * 60, 60 * 60]
    early, later = (KNOWN.at(NAMES, minutes * 60).usual[0] for minutes in (15, 60))
    between = KNOWN.at(NAMES, 40 * 60).usual[0]
    assert np.median(early) > np.median(between) > np.median(later)
    np.testing.assert_array_equal(KNOWN.at(NAMES, 60).usual, KNOWN.at(NAMES, 15 * 60).usual)
    np.testing.assert_array_equal(KNOWN.at(NAMES, 9e9).usual, KNOWN.at(NAMES, 3600).usual)


def test_canaries_of_another_length_still_count_where_their_times_are_alike():
    shorter = rebuilt([*pasts(5, points=50), *PASTS[:5]])
    assert shorter.count[-1].max() == 10
    assert rebuilt([*pasts(5, points=20), *PASTS[:5]]).count[-1].max() == 5


def test_a_metric_that_is_new_has_no_floor_and_the_page_says_so():
    canary, baseline = pair(2)
    floors = rebuilt([compact(NAMES[:100], *(side[:100] for side in pair(seed)), 60) for seed in range(9)])
    assert floors.at(NAMES, 3600).count[100:].max() == 0
    assert judge(NAMES, canary, baseline, SOURCE, PLAN, floors).floors == (
        "floors of 100 of 150 metrics from the last 9 good canaries; the others may be 10 % off")


def test_one_past_canary_is_said_in_the_singular():
    assert judge(NAMES, *pair(2), SOURCE, PLAN, rebuilt(PASTS[:1])).floors == (
        "floors of 150 of 150 metrics from the last good canary")


def test_no_past_at_all_is_no_floor():
    assert rebuilt([]).at(NAMES, 60).count.max() == 0
    assert "no floors" in judge(NAMES, *pair(3), SOURCE, PLAN).floors


# --- without history: prod's own instances

def fleet(instances: int, seed: int = 5) -> np.ndarray:
    """Prod's, behind one balancer: the load is shared."""
    rng = np.random.default_rng([seed, 1])
    load = 1 + 0.3 * np.sin(np.arange(60) / 70 + rng.uniform(0, 6))
    return np.array([side(150, load, rng) for _ in range(instances)])


def test_prods_own_instances_are_floors_from_the_first_day():
    floors = of_instances(NAMES, fleet(8), 1, 60)
    assert floors.at(NAMES, 3600).count.max() == 7          # eight instances tell seven things, however they are split
    judgement = judge(NAMES, *pair(4), SOURCE, PLAN, floors)
    assert judgement.decision == Decision.GO
    assert judgement.floors == "floors of 150 of 150 metrics from 8 instances of prod"


def test_the_same_instances_give_the_same_floors():
    one, again = (of_instances(NAMES, fleet(6), 2, 60) for _ in range(2))
    np.testing.assert_array_equal(one.moved, again.moved)


@pytest.mark.parametrize("instances", [0, 1])
def test_one_instance_tells_nothing(instances: int):
    assert len(of_instances(NAMES, fleet(2)[:instances], 1, 60).names) == 0


def test_groups_smaller_than_the_canary_count_for_less():
    wide, narrow = (of_instances(NAMES, fleet(4), size, 60) for size in (2, 8))
    assert np.median(narrow.usual[-1, 0]) == pytest.approx(np.median(wide.usual[-1, 0]) / 4, rel=0.01)


def test_history_comes_first_and_instances_fill_what_it_does_not_know():
    some = rebuilt([compact(NAMES[:100], *(side[:100] for side in pair(seed)), 60) for seed in range(9)])
    prod = of_instances(NAMES, fleet(8), 1, 60)
    both = filled(some, prod)
    floor = both.at(NAMES, 3600)
    assert (floor.count[:100] == 9).all()
    np.testing.assert_array_equal(floor.moved[:, :100], some.at(NAMES, 3600).moved[:, :100])
    np.testing.assert_array_equal(floor.moved[:, 100:], prod.at(NAMES, 3600).moved[:, 100:])
    assert judge(NAMES, *pair(4), SOURCE, PLAN, both).floors == (
        "floors of 150 of 150 metrics: 100 from the last 9 good canaries, 50 from 8 instances of prod")
    assert filled(Floors.none(), some) is some
    assert filled(some, Floors.none()) is some


@pytest.mark.parametrize(("instances", "readings"), [
    pytest.param(8, 7, id="more instances tell more"), pytest.param(3, 3, id="fewer do not")])
def test_a_short_history_gives_way_to_what_tells_more(instances: int, readings: int):
    short = rebuilt(PASTS[:3])
    floor = filled(short, of_instances(NAMES, fleet(instances), 1, 60)).at(NAMES, 3600)
    assert set(floor.count) == {readings}


def test_what_history_knows_too_little_of_is_named():
    long, short = ([compact(NAMES[:some], *(side[:some] for side in pair(seed)), 60) for seed in range(9)][:canaries]
                   for some, canaries in ((100, 9), (150, 3)))
    assert unknown(rebuilt([*short, *long]), NAMES) == NAMES[100:]
    assert unknown(Floors.none(), NAMES) == NAMES


def test_an_instance_that_was_started_in_between_is_no_measure():
    late = fleet(5)
    late[4, :, :20] = np.nan
    four, five = (of_instances(NAMES, values, 1, 60) for values in (late[:4], late))
    np.testing.assert_array_equal(four.moved, five.moved)
    assert five.sources == ("4 instances of prod",)


def test_a_metric_that_few_instances_have_counts_for_as_few():
    some = fleet(6)
    some[2:, 7], some[:, 8] = np.nan, np.nan
    floor = of_instances(NAMES, some, 1, 60).at(NAMES, 3600)
    assert [int(count) for count in floor.count[6:9]] == [5, 1, 0]


@pytest.mark.parametrize(("instances", "guessed"), [(2, True), (6, True), (12, False)])
def test_what_few_instances_tell_is_pooled_with_what_most_metrics_do_however_often_they_are_split(
        instances: int, guessed: bool):
    quiet = fleet(instances)
    quiet[:, 7] = 5.0
    assert bool(of_instances(NAMES, quiet, 1, 60).at(NAMES, 3600).moved[0, 7] > 0) is guessed


@pytest.mark.parametrize("instances", [2, 4])
def test_few_instances_find_what_is_worse_and_let_go_what_is_not(instances: int):
    found = {1.0: [], 1.25: []}
    for seed in range(20):
        floors = of_instances(NAMES, fleet(instances, 100 + 20 * seed), 1, 60)
        for times, decisions in found.items():
            canary, baseline = pair(seed)
            canary[3:6] *= times
            decisions.append(judge(NAMES, canary, baseline, SOURCE, PLAN, floors).decision)
    assert found[1.0].count(Decision.GO) >= 18
    assert found[1.25].count(Decision.NO_GO) >= 18
