"""A law that is switched off is found missing: what each of the laws' proofs rests on.

Each switch takes one law out of the steps, as a careless change would. The machine then looks where that law matters.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import isnan
from typing import Any

import pytest

from include.domain.standing import End, Standing
from include.steps.canary import life as canary
from include.steps.push import record
from include.steps.red_black import comparing, plan
from include.steps.red_black import region as red_black
from include.steps.undoing import roll_back
from tests.laws.every_fault import EveryFault, tried_in
from tests.world.faults import Strike
from tests.world.ledger import Violation
from tests.world.mishaps import an_outage, metrics_stop_or_come_back, viewers_come_or_go
from tests.world.records import InMemoryLeases

MOST_RUNS = 250


@dataclass(frozen=True)
class Off:
    """A law, where it lives in the steps, what stands there instead, and where to look."""

    law: int
    where: Any
    name: str
    instead: Callable[..., Any]
    begins_at: tuple[str, ...] = EveryFault.begins_at
    mishaps: tuple = EveryFault.mishaps
    meets: tuple[Strike, ...] = EveryFault.meets


def no_data_is_no_need(measured: Callable[..., float]) -> Callable[..., float]:
    def rps(*args: Any) -> float:
        found = measured(*args)
        return 0.0 if isnan(found) else found
    return rps


SWITCHES = {
    "nobody asks whether the rest can carry": Off(
        1, comparing, "can_carry", lambda *_: None, begins_at=("disable_baseline",),
        mishaps=(an_outage, viewers_come_or_go), meets=()),
    "a rollback takes traffic off before it gives it back": Off(
        1, roll_back, "_put_back", lambda *_: None, begins_at=("holds",)),
    "a canary is retired with its weights on": Off(1, canary, "weights_back", lambda *_: None),
    "the baseline is deleted before the new one was watched": Off(
        2, red_black, "holds", lambda plan, service, look, clusters, traffic, metrics, leases: plan),
    "a plan does not look for the ASG that it made": Off(
        3, plan, "made_by", lambda *_: None, begins_at=("in_service", "red_red"), mishaps=()),
    "a change does not check its lease": Off(
        4, InMemoryLeases, "check", lambda *_: None, begins_at=("launch_new", "red_red", "holds"), mishaps=(),
        meets=(Strike.MEANWHILE,)),
    "no data is no need": Off(
        5, comparing, "measured_rps", no_data_is_no_need(comparing.measured_rps),
        begins_at=("disable_baseline",), mishaps=(metrics_stop_or_come_back,), meets=()),
    "every end is called a success": Off(6, record, "stands", lambda *_: Standing(End.COMPLETE)),
}


@pytest.mark.timeout(300)
@pytest.mark.parametrize("off", SWITCHES.values(), ids=SWITCHES)
def test_a_law_that_is_switched_off_is_broken(monkeypatch, off):
    monkeypatch.setattr(off.where, off.name, off.instead)

    class Narrower(EveryFault):
        begins_at, mishaps, meets, may_be_calm = off.begins_at, off.mishaps, off.meets, False

    with pytest.raises(Violation, match=f"law {off.law}"):
        tried_in(Narrower, MOST_RUNS, seed=1)
