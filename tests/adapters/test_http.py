"""An Airflow connection of type http as a client: where it goes, and what it shows of itself."""

from types import SimpleNamespace

import httpx
import pytest

from include.adapters.http import client
from include.domain.errors import BadInput


def connection(**changed):
    return SimpleNamespace(**{"conn_id": "metrics", "conn_type": "http", "host": "prometheus", "schema": None,
                              "port": None, "login": None, "password": None, "extra_dejson": {}} | changed)


def asked(**changed) -> httpx.Request:
    made = client(connection(**changed))
    sent = []
    made._transport = httpx.MockTransport(lambda request: sent.append(request) or httpx.Response(200))
    made._mounts = {}
    made.post("/api/v1/query_range")
    return sent[0]


@pytest.mark.parametrize(("changed", "url"), [
    ({}, "http://prometheus/api/v1/query_range"),
    ({"schema": "https", "port": 9090}, "https://prometheus:9090/api/v1/query_range"),
    ({"host": "https://metrics.example/mimir/prometheus", "schema": "http"},
     "https://metrics.example/mimir/prometheus/api/v1/query_range"),
    ({"host": "http://metrics.example/p", "port": 81}, "http://metrics.example:81/p/api/v1/query_range"),
    ({"host": "[::1]", "port": 9090}, "http://[::1]:9090/api/v1/query_range"),
])
def test_the_address_is_that_of_the_connection(changed, url):
    assert str(asked(**changed).url) == url


def test_a_login_is_basic_auth_a_token_is_a_bearer_and_headers_are_sent():
    assert asked(login="serin", password="secret").headers["Authorization"] == "Basic c2VyaW46c2VjcmV0"
    sent = asked(extra_dejson={"token": "abc", "headers": {"X-Scope-OrgID": "api"}}).headers
    assert (sent["Authorization"], sent["X-Scope-OrgID"]) == ("Bearer abc", "api")


def test_certificates_are_verified_and_redirects_are_not_followed():
    made = client(connection(schema="https"))
    context = made._transport._pool._ssl_context
    assert (context.check_hostname, context.verify_mode.name) == (True, "CERT_REQUIRED")
    assert made.follow_redirects is False


@pytest.mark.parametrize(("changed", "says"), [
    ({"conn_type": "sqlite"}, "its type is 'sqlite', and must be 'http'"),
    ({"extra_dejson": {"tokn": "abc"}}, "unknown in its extra: tokn; known: headers, token"),
    ({"login": "a", "extra_dejson": {"token": "abc"}}, "it has a login and a token"),
    ({"host": None}, "http:// is no address"),
    ({"host": "ftp://prometheus"}, "ftp://prometheus is no address of http or https"),
    ({"host": "prom:x"}, "its host is no address"),
])
def test_what_cannot_be_used_is_refused_in_a_sentence(changed, says):
    with pytest.raises(BadInput, match=f"connection metrics: .*{says}"):
        client(connection(**changed))
