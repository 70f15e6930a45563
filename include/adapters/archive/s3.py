"""Records, events and reports as S3 objects under one prefix, as the port `Archive`. Nothing is ever overwritten."""

import json
import re
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, fields
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from include.adapters.aws import Aws, Session
from include.domain.errors import Refused, Retryable
from include.domain.push import Event

READERS = 8
TAKEN = ("PreconditionFailed", "ConditionalRequestConflict")
MOST_OF_ONE_INSTANT = 20


class S3Archive:
    """`seen_at` is where people read what is kept, each object under its key; "" where that is S3 itself."""

    def __init__(self, session: Session, bucket: str, prefix: str, seen_at: str = "") -> None:
        self._aws = Aws(session)
        self._bucket, self._seen_at = bucket, seen_at
        self._prefix = f"{prefix.strip('/')}/" if prefix.strip("/") else ""

    def append(self, event: Event, service: str) -> None:
        """The same event twice is one event; another one of the same instant gets a number."""
        at = event.at.astimezone(UTC).strftime("%Y%m%dT%H%M%S.%fZ")
        stem = f"{_events(service, event.push_id)}{at}-{_word(event.task)}-{_word(event.state)}"
        body = json.dumps(asdict(event) | {"at": event.at.astimezone(UTC).isoformat()}).encode()
        for number in range(1, MOST_OF_ONE_INSTANT + 1):
            if self._write(f"{stem}{f'-{number}' if number > 1 else ''}.json", body, "application/json"):
                return
        raise Refused(f"{MOST_OF_ONE_INSTANT} different events of push {event.push_id} at {event.at.isoformat()}")

    def events(self, service: str, push_id: str) -> list[Event]:
        keys = self.keys(_events(service, push_id))
        self._aws.client("s3")  # before the threads: making a client is not safe among them
        with ThreadPoolExecutor(READERS) as readers:
            bodies = [body for body in readers.map(self.get, keys) if body is not None]
        return sorted((_event(json.loads(body)) for body in bodies), key=lambda event: event.at)

    def put(self, key: str, body: bytes, content_type: str) -> str:
        if not self._write(key, body, content_type):
            raise Refused(f"{key} is in the archive already, with another content: nothing there is overwritten")
        return self._address(key)

    def get(self, key: str) -> bytes | None:
        answer = self._aws.call("s3", "get_object", self._about(key), none_if=("NoSuchKey",), Bucket=self._bucket,
                                Key=self._prefix + key)
        return answer["Body"].read() if answer else None

    def keys(self, prefix: str) -> list[str]:
        found = self._aws.pages("s3", "list_objects_v2", "Contents", self._about(prefix), Bucket=self._bucket,
                                Prefix=self._prefix + prefix)
        return sorted(item["Key"].removeprefix(self._prefix) for item in found)

    def folders(self, prefix: str) -> list[str]:
        found = self._aws.pages("s3", "list_objects_v2", "CommonPrefixes", self._about(prefix), Bucket=self._bucket,
                                Prefix=self._prefix + prefix, Delimiter="/")
        return sorted(item["Prefix"].removeprefix(self._prefix + prefix).rstrip("/") for item in found)

    def _write(self, key: str, body: bytes, content_type: str) -> bool:
        """False where the key has another content. Our own write whose answer was lost is found again as the same."""
        written = self._aws.call("s3", "put_object", self._about(key), none_if=TAKEN, Bucket=self._bucket,
                                 Key=self._prefix + key, Body=body, ContentType=content_type, IfNoneMatch="*")
        if written is not None:
            return True
        there = self.get(key)
        if there is None:
            raise Retryable(f"{key} is being written by somebody else")
        return there == body

    def _address(self, key: str) -> str:
        if self._seen_at:
            return f"{self._seen_at}/{quote(key)}"
        endpoint = self._aws.client("s3").meta.endpoint_url.rstrip("/")
        return f"{endpoint}/{self._bucket}/{quote(self._prefix + key)}"

    def _about(self, key: str) -> str:
        return f"s3://{self._bucket}/{self._prefix}{key}"


def _events(service: str, push_id: str) -> str:
    return f"pushes/{service}/{push_id}/events/"


def _word(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9_.]+", "_", text)


def _event(said: Mapping[str, Any]) -> Event:
    """Keys that a later version added are passed over."""
    known = {field.name: said[field.name] for field in fields(Event) if field.name in said}
    return Event(**known | {"at": datetime.fromisoformat(said["at"])})
