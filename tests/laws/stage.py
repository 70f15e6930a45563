"""The in-memory world as a stage: its ports are struck by faults, and the ledger watches what they change."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from include.steps.lease import roll_back_owner
from tests.world.actors import Stage
from tests.world.faults import Faulty, Past, Strikes
from tests.world.ledger import Ledger
from tests.world.records import InMemoryRuns
from tests.world.world import World


class Watched(Stage):
    """`strikes` is what the next calls meet; `run_ended` says which DAG runs have."""

    def __init__(self, world: World, ledger: Ledger):
        self.world, self.ledger, self.strikes, self.past = world, ledger, Strikes(), Past(world)
        self.service, self.regions = world.service, list(world.regions)
        self.run_ended: dict[str, bool | None] = {}

    def now(self) -> datetime:
        return self.world.now

    def tell(self, sentence: str) -> None:
        self.world.tell(sentence)

    def port(self, name: str, region: str, owner: str, push_id: str) -> Any:
        def watched(port: str, verb: str, args: tuple) -> Any:
            return self.ledger.change(region, owner, push_id, verb, args)

        here = name in {"clusters", "traffic"}
        port = self._run_of(owner) if name == "runs" else self.world.ports(region or self.service.canary.region)[name]
        return Faulty(port, f"{name} of {region}" if here else name, self.strikes, self.past,
                      watched if here else _nobody)

    def _run_of(self, owner: str) -> InMemoryRuns:
        """The DAG run that the owner works in; whether others' runs ended is known to all."""
        run = InMemoryRuns(f"http://airflow/runs/{owner.removesuffix(roll_back_owner(''))}")
        run.states = self.run_ended
        run.states.setdefault(run.here, False)
        return run


@contextmanager
def _nobody(*_: Any) -> Iterator[None]:
    """Nobody watches: it is no change of a cluster."""
    yield
