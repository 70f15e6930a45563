"""A single sick instance of the canary, or of its baseline, is named; the verdict stays what it is."""

import json
from datetime import timedelta

import pytest

from include.domain.errors import NoGo
from include.steps.canary.scoring import harm
from tests.steps.canary.test_life import launched
from tests.steps.canary.test_scoring import scored
from tests.steps.ready import HERE, ready
from tests.world.region import Behaviour
from tests.world.requests import Served, measurements

SICK_MS, WELL_MS = 240, 80


def baked(side: str = "canary_asg", size: int = 2):
    """The ASG's latency is the mean of its instances': one of them is sick."""
    world, flow = ready(canary__size=size)
    world.tells_instances = True
    found = launched(world, flow)
    asg, store = getattr(found, side), world.metrics[HERE]
    ids = sorted(machine.id for machine in world.regions[HERE].groups[asg].in_state("InService"))
    world.changes(HERE, asg, Behaviour(p99_ms=(SICK_MS + WELL_MS * (size - 1)) / size))

    def one_is_sick():
        for instance in ids:
            does = Served(requests=10, p99_ms=SICK_MS if instance == ids[0] else WELL_MS)
            store.write(asg, world.now - timedelta(seconds=1), measurements(does, world.noise), instance)
    world.on_tick = one_is_sick
    world.advance(31)
    return world, flow, found, ids[0]


def test_a_sick_canary_instance_is_named_and_the_canary_is_still_a_no_go():
    world, flow, found, instance = baked()
    with pytest.raises(NoGo) as no_go:
        scored(world, flow, found)
    assert f"only because of {instance} of the canary" in str(no_go.value)
    kept = json.loads(world.archive.get(f"pushes/api/{flow.push_id}/readings.json"))
    hot = next(reading for reading in kept["readings"] if reading["name"] == "latency_ms.all.p99")
    assert hot["sentence"].startswith("hot: latency_ms.all.p99 is ")
    assert hot["sentence"].endswith(f"; only because of {instance} of the canary")
    page = world.archive.get(f"pushes/api/{flow.push_id}/canary.html").decode()
    assert f"<p>{kept['sick'][0]}</p>" in page
    assert instance in kept["sick"][0]


def test_a_sick_baseline_instance_is_named():
    world, flow, found, instance = baked("baseline_asg")
    with pytest.raises(NoGo, match=f"5 of 5 metrics differ only because of {instance} of the baseline"):
        scored(world, flow, found)


def test_an_early_end_names_the_sick_instance():
    world, flow, found, instance = baked()
    world.advance(30)
    said = harm(found, flow.service, found.launched_at + timedelta(seconds=3), found.bake_until, world.metrics[HERE],
                world.archive)
    assert f"; only because of {instance} of the canary (floors of " in said


def test_a_side_of_one_instance_blames_nobody():
    world, flow, found, _ = baked(size=1)
    with pytest.raises(NoGo) as no_go:
        scored(world, flow, found)
    assert "only because of" not in str(no_go.value)
