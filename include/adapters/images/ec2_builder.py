"""The builder: one instance of the base AMI that installs a commit, powers itself off, and becomes the image.

It is found by its tag, so that any process can go on with it, and it is terminated whatever comes of it.
"""

import json
from typing import Any

import yaml

from include.adapters.aws import Aws, tag_list, tag_map
from include.adapters.images.ec2_base import base_ami, subnet
from include.domain.errors import Final
from include.domain.looks import Look, Wait
from include.domain.service import Service

BUILD = "serin:build"      # on the builder and its volumes: the name of the AMI that it will be
ATTEMPT = "serin:attempt"  # on the builder: which try to build that AMI launched it
BUILD_FILE = "/etc/serin/build.json"
LOOK_EVERY_MINUTES = 0.25
CONSOLE_LINES = 20
ALIVE = ("pending", "running", "stopping", "stopped")
Machine = dict[str, Any]


class Builder:
    def __init__(self, aws: Aws, service: Service) -> None:
        self._aws = aws
        self._service = service

    def step(self, name: str, commit: str, look: Look) -> Wait:
        """Launch it, wait for it, or make the image of it; Final with its console's last lines if it failed."""
        machines = self._machines(name)
        alive = [machine for machine in machines if machine["State"]["Name"] in ALIVE]
        if not alive:
            self._must_not_have_died(name, machines, look)
            return self._launch(name, commit, f"{_attempt(name, look)}-{len(machines)}", look)
        first, *rest = alive
        if rest:  # two pushes of one commit: the elder builder serves both
            self._terminate([machine["InstanceId"] for machine in rest])
        if first["State"]["Name"] == "stopped":
            return self._make_image(name, first, look)
        return self._installs(name, commit, first, look)

    def remove(self, name: str) -> None:
        self._terminate([machine["InstanceId"] for machine in self._machines(name)
                         if machine["State"]["Name"] in ALIVE])

    def _machines(self, name: str) -> list[Machine]:
        """The eldest first, those that were terminated lately too."""
        reservations = self._aws.pages("ec2", "describe_instances", "Reservations", f"builder of {name}",
                                       Filters=[{"Name": f"tag:{BUILD}", "Values": [name]}])
        machines = [machine for reservation in reservations for machine in reservation["Instances"]]
        return sorted(machines, key=lambda machine: (machine["LaunchTime"], machine["InstanceId"]))

    def _launch(self, name: str, commit: str, token: str, look: Look) -> Wait:
        """The token is the same for every look until a builder died: a launch whose answer was lost is not redone."""
        build = self._service.build
        tags = {"Name": f"builder of {name}", BUILD: name, ATTEMPT: _attempt(name, look), "serin:commit": commit,
                "serin:service": self._service.service}
        placed = subnet(self._aws, build.subnet_tag)
        answer = self._aws.call(
            "ec2", "run_instances", f"builder of {name}", ImageId=base_ami(self._aws, build.base_ami), MinCount=1,
            MaxCount=1, InstanceType=build.instance_type, InstanceInitiatedShutdownBehavior="stop",
            ClientToken=token, UserData=user_data(self._service, commit),
            MetadataOptions={"HttpTokens": "required"}, **({"SubnetId": placed} if placed else {}),
            TagSpecifications=[{"ResourceType": kind, "Tags": tag_list(tags)} for kind in ("instance", "volume")])
        machine = answer["Instances"][0]["InstanceId"]
        return self._wait(f"{name}: builder {machine} is starting", look)

    def _installs(self, name: str, commit: str, machine: Machine, look: Look) -> Wait:
        lasted = look.now - machine["LaunchTime"]
        limit = self._service.lasts(minutes=self._service.build.limit_minutes)
        state = machine["State"]["Name"]
        if lasted >= limit:
            self._fail(name, machine, f"is still {state} after {limit}; it should have powered itself off")
        return self._wait(f"{name}: builder {machine['InstanceId']} installs {commit[:12]} ({state} for "
                          f"{max(0, lasted.total_seconds()):.0f} s)", look, machine)

    def _make_image(self, name: str, machine: Machine, look: Look) -> Wait:
        self._aws.call("ec2", "create_image", name, none_if=("InvalidAMIName.Duplicate",), Name=name,
                       InstanceId=machine["InstanceId"], Description=f"commit of {machine['InstanceId']}")
        return self._wait(f"{name}: the image of builder {machine['InstanceId']} is being made", look)

    def _must_not_have_died(self, name: str, machines: list[Machine], look: Look) -> None:
        died = [m for m in machines if tag_map(m.get("Tags")).get(ATTEMPT) == _attempt(name, look)]
        if died:
            self._fail(name, died[-1], f"is {died[-1]['State']['Name']} and left no image")

    def _fail(self, name: str, machine: Machine, what: str) -> None:
        console = self._console(machine["InstanceId"])
        self._aws.call("ec2", "create_tags", machine["InstanceId"], Resources=[machine["InstanceId"]],
                       Tags=tag_list({ATTEMPT: "failed"}))  # said once: whoever tries again gets a new builder
        self.remove(name)
        raise Final(f"{name} was not built: builder {machine['InstanceId']} {what}. Its console ends:\n{console}")

    def _console(self, machine: str) -> str:
        asked = {"InstanceId": machine, "none_if": ("InvalidInstanceID", "Unsupported", "InvalidParameter")}
        answer = (self._aws.call("ec2", "get_console_output", machine, Latest=True, **asked)
                  or self._aws.call("ec2", "get_console_output", machine, **asked) or {})
        lines = (answer.get("Output") or "(nothing)").splitlines()[-CONSOLE_LINES:]
        return "\n".join("".join(c if c.isprintable() else " " for c in line)[:300] for line in lines)

    def _terminate(self, machines: list[str]) -> None:
        if machines:
            self._aws.call("ec2", "terminate_instances", ", ".join(machines), none_if=("InvalidInstanceID.NotFound",),
                           InstanceIds=machines)

    def _wait(self, reason: str, look: Look, machine: Machine | None = None) -> Wait:
        started = machine["LaunchTime"] if machine else look.now
        gives_up = started + self._service.lasts(minutes=self._service.build.limit_minutes)
        next_look = look.now + self._service.lasts(minutes=LOOK_EVERY_MINUTES)
        return Wait(reason, look.since, min(next_look, gives_up), gives_up)


def user_data(service: Service, commit: str) -> str:
    """cloud-config: `set -e` keeps a failed install from powering off, and so from becoming an image."""
    wanted = {"service": service.service, "repository": service.repository, "commit": commit}
    config = {
        "write_files": [{"path": BUILD_FILE, "permissions": "0644", "content": json.dumps(wanted)}],
        "runcmd": ["set -e", *service.build.install, "poweroff"],
    }
    return "#cloud-config\n" + yaml.safe_dump(config, sort_keys=False)


def _attempt(name: str, look: Look) -> str:
    """The same for every look of one task."""
    return f"{name}-{look.since.timestamp():.0f}"
