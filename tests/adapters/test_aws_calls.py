"""Every request to AWS is counted where it is sent."""

from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import boto3
import pytest
from botocore.config import Config

from include.adapters.aws import Aws
from include.adapters.aws_calls import made, trouble
from include.domain.errors import Retryable
from tests.adapters.cloud import REGION, furnished


class Busy(BaseHTTPRequestHandler):
    """An AWS that never has time."""

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.send_response(503)
        self.end_headers()

    def log_message(self, *_):
        pass


class TooMany(Busy):
    """An AWS that is asked too often."""

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.send_response(400)
        self.end_headers()
        self.wfile.write(b"<ErrorResponse><Error><Code>Throttling</Code><Message>x</Message></Error></ErrorResponse>")


class Impatient:
    """A session whose clients try so often, at once."""

    def __init__(self, endpoint: str, attempts: int, mode: str = "legacy"):
        self.endpoint, self.attempts, self.mode = endpoint, attempts, mode

    def client(self, service: str):
        config = Config(retries={"mode": self.mode, "total_max_attempts": self.attempts})
        return boto3.client(service, endpoint_url=self.endpoint, region_name=REGION, config=config,
                            aws_access_key_id="test", aws_secret_access_key="test")


@contextmanager
def served(kind):
    server = HTTPServer(("127.0.0.1", 0), kind)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def busy():
    with served(Busy) as address:
        yield address


def test_each_attempt_is_a_call(busy, monkeypatch):
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda seconds: None)
    before = made()
    with pytest.raises(Retryable):
        Aws(Impatient(busy, attempts=3)).call("autoscaling", "describe_auto_scaling_groups", "all ASGs")
    assert made() - before == {"autoscaling.DescribeAutoScalingGroups": 3}


@pytest.mark.parametrize("mode", ["legacy", "standard"])
@pytest.mark.parametrize(("kind", "throttles"), [(Busy, 0), (TooMany, 3)], ids=["busy", "too many"])
def test_what_is_tried_again_and_what_is_throttled_is_counted(kind, throttles, mode, monkeypatch):
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda seconds: None)
    before = trouble()
    with served(kind) as address, pytest.raises(Retryable):
        Aws(Impatient(address, 3, mode)).call("autoscaling", "describe_auto_scaling_groups", "all ASGs")
    assert +(trouble() - before) == {"retries.autoscaling": 2} | (
        {"throttles.autoscaling": throttles} if throttles else {})


def test_each_page_is_a_call(session):
    furnished(session, size=0)
    furnished(session, size=0)
    before = made()
    groups = Aws(session).pages("autoscaling", "describe_auto_scaling_groups", "AutoScalingGroups", "all", page_size=1)
    assert made() - before == {"autoscaling.DescribeAutoScalingGroups": len(groups)}
    assert len(groups) >= 2


def test_two_adapters_that_share_a_client_count_each_call_once(session):
    one, two = Aws(session), Aws(session)
    before = made()
    one.call("s3", "list_buckets", "all")
    two.call("s3", "list_buckets", "all")
    assert made() - before == {"s3.ListBuckets": 2}


def test_an_answer_that_means_none_is_a_call_too(session):
    before = made()
    Aws(session).pages("elbv2", "describe_load_balancers", "LoadBalancers", "x", none_if=("LoadBalancerNotFound",),
                       Names=["there-is-none"])
    assert made() - before == {"elbv2.DescribeLoadBalancers": 1}
