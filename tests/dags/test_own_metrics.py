"""Whole pushes in Airflow, and what its Stats sent of them to a StatsD server: real text on a real socket."""

from collections import Counter

import pytest

from include.domain.lease import Work
from plugins.meter import AirflowMeter
from tests.operations.conftest import told  # noqa: F401
from tests.operations.exporter import parsed
from tests.world.declared import REGIONS
from tests.world.region import Behaviour

pytestmark = pytest.mark.parametrize("world", [{"regions": 1}], indirect=True)     # it tells as much as three
HERE = {"service": "api", "environment": "prod"}


@pytest.fixture
def sent(world, run, told):  # noqa: F811
    """Run a push; returns a function that gives what was sent of one metric: how often, for each value of a label."""
    world.meter = AirflowMeter()

    def push(name, behaviour=None):
        commit = world.branches.push("prod", name)
        if behaviour:
            world.behaves(commit, behaviour)
        run("api_patch_push", reason=name)
        lines = [parsed(line) for line in told.waiting()]

        def of(metric, label, **only):
            found = Counter()
            for named, labels, value, kind in lines:
                has = dict(labels)
                if named == f"airflow.serin.{metric}" and (only | HERE).items() <= has.items():
                    found[has[label]] += 1 if kind == "ms" else value
            return {said: count for said, count in found.items() if count}
        return of
    return push


def test_a_push_that_waits_for_a_lease_and_then_goes_back_by_itself(world, sent):
    held = f"api/prod/{REGIONS[0]}"
    world.leases.take(held, "somebody", world.now, work=Work("a repair", "", world.now))
    world.leases.want = lambda *_: world.leases.release(held, "somebody")       # who holds it hears that it is wanted
    of = sent("worse in prod", Behaviour(prod_error_percent=20))
    assert of("push.ended", "end", kind="patch") == {"FailureClean": 1}
    assert of("push.dirty", "service") == {}
    assert of("canary.verdicts", "decision") == {"go": 1}
    assert of("guard.saves", "guard") == {"lease": 1}
    assert of("wait.duration", "why").keys() >= {"work", "lease"}
    assert of("rollback.ended", "by", end="done") == {"itself": 1}
    assert of("rollback.ended", "by", end="failed") == {}
    assert of("step.duration", "step", end="done").keys() >= {
        "start_push", "build_ami", "bake", "score", "off_peak", "plan", "in_service", "roll_back"}
    assert of("step.errors", "error", then="failed") == {"Unhealthy": 1, "PushEnded": 1}
