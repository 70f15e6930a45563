"""An HTTP client from a connection of type http: host, schema, port; login and password, or a token; headers."""

from typing import Any, Protocol

import httpx

from include.domain.errors import BadInput

EXTRA = {"token", "headers"}


class Connection(Protocol):
    """What we need of Airflow's Connection."""

    conn_id: str
    conn_type: str
    host: str | None
    schema: str | None
    port: int | None
    login: str | None
    password: str | None
    extra_dejson: dict[str, Any]


def client(connection: Connection, read_seconds: float = 60) -> httpx.Client:
    """Certificates are always verified; redirects are not followed: they would carry the credentials elsewhere."""
    extra = connection.extra_dejson
    if connection.conn_type != "http":
        raise BadInput(f"connection {connection.conn_id}: its type is {connection.conn_type!r}, and must be 'http'")
    unknown = sorted(set(extra) - EXTRA)
    if unknown:
        raise BadInput(f"connection {connection.conn_id}: unknown in its extra: {', '.join(unknown)}; "
                       f"known: {', '.join(sorted(EXTRA))}")
    headers = dict(extra.get("headers") or {})
    if extra.get("token"):
        if connection.login:
            raise BadInput(f"connection {connection.conn_id}: it has a login and a token; one of them is right")
        headers["Authorization"] = f"Bearer {extra['token']}"
    login = (connection.login, connection.password or "") if connection.login else None
    return httpx.Client(base_url=_url(connection), auth=login, headers=headers,
                        timeout=httpx.Timeout(read_seconds, connect=5))


def _url(connection: Connection) -> httpx.URL:
    """As Airflow means it: the host may be a whole URL; the schema is http or https, default http."""
    host = (connection.host or "").strip()
    try:
        url = httpx.URL(host if "://" in host else f"{connection.schema or 'http'}://{host}")
        url = url.copy_with(port=connection.port) if connection.port else url
    except httpx.InvalidURL as error:
        raise BadInput(f"connection {connection.conn_id}: its host is no address: {error}") from error
    if url.scheme not in {"http", "https"} or not url.host:
        raise BadInput(f"connection {connection.conn_id}: {url.scheme}://{url.host} is no address of http or https")
    return url
