"""A push, a rollback, a build, the dashboard and the bot on the local cloud, with IAM in front of it: nothing that they
need is missing from their roles, and each statement of these is needed."""

import json
from datetime import UTC, datetime
from functools import cached_property

import boto3
import pytest

from benchmarks.local_stage import LocalPorts, LocalStage, declared
from include.adapters.clusters.ec2_asg import Ec2AsgClusters
from include.chat_bot.answers import Answers
from include.chat_bot.answers import Sources as BotSources
from include.chat_bot.delivery import Delivery
from include.chat_bot.room import Heard
from include.dashboard.pushes import Pushes
from include.dashboard.view import Sources, read_view
from include.domain import asg_tags
from include.domain.errors import Final
from include.domain.push import Push, PushEnd
from include.iam.roles import statements
from include.local_cloud import service_repository
from include.local_cloud.furnish import BUCKET_REGION, furnish
from include.steps.images.build import build_ami
from tests.adapters.cloud import control_process, eventually
from tests.iam.authority import allows, without
from tests.iam.declared import every_use
from tests.iam.enforcing import Enforced, Known
from tests.laws.crash_points import SteadyMetrics
from tests.world.actors import Pushing, RollingBack

REGION = "us-east-1"
CLUSTER = "api-prod"
# Statements that a push which ends well does not ask for, and why.
NEVER_ASKED = {"RemoveImages": "only an image that failed is removed",
               "RemoveSnapshots": "the same: its snapshots"}


class EnforcedPorts(LocalPorts):
    """Each port with what its role allows."""

    def build_session(self, region):
        return self._sessions["build", region]

    @cached_property
    def metrics(self):
        return SteadyMetrics()


class Stage(LocalStage):
    def __init__(self, service, regions, roles):
        super().__init__(service, {}, "", bool)
        self.regions = list(regions)
        self.ports = {region: EnforcedPorts(service, region, roles, "") for region in regions}


class Furnished:
    """One service in one region, with everything that a push has to carry over, and IAM in front of it."""

    def __init__(self, endpoint, folder):
        self.endpoint, self.repository = endpoint, folder / "repository"
        first = service_repository.create(self.repository)
        furnish(endpoint, str(self.repository), first, [REGION], size=2, network="127.41")
        self.service = declared(self.repository, [REGION], 60, red_red_minutes=1, watch_minutes=1, limit_minutes=1440,
                                region_minutes=1440)
        self.aws = Known(endpoint, REGION)._clients
        self._rule()
        self._scaling()
        use = every_use(self.service)["aws"]
        self.policies = {role: [one.as_json() for one in statements(role, use)]
                         for role in ("push", "build", "dashboard", "chat_bot")}
        self.roles = self.under("push") | {("build", REGION): self.enforced("build")}
        self.stage = Stage(self.service, [REGION], self.roles)

    def under(self, role):
        return dict.fromkeys((REGION, BUCKET_REGION), self.enforced(role))

    def enforced(self, role):
        return Enforced(self.endpoint, REGION, self.policies[role])

    def ports(self, role):
        session = self.under(role)
        return EnforcedPorts(self.service, REGION, session | {("build", REGION): session[REGION]}, ""), session[REGION]

    def _rule(self):
        """Weights are moved in the rules, too."""
        elb = self.aws["elbv2"]
        balancer = elb.describe_load_balancers(Names=[CLUSTER])["LoadBalancers"][0]["LoadBalancerArn"]
        listener = elb.describe_listeners(LoadBalancerArn=balancer)["Listeners"][0]["ListenerArn"]
        group = elb.describe_target_groups(Names=[CLUSTER])["TargetGroups"][0]["TargetGroupArn"]
        elb.create_rule(ListenerArn=listener, Priority=1, Conditions=[{"Field": "path-pattern", "Values": ["/tv/*"]}],
                        Actions=[{"Type": "forward", "ForwardConfig": {"TargetGroups": [
                            {"TargetGroupArn": group, "Weight": 100}]}}])

    def _scaling(self):
        """A step policy with its alarm, which go with the push from one ASG to the next."""
        scaling, name = self.aws["autoscaling"], f"{CLUSTER}-v041"
        policy = scaling.put_scaling_policy(
            AutoScalingGroupName=name, PolicyName="up", PolicyType="StepScaling", AdjustmentType="ChangeInCapacity",
            StepAdjustments=[{"MetricIntervalLowerBound": 0.0, "ScalingAdjustment": 1}])["PolicyARN"]
        boto3.client("cloudwatch", endpoint_url=self.endpoint, region_name=REGION, aws_access_key_id="x",
                     aws_secret_access_key="x").put_metric_alarm(
            AlarmName="high-cpu", Namespace="AWS/EC2", MetricName="CPUUtilization", Statistic="Average", Period=60,
            EvaluationPeriods=1, Threshold=99.0, ComparisonOperator="GreaterThanThreshold", AlarmActions=[policy],
            Dimensions=[{"Name": "AutoScalingGroupName", "Value": name}])

    def pushed(self, number):
        """A push from its build to its record."""
        push = Push(f"api-2026110{number}T100000-abc123", "api", "prod", "patch",
                    service_repository.commit(self.repository, "good"), "prod", "", "", "Ada", datetime.now(UTC))
        since = datetime.now(UTC)

        def build():
            answer = self.stage.take(build_ami, push, owner=push.id, region="", since=since)
            return answer if isinstance(answer, Push) else None

        actor = Pushing(self.stage, eventually(build, "the AMI", seconds=60))
        self.driven(actor)
        return actor

    @staticmethod
    def driven(actor):
        def done():
            actor.look()
            return actor.is_done

        eventually(done, f"the end of {actor.name}", seconds=60)


@pytest.fixture(scope="module")
def furnished(tmp_path_factory):
    """A push that ended well, and its rollback by a person: all under the policies."""
    with control_process() as endpoint:
        there = Furnished(endpoint, tmp_path_factory.mktemp("iam"))
        there.pushing = there.pushed(1)
        there.back = RollingBack(there.stage, "back-1", there.pushing.push.id)
        there.driven(there.back)
        yield there


def test_a_push_under_its_role_ends_well_and_nothing_was_denied(furnished):
    record = furnished.pushing.record

    assert (record.end, furnished.pushing.failures) == (PushEnd.SUCCESS, {}), record.reason
    assert [task for task, _ in furnished.pushing.done][:2] == ["launch_canary", "retire"]
    assert not [str(one) for session in furnished.roles.values() for one in session.denied]


def test_its_rollback_launches_the_old_ami_again_under_the_same_role(furnished):
    assert furnished.back.failures == {}
    asgs = Ec2AsgClusters(furnished.enforced("push")).asgs(CLUSTER)
    assert asg_tags.Role.RESTORED in [asg.tags.get(asg_tags.ROLE) for asg in asgs]


@pytest.mark.parametrize("role", ["push", "build"])
def test_each_statement_is_needed(furnished, role):
    """Without any one of them, something that was asked for is denied."""
    policy = furnished.policies[role]
    session = furnished.roles[("build", REGION) if role == "build" else REGION]
    asked = list({(one.action, one.resource, json.dumps(one.context, sort_keys=True)): one
                  for one in session.asked}.values())
    assert all(allows(policy, one) for one in asked)
    spare = [statement["Sid"] for statement in policy
             if all(allows(without(policy, statement["Sid"]), one) for one in asked)]

    assert set(spare) == {statement["Sid"] for statement in policy} & NEVER_ASKED.keys()


def test_a_call_that_the_role_does_not_allow_changes_nothing(furnished):
    """Law 4 in IAM, too: an ASG that no push held is deleted by nobody."""
    session = furnished.enforced("push")
    asg = next(asg.name for asg in Ec2AsgClusters(session).asgs(CLUSTER) if not asg.deleting)
    furnished.aws["autoscaling"].delete_tags(Tags=[{
        "ResourceId": asg, "ResourceType": "auto-scaling-group", "Key": asg_tags.LEASE}])
    with pytest.raises(Final, match="autoscaling:DeleteAutoScalingGroup"):
        Ec2AsgClusters(session).delete(asg)

    assert asg in [one.name for one in Ec2AsgClusters(session).asgs(CLUSTER) if not one.deleting]


def test_the_dashboard_reads_all_that_it_shows_under_a_role_that_changes_nothing(furnished):
    ports, session = furnished.ports("dashboard")
    ask = Sources(furnished.service, {("prod", REGION): ports.clusters}, ports.archive, ports.leases, ports.branches,
                  ports.images, {})
    view = read_view(ask, Pushes("api", ports.archive), datetime.now(UTC))

    assert [str(one) for one in session.denied] == []
    assert [region.silent for region in view.regions] == [""]
    assert furnished.pushing.push.id in [record.push_id for record in view.ended]
    assert not [what for what in view.missing if "not allowed" in what]


def test_the_bot_answers_and_keeps_what_it_told_under_its_role(furnished):
    chatting = furnished.service.model_copy(update={"chat": furnished.service.chat.model_copy(update={"kind": "xmpp"})})
    furnished.policies["chat_bot"] = [one.as_json() for one in statements("chat_bot", every_use(chatting)["aws"])]
    ports, session = furnished.ports("chat_bot")
    sources = BotSources(ports.archive, ports.leases, ports.branches, ports.images, {("prod", REGION): ports.clusters},
                         {}, None)
    answers = Answers(furnished.service, sources, lambda: datetime.now(UTC))
    said = [answers.answer(Heard(text, "ada", "ada@localhost", None), []) for text in
            ("status", "why", "who", f"where {furnished.pushing.push.commit}")]
    Delivery("api", "xmpp", ports.archive).look(datetime.now(UTC))

    assert [str(one) for one in session.denied] == []
    assert CLUSTER in said[0]
    with pytest.raises(Final, match="s3:PutObject"):
        ports.archive.put("pushes/api/x/record.json", b"{}", "application/json")
