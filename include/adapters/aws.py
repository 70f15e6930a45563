"""One region of AWS, or of the local cloud: clients made when first needed, and every fault as an error of ours."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol, TypeVar

from include.adapters.aws_calls import count
from include.adapters.aws_errors import FAULTS, says, translated
from include.domain.errors import SerinError

T = TypeVar("T")


class Session(Protocol):
    """Anything that makes a ready boto3 client of one region: endpoint, credentials and retries are its business."""

    def client(self, service_name: str) -> Any: ...


class Aws:
    def __init__(self, session: Session) -> None:
        self._session = session
        self._clients: dict[str, Any] = {}

    def client(self, service: str) -> Any:
        if service not in self._clients:
            try:
                self._clients[service] = self._session.client(service)
            except FAULTS as error:
                raise self._translated(error, "client", service) from error
            count(self._clients[service])
        return self._clients[service]

    def call(self, service: str, operation: str, about: str, *, none_if: Collection[str] = (), **arguments: Any) -> Any:
        """The answer; None where AWS refuses with a `Code: message` that has one of `none_if` in it."""
        client = self.client(service)
        try:
            return getattr(client, operation)(**arguments)
        except FAULTS as error:
            if says(error, none_if):
                return None
            raise self._translated(error, operation, about) from error

    def pages(self, service: str, operation: str, key: str, about: str, *, page_size: int | None = None,
              none_if: Collection[str] = (), **arguments: Any) -> list[dict[str, Any]]:
        """Everything under `key`, over all pages; empty where AWS refuses with one of `none_if`."""
        client = self.client(service)
        if page_size:
            arguments["PaginationConfig"] = {"PageSize": page_size}
        try:
            pages = client.get_paginator(operation).paginate(**arguments)
            return [item for page in pages for item in page.get(key, [])]
        except FAULTS as error:
            if says(error, none_if):
                return []
            raise self._translated(error, operation, about) from error

    def _translated(self, error: Exception, operation: str, about: str) -> SerinError:
        """Sessions that are made of an Airflow connection say which."""
        return translated(error, operation, about, getattr(self._session, "connection", ""))


def chunks(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    return (items[at:at + size] for at in range(0, len(items), size))


def tag_map(tags: Iterable[Mapping[str, Any]] | None) -> dict[str, str]:
    """AWS's list of Key and Value as a dict."""
    return {tag["Key"]: tag.get("Value") or "" for tag in tags or ()}


def tag_list(tags: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]
