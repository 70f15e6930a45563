"""AMIs of the team's own CI, found by the tag of their commit, on the local cloud's control process."""

from datetime import UTC, datetime, timedelta
from hashlib import sha1
from uuid import uuid4

import pytest

from include.adapters.images.tagged import TaggedImages
from include.domain.errors import BadInput, GaveUp
from include.domain.looks import Look, Wait
from tests.adapters.cloud import Session
from tests.contract.image_kinds import REGIONS, declared, register

EAST, WEST = REGIONS


@pytest.fixture
def sessions(endpoint) -> dict[str, Session]:
    return {region: Session(endpoint, region) for region in REGIONS}


@pytest.fixture
def images(sessions, tmp_path) -> TaggedImages:
    service = declared(tmp_path, kind="tagged", commit_tag="ci:sha")
    return TaggedImages(sessions, service, service.build)


@pytest.fixture
def commit() -> str:
    return sha1(uuid4().bytes, usedforsecurity=False).hexdigest()


@pytest.fixture
def ci(sessions, commit):
    """Registers the AMI of the commit, with this name, in these regions."""
    def made(name: str, *regions: str, **tags: str) -> list[str]:
        return [register(sessions[region], f"{name}-{commit[:8]}", **{"ci:sha": commit}, **tags) for region in regions]
    return made


def look(since: datetime | None = None, now: datetime | None = None) -> Look:
    now = now or datetime.now(UTC)
    return Look(now, since or now)


def waits(images, commit) -> str:
    answer = images.build(commit, "prod", look())
    assert isinstance(answer, Wait)
    assert images.find(commit) is None
    return answer.reason


def test_what_is_waited_for_is_said_by_name_and_region(images, ci, commit):
    said = f"your CI has not made the AMI of {commit[:12]}: "
    assert waits(images, commit) == f"{said}none is tagged ci:sha in us-east-1, us-west-2"
    ci("api", EAST)
    assert waits(images, commit) == f"{said}api-{commit[:8]} is not in us-west-2"
    ci("other", WEST)
    assert waits(images, commit) == (f"{said}api-{commit[:8]} is not in us-west-2; other-{commit[:8]} is of the same "
                                     "commit, and one name in every region is needed")
    ci("api", WEST)
    assert images.build(commit, "prod", look()) == images.find(commit)


def test_a_copy_that_is_not_available_is_waited_for(images, ci, commit, monkeypatch):
    _, west = ci("api", EAST, WEST)
    described = images._amis._described
    monkeypatch.setattr(images._amis, "_described", lambda at, *asked: [
        ami | ({"State": "pending"} if at == WEST else {}) for ami in described(at, *asked)])
    assert waits(images, commit).endswith(f": {west} in us-west-2 is pending: AWS gives no reason")


def test_of_two_amis_of_one_commit_the_newest_is_taken_and_that_is_said(images, ci, commit, monkeypatch, caplog):
    first = ci("first", EAST, WEST)
    second = ci("second", EAST, WEST)
    times = {ami: f"2026-11-03T10:0{number}:00.000Z" for number, ami in enumerate((*second, *first))}
    described = images._amis._described
    monkeypatch.setattr(images._amis, "_described", lambda *asked: [
        ami | {"CreationDate": times.get(ami["ImageId"], "")} for ami in described(*asked)])
    image = images.find(commit)
    assert image.name == f"first-{commit[:8]}"
    assert image.ids == dict(zip(REGIONS, first, strict=True))
    assert image.built_at == datetime(2026, 11, 3, 10, 2, tzinfo=UTC)
    assert f"2 AMIs are of one commit; the newest is taken: first-{commit[:8]}" in caplog.text


def test_an_ami_that_was_removed_is_none(images, sessions, ci, commit):
    _, west = ci("api", EAST, WEST)
    sessions[WEST].client("ec2").deregister_image(ImageId=west)
    assert images.find(commit) is None


def test_the_page_of_the_build_is_the_cis(images, ci, commit):
    ci("api", EAST, WEST, **{"serin:build-url": "https://ci/7"})
    assert images.find(commit).build_url == "https://ci/7"


def test_an_ami_that_never_comes_is_given_up_after_the_declared_limit(images, commit):
    since = datetime.now(UTC)
    with pytest.raises(GaveUp, match=r"gave up after 0:45:00: your CI has not made the AMI of"):
        images.build(commit, "prod", look(since, since + timedelta(minutes=46)))
    assert isinstance(images.build(commit, "prod", Look(since + timedelta(hours=9), since, timedelta(hours=9))), Wait)


@pytest.mark.parametrize("commit", ["", "abc1234", "*", "A" * 40])
def test_only_a_full_hash_is_looked_for(images, commit):
    with pytest.raises(BadInput, match="full hash of 40 hex digits"):
        images.find(commit)
