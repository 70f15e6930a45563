"""Bad weather over the local cloud: faults placed at random, all the time, until it is told to end."""

import json
import random
import threading
import time
import urllib.request
from collections.abc import Sequence
from typing import Any

READS = ("DescribeAutoScalingGroups", "DescribeTargetHealth", "DescribeScalingActivities", "DescribeListeners",
         "DescribeTargetGroups", "Describe*")
WRITES = ("UpdateAutoScalingGroup", "CreateOrUpdateTags", "SuspendProcesses", "ResumeProcesses", "RegisterTargets",
          "DeregisterTargets", "DeleteAutoScalingGroup", "CreateAutoScalingGroup", "CreateLaunchTemplateVersion",
          "ModifyListener", "PutObject", "GetObject")
EVERY_SECONDS = (0.3, 2.5)
NO_CAPACITY = "We currently do not have sufficient c7g.large capacity in the Availability Zone you requested."


class Weather:
    """Nothing here takes away an instance that serves: what is lost is not the weather's."""

    def __init__(self, endpoint: str, regions: Sequence[str], seed: int):
        self._faults, self._regions, self._random = f"{endpoint}/serin/faults", regions, random.Random(seed)
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._blow, daemon=True)

    def __enter__(self) -> "Weather":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()
        _ask(self._faults, "DELETE")

    def struck(self) -> dict[str, int]:
        """How often each kind of fault struck so far."""
        return _ask(self._faults, "GET")["hits"]

    def _blow(self) -> None:
        while not self._ended.wait(self._random.uniform(*EVERY_SECONDS)):
            _ask(self._faults, "POST", {"region": self._random.choice(self._regions), **self._fault()})

    def _fault(self) -> dict[str, Any]:
        pick, ends = self._random.choice, time.time() + self._random.uniform(0.5, 3)
        return pick([
            {"kind": "throttling", "action": pick((*READS, "*")), "rate": 3, "burst": 2, "until": ends},
            {"kind": "latency", "action": pick(READS + WRITES), "seconds": 0.5, "count": 3, "until": ends},
            {"kind": "error_before", "action": pick(READS + WRITES), "count": self._random.randint(1, 9)},
            {"kind": "error_after", "action": pick(WRITES), "count": self._random.randint(1, 9)},
            {"kind": "error_after", "action": pick(WRITES), "count": 1, "drop": True},
            {"kind": "stale", "action": pick(READS), "seconds": 2, "until": ends},
            {"kind": "no_capacity", "message": NO_CAPACITY, "count": self._random.randint(1, 2), "until": ends},
            {"kind": "never_healthy", "count": 1, "until": ends}])


def _ask(url: str, method: str, body: Any = None) -> Any:
    request = urllib.request.Request(url, None if body is None else json.dumps(body).encode(),
                                     {"Content-Type": "application/json"}, method=method)
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)
