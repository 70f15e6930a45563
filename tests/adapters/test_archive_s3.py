"""The archive on S3: written once, never changed, and read back as it was said."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from urllib.request import urlopen
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError

from include.adapters.archive.s3 import S3Archive
from include.domain.errors import BadInput, Refused, Retryable
from include.domain.push import Event

AT = datetime(2026, 3, 1, 12, 0, 0, 123456, tzinfo=UTC)
EVENT = Event("api-1", AT, "us_east_1.plan", "us-east-1", "waits", "waits for “peak” <b>", 97.5)


@pytest.fixture
def bucket(session) -> str:
    bucket = f"archive-{uuid4().hex}"
    session.client("s3").create_bucket(Bucket=bucket)
    return bucket


@pytest.fixture
def archive(session, bucket) -> S3Archive:
    return S3Archive(session, bucket, "serin")


def test_events_come_back_as_they_were_said_the_oldest_first(archive):
    later = replace(EVENT, at=AT + timedelta(seconds=1), state="done", score=None, region="")
    archive.append(later, "api")
    archive.append(EVENT, "api")
    assert archive.events("api", "api-1") == [EVENT, later]
    assert archive.events("api", "another") == []


def test_the_same_event_twice_is_one_event(archive):
    archive.append(EVENT, "api")
    archive.append(EVENT, "api")
    assert archive.events("api", "api-1") == [EVENT]


def test_different_events_of_one_instant_are_all_kept(archive):
    others = [replace(EVENT, text=f"text {n}") for n in range(3)]
    for event in others:
        archive.append(event, "api")
    assert len(archive.events("api", "api-1")) == 3


def test_the_key_of_an_event_says_when_where_and_what(archive):
    archive.append(replace(EVENT, at=AT.astimezone(timezone(timedelta(hours=2))), task="a/../b"), "api")
    assert archive.keys("pushes/") == ["pushes/api/api-1/events/20260301T120000.123456Z-a_.._b-waits.json"]


def test_many_events_are_read(archive):
    events = [replace(EVENT, at=AT + timedelta(seconds=n)) for n in range(30)]
    for event in events:
        archive.append(event, "api")
    assert archive.events("api", "api-1") == events


def test_what_is_put_is_never_changed(archive):
    archive.put("pushes/api/api-1/record.json", b"one", "application/json")
    archive.put("pushes/api/api-1/record.json", b"one", "application/json")
    with pytest.raises(Refused, match=r"record\.json is in the archive already, with another content"):
        archive.put("pushes/api/api-1/record.json", b"two", "application/json")
    assert archive.get("pushes/api/api-1/record.json") == b"one"
    assert archive.get("pushes/api/api-1/nothing") is None


def test_the_address_opens_in_a_browser_that_may_read_the_bucket(session, bucket, archive):
    session.client("s3").put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Statement": [{
        "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{bucket}/*"}]}))
    address = archive.put("pushes/api/api-1/canary report.html", b"<p>", "text/html")
    with urlopen(address) as answer:
        assert (answer.read(), answer.headers["Content-Type"]) == (b"<p>", "text/html")


def test_keys_are_listed_below_a_prefix_and_without_the_archives_own(archive):
    for key in ("pushes/api/1/a", "pushes/api/2/a", "pushes/web/1/a"):
        archive.put(key, b"x", "text/plain")
    assert archive.keys("pushes/api/") == ["pushes/api/1/a", "pushes/api/2/a"]


def test_an_event_of_a_later_version_is_read(archive):
    archive.put("pushes/api/api-1/events/x.json",
                b'{"push_id": "api-1", "at": "2026-03-01T12:00:00+00:00", "task": "t", "region": "", "state": "done",'
                b' "text": "", "mood": "fine"}', "application/json")
    assert archive.events("api", "api-1")[0].state == "done"


def test_a_bucket_that_does_not_exist_is_bad_input(session):
    archive = S3Archive(session, "nobodys-bucket", "serin")
    with pytest.raises(BadInput, match=r"put_object \(s3://nobodys-bucket/serin/x\): NoSuchBucket"):
        archive.put("x", b"", "text/plain")
    with pytest.raises(BadInput, match="NoSuchBucket"):
        archive.get("x")


def test_a_write_that_meets_another_one_under_way_is_tried_again(session, archive, monkeypatch):
    def conflict(**_):
        raise ClientError({"Error": {"Code": "ConditionalRequestConflict", "Message": "."}}, "PutObject")
    monkeypatch.setattr(session.client("s3"), "put_object", conflict)
    with pytest.raises(Retryable, match="x is being written by somebody else"):
        archive.put("x", b"", "text/plain")


def test_people_read_what_is_kept_where_they_are_told_to(session, bucket):
    kept = S3Archive(session, bucket, "serin", seen_at="https://airflow.example.org/serin/api/kept")
    assert kept.put("pushes/api/1/push.html", b"", "text/html") == (
        "https://airflow.example.org/serin/api/kept/pushes/api/1/push.html")
    plain = S3Archive(session, bucket, "serin").put("pushes/api/2/push.html", b"", "text/html")
    assert plain.endswith(f"/{bucket}/serin/pushes/api/2/push.html")
