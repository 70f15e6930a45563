"""Launch templates: which AMI a version has, and a version of its own for each new ASG."""

import base64
import hashlib
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from include.adapters.aws import Aws
from include.domain.launch_template import Launches, TemplateVersion, described, launches_of

LATEST, DEFAULT = "$Latest", "$Default"
Spec = tuple[str, str]  # template id, and the version as the ASG names it


@dataclass(frozen=True)
class Version:
    number: str
    ami: str


def spec_of(group: Mapping[str, Any]) -> Spec | None:
    """The template and version that the ASG launches from; None with a launch configuration."""
    policy = group.get("MixedInstancesPolicy") or {}
    spec = group.get("LaunchTemplate") or policy.get("LaunchTemplate", {}).get("LaunchTemplateSpecification")
    return (spec["LaunchTemplateId"], spec.get("Version") or DEFAULT) if spec else None


def pinned(group: Mapping[str, Any], template: str, number: str) -> dict[str, Any]:
    """The arguments with which an ASG launches from exactly this version, in the way it does now."""
    spec = {"LaunchTemplateId": template, "Version": number}
    policy = group.get("MixedInstancesPolicy")
    if not policy:
        return {"LaunchTemplate": spec}
    launch = {**policy["LaunchTemplate"], "LaunchTemplateSpecification": spec}
    return {"MixedInstancesPolicy": {**policy, "LaunchTemplate": launch}}


class LaunchTemplates:
    def __init__(self, aws: Aws) -> None:
        self._aws = aws
        self._known: dict[Spec, Version] = {}  # a numbered version never changes

    def versions(self, specs: Collection[Spec]) -> dict[Spec, Version]:
        """One call per template. A version that is gone is left out."""
        asked: dict[str, set[str]] = defaultdict(set)
        for template, version in specs:
            if (template, version) not in self._known:
                asked[template].add(version)
        floating = {}
        for template, wanted in asked.items():
            found = self._describe(template, wanted)
            self._known |= {(template, v["VersionNumber"]): _version(v) for v in found.values()}
            floating |= _floating(template, found)
        seen = {**self._known, **floating}
        return {spec: seen[spec] for spec in specs if spec in seen}

    def clone(self, template: str, source: str, ami: str, asg: str) -> str:
        """The number of the version that is `source` with this AMI; found by its description if it was made before."""
        description = described(asg, ami, source)
        made = self._all(template, MinVersion=source)
        numbers = [str(v["VersionNumber"]) for v in made if v.get("VersionDescription") == description]
        if numbers:
            return numbers[0]
        token = hashlib.sha256(f"{template} {description}".encode()).hexdigest()
        answer = self._aws.call(
            "ec2", "create_launch_template_version", template, LaunchTemplateId=template, SourceVersion=source,
            VersionDescription=description, ClientToken=token, LaunchTemplateData={"ImageId": ami})
        return str(answer["LaunchTemplateVersion"]["VersionNumber"])

    def launches(self, asg: str, template: str, runs: str) -> Launches | None:
        """None where version `runs` is gone. Older ones are read only where a person gave the ASG the one it runs."""
        newer = [_whole(version) for version in self._all(template, MinVersion=runs)]
        found = launches_of(asg, template, runs, newer)
        if found is None or found.made or int(runs) == 1:
            return found
        older = [_whole(version) for version in self._all(template, MaxVersion=str(int(runs) - 1))]
        return launches_of(asg, template, runs, (*older, *newer))

    def _all(self, template: str, **which: str) -> list[dict[str, Any]]:
        return self._aws.pages("ec2", "describe_launch_template_versions", "LaunchTemplateVersions", template,
                               page_size=200, LaunchTemplateId=template, **which)

    def _describe(self, template: str, versions: Collection[str]) -> dict[str, dict[str, Any]]:
        """By number. One version that is gone makes AWS refuse the whole list: then all that there are."""
        about = {"LaunchTemplateId": template, "ResolveAlias": True}
        call = ("ec2", "describe_launch_template_versions", "LaunchTemplateVersions", template)
        found = self._aws.pages(*call, none_if=("NotFound",), **about, Versions=sorted(versions))
        found = found or self._aws.pages(*call, none_if=("NotFound",), page_size=200, **about)
        return {str(v["VersionNumber"]): {**v, "VersionNumber": str(v["VersionNumber"])} for v in found}


def _version(version: Mapping[str, Any]) -> Version:
    return Version(version["VersionNumber"], version["LaunchTemplateData"].get("ImageId", ""))


def _whole(version: Mapping[str, Any]) -> TemplateVersion:
    data = {**version["LaunchTemplateData"]}
    user_data = base64.b64decode(data.pop("UserData", ""))
    return TemplateVersion(str(version["VersionNumber"]), version.get("VersionDescription", ""), version["CreateTime"],
                           version.get("CreatedBy", ""), data, user_data)


def _floating(template: str, found: Mapping[str, Mapping[str, Any]]) -> dict[Spec, Version]:
    """What `$Latest` and `$Default` are now. They were asked for by name, so the latest is the greatest number."""
    if not found:
        return {}
    latest = {(template, LATEST): _version(found[max(found, key=int)])}
    default = next((version for version in found.values() if version.get("DefaultVersion")), None)
    return latest | ({(template, DEFAULT): _version(default)} if default else {})
