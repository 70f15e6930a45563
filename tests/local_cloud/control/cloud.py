"""A control process for the tests, spoken to as anybody would: boto3, and JSON under /serin/."""

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

ROOT = Path(__file__).parents[3]
NETWORK = "127.173"
PATIENCE = 15


class Cloud:
    def __init__(self, *options: str):
        command = [sys.executable, "-m", "include.local_cloud.control", "--network", NETWORK,
                   "--parent", str(os.getpid()), *options]
        self.process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        self.facts = json.loads(self.process.stdout.readline())
        self.client = cache(self._client)

    def _client(self, service: str, region: str = "us-east-1", retries: int = 0) -> Any:
        return boto3.client(service, region_name=region, endpoint_url=self.facts["endpoint"],
                            aws_access_key_id="test", aws_secret_access_key="test",
                            config=Config(retries={"max_attempts": retries, "mode": "standard"}))

    def serin(self, verb: str, path: str, body: Any = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.facts['endpoint']}/serin/{path}", data, method=verb)
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return json.load(answer)

    def refused(self, verb: str, path: str, body: Any = None) -> tuple[int, str]:
        try:
            return 200, self.serin(verb, path, body)
        except urllib.error.HTTPError as refusal:
            return refusal.code, json.load(refusal)["error"]

    def fault(self, kind: str, **settings: Any) -> str:
        return self.serin("POST", "faults", {"kind": kind, **settings})["id"]

    def instance(self, instance_id: str) -> dict[str, Any]:
        """As the data plane sees it."""
        state = self.serin("GET", "state")
        return next(i for region in state["regions"].values() for i in region["instances"] if i["id"] == instance_id)

    def looks(self, times: int = 3) -> None:
        """Until the reconciler has looked so often: what has not happened by then does not happen."""
        until = self.serin("GET", "identity")["ticks"] + times
        eventually(lambda: self.serin("GET", "identity")["ticks"] >= until)

    def stop(self) -> int:
        self.process.terminate()
        return self.process.wait(5)


def eventually(happened: Callable[[], Any]) -> Any:
    """What it says as soon as it is true."""
    deadline = time.monotonic() + PATIENCE
    while not (said := happened()):
        assert time.monotonic() < deadline, f"still not, after {PATIENCE} s: {said!r}"
        time.sleep(0.02)
    return said
