"""AMIs that a CodeBuild project makes, on the local cloud's control process; what that cannot play is stubbed."""

from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from urllib.parse import unquote

import boto3
import pytest
from botocore.stub import ANY, Stubber

from include.adapters.images.codebuild import CodeBuildImages
from include.domain.errors import BadInput, Final, GaveUp
from include.domain.looks import Look, Wait
from include.local_cloud import service_repository
from tests.adapters.cloud import Session, eventually
from tests.contract.image_kinds import REGIONS, declared, project, register

HOME = REGIONS[0]


@pytest.fixture(scope="session")
def repository(tmp_path_factory):
    path = tmp_path_factory.mktemp("service") / "api"
    service_repository.create(path)
    return path


@pytest.fixture
def commit(repository) -> str:
    return service_repository.commit(repository, "good")


@pytest.fixture
def sessions(endpoint) -> dict[str, Session]:
    return {region: Session(endpoint, region) for region in REGIONS}


@pytest.fixture
def service(sessions, repository):
    return declared(repository, kind="codebuild", project=project(sessions[HOME], repository))


@pytest.fixture
def images(sessions, service) -> CodeBuildImages:
    return CodeBuildImages(sessions, service, service.build, HOME, sessions[HOME])


def look(since: datetime | None = None, now: datetime | None = None) -> Look:
    now = now or datetime.now(UTC)
    return Look(now, since or now)


def built(images, commit, since=None):
    since = since or datetime.now(UTC)

    def step():
        answer = images.build(commit, "prod", look(since))
        return None if isinstance(answer, Wait) else answer
    return eventually(step, "the AMI is built")


def builds(sessions, service) -> list[dict]:
    codebuild = sessions[HOME].client("codebuild")
    ids = codebuild.list_builds_for_project(projectName=service.build.project)["ids"]
    return codebuild.batch_get_builds(ids=ids)["builds"] if ids else []


@contextmanager
def working_on(images):
    """Its builds do not end, however long the test takes."""
    runs = images._runs
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(images, "_runs", lambda commit: [
            run | {"buildStatus": "IN_PROGRESS", "currentPhase": "BUILD"} for run in runs(commit)])
        yield


def test_the_project_is_started_once_with_all_that_it_must_know(images, sessions, service, commit):
    wait = images.build(commit, "feature/a b", look())
    build, = builds(sessions, service)
    assert {one["name"]: one["value"] for one in build["environment"]["environmentVariables"]} == {
        "SERIN_COMMIT": commit, "SERIN_BRANCH": "feature/a b", "SERIN_REGIONS": " ".join(REGIONS),
        "SERIN_AMI_NAME": f"{service.service}-{commit[:12]}"}
    assert build["sourceVersion"] == commit
    assert build["id"] in unquote(wait.reason)
    image = built(images, commit)
    assert len(builds(sessions, service)) == 1
    assert image.name == f"{service.service}-{commit[:12]}"
    assert build["id"] in unquote(image.build_url)
    assert image.build_url.startswith(f"https://us-east-1.console.aws.amazon.com/codesuite/codebuild/123456789012/"
                                      f"projects/{service.build.project}/build/")


def test_a_build_whose_start_was_not_heard_of_is_started_once_and_so_is_that_of_two_pushes(
        images, sessions, service, commit, monkeypatch):
    monkeypatch.setattr(images, "_runs", lambda _: [])      # as if the list did not show it yet
    for _ in range(3):
        assert isinstance(images.build(commit, "prod", look()), Wait)
    assert len(builds(sessions, service)) == 1


def test_a_process_that_knows_nothing_goes_on_with_what_was_started(sessions, service, commit):
    since = datetime.now(UTC)

    def step():
        fresh = CodeBuildImages(sessions, service, service.build, HOME, Session(sessions[HOME].endpoint, HOME))
        answer = fresh.build(commit, "prod", look(since))
        return None if isinstance(answer, Wait) else answer
    assert set(eventually(step, "the AMI is built").ids) == set(REGIONS)
    assert len(builds(sessions, service)) == 1


def test_a_build_that_failed_says_where_why_and_its_log_and_the_next_try_starts_another(images, sessions, service):
    commit, since = "f" * 40, datetime.now(UTC)
    said = (r"CodeBuild build api-\w+:[0-9a-f-]+ FAILED in BUILD: serin-install: .*ffffffff.*\. Its log: "
            r"https://console\.aws\.amazon\.com/cloudwatch/")
    with pytest.raises(Final, match=said):
        built(images, commit, since)
    with pytest.raises(Final, match=said):
        images.build(commit, "prod", look(since))
    assert len(builds(sessions, service)) == 1
    assert isinstance(images.build(commit, "prod", look(datetime.now(UTC) + timedelta(minutes=1))), Wait)
    assert len(builds(sessions, service)) == 2


def test_an_ami_does_not_count_before_its_build_ended_well(images, sessions, service, commit):
    images.build(commit, "prod", look())
    for region in REGIONS:
        register(sessions[region], f"early-{commit[:12]}", **{"serin:commit": commit})
    with working_on(images):
        assert images.find(commit) is None
        assert "is in BUILD" in images.build(commit, "prod", look()).reason
    assert built(images, commit).commit == commit


def test_an_ami_of_a_build_that_failed_does_not_count(images, sessions):
    commit = "e" * 40
    with pytest.raises(Final):
        built(images, commit)
    for region in REGIONS:
        register(sessions[region], f"half-{images._project}", **{"serin:commit": commit})
    assert images.find(commit) is None


def test_an_ami_that_no_build_is_known_of_is_taken_as_it_is(images, sessions, service, commit):
    for region in REGIONS:
        register(sessions[region], f"by-hand-{commit[:12]}", **{"serin:commit": commit})
    assert images.find(commit).name == f"by-hand-{commit[:12]}"
    assert images.build(commit, "prod", look()) == images.find(commit)
    assert builds(sessions, service) == []


def test_a_build_that_takes_too_long_is_stopped(images, sessions, service, commit):
    images.build(commit, "prod", look())
    said = r"gave up after 0:45:00: CodeBuild build .* is in BUILD: .*; it was stopped"
    with working_on(images), pytest.raises(GaveUp, match=said):
        images.build(commit, "prod", look(now=datetime.now(UTC) + timedelta(minutes=46)))
    assert [build["buildStatus"] for build in builds(sessions, service)] == ["STOPPED"]


def test_a_build_that_made_no_ami_is_given_up(images, sessions, service, commit, monkeypatch):
    monkeypatch.setattr(images._amis, "of_commit", lambda _: {region: [] for region in REGIONS})
    since = datetime.now(UTC)

    def done():
        answer = images.build(commit, "prod", look(since))
        assert isinstance(answer, Wait)
        return "is done, but none is tagged serin:commit" in answer.reason
    eventually(done, "the build is done")
    with pytest.raises(GaveUp, match="is done, but none is tagged serin:commit in us-east-1, us-west-2"):
        images.build(commit, "prod", look(since, datetime.now(UTC) + timedelta(minutes=50)))


def test_a_project_that_is_not_there_is_named(sessions, repository, commit):
    there = declared(repository, kind="codebuild", project="nobody")
    with pytest.raises(BadInput, match="nobody"):
        CodeBuildImages(sessions, there, there.build, HOME, sessions[HOME]).build(commit, "prod", look())


@pytest.mark.parametrize("source", ["NO_SOURCE", "S3"])
def test_a_source_that_has_no_commits_is_not_asked_for_one(source, sessions, repository, commit):
    there = declared(repository, kind="codebuild", project=project(sessions[HOME], repository, source))
    CodeBuildImages(sessions, there, there.build, HOME, sessions[HOME]).build(commit, "prod", look())
    assert builds(sessions, there)[0]["sourceVersion"] != commit


def told(**build):
    """A CodeBuild whose one build is so; botocore checks that AWS could have said it."""
    client = boto3.client("codebuild", region_name=HOME, aws_access_key_id="test", aws_secret_access_key="test")
    stub = Stubber(client)
    stub.add_response("list_builds_for_project", {"ids": ["api:1"]}, {"projectName": ANY, "sortOrder": "DESCENDING"})
    stub.add_response("batch_get_builds", {"builds": [{
        "id": "api:1", "arn": "arn:aws:codebuild:us-east-1:123456789012:build/api:1", "startTime": datetime.now(UTC),
        "endTime": datetime.now(UTC), **build}]}, {"ids": ["api:1"]})
    stub.activate()
    return SimpleNamespace(client=lambda _: client)


@pytest.mark.parametrize(("status", "phase", "said"), [
    ("TIMED_OUT", {"phaseType": "BUILD", "phaseStatus": "TIMED_OUT"},
     "TIMED_OUT in BUILD: CodeBuild gives no reason. Its log: https://us-east-1.console"),
    ("FAULT", {"phaseType": "PROVISIONING", "phaseStatus": "FAULT", "contexts": [{"message": "no capacity "}, {}]},
     "FAULT in PROVISIONING: no capacity. Its log: "),
    ("STOPPED", {"phaseType": "BUILD"}, "STOPPED in COMPLETED: CodeBuild gives no reason"),
    ("FAILED", {"phaseType": "BUILD", "phaseStatus": "FAILED", "contexts": [{"message": "x"}]}, "Its log: https://logs"),
])
def test_every_way_to_fail_is_said(sessions, service, commit, status, phase, said):
    more = {"logs": {"deepLink": "https://logs"}} if status == "FAILED" else {}
    codebuild = told(buildStatus=status, phases=[{"phaseType": "SUBMITTED", "phaseStatus": "SUCCEEDED"}, phase],
                     currentPhase="COMPLETED", environment={
                         "type": "ARM_CONTAINER", "image": "x", "computeType": "BUILD_GENERAL1_SMALL",
                         "environmentVariables": [{"name": "SERIN_COMMIT", "value": commit}]}, **more)
    with pytest.raises(Final) as failed:
        CodeBuildImages(sessions, service, service.build, HOME, codebuild).build(commit, "prod", look())
    assert said in str(failed.value)
