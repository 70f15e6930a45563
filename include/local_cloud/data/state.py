"""What the data plane is doing, as plain values for /state and for the page."""

import time
from typing import Any

from include.local_cloud.data.day import in_peak
from include.local_cloud.data.load import Tally, Viewers
from include.local_cloud.data.region import Region
from include.local_cloud.data.world import World


def state(world: World) -> dict[str, Any]:
    return {"identity": world.settings.identity, "now": time.time(), "version": world.version,
            "market_time": world.market_time.isoformat(), "load": world.load.model_dump(),
            "regions": {name: _region(world, region) for name, region in sorted(world.regions.items())}}


def _region(world: World, region: Region) -> dict[str, Any]:
    markets = world.settings.served_from(region.name)
    return {
        "market_hours": {market.name: f"{world.market_time.astimezone(market.zone):%a %H:%M}" for market in markets},
        "in_peak": in_peak(markets, world.market_time),
        "rps": round(world.rate(region.name), 1),
        "p99_ms": _rounded(region.viewers.p99_ms()),
        "requests": _requests(region.viewers),
        "asgs": {asg: _asg(region, asg) for asg in sorted(set(region.seconds) | _seen(region.viewers))},
        "no_target": region.viewers.total.failed_by.get("no target", 0),
        "weights": _weights(region),
        "load_balancers": [_balancer(region, one) for one in region.balancers.values()],
        "target_groups": {group.name: {"arn": group.arn, "targets": dict(group.states),
                                       "counters": dict(group.counters)} for group in region.target_groups.values()}}


def _requests(viewers: Viewers) -> dict[str, Any]:
    def numbers(tally: Tally) -> dict[str, Any]:
        return {"sent": tally.sent, "ok": tally.ok, "failed": tally.failed, "failures": dict(tally.failures)}
    return {**numbers(viewers.total), "in_flight": viewers.in_flight, "last_second": numbers(viewers.last_second)}


def _seen(viewers: Viewers) -> set[str]:
    return (set(viewers.total.served_by) | set(viewers.total.failed_by)) - {"no target"}


def _asg(region: Region, asg: str) -> dict[str, Any]:
    facts = [one for one in region.facts.values() if one["asg"] == asg]
    healthy = region.healthy()
    viewers, second = region.viewers, region.seconds.get(asg)
    averages = second.averages if second else []
    return {"instances": sum(one["state"] in ("pending", "running") for one in facts),
            "healthy": sum(one["id"] in healthy for one in facts),
            "served": viewers.total.served_by.get(asg, 0), "failed": viewers.total.failed_by.get(asg, 0),
            "rps": viewers.last_second.served_by.get(asg, 0) + viewers.last_second.failed_by.get(asg, 0),
            "p99_ms": _rounded(second.p99 if second else None),
            "cpu_percent": _rounded(averages[0]) if averages else None,
            "memory_mb": _rounded(averages[1]) if averages else None,
            "commit": next((one["commit"] for one in facts if one["commit"]), ""),
            "ami": next((one["ami"] for one in facts), "")}


def _weights(region: Region) -> dict[str, int]:
    """Of the default rules, by target group's name."""
    return {_name(region, arn): weight for balancer in region.balancers.values() for rule in balancer.rules
            if rule.priority == "default" for arn, weight in rule.turns.weights.items()}


def _balancer(region: Region, balancer) -> dict[str, Any]:
    return {"name": balancer.name, "port": balancer.port, "counters": dict(balancer.counters),
            "address": "http://{}:{}".format(*balancer.address) if balancer.address else None,
            "rules": [{"priority": rule.priority, "path_patterns": list(rule.patterns),
                       "forward": {_name(region, arn): weight for arn, weight in rule.turns.weights.items()}}
                      for rule in balancer.rules]}


def _name(region: Region, arn: str) -> str:
    return region.target_groups[arn].name if arn in region.target_groups else arn


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 1)
