"""EC2 Auto Scaling behind the port, on the local cloud's control process."""

from base64 import b64encode
from dataclasses import replace

import pytest

from include.adapters.clusters.ec2_asg import Ec2AsgClusters
from include.adapters.clusters.ec2_create import create_arguments
from include.domain.asg_tags import PUSH
from include.domain.cluster import NewAsg
from include.domain.errors import BadInput, Refused
from tests.adapters.cloud import Cluster, eventually, furnished


def new_asg(cluster: Cluster, **other) -> NewAsg:
    ami = cluster.aws("ec2").register_image(Name=f"{cluster.service}-{other.get('name', 'new')}")["ImageId"]
    settings = {"name": f"{cluster.service}-prod-v042", "like": cluster.asg, "ami": ami, "max_size": 7,
                "tags": {PUSH: "push-1", "serin:role": "new"}}
    return NewAsg(**settings | other)


@pytest.fixture
def clusters(session) -> Ec2AsgClusters:
    return Ec2AsgClusters(session)


def the(clusters: Ec2AsgClusters, cluster: Cluster, name: str):
    return {asg.name: asg for asg in clusters.asgs(f"{cluster.service}-prod")}[name]


def test_an_asg_is_read_with_its_ami_its_pinned_version_and_its_tags(clusters, cluster):
    asg, = clusters.asgs(f"{cluster.service}-prod")
    assert (asg.name, asg.min_size, asg.max_size, asg.desired) == (cluster.asg, 2, 10, 2)
    assert (asg.ami, asg.template, asg.template_version) == (cluster.ami, cluster.template, "1")
    assert asg.target_groups == (cluster.target_group,)
    assert asg.tags == {"team": "search", "serin:push": "an-older-push"}
    assert asg.created_at.tzinfo is not None


def test_instances_come_into_service(clusters, cluster):
    asg = eventually(lambda: (a := the(clusters, cluster, cluster.asg)).in_service == 2 and a, "two in service")
    assert {i.zone for i in asg.instances} <= {"us-east-1a", "us-east-1b", "us-east-1c"}


def test_the_canaries_of_a_cluster_are_found_and_other_clusters_are_not(clusters, cluster, session):
    furnished(session)
    clusters.create(new_asg(cluster, name=f"{cluster.service}-prod-canary-v042"))
    found = [asg.name for asg in clusters.asgs(f"{cluster.service}-prod")]
    assert found == [cluster.asg, f"{cluster.service}-prod-canary-v042"]


def test_reading_a_cluster_takes_one_call_for_the_asgs_and_one_for_their_template(cluster, session):
    Ec2AsgClusters(session).create(new_asg(cluster))
    clusters, session.calls[:] = Ec2AsgClusters(session), []
    clusters.asgs(f"{cluster.service}-prod")
    assert session.calls == ["autoscaling.DescribeAutoScalingGroups", "ec2.DescribeLaunchTemplateVersions"]
    clusters.asgs(f"{cluster.service}-prod")
    assert session.calls[2:] == ["autoscaling.DescribeAutoScalingGroups"]


def test_a_new_asg_starts_empty_and_is_shaped_like_the_one_that_runs(clusters, cluster):
    cluster.aws("autoscaling").put_lifecycle_hook(
        AutoScalingGroupName=cluster.asg, LifecycleHookName="warm-up", HeartbeatTimeout=33,
        LifecycleTransition="autoscaling:EC2_INSTANCE_LAUNCHING")
    clusters.tag(cluster.asg, {"serin:colour": "red"})
    new = new_asg(cluster)
    clusters.create(new)
    group, like = cluster.group(new.name), cluster.group(cluster.asg)
    assert (group["MinSize"], group["MaxSize"], group["DesiredCapacity"], group["Instances"]) == (0, 7, 0, [])
    for same in ("VPCZoneIdentifier", "TargetGroupARNs", "HealthCheckType", "HealthCheckGracePeriod",
                 "DefaultCooldown", "TerminationPolicies"):
        assert group[same] == like[same], same
    tags = {tag["Key"]: (tag["Value"], tag["PropagateAtLaunch"]) for tag in group["Tags"]}
    assert tags == {"team": ("search", True), PUSH: ("push-1", False), "serin:role": ("new", False)}
    hooks = cluster.aws("autoscaling").describe_lifecycle_hooks(AutoScalingGroupName=new.name)["LifecycleHooks"]
    assert [(h["LifecycleHookName"], h["HeartbeatTimeout"]) for h in hooks] == [("warm-up", 33)]


def test_a_new_asg_is_pinned_to_a_version_of_its_own_that_keeps_all_but_the_ami(clusters, cluster):
    new = new_asg(cluster)
    clusters.create(new)
    assert cluster.group(new.name)["LaunchTemplate"]["Version"] == "2"
    version, = cluster.aws("ec2").describe_launch_template_versions(
        LaunchTemplateId=cluster.template, Versions=["2"])["LaunchTemplateVersions"]
    assert version["LaunchTemplateData"]["ImageId"] == new.ami
    assert version["LaunchTemplateData"]["InstanceType"] == "c7g.large"
    assert the(clusters, cluster, new.name).ami == new.ami


def test_a_tag_that_names_the_other_asg_names_the_new_one(clusters, cluster):
    clusters.tag(cluster.asg, {"Name": cluster.asg})
    new = new_asg(cluster)
    clusters.create(new)
    assert the(clusters, cluster, new.name).tags["Name"] == new.name


def test_creating_twice_makes_one_asg_and_one_template_version(clusters, cluster):
    new = new_asg(cluster)
    clusters.create(new)
    clusters.create(new)
    versions = cluster.aws("ec2").describe_launch_template_versions(LaunchTemplateId=cluster.template)
    assert len(versions["LaunchTemplateVersions"]) == 2


def test_a_version_that_was_made_before_a_crash_is_used_again(clusters, cluster):
    new = new_asg(cluster)
    cluster.aws("ec2").create_launch_template_version(
        LaunchTemplateId=cluster.template, SourceVersion="1", LaunchTemplateData={"ImageId": new.ami},
        VersionDescription=f"{new.name}: {new.ami} on version 1")
    clusters.create(new)
    assert the(clusters, cluster, new.name).template_version == "2"


def test_an_asg_of_another_push_with_that_name_is_refused(clusters, cluster):
    clusters.create(new_asg(cluster))
    other = new_asg(cluster, name=f"{cluster.service}-prod-v042", tags={PUSH: "push-2"}, ami=cluster.ami)
    with pytest.raises(Refused, match=r"v042 exists already, made by push push-1"):
        clusters.create(other)


def test_one_that_had_the_name_before_and_is_still_shown_is_no_hindrance(clusters, cluster, monkeypatch):
    old = new_asg(cluster)
    clusters.create(old)
    stale, groups = clusters._groups(), clusters._groups
    cluster.aws("autoscaling").delete_auto_scaling_group(AutoScalingGroupName=old.name, ForceDelete=True)
    eventually(lambda: old.name not in {g["AutoScalingGroupName"] for g in groups()}, "the old ASG is gone")
    answers = iter([stale])
    monkeypatch.setattr(clusters, "_groups", lambda *names: next(answers, None) or groups(*names))
    clusters.create(replace(old, tags={PUSH: "push-2"}))
    assert the(clusters, cluster, old.name).tags[PUSH] == "push-2"


def test_own_target_groups_replace_those_of_the_one_it_is_shaped_like(clusters, cluster):
    new = new_asg(cluster, target_groups=())
    clusters.create(new)
    assert cluster.group(new.name)["TargetGroupARNs"] == []


def test_a_baseline_that_follows_the_latest_version_is_pinned_before_a_new_version_is_made(clusters, session):
    cluster = furnished(session)
    template = {"LaunchTemplateId": cluster.template, "Version": "$Latest"}
    cluster.aws("autoscaling").update_auto_scaling_group(AutoScalingGroupName=cluster.asg, LaunchTemplate=template)
    clusters.create(new_asg(cluster))
    assert cluster.group(cluster.asg)["LaunchTemplate"]["Version"] == "1"
    assert the(clusters, cluster, cluster.asg).ami == cluster.ami


def test_another_cluster_that_follows_the_latest_version_of_the_template_stops_the_push(clusters, cluster):
    other = f"{cluster.service}-test-v001"
    cluster.aws("autoscaling").create_auto_scaling_group(
        AutoScalingGroupName=other, MinSize=0, MaxSize=1, VPCZoneIdentifier=cluster.subnets[0],
        LaunchTemplate={"LaunchTemplateId": cluster.template, "Version": "$Latest"})
    with pytest.raises(Refused, match=rf"would reach {other}, which follows \$Latest"):
        clusters.create(new_asg(cluster))
    versions = cluster.aws("ec2").describe_launch_template_versions(LaunchTemplateId=cluster.template)
    assert len(versions["LaunchTemplateVersions"]) == 1


def test_a_new_asg_like_none_is_bad_input(clusters, cluster):
    with pytest.raises(BadInput, match="nowhere-prod-v001, which it should be shaped like, does not exist"):
        clusters.create(new_asg(cluster, like="nowhere-prod-v001"))


def test_sizes_suspended_processes_and_tags_are_written(clusters, cluster):
    clusters.suspend(cluster.asg, ["Launch", "Terminate"])
    clusters.resume(cluster.asg, ["Launch"])
    clusters.resize(cluster.asg, minimum=1, maximum=5, desired=3)
    clusters.tag(cluster.asg, {"serin:colour": "black", "serin:push": None, "serin:never-there": None})
    asg = the(clusters, cluster, cluster.asg)
    assert asg.suspended == {"Terminate"}
    assert (asg.min_size, asg.max_size, asg.desired) == (1, 5, 3)
    assert asg.tags == {"team": "search", "serin:colour": "black"}


def test_suspending_nothing_suspends_nothing(clusters, cluster):
    clusters.suspend(cluster.asg, [])
    assert the(clusters, cluster, cluster.asg).suspended == frozenset()
    clusters.suspend(cluster.asg, ["Launch"])
    clusters.resume(cluster.asg, [])
    assert the(clusters, cluster, cluster.asg).suspended == {"Launch"}


def test_a_size_that_aws_refuses_is_bad_input_with_the_call_the_asg_and_its_words(clusters, cluster):
    with pytest.raises(BadInput, match=rf"update_auto_scaling_group \({cluster.asg}\): ValidationError: .+"):
        clusters.resize(cluster.asg, minimum=0, maximum=2, desired=5)


def test_a_marked_instance_is_healthy_again_and_one_that_is_gone_is_no_error(clusters, cluster):
    clusters.suspend(cluster.asg, ["ReplaceUnhealthy"])
    asg = eventually(lambda: (a := the(clusters, cluster, cluster.asg)).in_service == 2 and a, "two in service")
    instance = asg.instances[0].id
    cluster.aws("autoscaling").set_instance_health(InstanceId=instance, HealthStatus="Unhealthy",
                                                   ShouldRespectGracePeriod=False)
    assert the(clusters, cluster, cluster.asg).in_service == 1
    clusters.mark_healthy(["i-0123456789abcdef0", instance])
    assert the(clusters, cluster, cluster.asg).in_service == 2


def test_many_are_marked_with_one_call_each_and_what_aws_refuses_is_raised(clusters, session, cluster):
    gone = [f"i-{number:017x}" for number in range(50)]
    session.calls.clear()
    clusters.mark_healthy(gone)
    assert session.calls == ["autoscaling.SetInstanceHealth"] * 50
    with pytest.raises(BadInput, match="set_instance_health"):
        clusters.mark_healthy([*gone, ""])


def test_activities_come_the_newest_first_with_awss_words(clusters, cluster):
    eventually(lambda: the(clusters, cluster, cluster.asg).in_service == 2, "two in service")
    activities = clusters.activities(cluster.asg)
    assert len(activities) == 2
    assert activities == sorted(activities, key=lambda a: a.started_at, reverse=True)
    assert all(a.message and not a.in_progress for a in activities)
    assert all(a.cause.startswith("At ") for a in activities)


def test_deleting_takes_the_instances_along_and_may_be_said_twice(clusters, cluster):
    clusters.delete(cluster.asg)
    assert all(asg.deleting for asg in clusters.asgs(f"{cluster.service}-prod"))
    eventually(lambda: not clusters.asgs(f"{cluster.service}-prod"), "the ASG is gone")
    clusters.delete(cluster.asg)


@pytest.mark.parametrize("other", [
    {"LoadBalancerNames": ["old-elb"]},
    {"TrafficSources": [{"Identifier": "arn:tg", "Type": "elbv2"}, {"Identifier": "old-elb", "Type": "elb"}]},
], ids=["as load balancer", "as traffic source"])
def test_an_asg_that_takes_traffic_past_target_groups_is_refused(other):
    like = {"AutoScalingGroupName": "api-prod-v041", "VPCZoneIdentifier": "subnet-1", **other}
    with pytest.raises(BadInput, match="api-prod-v041: old-elb is no target group: a push could not take its traffic"):
        create_arguments(NewAsg("api-prod-v042", "api-prod-v041", "ami-1", 4, {}), like, ("lt-1", "2"), [])


def by_hand(cluster, source, **data):
    """A version that a person makes of another one; its number."""
    answer = cluster.aws("ec2").create_launch_template_version(
        LaunchTemplateId=cluster.template, SourceVersion=source, LaunchTemplateData=data)
    return str(answer["LaunchTemplateVersion"]["VersionNumber"])


def test_what_a_person_changed_in_the_launch_template_is_told_from_what_pushes_made(clusters, cluster):
    new = new_asg(cluster)
    clusters.create(new)
    given = by_hand(cluster, "2", InstanceType="m7g.large", UserData=b64encode(b"#!/bin/sh\nstart").decode())
    left = by_hand(cluster, given, InstanceType="m7g.xlarge")
    assert clusters.launches(new.name).newest.number == left
    cluster.aws("autoscaling").update_auto_scaling_group(
        AutoScalingGroupName=new.name, LaunchTemplate={"LaunchTemplateId": cluster.template, "Version": given})
    found = clusters.launches(new.name)
    assert (found.runs.number, found.made.number, found.newest.number) == (given, "2", left)
    assert (found.made.data["InstanceType"], found.runs.data["InstanceType"]) == ("c7g.large", "m7g.large")
    assert (found.made.user_data, found.runs.user_data) == (b"", b"#!/bin/sh\nstart")
    assert "UserData" not in found.runs.data


def test_an_asg_that_follows_the_latest_version_launches_what_that_is_now(clusters, cluster):
    given = by_hand(cluster, "1", InstanceType="m7g.large")
    cluster.aws("autoscaling").update_auto_scaling_group(
        AutoScalingGroupName=cluster.asg, LaunchTemplate={"LaunchTemplateId": cluster.template, "Version": "$Latest"})
    found = clusters.launches(cluster.asg)
    assert (found.runs.number, found.made, found.newest) == (given, None, None)
