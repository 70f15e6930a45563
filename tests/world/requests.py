"""The viewers of the in-memory world: every instant, traffic needs healthy registered instances, or is lost."""

from dataclasses import dataclass
from random import Random

from tests.world.region import Group, Region, TargetGroup


@dataclass
class Served:
    """What one ASG answered in one second."""

    requests: float = 0
    errors: float = 0
    p99_ms: float = 0


def exchange(region: Region, seconds: float, when: str) -> dict[str, Served]:
    """Send the load of so many seconds through the listener; count what nobody answers; what each ASG served."""
    total = sum(region.weights.values())
    answered: dict[str, Served] = {}
    if not region.load_rps:
        return answered
    if not total:
        _lose(region, region.load_rps * seconds, f"{when}: no target group has a weight")
        return answered
    for arn, weight in region.weights.items():
        if weight:
            share = region.load_rps * seconds * weight / total
            _through(region, region.target_groups[arn], share, seconds, when, answered)
    return answered


def cut_off(region: Region, instance: str, when: str) -> None:
    """The requests that a draining target still answers, and now will not."""
    for tg, target in region.of(instance):
        if target.state == "draining":
            _lose(region, 1, f"{when}: {instance} still drained from {tg.name}")


def _through(region: Region, tg: TargetGroup, share: float, seconds: float, when: str,
             answered: dict[str, Served]) -> None:
    healthy = [instance for instance, target in tg.targets.items() if target.state == "healthy"]
    if not healthy:
        _lose(region, share, f"{when}: no healthy target in {tg.name}")
        return
    each = share / len(healthy)
    for instance in healthy:
        machine, group = region.machine(instance), region.owner(instance)
        if machine is None or group is None or not machine.alive:
            _lose(region, each, f"{when}: {instance} in {tg.name} is dead")
            continue
        carries = machine.behaviour.carries_rps
        wanted = machine.waiting + each
        carried = min(wanted, carries * seconds)
        machine.waiting = min(wanted - carried, carries * machine.behaviour.waits_seconds)
        if lost := wanted - carried - machine.waiting:
            _lose(region, lost, f"{when}: {instance} of {group.name} is overloaded")
        _answer(region, group, carried, 1000 * machine.waiting / carries if carries else 0, answered)


def _answer(region: Region, group: Group, requests: float, waited_ms: float, answered: dict[str, Served]) -> None:
    behaviour = group.machines[0].behaviour
    is_canary = "-canary-" in group.name
    errors = behaviour.error_percent + (0 if is_canary else behaviour.prod_error_percent)
    served = answered.setdefault(group.name, Served())
    served.requests += requests
    served.errors += requests * errors / 100
    served.p99_ms = behaviour.p99_ms + waited_ms + (0 if is_canary else behaviour.prod_p99_ms)
    region.served += requests


def _lose(region: Region, requests: float, why: str) -> None:
    region.lost += requests
    region.losses.append(f"{region.name} {why}")


def measurements(served: Served, noise: Random) -> dict[str, float]:
    """The metrics of one ASG in one second, with 2 % of noise."""
    def about(value: float) -> float:
        return value * noise.gauss(1, 0.02)

    found = {"requests.all": served.requests, "errors.all": served.errors,
             "latency_ms.all.p99": about(served.p99_ms), "latency_ms.all.p50": about(served.p99_ms / 4),
             "cpu.percent": about(30), "memory.mb": about(700), "threads.busy": about(12)}
    for endpoint in ("home", "play", "search"):
        found[f"requests.{endpoint}.tv"] = about(served.requests / 3)
        found[f"status_5xx.{endpoint}.tv"] = served.errors / 3
        found[f"latency_ms.{endpoint}.tv.p99"] = about(served.p99_ms)
    return found
