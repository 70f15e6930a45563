"""A builder instance: its user data names a commit, the base AMI's installer puts it on the disk and powers off.

The user data is a cloud-config; its file /etc/serin/build.json says {"service", "repository", "commit"}. A commit that
cannot be installed leaves the instance running, and its console says why, as on AWS.
"""

import base64
import json
from typing import Any

import yaml
from moto.ec2.models.instances import Instance, StateReason

from include.domain.errors import BadInput
from include.local_cloud.control import machines
from include.local_cloud.control.world import Disk, Region, here
from include.local_cloud.service_repository import behaviour_at

BUILD_FILE = "/etc/serin/build.json"
POWER_OFF = ("poweroff", "shutdown", "halt")


def reconcile(region: Region, now: float) -> None:
    for instance in machines.instances(region):
        if instance.state != "running" or instance.user_data is None:
            continue
        if instance.life.builds_at is None:
            instance.life.builds_at = now + here().lasts(here().durations.build)
        elif now >= instance.life.builds_at:
            instance.life.builds_at = float("inf")
            _build(instance)


def _build(instance: Instance) -> None:
    life = instance.life
    try:
        config = cloud_config(instance.user_data.decode())
        wanted = build_file(config)
        if wanted is None:
            return
        life.console.append(f"serin-install: {wanted['service']} at {wanted['commit']} from {wanted['repository']}")
        life.disk = read_disk(wanted["repository"], wanted["commit"])
    except (BadInput, yaml.YAMLError, ValueError, TypeError, AttributeError) as failure:
        life.console.append(f"serin-install: failed: {failure}")
        return
    life.console.append("serin-install: done")
    if powers_off(config):
        _power_off(instance)


def _power_off(instance: Instance) -> None:
    if instance.instance_initiated_shutdown_behavior == "terminate":
        instance.terminate()
    else:
        instance.stop()
    instance.state_reason = StateReason("Client.InstanceInitiatedShutdown: Instance initiated shutdown",
                                        "Client.InstanceInitiatedShutdown")


def cloud_config(text: str) -> dict[str, Any]:
    config = yaml.safe_load(text) if text.startswith("#cloud-config") else {}
    return config if isinstance(config, dict) else {}


def build_file(config: dict[str, Any]) -> dict[str, str] | None:
    """What to build, or None when this is no builder."""
    for entry in config.get("write_files") or []:
        if entry.get("path") != BUILD_FILE:
            continue
        content = entry.get("content", "")
        if entry.get("encoding") in ("b64", "base64"):
            content = base64.b64decode(content)
        try:
            wanted = json.loads(content)
            return {key: str(wanted[key]) for key in ("service", "repository", "commit")}
        except (ValueError, KeyError, TypeError) as wrong:
            raise BadInput(f"{BUILD_FILE} is not {{service, repository, commit}}: {wrong!r}") from wrong
    return None


def powers_off(config: dict[str, Any]) -> bool:
    mode = (config.get("power_state") or {}).get("mode", "")
    return any(word in f"{mode} {config.get('runcmd') or ''}" for word in POWER_OFF)


def read_disk(repository: str, commit: str) -> Disk:
    """The commit with the behaviour that it declares; BadInput says what is wrong with it."""
    return Disk(repository, commit, behaviour_at(repository, commit).model_dump())
