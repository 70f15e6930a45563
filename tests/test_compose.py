"""What docker-compose.yaml, .env.example and the Dockerfile say: one with the README, the lock and Airflow itself.

That it works is proven where its commands are run; here a typo, a default secret and a drifted version fail.
"""

import re
import shutil
import subprocess
from importlib.metadata import entry_points, version
from importlib.util import find_spec
from pathlib import Path

import pytest
import yaml
from dotenv import dotenv_values

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "docker-compose.yaml").read_text()
SERVICES = yaml.safe_load(TEXT)["services"]
DOCKERFILE = (ROOT / "Dockerfile").read_text()
README = (ROOT / "README.md").read_text()
EXAMPLE = dotenv_values(ROOT / ".env.example")
ENVIRONMENT = yaml.safe_load(TEXT)["x-airflow"]["environment"]
AIRFLOW = [name for name, service in SERVICES.items() if service.get("environment", {}).get("AIRFLOW_HOME")]
LASTING = sorted(SERVICES.keys() - {"init"})
SECRET = re.compile("PASSWORD|KEY|SECRET")
PRODUCTION = {"postgres", "redis", "init", "api-server", "scheduler", "dag-processor", "triggerer", "worker-1",
              "worker-2", "chat-bot"}
# Read by Airflow, and in none of its documents.
UNDOCUMENTED = {"AIRFLOW__SCHEDULER__NUM_STUCK_IN_QUEUED_RETRIES": "airflow.jobs.scheduler_job_runner"}


def of_profile(name):
    return {service for service, said in SERVICES.items() if name in said.get("profiles", ())}


def test_the_readmes_settings_are_those_of_every_component():
    said = dict(re.findall(r"^((?:AIRFLOW__|PYTHONPATH)\w*)=(.+)$", README, re.MULTILINE))
    assert len(said) > 8
    assert {name: ENVIRONMENT.get(name) for name in said} == said


def test_every_component_of_airflow_and_the_bot_have_the_same_environment():
    assert set(AIRFLOW) == PRODUCTION - {"postgres", "redis"}
    own = {name: SERVICES[name]["environment"].items() - ENVIRONMENT.items() for name in AIRFLOW}
    assert {name for name, more in own.items() if more} == {"init"}
    assert {name for name, _ in own["init"]} == {"SERIN_ADMIN", "SERIN_ADMIN_EMAIL", "SERIN_ADMIN_PASSWORD"}


@pytest.fixture(scope="module")
def known():
    """Every option of Airflow's own schema and of the providers'."""
    from airflow.configuration import conf
    from airflow.providers_manager import ProvidersManager

    ProvidersManager().initialize_providers_configuration()
    return {(section, option.lower()) for section, said in conf.configuration_description.items()
            for option in said["options"]}


@pytest.mark.parametrize("name", sorted(name for name in ENVIRONMENT if name.startswith("AIRFLOW__")))
def test_airflow_knows_every_setting(name, known):
    if name in UNDOCUMENTED:
        source = Path(find_spec(UNDOCUMENTED[name]).origin).read_text()
        assert f'"{name.split("__")[2].lower()}"' in source
        return
    section, option = name.removeprefix("AIRFLOW__").lower().split("__")
    assert (section, option) in known


def test_the_classes_that_are_named_are_there():
    from airflow.configuration import conf  # noqa: F401  (providers ask it as they load)

    for name in ("AIRFLOW__CORE__AUTH_MANAGER", "AIRFLOW__CELERY__CELERY_CONFIG_OPTIONS"):
        module, _, attribute = ENVIRONMENT[name].rpartition(".")
        assert hasattr(__import__(module, fromlist=[attribute]), attribute), name
    assert "celery" in {command.name for command in entry_points(group="console_scripts")}


def test_nothing_secret_has_a_default():
    secret = [(name, otherwise) for name, otherwise in re.findall(r"\$\{(\w+)([^}]*)\}", TEXT) if SECRET.search(name)]
    assert len(set(secret)) >= 6
    assert [name for name, otherwise in secret if not otherwise.startswith(":?")] == []
    for service in SERVICES.values():
        given = {name: str(value) for name, value in (service.get("environment") or {}).items() if value}
        assert not [name for name, value in given.items() if re.search("PASSWORD|_KEY|JWT_SECRET", name)
                    and not value.startswith("${")]


def test_the_example_explains_every_variable_and_gives_no_secret():
    asked = set(re.findall(r"\$\{(\w+)", TEXT)) - {"SERIN_DECLARED_MODE"}
    assert asked <= set(EXAMPLE) | {"SERIN_IMAGE"}
    assert set(EXAMPLE) <= asked
    assert {name: value for name, value in EXAMPLE.items() if SECRET.search(name) and value} == {}


@pytest.mark.parametrize("name", LASTING)
def test_what_runs_for_long_is_looked_at_and_started_again(name):
    assert SERVICES[name]["restart"] == "unless-stopped"
    assert {"test", "interval", "timeout", "retries"} <= SERVICES[name]["healthcheck"].keys()


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_what_waits_for_another_waits_until_that_is_well(name):
    for other, how in SERVICES[name].get("depends_on", {}).items():
        assert how["condition"] == ("service_completed_successfully" if other == "init" else "service_healthy")
        assert SERVICES[other].get("profiles", ()) == SERVICES[name].get("profiles", ())    # else it may not be there


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_no_container_has_a_right_that_it_does_not_need(name):
    service = SERVICES[name]
    assert "no-new-privileges:true" in service["security_opt"]
    assert not {"privileged", "cap_add", "network_mode", "pid", "user"} & service.keys()
    if name not in {"postgres", "redis"}:      # their entrypoints begin as root and become another
        assert service["cap_drop"] == ["ALL"]
    if name not in {"postgres", "redis", "grafana"}:
        assert service["read_only"] is True


@pytest.mark.parametrize("name", sorted(name for name, service in SERVICES.items() if "ports" in service))
def test_nobody_else_reaches_a_port_unless_somebody_says_so(name):
    for port in SERVICES[name]["ports"]:
        assert port.startswith(("127.0.0.1:", "${SERIN_LISTEN:-127.0.0.1}:")), port


def test_the_profiles_hold_what_they_promise():
    assert SERVICES.keys() - of_profile("demo") - of_profile("metrics") == PRODUCTION
    assert of_profile("demo") == {"local-cloud", "prometheus", "prosody"}
    assert of_profile("metrics") == {"statsd-exporter", "prometheus", "grafana"}


@pytest.mark.parametrize("name", sorted(name for name, said in SERVICES.items() if "build" not in said))
def test_every_image_that_others_made_is_pinned(name):
    assert re.fullmatch(r"[\w./-]+:v?\d+\.\d+(\.\d+)?", SERVICES[name]["image"])


def test_postgresql_and_redis_are_of_the_versions_that_are_tested():
    assert SERVICES["postgres"]["image"].startswith("postgres:15.")
    assert SERVICES["redis"]["image"].startswith("redis:7.")
    assert SERVICES["prometheus"]["image"].startswith("prom/prometheus:v2.")


def test_each_worker_is_asked_by_its_own_name():
    for name in ("worker-1", "worker-2"):
        assert SERVICES[name]["command"] == ["airflow", "celery", "worker", "--celery-hostname", name]
        assert f"--destination {name}" in SERVICES[name]["healthcheck"]["test"][1]
        assert SERVICES[name]["stop_grace_period"]


def test_there_are_as_many_slots_as_tasks_that_the_scheduler_starts():
    workers = sum("celery" in str(service.get("command")) for service in SERVICES.values())
    slots = workers * int(ENVIRONMENT["AIRFLOW__CELERY__WORKER_CONCURRENCY"])
    assert slots == int(ENVIRONMENT["AIRFLOW__CORE__PARALLELISM"])


def test_the_image_is_made_from_the_lock_by_the_same_uv_and_python():
    uv = re.search(r"^UV=(.+)$", (ROOT / ".ci/set_up").read_text(), re.MULTILINE)[1]
    assert f"uv=={uv}" in DOCKERFILE
    assert DOCKERFILE.count("--require-hashes") == DOCKERFILE.count("uv pip install") == 2
    assert re.search(r"^FROM python:3\.11\.\d+-slim-bookworm AS", DOCKERFILE, re.MULTILINE)
    assert [found for found in re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE) if ":" in found] == [
        re.search(r"python:\S+", DOCKERFILE)[0]]


def test_the_image_has_the_locks_airflow():
    lock = (ROOT / "requirements.txt").read_text()
    production = (ROOT / "requirements.in").read_text().partition("# the local cloud")[0]
    assert f"\napache-airflow=={version('apache-airflow')} " in lock
    assert "apache-airflow-providers-celery" in production
    assert not re.search("^(moto|pytest)", production, re.MULTILINE)


def test_the_image_runs_as_nobody_and_holds_no_secret():
    ends = re.split(r"^FROM ", DOCKERFILE, flags=re.MULTILINE)
    for target in ("demo", "production"):
        stage = next(stage for stage in ends if f" AS {target}\n" in stage)
        assert "USER 50000:0" in stage
        assert not re.search("^(ENV|ARG).*(PASSWORD|SECRET|KEY)", stage, re.MULTILINE)
    ignored = (ROOT / ".dockerignore").read_text().split()
    assert ignored[ignored.index("*"):][0] == "*"
    assert {line[1:] for line in ignored if line.startswith("!")} == {
        "requirements.in", "requirements.txt", "dags", "plugins", "include"}


@pytest.mark.parametrize("path", sorted(set(re.findall(r"/etc/serin/([\w./-]+)", TEXT))))
def test_every_file_that_is_mounted_is_there(path):
    assert (ROOT / "include/operations" / path).exists()


@pytest.mark.parametrize("name", sorted({service["command"][2] for service in SERVICES.values()
                                         if service.get("command", [])[1:2] == ["-m"]}))
def test_every_module_that_is_run_is_there(name):
    assert find_spec(name)


needs_tool = pytest.mark.skipif(shutil.which("docker-compose") is None, reason="docker-compose is not installed here")


@pytest.fixture
def filled(tmp_path):
    """.env.example as somebody filled it in, and its connections."""
    (tmp_path / "connections.env").write_text("AIRFLOW_CONN_AWS_PROD='{\"conn_type\": \"aws\"}'\n")
    values = EXAMPLE | {name: f"filled-{name}" for name, value in EXAMPLE.items() if not value}
    values |= {"SERIN_CONNECTIONS": str(tmp_path / "connections.env"), "SERIN_DECLARED": str(tmp_path)}
    (tmp_path / "env").write_text("".join(f"{name}={value}\n" for name, value in values.items()))
    return tmp_path / "env"


def config(env, *words):
    return subprocess.run(["docker-compose", "--env-file", str(env), *words], cwd=ROOT, capture_output=True, text=True,
                          check=False, env={"PATH": "/usr/bin:/bin"})


@needs_tool
def test_the_compose_tool_takes_it(filled):
    told = config(filled, "config", "--services")
    assert told.returncode == 0, told.stderr
    assert set(told.stdout.split()) == SERVICES.keys()


@needs_tool
def test_without_a_secret_nothing_starts_and_it_is_said_which(filled):
    filled.write_text(re.sub(r"^AIRFLOW_JWT_SECRET=.*$", "AIRFLOW_JWT_SECRET=", filled.read_text(), flags=re.MULTILINE))
    told = config(filled, "config", "--quiet")
    assert told.returncode != 0
    assert "signs the tokens of people and tasks, see .env.example" in told.stderr
