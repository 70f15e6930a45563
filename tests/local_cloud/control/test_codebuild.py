"""A CodeBuild build takes its time, knows what it was told, and ends with AMIs that carry the commit."""

from datetime import timedelta

import pytest

from include.local_cloud import service_repository
from tests.local_cloud.control.cloud import eventually
from tests.local_cloud.control.test_images import available, image

ROLE = "arn:aws:iam::123456789012:role/builder"


@pytest.fixture(scope="module")
def repository(tmp_path_factory):
    path = tmp_path_factory.mktemp("service") / "api"
    service_repository.create(path)
    return path


@pytest.fixture
def project(site, repository):
    name = site.name("project")
    site.cloud.client("codebuild", "us-east-1").create_project(
        name=name, source={"type": "GITHUB", "location": str(repository)}, artifacts={"type": "NO_ARTIFACTS"},
        environment={"type": "ARM_CONTAINER", "image": "x", "computeType": "BUILD_GENERAL1_SMALL"}, serviceRole=ROLE)
    return name


def start(site, project, commit, token="", regions=("us-east-1", "us-west-2")):
    told = {"SERIN_COMMIT": commit, "SERIN_AMI_NAME": f"{project}-{commit[:12]}", "SERIN_REGIONS": " ".join(regions)}
    return site.cloud.client("codebuild", "us-east-1").start_build(
        projectName=project, **({"idempotencyToken": token} if token else {}), environmentVariablesOverride=[
            {"name": name, "value": value, "type": "PLAINTEXT"} for name, value in told.items()])["build"]["id"]


def look(site, build):
    return site.cloud.client("codebuild", "us-east-1").batch_get_builds(ids=[build])["builds"][0]


def ended(site, build):
    eventually(lambda: look(site, build)["buildStatus"] != "IN_PROGRESS")
    return look(site, build)


def test_a_build_takes_its_time_and_ends_with_an_ami_of_the_commit_in_every_region(site, project, repository):
    commit = service_repository.commit(repository, "slow_tail")
    build = ended(site, start(site, project, commit))
    assert build["buildStatus"] == "SUCCEEDED"
    assert build["endTime"] - build["startTime"] > timedelta(seconds=0.09)     # 30 s at this cloud's scale are 0.1
    for region in ("us-east-1", "us-west-2"):
        ec2 = site.cloud.client("ec2", region)
        found, = ec2.describe_images(Filters=[{"Name": "tag:serin:commit", "Values": [commit]}])["Images"]
        assert found["Name"] == f"{project}-{commit[:12]}"
        available(ec2, found["ImageId"])
        launched = ec2.run_instances(ImageId=found["ImageId"], MinCount=1, MaxCount=1)["Instances"][0]["InstanceId"]
        assert site.cloud.instance(launched)["commit"] == commit
        assert image(ec2, found["ImageId"])["Architecture"] == "arm64"


def test_a_commit_that_cannot_be_installed_fails_the_build_and_leaves_no_ami(site, project):
    build = ended(site, start(site, project, "f" * 40))
    assert build["buildStatus"] == "FAILED"
    failed, = [phase for phase in build["phases"] if phase.get("phaseStatus") == "FAILED"]
    assert "f" * 12 in failed["contexts"][0]["message"]
    assert site.ec2.describe_images(Filters=[{"Name": "name", "Values": [f"{project}-*"]}])["Images"] == []


def test_a_name_that_is_taken_fails_the_build(site, project, repository):
    commit = service_repository.commit(repository, "good")
    site.ec2.register_image(Name=f"{project}-{commit[:12]}")
    assert ended(site, start(site, project, commit))["buildStatus"] == "FAILED"


def test_a_build_is_started_once_for_each_token_and_the_newest_is_listed_first(site, project, repository):
    commit = service_repository.commit(repository, "good")
    first = start(site, project, commit, token="one" + project)
    assert start(site, project, commit, token="one" + project) == first
    second = start(site, project, commit, token="two" + project)
    listed = site.cloud.client("codebuild", "us-east-1").list_builds_for_project(projectName=project)["ids"]
    assert listed == [second, first]


def test_a_build_that_was_stopped_makes_nothing(site, project, repository):
    commit = service_repository.commit(repository, "good")
    build = start(site, project, commit)
    site.cloud.client("codebuild", "us-east-1").stop_build(id=build)
    site.cloud.looks()
    assert look(site, build)["buildStatus"] == "STOPPED"
    assert site.ec2.describe_images(Filters=[{"Name": "name", "Values": [f"{project}-*"]}])["Images"] == []
