"""The whole local cloud: both processes, furnished and asked as AWS, under traffic."""

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
from pathlib import Path

import httpx
import psutil
import pytest

from include.demo.ports import free_port
from include.domain.errors import BadInput, Final
from include.local_cloud import service_repository
from include.local_cloud.aws import LocalSession
from include.local_cloud.cloud import ROOT, LocalCloud
from include.local_cloud.furnish import BUCKET, BUCKET_REGION, furnish
from include.local_cloud.network import claim_network

REGION = "us-west-2"


@pytest.fixture(scope="module")
def repository(tmp_path_factory):
    path = tmp_path_factory.mktemp("service") / "api"
    return path, service_repository.create(path)


def started(directory, repository, size):
    cloud = LocalCloud(directory, cloud_scale=120).start()
    path, first = repository
    furnish(cloud.endpoint, str(path), first, [REGION], size=size, network=cloud.network)
    return cloud


@pytest.fixture(scope="module")
def cloud(tmp_path_factory, repository):
    cloud = started(tmp_path_factory.mktemp("cloud"), repository, size=3)
    yield cloud
    cloud.stop()


@pytest.fixture
def busy(cloud):
    """The cloud under 80 requests a second, whole again afterwards."""
    cloud.load(peak_rps=80)
    before = requests(cloud)["ok"]
    until(lambda: requests(cloud)["ok"] > before + 20)
    yield cloud
    cloud.load(peak_rps=0)
    until(lambda: requests(cloud)["in_flight"] == 0)


def region(cloud):
    return cloud.state()["regions"][REGION]


def requests(cloud):
    return region(cloud)["requests"]


def until(condition, seconds=30):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(0.05)


def weigh(cloud, weights):
    """ARN to weight, in the listener's default action."""
    elb = cloud.session(REGION).client("elbv2")
    balancer = elb.describe_load_balancers(Names=["api-prod"])["LoadBalancers"][0]["LoadBalancerArn"]
    listener = elb.describe_listeners(LoadBalancerArn=balancer)["Listeners"][0]["ListenerArn"]
    elb.modify_listener(ListenerArn=listener, DefaultActions=[{"Type": "forward", "ForwardConfig": {
        "TargetGroups": [{"TargetGroupArn": arn, "Weight": weight} for arn, weight in weights.items()]}}])


def test_the_first_version_serves_and_nothing_fails(busy, repository):
    asg = region(busy)["asgs"]["api-prod-v041"]
    assert (asg["instances"], asg["healthy"], asg["commit"]) == (3, 3, repository[1])
    assert requests(busy)["failed"] == 0
    assert region(busy)["weights"] == {"api-prod": 100}


def test_a_page_of_the_archive_opens_in_a_browser_which_signs_nothing(cloud):
    LocalSession(cloud.endpoint, BUCKET_REGION).client("s3").put_object(
        Bucket=BUCKET, Key="serin/pushes/page.html", Body=b"<p>read me", ContentType="text/html")
    answer = httpx.get(f"{cloud.endpoint}/{BUCKET}/serin/pushes/page.html", trust_env=False)
    assert (answer.status_code, answer.text) == (200, "<p>read me")


def test_a_thousand_metrics_of_the_asg_are_there_to_be_read(busy):
    busy.load(peak_rps=150)
    reader = sqlite3.connect(f"file:{busy.metrics_db}?mode=ro", uri=True)
    count = "SELECT count(DISTINCT name) FROM metrics WHERE region = ? AND asg IN ('api-prod-v041')"
    until(lambda: reader.execute(count, (REGION,)).fetchone()[0] >= 1000)
    until(lambda: 'asg="api-prod-v041",name="cpu.percent"' in
          subprocess.run([sys.executable, "-c", "import sys,urllib.request as r;"
                          "print(r.urlopen(sys.argv[1]).read().decode())", f"{busy.data_url}/metrics"],
                         capture_output=True, text=True, check=True).stdout)


def test_what_each_instance_does_is_there_to_be_read(busy):
    reader = sqlite3.connect(f"file:{busy.metrics_db}?mode=ro", uri=True)
    told = ("SELECT instance, max(ts), sum(value) FROM instance_metrics WHERE region = ? AND asg = 'api-prod-v041' "
            "AND name = 'requests.all' GROUP BY instance")
    until(lambda: [row for row in reader.execute(told, (REGION,)) if row[2] > 5][2:])
    names = {row[0] for row in reader.execute("SELECT DISTINCT name FROM instance_metrics")}
    assert {"cpu.percent", "latency_ms.all.p99", "errors.all"} < names
    assert len(names) < 20


def test_a_scale_in_drains_and_loses_nothing(busy):
    scaling = busy.session(REGION).client("autoscaling")
    failed = requests(busy)["failed"]
    for size in (1, 3):
        scaling.update_auto_scaling_group(AutoScalingGroupName="api-prod-v041", MinSize=size, DesiredCapacity=size)
        until(lambda size=size: region(busy)["asgs"]["api-prod-v041"]["instances"] == size
              == region(busy)["asgs"]["api-prod-v041"]["healthy"] == len(
                  region(busy)["target_groups"]["api-prod"]["targets"]))
    assert requests(busy)["failed"] == failed


def test_weight_on_a_target_group_without_healthy_targets_is_seen_as_failures(busy):
    elb = busy.session(REGION).client("elbv2")
    prod = elb.describe_target_groups(Names=["api-prod"])["TargetGroups"][0]
    early = elb.create_target_group(Name="early", Protocol="HTTP", Port=8080, VpcId=prod["VpcId"],
                                    TargetType="instance")["TargetGroups"][0]["TargetGroupArn"]
    before = requests(busy)["failures"].get("503", 0)
    weigh(busy, {prod["TargetGroupArn"]: 50, early: 50})
    until(lambda: requests(busy)["failures"].get("503", 0) > before + 20)
    assert region(busy)["no_target"] > 20
    weigh(busy, {prod["TargetGroupArn"]: 100})
    until(lambda: requests(busy)["last_second"]["failed"] == 0 < requests(busy)["last_second"]["ok"])


def test_the_load_refuses_what_it_does_not_know(cloud):
    for wrong in ({"peak": 3}, {"peak_rps": -1}, {"peak_rps": "many"}, {"load_balancers": []}, {"load_balancers": [3]}):
        with pytest.raises(Final, match=f"400.*{next(iter(wrong))}"):
            cloud.load(**wrong)


def test_two_clouds_side_by_side_do_not_meet(cloud, tmp_path, repository):
    with started(tmp_path, repository, size=1) as other:
        assert (other.network, other.endpoint, other.data_url) != (cloud.network, cloud.endpoint, cloud.data_url)
        other.load(peak_rps=50)
        until(lambda: requests(other)["ok"] > 20)
        sent = requests(cloud)["sent"]
        other.session(REGION).client("autoscaling").delete_auto_scaling_group(
            AutoScalingGroupName="api-prod-v041", ForceDelete=True)
        until(lambda: requests(other)["failed"] > 10)       # deleted while it carried the traffic: that is seen
        assert region(cloud)["asgs"]["api-prod-v041"]["healthy"] == 3
        assert requests(cloud)["sent"] == sent
        pids = [process.pid for process in other._processes.values()]
    assert not [pid for pid in pids if psutil.pid_exists(pid)]
    with pytest.raises(urllib.error.URLError):
        other.state()


def test_a_cloud_whose_starter_is_killed_ends_by_itself(tmp_path):
    program = ("import sys, time\nfrom include.local_cloud.cloud import LocalCloud\n"
               "cloud = LocalCloud(sys.argv[1]).start()\n"
               "print(*[p.pid for p in cloud._processes.values()], flush=True)\ntime.sleep(60)\n")
    starter = subprocess.Popen([sys.executable, "-c", program, str(tmp_path)], stdout=subprocess.PIPE, text=True,
                               env={**os.environ, "PYTHONPATH": str(ROOT)})
    children = [psutil.Process(int(pid)) for pid in starter.stdout.readline().split()]
    assert len(children) == 2
    starter.send_signal(signal.SIGKILL)
    starter.wait()
    starter.stdout.close()
    until(lambda: not [child for child in children if child.is_running() and child.status() != psutil.STATUS_ZOMBIE])


def test_a_process_that_cannot_start_is_told_with_the_end_of_its_log(tmp_path):
    cloud = LocalCloud(tmp_path, lasts={"nap": 3})
    with pytest.raises(Final, match=r"control process ended with 1: .*--lasts takes boot"):
        cloud.start()
    assert not cloud._processes


def test_a_network_is_had_by_one_cloud_at_a_time():
    (first, claim), (second, other) = claim_network(), claim_network()
    assert first != second
    claim.close()
    other.close()


def test_elsewhere_than_on_linux_it_says_so(monkeypatch):
    monkeypatch.setattr(sys, "platform", "darwin")
    with pytest.raises(BadInput, match="needs Linux"):
        claim_network()


def test_the_command_runs_until_it_is_told_to_stop(tmp_path):
    command = subprocess.Popen([sys.executable, "-m", "include.local_cloud", "--directory", str(tmp_path), "--regions",
                                REGION, "--size", "1", "--cloud-scale", "120"], stdout=subprocess.PIPE, text=True,
                               env={**os.environ, "PYTHONPATH": str(ROOT)})
    lines = []
    for line in command.stdout:
        lines.append(line)
        if "Ctrl-C ends it" in line:
            break
    children = psutil.Process(command.pid).children()
    assert len(children) == 2
    command.send_signal(signal.SIGINT)
    assert command.wait() == 0
    command.stdout.close()
    assert not [child for child in children if child.is_running()]
    assert any(f"aws --endpoint-url http://127.0.0.1:" in line for line in lines)  # noqa: F541
    assert (Path(tmp_path) / "api" / "behaviour.yaml").exists()


def test_other_environments_stand_beside_prod_on_the_same_ami_and_get_no_viewers(tmp_path, repository):
    path, first = repository
    with LocalCloud(tmp_path, cloud_scale=120) as cloud:
        furnish(cloud.endpoint, str(path), first, [REGION], size=2, network=cloud.network,
                others={"test": REGION, "staging": "us-east-1"})
        asgs = {name: cloud.session(name).client("autoscaling").describe_auto_scaling_groups()["AutoScalingGroups"]
                for name in (REGION, "us-east-1")}
        assert {(asg["AutoScalingGroupName"], len(asg["Instances"])) for found in asgs.values() for asg in found} == {
            ("api-prod-v041", 2), ("api-test-v041", 1), ("api-staging-v041", 1)}
        images = cloud.session(REGION).client("ec2").describe_images(Owners=["self"])["Images"]
        assert sorted(image["Name"] for image in images) == [f"api-{first[:12]}", "serin-base"]
        cloud.load(peak_rps=80)
        until(lambda: requests(cloud)["ok"] > 20)
        assert {name for name, asg in region(cloud)["asgs"].items() if asg["served"]} == {"api-prod-v041"}

        furnish(cloud.endpoint, str(path), first, [REGION], "search", size=2, network=cloud.network,
                first_block=63, blocks=64)
        assert all(one["ip"].startswith(f"{cloud.network}.25") for one in instances(cloud, "search-prod-v041"))
        cloud.load(peak_rps=160, load_balancers=["api-prod", "search-prod"])
        until(lambda: region(cloud)["asgs"]["search-prod-v041"]["served"] > 20)
        assert requests(cloud)["failed"] == 0


def instances(cloud, asg):
    state = httpx.get(f"{cloud.endpoint}/serin/state", trust_env=False).json()
    found = [one for one in state["regions"][REGION]["instances"] if one["asg"] == asg]
    assert found
    return found


def answers_at(address, url):
    port = int(url.rpartition(":")[2])
    with socket.socket() as probe:
        return probe.connect_ex((address, port)) == 0


def test_it_answers_this_machine_alone(cloud):
    assert not answers_at("127.0.0.2", cloud.endpoint)
    assert not answers_at("127.0.0.2", cloud.data_url)


def test_in_a_container_it_answers_others_at_the_ports_that_they_know(tmp_path):
    ports = (free_port(), free_port())
    with LocalCloud(tmp_path, listen="0.0.0.0", ports=ports) as cloud:
        assert (cloud.endpoint, cloud.data_url) == tuple(f"http://127.0.0.1:{port}" for port in ports)
        assert answers_at("127.0.0.2", cloud.endpoint)
        assert answers_at("127.0.0.2", cloud.data_url)
