"""Tickets of Jira."""

import socket

import pytest

from include.adapters.tickets.jira import JiraTickets
from include.domain.errors import BadInput, Final, Retryable
from tests.adapters.jira_server import CLOUD, SEARCH, client_of, jira

MANY = {f"API-{number}": (f"ticket {number}", "Done") for number in range(1, 251)}


@pytest.fixture(params=[True, False], ids=["cloud", "data center"])
def server(request):
    with jira(MANY, is_cloud=request.param) as made:
        yield made


@pytest.fixture
def tickets(server):
    return JiraTickets(lambda: client_of(server))


def test_a_hundred_ids_are_one_call(server, tickets):
    found = tickets.read(list(MANY))
    assert set(found) == set(MANY)
    assert [len(ids) for path, ids, _ in server.asked if path == server.path] == [100, 100, 50]


def test_the_login_of_the_connection_is_used(server, tickets):
    tickets.read(["API-1"])
    assert all(login.startswith("Basic ") for _, _, login in server.asked)


def test_what_is_no_id_is_never_asked_for(server, tickets):
    assert set(tickets.read(["API-1", "API-1) OR project = SECRET --", "x", ""])) == {"API-1"}
    assert server.asked[-1][1] == ["API-1"]


@pytest.mark.parametrize("status", [429, 500, 502, 503])
def test_a_jira_that_is_down_for_a_moment_is_worth_another_try(server, tickets, status):
    server.status = status
    with pytest.raises(Retryable, match=f"Jira did not answer: {status}"):
        tickets.read(["API-1"])


@pytest.mark.parametrize("status", [401, 403])
def test_a_login_that_is_refused_is_said(server, tickets, status):
    server.status = status
    with pytest.raises(BadInput, match=f"refuses the login of its connection: {status}"):
        tickets.read(["API-1"])


@pytest.mark.parametrize("body", [b"<html>Log in</html>", b"[]", b'{"issues": 3}', b"{}", b"null"])
def test_what_is_no_answer_is_said(server, tickets, body):
    server.body = body
    with pytest.raises(Final, match="something else than issues"):
        tickets.read(["API-1"])


def test_an_issue_without_what_it_should_have_is_passed_over_or_left_blank(server, tickets):
    server.body = (b'{"issues": [1, null, {}, {"key": 7}, {"key": "<script>"}, {"key": "API-1", "fields": null}, '
                   b'{"key": "API-2", "fields": {"summary": 1, "status": "x"}}]}')
    found = tickets.read(["API-1", "API-2"])
    assert {one: (ticket.summary, ticket.status) for one, ticket in found.items()} == {
        "API-1": ("", ""), "API-2": ("", "")}


def test_a_jira_that_is_not_there_is_worth_another_try():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        nobody = type("Nobody", (), {"url": f"http://127.0.0.1:{free.getsockname()[1]}"})
    with pytest.raises(Retryable, match="Jira did not answer: ConnectionError"):
        JiraTickets(lambda: client_of(nobody)).read(["API-1"])


def test_a_connection_that_cannot_be_used_is_said_when_it_is_asked_for():
    def missing():
        raise LookupError("the conn_id `jira` isn't defined")

    tickets = JiraTickets(missing)
    with pytest.raises(BadInput, match="the connection to Jira cannot be used: the conn_id `jira`"):
        tickets.read(["API-1"])
    with pytest.raises(BadInput, match="is no address of http"):
        JiraTickets(lambda: type("Client", (), {"url": None})()).read(["API-1"])


def test_a_cloud_is_asked_as_a_cloud_at_once():
    class Client:
        url, asked, timeout = "https://example.atlassian.net", [], 75

        def request(self, method, path, **_):
            self.asked.append(path)
            return type("Answer", (), {"status_code": 200, "json": lambda _: {"issues": []}})()

    client = Client()
    JiraTickets(lambda: client).read(["API-1"])
    assert client.asked == [CLOUD.lstrip("/")]
    assert SEARCH.lstrip("/") not in client.asked
    assert client.timeout < 75
