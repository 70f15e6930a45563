"""`python -m include.iam`: policies as files, what they differ by, and a sentence for what cannot be made."""

import json

import pytest
import yaml

from include.iam.__main__ import main
from tests.iam.declared import everything

ACCOUNT = "123456789012"
AIRFLOW = "arn:aws:iam::111122223333:role/airflow"


@pytest.fixture(autouse=True)
def services(tmp_path, monkeypatch):
    """The declared services, as files."""
    folder = tmp_path / "services"
    folder.mkdir()
    (tmp_path / "markets.yaml").write_text(yaml.safe_dump({
        "us": {"time_zone": "UTC", "regions": ["us-east-1", "eu-west-1"], "peaks": []}}))
    monkeypatch.setenv("SERIN_SERVICES", str(folder))
    monkeypatch.setenv("SERIN_MARKETS", str(tmp_path / "markets.yaml"))
    for one in everything():
        (folder / f"{one.service}.yaml").write_text(yaml.safe_dump(one.model_dump(mode="json", exclude_unset=True)))
    return folder


@pytest.fixture
def run(capsys):
    def printed(*words):
        code = main([str(word) for word in words])
        said = capsys.readouterr()
        return code, said.out, said.err

    return printed


def test_every_role_of_every_connection_is_printed_as_json(run):
    code, out, _ = run("--account", ACCOUNT)
    found = json.loads(out)

    assert code == 0
    assert {"serin-aws_build-build.json", "serin-aws_test-push.json", "serin-aws_prod-dashboard.json"} <= found.keys()
    assert all(set(document) == {"Version", "Statement"} for document in found.values())


def test_less_is_printed_for_one_service_environment_and_role(run):
    _, out, _ = run("--account", ACCOUNT, "--service", "api", "--environment", "test", "--role", "push")
    found = json.loads(out)

    assert "serin-aws_test-push.json" in found
    assert "api-test" in json.dumps(found)
    assert "api-prod" not in json.dumps(found)


@pytest.mark.parametrize(("words", "said"), [
    ((), "is not known: say --account aws_"),
    (("--account", "12345"), "--account 12345: '12345' is not the id of an AWS account, which is 12 digits"),
    (("--account", "aws_dev=123456789012"), "no service names the connection aws_dev; there are aws_build, aws_prod"),
    (("--account", ACCOUNT, "--service", "ap"), "service 'ap' is not declared; did you mean api?"),
    (("--account", ACCOUNT, "--environment", "dev"), "--environment dev: is not known; there are test, integration"),
    (("--account", ACCOUNT, "--environment", "staging"), "--environment staging: not declared by api, jobs, shop, web"),
    (("--account", ACCOUNT, "--role", "admin"), "invalid choice: 'admin'"),
    (("--account", ACCOUNT, "--airflow-role", AIRFLOW), "--airflow-role and --external-id go together"),
    (("--account", ACCOUNT, "--airflow-role", "airflow"), "'airflow' is not the ARN of a role or user"),
    (("--account", ACCOUNT, "--check", "/nowhere"), "/nowhere: is no folder; --check takes the one")],
    ids=lambda value: value if isinstance(value, str) else " ".join(value) or "nothing")
def test_what_cannot_be_made_is_a_sentence(run, words, said):
    code, out, err = run(*words)
    assert (code, out) == (2, "")
    assert said in err


def test_what_was_written_is_what_is_needed_until_a_service_changes(run, tmp_path, services):
    folder = tmp_path / "policies"
    assert run("--account", ACCOUNT, "--write", folder)[0] == 0
    assert run("--account", ACCOUNT, "--check", folder)[0] == 0

    path = services / "api.yaml"
    declared = yaml.safe_load(path.read_text())
    declared["environments"]["test"]["regions"][0]["load_balancer"] = "another"
    path.write_text(yaml.safe_dump(declared))
    code, out, _ = run("--account", ACCOUNT, "--check", folder)

    assert code == 1
    assert out.splitlines() == ["serin-aws_test-push.json: MoveWeights is not what is needed",
                                "serin-aws_test-push.json: MoveWeightsOfRules is not what is needed"]


def test_files_that_are_missing_or_left_over_are_named(run, tmp_path):
    folder = tmp_path / "policies"
    run("--account", ACCOUNT, "--write", folder)
    (folder / "serin-aws_build-build.json").rename(folder / "serin-old-build.json")
    code, out, _ = run("--account", ACCOUNT, "--check", folder)

    assert code == 1
    assert out.splitlines() == ["serin-aws_build-build.json is missing", "serin-old-build.json is needed by no service"]


def test_each_component_may_become_its_own_role_and_no_other(run):
    _, out, _ = run("--account", ACCOUNT, "--airflow-role", AIRFLOW, "--external-id", "7c0f2c1e")
    found = json.loads(out)
    worker, dashboard = (found[f"serin-airflow-{one}.json"]["Statement"][0] for one in ("worker", "dashboard"))

    assert worker["Resource"] == [f"arn:aws:iam::{ACCOUNT}:role/serin-{name}-worker"
                                  for name in ("aws_build", "aws_prod", "aws_test")]
    assert not set(worker["Resource"]) & set(dashboard["Resource"])
    trust, = found["serin-aws_prod-worker-trust.json"]["Statement"]
    assert trust["Principal"] == {"AWS": AIRFLOW}
    assert trust["Condition"] == {"StringEquals": {"sts:ExternalId": "7c0f2c1e"}}
    assert found["serin-connections-dashboard.json"]["aws_prod"]["extra"] == {
        "role_arn": f"arn:aws:iam::{ACCOUNT}:role/serin-aws_prod-dashboard",
        "assume_role_kwargs": {"ExternalId": "7c0f2c1e"}}
