"""What every `Tickets` promises."""

from collections.abc import Iterator

import pytest

from include.adapters.tickets.jira import JiraTickets
from include.domain.changes.tickets import Ticket
from tests.adapters.jira_server import client_of, jira
from tests.world.records import InMemoryTickets

FASTER, DISKS = (f"API-{number}" for number in (1, 2))
SUMMARIES = {FASTER: ("Answer faster", "Done"), DISKS: ("<b>Disks</b>", "In Progress")}


@pytest.fixture(params=["in memory", "cloud", "data center"])
def tickets(request) -> Iterator[object]:
    if request.param == "in memory":
        store = InMemoryTickets()
        store.tickets = {one: Ticket(one, *said, f"https://jira/browse/{one}") for one, said in SUMMARIES.items()}
        yield store
        return
    with jira(SUMMARIES, is_cloud=request.param == "cloud") as server:
        yield JiraTickets(lambda: client_of(server))


def test_those_that_are_there_are_told_by_their_ids(tickets):
    found = tickets.read([FASTER, "API-404", DISKS])
    assert {one: (ticket.id, ticket.summary, ticket.status) for one, ticket in found.items()} == {
        FASTER: (FASTER, "Answer faster", "Done"), DISKS: (DISKS, "<b>Disks</b>", "In Progress")}
    assert all(ticket.url.endswith(f"/browse/{one}") for one, ticket in found.items())


def test_of_no_ids_there_are_no_tickets(tickets):
    assert tickets.read([]) == {}
