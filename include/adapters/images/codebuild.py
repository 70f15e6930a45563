"""AMIs that a CodeBuild project makes, as the port `Images`: started once for each commit, then found by their tag.

The amazon provider has no operator for CodeBuild, so its calls are ours. An AMI counts once its build ended well: one
that a build made, and then failed, is not pushed.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from include.adapters.aws import Aws, Session, tag_map
from include.adapters.images.amis import BRANCH, BUILD_URL, LOOK_EVERY_MINUTES, SERVICE, Ami, ami_name, taggable
from include.adapters.images.tagged import TaggedImages
from include.domain.declared.build import CodeBuildBuild
from include.domain.errors import BadInput, Final, GaveUp
from include.domain.looks import Look, Wait
from include.domain.service import Service
from include.ports import Image

WITHOUT_COMMITS = {"S3", "CODEPIPELINE", "NO_SOURCE"}   # sources whose version is no commit
CLOCKS_DIFFER = timedelta(seconds=30)                   # AWS's from ours, at the most
Run = dict[str, Any]


class CodeBuildImages(TaggedImages):
    def __init__(self, sessions: Mapping[str, Session], service: Service, build: CodeBuildBuild, region: str,
                 session: Session) -> None:
        """`session` is the project's own, in its `region`; an AMI need not be there."""
        super().__init__(sessions, service, build)
        self._aws, self._project, self._region = Aws(session), build.project, region

    def find(self, commit: str) -> Image | None:
        amis = self._whole(self._by_name(commit))
        if not amis or not (self._is_finished(amis) or not self._runs(commit)):
            return None
        return self._amis.image(amis)

    def build(self, commit: str, branch: str, look: Look) -> Image | Wait:
        found = self.find(commit)
        if found:
            return found
        runs = self._runs(commit)
        run = next((run for run in runs if self._counts(run, look)), None)
        if run is None:
            return self._start(commit, branch, len(runs), look)
        if run["buildStatus"] == "IN_PROGRESS":
            return self._wait(f"{_about(run)} is in {_phase(run)}: {self._page(run)}", run["startTime"], look, run)
        if run["buildStatus"] != "SUCCEEDED":
            raise Final(f"{_about(run)} {run['buildStatus']} in {_why(run)}. Its log: {_log(run) or self._page(run)}")
        found = self._by_name(commit)
        amis = self._whole(found)
        if not amis:
            return self._wait(f"{_about(run)} is done, but {self._misses(found)}", run["endTime"], look)
        return self._finish(amis, branch, self._page(run))

    def _counts(self, run: Run, look: Look) -> bool:
        """Whether it is for us: one that works, that ended while we looked, or whose AMI may still be copied."""
        ended = run.get("endTime")
        if run["buildStatus"] == "IN_PROGRESS" or ended is None or ended > look.since - CLOCKS_DIFFER:
            return True
        return run["buildStatus"] == "SUCCEEDED" and ended > look.since - self._limit

    def _start(self, commit: str, branch: str, before: int, look: Look) -> Wait:
        """The token is the same for whoever starts this build: two pushes of a commit, or one that did not hear that it
        has started it, start one."""
        name = ami_name(self._service.service, commit)
        told = {"SERIN_COMMIT": commit, "SERIN_BRANCH": taggable(branch), "SERIN_AMI_NAME": name,
                "SERIN_REGIONS": " ".join(self._amis.regions)}
        answer = self._aws.call(
            "codebuild", "start_build", self._project, projectName=self._project,
            idempotencyToken=re.sub(r"[^\w-]", "-", f"{name}-{taggable(branch)[:30]}-{before}", flags=re.ASCII)[:64],
            environmentVariablesOverride=[{"name": key, "value": value, "type": "PLAINTEXT"}
                                          for key, value in told.items()],
            **({"sourceVersion": commit} if self._has_commits() else {}))
        return self._wait(f"{_about(answer['build'])} starts: {self._page(answer['build'])}", look.since, look)

    def _has_commits(self) -> bool:
        found = self._aws.call("codebuild", "batch_get_projects", self._project, names=[self._project])["projects"]
        if not found:
            raise BadInput(f"build.project: there is no CodeBuild project {self._project} in {self._region}")
        return found[0]["source"]["type"] not in WITHOUT_COMMITS

    def _runs(self, commit: str) -> list[Run]:
        """Of the project's 100 newest builds those of the commit, the newest first."""
        ids = self._aws.call("codebuild", "list_builds_for_project", self._project, projectName=self._project,
                             sortOrder="DESCENDING")["ids"][:100]
        found = self._aws.call("codebuild", "batch_get_builds", self._project, ids=ids)["builds"] if ids else []
        ours = [run for run in found if _variable(run, "SERIN_COMMIT") == commit]
        return sorted(ours, key=lambda run: run["startTime"], reverse=True)

    def _finish(self, amis: Mapping[str, Ami], branch: str, page: str) -> Image:
        """The tag of the service is ours: an AMI that has it is of a build that ended well."""
        tags = {BRANCH: taggable(branch), BUILD_URL: page, SERVICE: self._service.service}
        for region, ami in amis.items():
            missing = tags.keys() - tag_map(ami.get("Tags")).keys() | {SERVICE}
            self._amis.tag(region, [ami["ImageId"]], {key: tags[key] for key in sorted(missing)})
        image = self._amis.image(amis)
        return replace(image, branch=image.branch or tags[BRANCH], build_url=image.build_url or page)

    def _is_finished(self, amis: Mapping[str, Ami]) -> bool:
        return all(SERVICE in tag_map(ami.get("Tags")) for ami in amis.values())

    def _wait(self, reason: str, began: datetime, look: Look, works: Run | None = None) -> Wait:
        """GaveUp after the limit, of which nothing counts that nobody saw; a build that works on is stopped."""
        gives_up = began + look.unseen + self._limit
        if look.now >= gives_up:
            if works:
                self._aws.call("codebuild", "stop_build", works["id"], id=works["id"])
            raise GaveUp(f"gave up after {self._limit}: {reason}{'; it was stopped' if works else ''}")
        next_look = look.now + self._service.lasts(minutes=LOOK_EVERY_MINUTES)
        return Wait(reason, look.since, min(next_look, gives_up), gives_up)

    @property
    def _limit(self) -> timedelta:
        return self._service.lasts(minutes=self._build.limit_minutes)

    def _page(self, run: Run) -> str:
        account = run["arn"].split(":")[4]
        return (f"https://{self._region}.console.aws.amazon.com/codesuite/codebuild/{account}/projects/{self._project}/"
                f"build/{quote(run['id'], safe='')}/?region={self._region}")


def _about(run: Run) -> str:
    return f"CodeBuild build {run['id']}"


def _phase(run: Run) -> str:
    return run.get("currentPhase") or "its first phase"


def _why(run: Run) -> str:
    """The phase that failed, and what it says."""
    failed = next((phase for phase in run.get("phases", ()) if phase.get("phaseStatus") not in (None, "SUCCEEDED")), {})
    said = "; ".join(filter(None, (context.get("message", "").strip() for context in failed.get("contexts") or ())))
    return f"{failed.get('phaseType') or _phase(run)}: {said or 'CodeBuild gives no reason'}"


def _log(run: Run) -> str:
    return (run.get("logs") or {}).get("deepLink") or ""


def _variable(run: Run, name: str) -> str:
    there = (run.get("environment") or {}).get("environmentVariables") or ()
    return next((variable["value"] for variable in there if variable["name"] == name), "")
