"""The kinds that a service file may name: for each the adapter, built from the Airflow connections that it names.

A new kind is one file in `include/adapters/`, one function and one line here; the README has the recipe.
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from include.domain.declared.gates import AnyGate
from include.domain.errors import BadInput
from include.ports import Chat, Gate, Images, Metrics, Tickets
from plugins.sessions import Session

if TYPE_CHECKING:
    from httpx import Client

    from plugins.wiring import Ports


def _ec2_images(ports: "Ports") -> Images:
    from include.adapters.images.ec2 import Ec2Images

    return Ec2Images(_of_every_ami(ports), ports.service, ports.service.build, ports.service.every_region[0])


def _tagged_images(ports: "Ports") -> Images:
    from include.adapters.images.tagged import TaggedImages

    return TaggedImages(_of_every_ami(ports), ports.service, ports.service.build)


def _codebuild_images(ports: "Ports") -> Images:
    from include.adapters.images.codebuild import CodeBuildImages

    build = ports.service.build
    home = build.region or ports.service.every_region[0]
    return CodeBuildImages(_of_every_ami(ports), ports.service, build, home, ports.build_session(home))


def _of_every_ami(ports: "Ports") -> dict[str, Session]:
    """prod's account owns every AMI, wherever it is used."""
    return {region: ports.build_session(region) for region in ports.service.every_region}


def _command_gate(ports: "Ports", gate: AnyGate) -> Gate:
    from include.adapters.gates.command import CommandGates

    return CommandGates(gate, ports.branches, ports.service.lasts(minutes=gate.limit_minutes))


def _commit_status_gate(ports: "Ports", gate: AnyGate) -> Gate:
    from include.adapters.gates.commit_status import CommitStatusGates

    asked = _over_http(gate.connection, read_seconds=20)
    return CommitStatusGates(gate, asked, ports.service.lasts(minutes=gate.limit_minutes))


def _over_http(connection: str, read_seconds: float = 60) -> "Client":
    """A client of the Airflow connection of type http, with its login or token, which verifies certificates."""
    from airflow.sdk import BaseHook

    from include.adapters.http import client

    return client(BaseHook.get_connection(connection), read_seconds)


def _sql_metrics(ports: "Ports") -> Metrics:
    from airflow.sdk import BaseHook

    from include.adapters.metrics.sql import SqlMetrics

    source = ports.service.metrics
    hook = BaseHook.get_connection(source.connection).get_hook()
    return SqlMetrics(hook, ports.region, source, source.step_seconds)


def _prometheus_metrics(ports: "Ports") -> Metrics:
    from include.adapters.metrics.prometheus import PrometheusMetrics

    source = ports.service.metrics
    return PrometheusMetrics(_over_http(source.connection), ports.region, source)


def _cloudwatch_metrics(ports: "Ports") -> Metrics:
    from include.adapters.metrics.cloudwatch import CloudWatchMetrics

    source = ports.service.metrics
    return CloudWatchMetrics(Session(source.connection, ports.region), ports.region, source)


def _log_chat(ports: "Ports") -> Chat:
    from include.adapters.chat.log import LogChat

    return LogChat(ports.service.chat.room)


def _outbox_chat(ports: "Ports") -> Chat:
    """The bot's own process tells it: no task waits for a chat server."""
    from include.adapters.chat.outbox import OutboxChat

    return OutboxChat(ports.archive)


def _no_tickets(ports: "Ports") -> Tickets:
    from include.adapters.tickets.none import NoTickets

    return NoTickets()


def _jira_tickets(ports: "Ports") -> Tickets:
    from include.adapters.tickets.jira import JiraTickets

    def connect() -> Any:
        from airflow.providers.atlassian.jira.hooks.jira import JiraHook

        return JiraHook(ports.service.tickets.connection).get_conn()

    return JiraTickets(connect)


IMAGES: dict[str, Callable[["Ports"], Images]] = {
    "ec2": _ec2_images, "tagged": _tagged_images, "codebuild": _codebuild_images}
GATES: dict[str, Callable[["Ports", AnyGate], Gate]] = {
    "command": _command_gate, "commit_status": _commit_status_gate}
METRICS: dict[str, Callable[["Ports"], Metrics]] = {
    "sql": _sql_metrics, "prometheus": _prometheus_metrics, "cloudwatch": _cloudwatch_metrics}
TICKETS: dict[str, Callable[["Ports"], Tickets]] = {"none": _no_tickets, "jira": _jira_tickets}
CHATS: dict[str, Callable[["Ports"], Chat]] = {
    "log": _log_chat, "xmpp": _outbox_chat, "slack": _outbox_chat}


def of_kind(kinds: Mapping[str, Callable[..., Any]], kind: str, what: str) -> Callable[..., Any]:
    if kind not in kinds:
        raise BadInput(f"{what}.kind: {kind!r} is not known; there are {', '.join(kinds)}")
    return kinds[kind]
