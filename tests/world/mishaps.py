"""What happens to a region without Serin: instances, capacity, a hand in the console, viewers, blind metrics, time.

Each takes the world and a number to choose by; it returns whether there was anything that it could happen to.
"""

from collections.abc import Callable, Sequence
from typing import Any

from tests.world.ledger import Ledger
from tests.world.region import Behaviour, Machine, Region

LOADS = (40, 100, 150, 190)     # requests a second: four instances carry them all
Mishap = Callable[[Ledger, Region, int], bool]


def instances_die(ledger: Ledger, region: Region, number: int) -> bool:
    """One to three of a group; the group may have none to replace them with."""
    group = _choose(list(region.groups.values()), number)
    alive = [machine for machine in group.in_state("InService") if machine.alive] if group else []
    for machine in alive[:1 + number % 3]:
        machine.alive = False
    if alive:
        ledger.by_hand(region.name, "instances died")
        ledger.world.advance((0, 0, 30)[number % 7 % 3])
    return bool(alive)


def an_outage(ledger: Ledger, region: Region, number: int) -> bool:
    """Instances die, and nothing can be launched in their place, until it is noticed."""
    region.no_capacity = "We currently do not have sufficient c7g.large capacity."
    died = instances_die(ledger, region, number)
    ledger.world.advance(30)
    return died


def an_instance_never_gets_healthy(ledger: Ledger, region: Region, number: int) -> bool:
    machine = _choose(_machines(region, "Pending"), number)
    if machine:
        machine.behaviour = Behaviour(starts=False, carries_rps=0)
    return bool(machine)


def no_capacity(ledger: Ledger, region: Region, number: int) -> bool:
    """None at all, or for so many more."""
    region.no_capacity = "" if number % 3 else "We currently do not have sufficient c7g.large capacity."
    region.room = number % 4 if number % 3 == 1 else None
    return True


def a_hand_sizes(ledger: Ledger, region: Region, number: int) -> bool:
    group = _choose(list(region.groups.values()), number)
    if group is None or group.deleting:
        return False
    desired = max(0, group.desired + (-3, -2, -1, 1, 2)[number % 5])
    if desired < group.desired and ledger.calm:
        return False
    before = group.desired
    group.desired, group.min_size = desired, min(group.min_size, desired)
    group.max_size = max(group.max_size, desired)
    ledger.by_hand(region.name, f"a hand sized {group.name} down" if desired < before else "", sized=group.name)
    return True


def a_hand_suspends(ledger: Ledger, region: Region, number: int) -> bool:
    group = _choose(list(region.groups.values()), number)
    if group is None:
        return False
    group.suspended ^= {("Launch", "Terminate", "AddToLoadBalancer", "ReplaceUnhealthy", "AZRebalance")[number % 5]}
    ledger.by_hand(region.name, f"a hand suspended or resumed a process of {group.name}")
    return True


def a_hand_deregisters(ledger: Ledger, region: Region, number: int) -> bool:
    pairs = [(tg, i) for tg in region.target_groups.values() for i, t in tg.targets.items() if t.state == "healthy"]
    found = _choose(pairs, number)
    if found:
        region.deregister(*found)
        ledger.by_hand(region.name, "a hand deregistered a target")
    return bool(found)


def viewers_come_or_go(ledger: Ledger, region: Region, number: int) -> bool:
    ledger.world.load = LOADS[number % len(LOADS)]
    return True


def metrics_stop_or_come_back(ledger: Ledger, region: Region, number: int) -> bool:
    ledger.blind(region.name, number % 3 > 0)
    ledger.world.advance((0, 20)[number % 3 > 1])
    return True


def time_passes(ledger: Ledger, region: Region, number: int) -> bool:
    ledger.world.advance((1, 2, 5, 15, 40, 120)[number % 6])
    return True


def a_second_passes(ledger: Ledger, region: Region, number: int) -> bool:
    ledger.world.advance(1)
    return True


HARMLESS: tuple[Mishap, ...] = (an_instance_never_gets_healthy, no_capacity, a_hand_sizes, viewers_come_or_go,
                                metrics_stop_or_come_back, time_passes)
HARMFUL: tuple[Mishap, ...] = (instances_die, an_outage, a_hand_deregisters, a_hand_suspends)


def _machines(region: Region, state: str) -> list[Machine]:
    return [machine for group in region.groups.values() for machine in group.in_state(state)]


def _choose(among: Sequence[Any], number: int) -> Any:
    return among[number % len(among)] if among else None
