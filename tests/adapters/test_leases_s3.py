"""Leases on S3: one holder at a time, and a token that only grows."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from uuid import uuid4

import pytest

from include.adapters.leases.s3 import S3Leases
from include.domain.errors import LeaseHeld, LeaseLost, Refused
from include.domain.lease import Lease
from tests.adapters.cloud import Session

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
LASTS = timedelta(minutes=15)
KEY = "api/prod/us-east-1"


@pytest.fixture
def bucket(session) -> str:
    bucket = f"leases-{uuid4().hex}"
    session.client("s3").create_bucket(Bucket=bucket)
    return bucket


@pytest.fixture
def leases(session, bucket) -> S3Leases:
    return S3Leases(session, bucket, "serin", LASTS)


def test_a_free_lease_is_taken_and_renewed_with_the_same_token(leases):
    first = leases.take(KEY, "push-1", NOW)
    assert (first.owner, first.token, first.expires_at) == ("push-1", 1, NOW + LASTS)
    again = leases.take(KEY, "push-1", NOW + timedelta(minutes=5))
    assert (again.token, again.expires_at) == (1, NOW + timedelta(minutes=20))


def test_a_held_lease_is_refused_with_the_holder_and_until_when(leases):
    leases.take(KEY, "push-1", NOW)
    with pytest.raises(LeaseHeld, match=r"api/prod/us-east-1 is held by push-1 since 12:00 UTC, until 12:15 UTC at"):
        leases.take(KEY, "push-2", NOW + timedelta(minutes=14))


def test_an_expired_lease_goes_to_the_next_one_with_a_greater_token(leases):
    leases.take(KEY, "push-1", NOW)
    assert leases.take(KEY, "push-2", NOW + LASTS).token == 2
    with pytest.raises(LeaseLost, match=r"push-1 lost the lease .+ \(token 1\): it is held by push-2 with token 2"):
        leases.check(KEY, "push-1", 1)
    leases.check(KEY, "push-2", 2)


def test_a_rollback_takes_it_by_force(leases):
    leases.take(KEY, "push-1", NOW)
    assert leases.take(KEY, "roll-back", NOW, by_force=True).token == 2
    with pytest.raises(Refused):
        leases.take(KEY, "push-1", NOW)


def test_a_token_is_never_given_out_twice_not_even_after_a_release(leases):
    tokens = []
    for owner in ("push-1", "push-2", "push-1"):
        tokens.append(leases.take(KEY, owner, NOW).token)
        leases.release(KEY, owner)
    assert tokens == [1, 2, 3]


def test_somebody_elses_lease_is_not_released(leases):
    leases.take(KEY, "push-1", NOW)
    leases.release(KEY, "push-2")
    leases.check(KEY, "push-1", 1)
    leases.release("api/prod/nowhere", "push-1")


def test_a_released_lease_is_nobodys(leases):
    leases.take(KEY, "push-1", NOW)
    leases.release(KEY, "push-1")
    with pytest.raises(LeaseLost, match="it is held by nobody"):
        leases.check(KEY, "push-1", 1)


def test_a_lease_that_was_never_taken_cannot_be_checked(leases):
    with pytest.raises(LeaseLost, match="held by nobody"):
        leases.check(KEY, "push-1", 1)


def test_a_lease_that_an_older_serin_wrote_is_read_as_young_as_can_be(session, bucket, leases):
    body = {"owner": "push-1", "token": 4, "expires_at": (NOW + LASTS).isoformat(), "of_a_newer_one": 1}
    session.client("s3").put_object(Bucket=bucket, Key=f"serin/leases/{KEY}.json", Body=json.dumps(body).encode())
    assert leases.holder(KEY) == Lease(KEY, "push-1", 4, NOW + LASTS, since=NOW + LASTS, renewed_at=NOW + LASTS)
    leases.check(KEY, "push-1", 4)


@pytest.fixture(scope="module")
def rivals(endpoint) -> list[S3Leases]:
    bucket = f"race-{uuid4().hex}"
    sessions = [Session(endpoint) for _ in range(6)]
    sessions[0].client("s3").create_bucket(Bucket=bucket)
    for session in sessions:
        session.client("s3")
    return [S3Leases(session, bucket, "serin", LASTS) for session in sessions]


@pytest.mark.parametrize("before", ["never held", "released", "expired"])
def test_of_many_who_try_at_once_exactly_one_wins(rivals, before):
    first = rivals[0]
    for turn in range(6):
        key, token = f"{before}/{turn}", 0
        if before != "never held":
            token = first.take(key, "the last one", NOW).token
        if before == "released":
            first.release(key, "the last one")
        winners, refusals = race(rivals, key)
        assert [lease.token for lease in winners] == [token + 1]
        assert all(f"is held by {winners[0].owner} since" in refusal for refusal in refusals)
        first.check(key, winners[0].owner, token + 1)


def test_of_many_who_take_it_from_an_ended_run_exactly_one_wins(rivals):
    for turn in range(6):
        key = f"ended/{turn}"
        left = rivals[0].take(key, "the dead one", NOW)
        winners, refusals = race(rivals, key, over=left, at=NOW)
        assert [lease.token for lease in winners] == [2]
        assert all(f"is held by {winners[0].owner} since" in refusal for refusal in refusals)


def race(rivals: list[S3Leases], key: str, over: Lease | None = None,
         at: datetime = NOW + LASTS) -> tuple[list[Lease], list[str]]:
    start = Barrier(len(rivals))

    def take(number):
        start.wait()
        try:
            return rivals[number].take(key, f"push-{number}", at, over=over)
        except Refused as refused:
            return str(refused)
    with ThreadPoolExecutor(len(rivals)) as threads:
        answers = list(threads.map(take, range(len(rivals))))
    return [a for a in answers if isinstance(a, Lease)], [a for a in answers if isinstance(a, str)]


def test_a_write_whose_answer_was_lost_is_still_ours(session, leases, monkeypatch):
    client, calls = session.client("s3"), []
    put = client.put_object

    def lost_once(**arguments):
        answer = put(**arguments)
        calls.append(arguments)
        return put(**arguments) if len(calls) == 1 else answer
    monkeypatch.setattr(client, "put_object", lost_once)
    assert leases.take(KEY, "push-1", NOW).token == 1
    leases.check(KEY, "push-1", 1)
