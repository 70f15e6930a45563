"""Leases as S3 objects, as the port `Leases`: one object per key, written only with a condition on what was read.

A released lease keeps its object and its token, with no owner: a token is never given out twice.
"""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime, timedelta
from typing import Any

from include.adapters.aws import Aws, Session
from include.domain.errors import Refused, Retryable
from include.domain.lease import Lease, Work, must_be_held, taken, wanted

LOST = ("PreconditionFailed", "ConditionalRequestConflict", "NoSuchKey")
TRIES = 5
NAMES = {field.name for field in fields(Lease)} - {"key"}
TIMES = ("expires_at", "since", "renewed_at", "until")


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

    def take(self, key: str, owner: str, now: datetime, *, work: Work | None = None, by_force: bool = False,
             over: Lease | None = None, above: int = 0) -> Lease:
        if not owner:
            raise Refused(f"the lease of {key} needs an owner")
        return self._changed(key, f"{owner} tried to take it", lambda there: taken(  # type: ignore[return-value]
            there, key, owner, now, self._lasts, work, by_force=by_force, over=over, above=above))

    def want(self, key: str, by: str) -> None:
        self._changed(key, f"{by} tried to say that it waits for it", lambda there: wanted(there, by))

    def holder(self, key: str) -> Lease | None:
        held = self._read(key)
        return held.lease if held and held.lease.owner else None

    def check(self, key: str, owner: str, token: int) -> None:
        must_be_held(self.holder(key), key, owner, token)

    def release(self, key: str, owner: str) -> None:
        self._changed(key, f"{owner} tried to give it back", lambda there: (
            replace(there, owner="") if there and there.owner == owner else None))

    def _changed(self, key: str, why: str, change: Callable[[Lease | None], Lease | None]) -> Lease | None:
        """The lease as it was written; None where there is nothing to change."""
        for _ in range(TRIES):
            held = self._read(key)
            wanted = change(held.lease if held else None)
            if wanted is None or self._write(wanted, held):
                return wanted
        raise Retryable(f"the lease of {key} changed {TRIES} times while {why}")

    def _read(self, key: str) -> _Held | None:
        answer = self._aws.call("s3", "get_object", self._about(key), none_if=("NoSuchKey",), Bucket=self._bucket,
                                Key=self._key(key))
        return _Held(_lease(key, json.loads(answer["Body"].read())), answer["ETag"]) if answer else None

    def _write(self, lease: Lease, over: _Held | None) -> bool:
        """False where the object is no longer the one that was read."""
        body = {name: value for name, value in asdict(lease).items() if name in NAMES}
        condition = {"IfMatch": over.etag} if over else {"IfNoneMatch": "*"}
        return self._aws.call("s3", "put_object", self._about(lease.key), none_if=LOST, Bucket=self._bucket,
                              Key=self._key(lease.key), Body=json.dumps(body, default=datetime.isoformat).encode(),
                              ContentType="application/json", **condition) is not None

    def _key(self, key: str) -> str:
        return f"{self._prefix}leases/{key}.json"

    def _about(self, key: str) -> str:
        return f"s3://{self._bucket}/{self._key(key)}"


def _lease(key: str, said: dict[str, Any]) -> Lease:
    """What an older Serin did not write is taken for as young as can be."""
    known = {name: said[name] for name in NAMES if said.get(name) is not None}
    times = {name: datetime.fromisoformat(known[name]) for name in TIMES if name in known}
    young = {"since": times["expires_at"], "renewed_at": times["expires_at"]}
    return Lease(key=key, **(known | young | times))
