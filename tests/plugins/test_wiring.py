"""Airflow connections in, ports out."""

import json
from base64 import b64encode
from datetime import timedelta

import pytest

from include.adapters.metrics.cloudwatch import CloudWatchMetrics
from include.adapters.metrics.prometheus import PrometheusMetrics
from include.domain.errors import BadInput
from plugins import kinds, wiring
from plugins.sessions import Session
from plugins.wiring import Ports
from tests.adapters.jira_server import jira
from tests.world.declared import service


@pytest.fixture
def connections(monkeypatch):
    aws = {"conn_type": "aws", "login": "testing", "password": "testing",
           "extra": {"endpoint_url": "http://127.0.0.1:1"}}
    for name in ("AWS_PROD", "AWS_ARCHIVE"):
        monkeypatch.setenv(f"AIRFLOW_CONN_{name}", json.dumps(aws))
    monkeypatch.setenv("AIRFLOW_CONN_METRICS", json.dumps({"conn_type": "sqlite", "host": "/tmp/metrics.db"}))


def test_a_client_is_of_the_connections_endpoint_and_the_asked_region_and_is_built_once(connections):
    session = Session("aws_prod", "us-west-2")
    client = session.client("autoscaling")
    assert client.meta.endpoint_url == "http://127.0.0.1:1"
    assert client.meta.region_name == "us-west-2"
    assert client.meta.config.retries["mode"] == "adaptive"
    assert session.client("autoscaling") is client


@pytest.mark.parametrize("port", ["clusters", "traffic", "limits", "alarms", "instances", "images", "metrics",
                                  "branches", "merges", "archive", "leases", "runs", "tickets", "chat"])
def test_every_port_can_be_built_from_its_connection(port, connections):
    ports = Ports(service(), "prod", "us-east-1")
    assert getattr(ports, port) is getattr(ports, port)


@pytest.mark.parametrize(("build", "kind"), [
    ({"kind": "tagged"}, "TaggedImages"),
    ({"kind": "codebuild", "project": "api-ami", "region": "eu-central-1"}, "CodeBuildImages"),
    ({"base_ami": "serin-base", "share_with": ["210987654321"]}, "Ec2Images")])
def test_amis_are_looked_for_with_prods_connection_in_the_regions_of_all_environments(build, kind, connections):
    staging = {"staging": {"connection": "aws_staging", "regions": [
        {"region": "ap-south-1", "load_balancer": "x", "target_group": "x"}]}}
    images = Ports(service(regions=1, build=build, environments=staging), "staging", "ap-south-1").images
    assert type(images).__name__ == kind
    regions = {region: aws.client("ec2").meta for region, aws in images._amis.regions.items()}
    assert {region: meta.region_name for region, meta in regions.items()} == {
        "us-east-1": "us-east-1", "ap-south-1": "ap-south-1"}
    assert {meta.endpoint_url for meta in regions.values()} == {"http://127.0.0.1:1"}    # that of aws_prod


@pytest.mark.parametrize("build", [
    {"kind": "tagged"}, {"kind": "codebuild", "project": "api-ami"}, {"base_ami": "serin-base"}],
    ids=lambda build: build.get("kind", "ec2"))
def test_a_connection_of_the_build_is_used_for_amis_and_for_nothing_else(build, connections, monkeypatch):
    monkeypatch.setenv("AIRFLOW_CONN_AWS_BUILD", json.dumps({
        "conn_type": "aws", "login": "x", "password": "x", "extra": {"endpoint_url": "http://127.0.0.1:2"}}))
    ports = Ports(service(regions=1, build={**build, "connection": "aws_build"}), "prod", "us-east-1")
    asked = [*ports.images._amis.regions.values()]
    asked += [ports.images._aws] if build.get("kind") == "codebuild" else []

    assert {aws.client("ec2").meta.endpoint_url for aws in asked} == {"http://127.0.0.1:2"}
    assert ports.clusters._aws.client("ec2").meta.endpoint_url == "http://127.0.0.1:1"


GATES = [{"name": "unit", "kind": "command", "commands": [["make", "test"]], "limit_minutes": 480},
         {"name": "ci", "kind": "commit_status", "connection": "forge", "repository": "example/api", "check": "ci"}]


def test_a_gate_is_built_from_its_kind_and_connection_once_in_the_life_of_a_task(monkeypatch):
    forge = {"conn_type": "http", "host": "https://forge.example/api/v3", "extra": {"token": "abc"}}
    monkeypatch.setenv("AIRFLOW_CONN_FORGE", json.dumps(forge))
    ports = Ports(service(gates=GATES), "prod", "")
    unit, ci = ports.gate("unit"), ports.gate("ci")
    assert (type(unit).__name__, type(ci).__name__) == ("CommandGates", "CommitStatusGates")
    assert unit._limit == timedelta(minutes=1), "480 minutes at a time scale of 480"
    assert str(ci._client.base_url) == "https://forge.example/api/v3/"
    assert ports.gate("unit") is unit, "what it runs goes on from look to look"
    with pytest.raises(BadInput, match="api declares no gate lint: unit, ci"):
        ports.gate("lint")


def test_prometheus_is_reached_by_its_connection(monkeypatch):
    monkeypatch.setenv("AIRFLOW_CONN_METRICS", json.dumps({
        "conn_type": "http", "host": "prometheus", "schema": "https", "port": 9090, "extra": {"token": "abc"}}))
    metrics = Ports(service(metrics={"kind": "prometheus", "connection": "metrics"}), "prod", "us-east-1").metrics
    assert isinstance(metrics, PrometheusMetrics)
    assert str(metrics._client.base_url) == "https://prometheus:9090"
    assert metrics._client.headers["Authorization"] == "Bearer abc"


def test_cloudwatch_is_reached_by_its_connection_in_the_region(connections):
    source = {"kind": "cloudwatch", "connection": "aws_archive", "series": [{"namespace": "Api", "name": "{metric}"}]}
    metrics = Ports(service(metrics=source), "prod", "us-west-2").metrics
    assert isinstance(metrics, CloudWatchMetrics)
    assert metrics._aws.client("cloudwatch").meta.region_name == "us-west-2"


def test_jira_is_reached_by_its_connection_when_it_is_asked(monkeypatch):
    declared = service(tickets={"kind": "jira", "connection": "team_jira"})
    tickets = Ports(declared, "prod", "us-east-1").tickets
    with pytest.raises(BadInput, match=r"the connection to Jira cannot be used: .*team_jira"):
        tickets.read(["API-1"])
    with jira({"API-1": ("Answer faster", "Done")}, is_cloud=False) as server:
        monkeypatch.setenv("AIRFLOW_CONN_TEAM_JIRA", json.dumps({
            "conn_type": "jira", "host": server.url, "login": "ada", "password": "secret"}))
        assert tickets.read(["API-1"])["API-1"].summary == "Answer faster"
        assert server.asked[0][2] == f"Basic {b64encode(b'ada:secret').decode()}"


def test_a_lease_outlives_every_pause_of_a_compressed_push():
    ports = Ports(service(), "prod", "us-east-1")
    assert ports.leases._lasts == wiring.LEASE_AT_LEAST


def test_a_lease_outlives_the_longest_bake():
    ports = Ports(service(time_scale=1, canary__bake_hours=168), "prod", "us-east-1")
    assert ports.leases._lasts > timedelta(hours=168 + 12)


def test_the_key_that_hides_secrets_is_a_connections_password(monkeypatch):
    ports = Ports(service(manifest={"hiding_connection": "serin_hiding"}), "prod", "us-east-1")
    with pytest.raises(BadInput, match=r"manifest.hiding_connection: serin_hiding: .*isn't defined"):
        ports.hiding_key()
    monkeypatch.setenv("AIRFLOW_CONN_SERIN_HIDING", json.dumps({"conn_type": "generic", "password": "letmein"}))
    with pytest.raises(BadInput, match="serin_hiding: the key that hides secrets has 7 characters"):
        ports.hiding_key()
    monkeypatch.setenv("AIRFLOW_CONN_SERIN_HIDING", json.dumps({"conn_type": "generic", "password": "k" * 32}))
    assert ports.hiding_key() == "k" * 32
    assert Ports(service(), "prod", "us-east-1").hiding_key() == ""


def test_an_environment_that_is_not_declared_is_refused_by_name():
    with pytest.raises(BadInput, match="declares no environment staging: there are prod"):
        Ports(service(), "staging", "us-east-1")


@pytest.mark.parametrize("there_are", [kinds.IMAGES, kinds.METRICS, kinds.TICKETS, kinds.CHATS])
def test_an_unknown_kind_is_refused_and_names_those_there_are(there_are):
    with pytest.raises(BadInput, match=f"'carrier_pigeon' is not known; there are {', '.join(there_are)}"):
        kinds.of_kind(there_are, "carrier_pigeon", "chat")


def test_reports_are_read_through_airflow_where_its_address_is_known(connections, monkeypatch):
    for address, seen_at in (("https://airflow.example.org/", "https://airflow.example.org/serin/api/kept"), ("", "")):
        monkeypatch.setattr("plugins.runs.airflow_address", lambda address=address: address.rstrip("/"))
        assert Ports(service(), "prod", "")._seen_at == seen_at
