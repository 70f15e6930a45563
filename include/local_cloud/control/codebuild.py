"""CodeBuild: a build takes its time, knows what it was told, and ends with the AMIs that a team's buildspec makes.

The source of a project is the service's repository. SERIN_COMMIT, SERIN_AMI_NAME and SERIN_REGIONS say what is made
and where; a commit that cannot be installed fails the build.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from moto.codebuild.models import CodeBuildBackend
from moto.codebuild.responses import CodeBuildResponse
from moto.core.responses import ActionResult
from moto.ec2.exceptions import EC2ClientError

from include.domain.errors import BadInput
from include.local_cloud.control.builder import read_disk
from include.local_cloud.control.images import pending
from include.local_cloud.control.patching import patched
from include.local_cloud.control.world import here

COMMIT_TAG = "serin:commit"
Build = dict[str, Any]


@patched(CodeBuildResponse, "start_build", "stock: drops the variables, the token and the project's source")
def start_build(original: Any, self: CodeBuildResponse) -> ActionResult:
    region, token = here().region(self.region), self._get_param("idempotencyToken")
    known = region.build_tokens.get(token)
    if known:
        return ActionResult({"build": known})
    answer = original(self)
    build = answer._result["build"]
    project = self.codebuild_backend.codebuild_projects[build["projectName"]].project_metadata
    build["source"] = project["source"]
    build["environment"]["environmentVariables"] = self._get_param("environmentVariablesOverride") or []
    region.builds_done_at[build["id"]] = here().now() + here().lasts(here().durations.build)
    if token:
        region.build_tokens[token] = build
    return answer


@patched(CodeBuildBackend, "batch_get_builds", "stock: a build is done as soon as somebody looks")
def batch_get_builds(original: Any, self: CodeBuildBackend, ids: list[str]) -> list[Build]:
    found = [build for builds in self.build_metadata_history.values() for build in builds if build["id"] in ids]
    for build in found:
        done_at = here().region(self.region_name).builds_done_at[build["id"]]
        if build["buildStatus"] == "IN_PROGRESS" and here().now() >= done_at:
            _finish(build)
    return found


@patched(CodeBuildBackend, "list_builds_for_project", "stock: the oldest first, whatever is asked for")
def list_builds_for_project(original: Any, self: CodeBuildBackend, project_name: str) -> list[str]:
    return original(self, project_name)[::-1]


def _finish(build: Build) -> None:
    told = {variable["name"]: variable["value"] for variable in build["environment"]["environmentVariables"]}
    try:
        _register(build["source"]["location"], told)
    except (BadInput, EC2ClientError, KeyError) as failure:
        build["buildStatus"] = "FAILED"
        build["phases"].append({"phaseType": "BUILD", "phaseStatus": "FAILED", "contexts": [
            {"statusCode": "COMMAND_EXECUTION_ERROR", "message": f"serin-install: {failure}"}]})
    else:
        build["buildStatus"] = "SUCCEEDED"
    build["currentPhase"], build["buildComplete"] = "COMPLETED", True
    build["endTime"] = datetime.now(UTC).isoformat(timespec="milliseconds")


def _register(repository: str, told: Mapping[str, str]) -> None:
    disk = read_disk(repository, told["SERIN_COMMIT"])
    for name in told["SERIN_REGIONS"].split():
        backend = here().region(name).ec2
        image = backend.register_image(told["SERIN_AMI_NAME"], "made by CodeBuild")
        image.architecture = "arm64"
        image.add_tags({COMMIT_TAG: told["SERIN_COMMIT"]})
        pending(backend, image, disk, here().durations.image)
