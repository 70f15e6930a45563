"""Notifications and the warm pool go along to the next ASG."""

import pytest

from include.adapters.clusters.ec2_asg import Ec2AsgClusters
from include.domain.asg_tags import PUSH
from include.domain.cluster import NewAsg
from tests.adapters.cloud import furnished

LAUNCHED, FAILED = "autoscaling:EC2_INSTANCE_LAUNCH", "autoscaling:EC2_INSTANCE_LAUNCH_ERROR"
PAGER, DNS = (f"arn:aws:sns:us-east-1:123456789012:{name}" for name in ("pager", "dns"))


@pytest.fixture
def clusters(session) -> Ec2AsgClusters:
    return Ec2AsgClusters(session)


def notify(cluster, asg, topic, *kinds):
    cluster.aws("autoscaling").put_notification_configuration(AutoScalingGroupName=asg, TopicARN=topic,
                                                              NotificationTypes=list(kinds))


def notified(cluster, asg):
    found = cluster.aws("autoscaling").describe_notification_configurations(AutoScalingGroupNames=[asg])
    return {(one["TopicARN"], one["NotificationType"]) for one in found["NotificationConfigurations"]}


def warm_pool(cluster, asg):
    return cluster.aws("autoscaling").describe_warm_pool(AutoScalingGroupName=asg).get("WarmPoolConfiguration")


def create(clusters, cluster):
    name = f"{cluster.service}-prod-v042"
    clusters.create(NewAsg(name, cluster.asg, cluster.ami, 5, {PUSH: "push-1"}))
    return name


def test_who_is_notified_is_so_before_the_first_instance_is_launched(clusters, cluster):
    notify(cluster, cluster.asg, PAGER, FAILED)
    notify(cluster, cluster.asg, DNS, LAUNCHED, FAILED)
    new = create(clusters, cluster)
    assert notified(cluster, new) == {(PAGER, FAILED), (DNS, LAUNCHED), (DNS, FAILED)}
    assert cluster.group(new)["DesiredCapacity"] == 0


def test_a_notification_that_a_crash_left_out_is_made_good_with_the_scaling_and_what_people_added_stays(
        clusters, cluster):
    new = create(clusters, cluster)
    notify(cluster, cluster.asg, DNS, LAUNCHED)
    notify(cluster, new, DNS, FAILED)
    for _ in range(2):
        clusters.copy_scaling(cluster.asg, new)
    assert notified(cluster, new) == {(DNS, LAUNCHED), (DNS, FAILED)}


def test_the_warm_pool_comes_with_the_scaling_and_not_before(clusters, cluster):
    settings = {"MinSize": 1, "MaxGroupPreparedCapacity": 3, "PoolState": "Stopped",
                "InstanceReusePolicy": {"ReuseOnScaleIn": True}}
    cluster.aws("autoscaling").put_warm_pool(AutoScalingGroupName=cluster.asg, **settings)
    new = create(clusters, cluster)
    assert not warm_pool(cluster, new)
    clusters.copy_scaling(cluster.asg, new)
    assert {key: warm_pool(cluster, new)[key] for key in settings} == settings


def test_a_warm_pool_that_the_new_asg_has_already_is_kept(clusters, cluster):
    scaling = cluster.aws("autoscaling")
    new = create(clusters, cluster)
    scaling.put_warm_pool(AutoScalingGroupName=cluster.asg, MinSize=3)
    scaling.put_warm_pool(AutoScalingGroupName=new, MinSize=1)
    clusters.copy_scaling(cluster.asg, new)
    assert warm_pool(cluster, new)["MinSize"] == 1


def test_where_there_is_nothing_beside_nothing_is_put(session, clusters):
    cluster = furnished(session)
    new = create(clusters, cluster)
    session.calls.clear()
    clusters.copy_scaling(cluster.asg, new)
    assert not [call for call in session.calls if ".Put" in call]
