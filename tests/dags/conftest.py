"""The DAGs as declared for the in-memory world, run in this process by `dag.test()`, on the world's clock."""

import time
from copy import deepcopy
from datetime import timedelta

import pytest
import yaml

from include.demo.airflow_settings import ROOT
from plugins import wiring
from plugins.operators import step
from tests.world.declared import MARKETS, REGIONS, service
from tests.world.world import World

SLEEP = time.sleep


@pytest.fixture(scope="session")
def airflow_db():
    from airflow.utils.db import initdb

    initdb()


@pytest.fixture
def declare(tmp_path, monkeypatch):
    """Write service files: a service, or the text of a file."""
    monkeypatch.setenv("SERIN_SERVICES", str(tmp_path / "services"))
    monkeypatch.setenv("SERIN_MARKETS", str(tmp_path / "markets.yaml"))
    peak = {"days": ["sat"], "start": "18:00", "end": "22:00"}  # the world's day is a Tuesday
    markets = {name: {"time_zone": "UTC", "peaks": [peak],
                      "regions": [r for r, m in zip(REGIONS, MARKETS, strict=True) if m == name]}
               for name in sorted(set(MARKETS))}
    (tmp_path / "markets.yaml").write_text(yaml.safe_dump(markets))
    (tmp_path / "services").mkdir()

    def write(**files):
        for name, declared in files.items():
            text = declared if isinstance(declared, str) else yaml.safe_dump(
                declared.model_dump(mode="json", exclude_unset=True))
            (tmp_path / "services" / f"{name}.yaml").write_text(text)

    wiring.declared.cache_clear()
    yield write
    wiring.declared.cache_clear()


class WorldPorts:
    """The ports of one region of the world, as `wiring.Ports` names them."""

    def __init__(self, world: World, environment: str, region: str):
        world = world.elsewhere.get(environment, world)
        self.service, self.environment, self.region, self.chat = world.service, environment, region, world.chat
        self.meter = world.meter
        self.regions, self.markets, self.hiding_key = list(world.regions), wiring.markets(), str
        self.gate = world.gate
        of_a_region = {"clusters", "traffic", "metrics", "limits", "alarms", "instances"}
        ports = world.ports(region or self.regions[0])
        vars(self).update({name: port for name, port in ports.items() if region or name not in of_a_region})


@pytest.fixture
def world(declare, monkeypatch, request):
    """The world, declared to Airflow (with what the test's own parameter changes of the service); time passes only
    while a task waits."""
    world = World(service(**getattr(request, "param", {})))
    declare(api=world.service)
    monkeypatch.setattr(wiring, "ports", lambda name, environment, region: WorldPorts(world, environment, region))
    monkeypatch.setattr(step, "now", lambda: world.now)
    monkeypatch.setattr(step, "sleep", world.advance)
    monkeypatch.setattr(step, "SLEEPS_UP_TO", timedelta(days=365))
    monkeypatch.setitem(step.RETRIES, "retry_delay", timedelta())
    monkeypatch.setattr(time, "sleep", lambda seconds: SLEEP(min(seconds, 0.01)))  # dag.test() idles whole seconds
    return world


@pytest.fixture
def dags(airflow_db):
    """Reads the DAG files; returns the bag."""
    from airflow.dag_processing.dagbag import DagBag

    return lambda: DagBag(str(ROOT / "dags"))


@pytest.fixture
def run(dags):
    """Run a DAG to its end in this process; the colour of its run, and the state of each task."""
    def test(dag_id, **conf):
        dag = dags().dags[dag_id]
        dag.params = deepcopy(dag.params)   # Airflow writes what is asked for into it, and this process goes on
        asked = {"reason": "a test"} if "reason" in dag.params else {}    # what a person starts needs one
        ended = dag.test(run_conf=asked | conf)
        return str(ended.state), {ti.task_id: str(ti.state) for ti in ended.get_task_instances()}

    return test
