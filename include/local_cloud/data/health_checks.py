"""Health checks as an ALB makes them: real requests to each target of each target group that a listener uses."""

import asyncio
import random
from collections.abc import Iterable, Mapping

from include.local_cloud.data.pool import Pool
from include.local_cloud.data.routing import HEALTHY, INITIAL, UNHEALTHY
from include.local_cloud.data.target_group import TargetGroup
from include.local_cloud.data.wire import Answer, Request


class Streak:
    """The thresholds, pure: one good answer makes a new target healthy, then so many in a row change its state."""

    def __init__(self, healthy_threshold: int, unhealthy_threshold: int, state: str = INITIAL):
        self.state = state
        self._healthy, self._unhealthy = healthy_threshold, unhealthy_threshold
        self._good = self._bad = 0

    def add(self, good: bool) -> str:
        self._good, self._bad = (self._good + 1, 0) if good else (0, self._bad + 1)
        if self._good >= (1 if self.state == INITIAL else self._healthy):
            self.state = HEALTHY
        elif self._bad >= self._unhealthy:
            self.state = UNHEALTHY
        return self.state


class Check:
    """One target of one target group, checked at its interval for as long as it is there."""

    def __init__(self, group: TargetGroup, instance: str, address: str):
        settings = group.health_check
        self._interval, self._timeout = float(settings["interval"]), float(settings["timeout"])
        state = group.states[instance]
        self._streak = Streak(int(settings["healthy_threshold"]), int(settings["unhealthy_threshold"]),
                              state if state in (HEALTHY, UNHEALTHY) else INITIAL)
        self._pool = Pool(address, group.port)
        self._raw = Request(b"GET", settings["path"].encode(), [(b"Host", address.encode())], b"").raw()
        self.settings = dict(settings)
        self.reason = ""
        self._timer = asyncio.get_running_loop().call_later(random.uniform(0, self._interval), self._ask)

    @property
    def state(self) -> str:
        return self._streak.state

    def _ask(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(self._interval, self._ask)
        self._pool.ask(self._raw, self._timeout, self._answered)

    def _answered(self, answer: Answer) -> None:
        good = 200 <= answer.status < 400
        self._streak.add(good)
        self.reason = "" if good else _reason(answer)

    def close(self) -> None:
        self._timer.cancel()
        self._pool.close()


def _reason(answer: Answer) -> str:
    if answer.status:
        return f"Health checks failed with these codes: [{answer.status}]"
    return {"refused": "Connection refused", "timeout": "Request timed out", "cut": "Connection closed"}[answer.failure]


class HealthChecks:
    """All checks of one region."""

    def __init__(self):
        self._checks: dict[tuple[str, str], Check] = {}

    def apply(self, used: Iterable[TargetGroup], addresses: Mapping[str, str]) -> None:
        """Check exactly the targets of these target groups; draining ones no more."""
        wanted = {(group.arn, instance): group for group in used for instance, state in group.states.items()
                  if state in (INITIAL, HEALTHY, UNHEALTHY)}
        for key in list(self._checks):
            if key not in wanted or self._checks[key].settings != wanted[key].health_check:
                self._checks.pop(key).close()
        for key, group in wanted.items():
            if key not in self._checks:
                self._checks[key] = Check(group, key[1], addresses[key[1]])

    def unreported(self, groups: Mapping[str, TargetGroup]) -> dict[str, dict[str, dict[str, str]]]:
        """What control does not know yet: {target group: {instance: {state, reason}}}."""
        news: dict[str, dict[str, dict[str, str]]] = {}
        for (arn, instance), check in self._checks.items():
            if check.state != INITIAL and groups[arn].states.get(instance) not in (check.state, None):
                news.setdefault(arn, {})[instance] = {"state": check.state, "reason": check.reason}
        return news

    def close(self) -> None:
        for check in self._checks.values():
            check.close()
        self._checks.clear()
