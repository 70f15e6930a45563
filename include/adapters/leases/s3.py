"""Leases as S3 objects, as the port `Leases`: one object per key, written only with a condition on what was read.

A released lease keeps its object and its token, with no owner: a token is never given out twice.
"""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from include.adapters.aws import Aws, Session
from include.domain.errors import LeaseLost, Refused, Retryable
from include.domain.push import Lease

LOST = ("PreconditionFailed", "ConditionalRequestConflict", "NoSuchKey")
TRIES = 5


@dataclass(frozen=True)
class _Held:
    """A lease as it stands, and the ETag it was read with."""

    lease: Lease
    etag: str


class S3Leases:
    def __init__(self, session: Session, bucket: str, prefix: str, lasts: timedelta) -> None:
        self._aws = Aws(session)
        self._bucket = bucket
        self._prefix = f"{prefix.strip('/')}/" if prefix.strip("/") else ""
        self._lasts = lasts

    def take(self, key: str, owner: str, now: datetime, *, by_force: bool = False) -> Lease:
        if not owner:
            raise Refused(f"the lease of {key} needs an owner")
        for _ in range(TRIES):
            held = self._read(key)
            wanted = Lease(key, owner, _token(held, owner, now, by_force), now + self._lasts)
            if self._write(wanted, held):
                return wanted
        raise Retryable(f"the lease of {key} changed {TRIES} times while {owner} tried to take it")

    def check(self, key: str, owner: str, token: int) -> None:
        held = self._read(key)
        if held is None or (held.lease.owner, held.lease.token) != (owner, token):
            holder = f"{held.lease.owner} with token {held.lease.token}" if held and held.lease.owner else "nobody"
            raise LeaseLost(f"{owner} lost the lease of {key} (token {token}): it is held by {holder}")

    def release(self, key: str, owner: str) -> None:
        for _ in range(TRIES):
            held = self._read(key)
            if held is None or held.lease.owner != owner:
                return
            if self._write(Lease(key, "", held.lease.token, held.lease.expires_at), held):
                return
        raise Retryable(f"the lease of {key} changed {TRIES} times while {owner} tried to give it back")

    def holder(self, key: str) -> Lease | None:
        held = self._read(key)
        return held.lease if held and held.lease.owner else None

    def _read(self, key: str) -> _Held | None:
        answer = self._aws.call("s3", "get_object", self._about(key), none_if=("NoSuchKey",), Bucket=self._bucket,
                                Key=self._key(key))
        if answer is None:
            return None
        said = json.loads(answer["Body"].read())
        lease = Lease(key, said["owner"], int(said["token"]), datetime.fromisoformat(said["expires_at"]))
        return _Held(lease, answer["ETag"])

    def _write(self, lease: Lease, over: _Held | None) -> bool:
        """False where the object is no longer the one that was read."""
        body = {"owner": lease.owner, "token": lease.token, "expires_at": lease.expires_at.isoformat()}
        condition = {"IfMatch": over.etag} if over else {"IfNoneMatch": "*"}
        return self._aws.call("s3", "put_object", self._about(lease.key), none_if=LOST, Bucket=self._bucket,
                              Key=self._key(lease.key), Body=json.dumps(body).encode(),
                              ContentType="application/json", **condition) is not None

    def _key(self, key: str) -> str:
        return f"{self._prefix}leases/{key}.json"

    def _about(self, key: str) -> str:
        return f"s3://{self._bucket}/{self._key(key)}"


def _token(held: _Held | None, owner: str, now: datetime, by_force: bool) -> int:
    """The token with which this owner may hold it now; Refused names the holder and until when."""
    if held is None:
        return 1
    lease = held.lease
    if lease.owner == owner:
        return lease.token
    if lease.owner and lease.expires_at > now and not by_force:
        until = lease.expires_at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
        raise Refused(f"the lease of {lease.key} is held by {lease.owner} until {until}")
    return lease.token + 1
