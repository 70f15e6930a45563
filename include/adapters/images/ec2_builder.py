"""The builder: one instance of the base AMI that installs a commit, powers itself off, and becomes the image.

It is found by its tag, so that any process can go on with it, and it is terminated whatever comes of it.
"""

import json
from datetime import timedelta
from typing import Any

import yaml

from include.adapters.aws import Aws, tag_list, tag_map
from include.adapters.images.amis import BUILD, COMMIT, LOOK_EVERY_MINUTES, SERVICE
from include.adapters.images.ec2_base import base_ami, subnet
from include.domain.declared.build import Ec2Build
from include.domain.errors import Final
from include.domain.looks import Look, Wait
from include.domain.service import Service

ATTEMPT = "serin:attempt"  # on the builder: which try to build that AMI launched it
BUILD_FILE = "/etc/serin/build.json"
CONSOLE_LINES = 20
ALIVE = ("pending", "running", "stopping", "stopped")
# A builder so old has nobody who looks after it: its push was stopped, or Airflow did not come back.
FORGOTTEN_AFTER = timedelta(days=1)
Machine = dict[str, Any]


class Builder:
    def __init__(self, aws: Aws, service: Service, build: Ec2Build) -> None:
        self._aws = aws
        self._service, self._build = service, build

    @property
    def encryption(self) -> dict[str, Any]:
        """How disks are made, as EC2 is told."""
        return {"Encrypted": True, "KmsKeyId": self._build.kms_key} if self._build.kms_key else {}

    def made_for(self, name: str, kinds: tuple[str, ...] = ("image", "snapshot"), **more: str) -> list[dict[str, Any]]:
        """The tags by which what is left over of a build is found."""
        tags = tag_list({BUILD: name, SERVICE: self._service.service} | more)
        return [{"ResourceType": kind, "Tags": tags} for kind in kinds]

    def step(self, name: str, commit: str, look: Look) -> Wait:
        """Launch it, wait for it, or make the image of it; Final with its console's last lines if it failed."""
        machines = self._machines(name)
        alive = [machine for machine in machines if machine["State"]["Name"] in ALIVE]
        if not alive:
            self._must_not_have_died(name, machines, look)
            self._remove_forgotten(look)
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

    def _remove_forgotten(self, look: Look) -> None:
        """Of other commits, whose push was stopped half way."""
        self._terminate([machine["InstanceId"] for machine in self._tagged({SERVICE: self._service.service, BUILD: "*"})
                         if machine["State"]["Name"] in ALIVE and look.now - machine["LaunchTime"] > FORGOTTEN_AFTER])

    def _machines(self, name: str) -> list[Machine]:
        return self._tagged({BUILD: name})

    def _tagged(self, tags: dict[str, str]) -> list[Machine]:
        """The eldest first, those that were terminated lately too."""
        filters = [{"Name": f"tag:{key}", "Values": [value]} for key, value in tags.items()]
        reservations = self._aws.pages("ec2", "describe_instances", "Reservations", f"builder of {tags[BUILD]}",
                                       Filters=filters)
        machines = [machine for reservation in reservations for machine in reservation["Instances"]]
        return sorted(machines, key=lambda machine: (machine["LaunchTime"], machine["InstanceId"]))

    def _launch(self, name: str, commit: str, token: str, look: Look) -> Wait:
        """The token is the same for every look until a builder died: a launch whose answer was lost is not redone."""
        build, base = self._build, base_ami(self._aws, self._build.base_ami)
        placed = subnet(self._aws, build.subnet_tag)
        answer = self._aws.call(
            "ec2", "run_instances", f"builder of {name}", ImageId=base["ImageId"], MinCount=1, MaxCount=1,
            InstanceType=build.instance_type, InstanceInitiatedShutdownBehavior="stop",
            ClientToken=token, UserData=user_data(self._service, build, commit), BlockDeviceMappings=self._disks(base),
            MetadataOptions={"HttpTokens": "required"}, **({"SubnetId": placed} if placed else {}),
            TagSpecifications=self.made_for(name, ("instance", "volume"), **{
                "Name": f"builder of {name}", ATTEMPT: _attempt(name, look), COMMIT: commit}))
        machine = answer["Instances"][0]["InstanceId"]
        return self._wait(f"{name}: builder {machine} is starting", look)

    def _disks(self, base: dict[str, Any]) -> list[dict[str, Any]]:
        """Those of the base AMI; none outlives the builder, whatever the base AMI says."""
        return [{"DeviceName": disk["DeviceName"],
                 "Ebs": {"VolumeSize": disk["Ebs"]["VolumeSize"], "DeleteOnTermination": True} | self.encryption}
                for disk in base.get("BlockDeviceMappings", ()) if disk.get("Ebs", {}).get("VolumeSize")]

    def _installs(self, name: str, commit: str, machine: Machine, look: Look) -> Wait:
        lasted = look.now - machine["LaunchTime"]
        limit = self._service.lasts(minutes=self._build.limit_minutes)
        state = machine["State"]["Name"]
        if lasted >= limit:
            self._fail(name, machine, f"is still {state} after {limit}; it should have powered itself off")
        return self._wait(f"{name}: builder {machine['InstanceId']} installs {commit[:12]} ({state} for "
                          f"{max(0, lasted.total_seconds()):.0f} s)", look, machine)

    def _make_image(self, name: str, machine: Machine, look: Look) -> Wait:
        self._aws.call("ec2", "create_image", name, none_if=("InvalidAMIName.Duplicate",), Name=name,
                       InstanceId=machine["InstanceId"], TagSpecifications=self.made_for(name))
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
        gives_up = started + self._service.lasts(minutes=self._build.limit_minutes)
        next_look = look.now + self._service.lasts(minutes=LOOK_EVERY_MINUTES)
        return Wait(reason, look.since, min(next_look, gives_up), gives_up)


def user_data(service: Service, build: Ec2Build, commit: str) -> str:
    """cloud-config: `set -e` keeps a failed install from powering off, and so from becoming an image."""
    wanted = {"service": service.service, "repository": service.repository, "commit": commit}
    config = {
        "write_files": [{"path": BUILD_FILE, "permissions": "0644", "content": json.dumps(wanted)}],
        "runcmd": ["set -e", *build.install, "poweroff"],
    }
    return "#cloud-config\n" + yaml.safe_dump(config, sort_keys=False)


def _attempt(name: str, look: Look) -> str:
    """The same for every look of one task."""
    return f"{name}-{look.since.timestamp():.0f}"
