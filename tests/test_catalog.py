"""What a team declares is used or refused, with file, key, value, and what would be right."""

import subprocess
import sys
from datetime import time
from pathlib import Path

import pytest
import yaml
from pydantic import BaseModel

from include import catalog
from include.catalog import load_markets, load_service, load_services, service_files, service_named, service_of
from include.domain.errors import BadInput
from include.domain.service import Service
from include.strict_yaml import _inside, _plain, _tags

INCLUDE = Path(__file__).resolve().parents[1] / "include"
EXAMPLE = INCLUDE / "services" / "api.yaml"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def declare(folder: Path, name: str, *changes: tuple[str, str]) -> Path:
    """The example with some text changed."""
    text = EXAMPLE.read_text()
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    path = folder / name
    path.write_text(text)
    return path


def refusal(path: Path) -> str:
    with pytest.raises(BadInput) as refused:
        load_service(path)
    return str(refused.value).replace(f"{path}: ", "")


# --- the example

def test_the_example_is_a_service_in_production_time():
    api = load_services()["api"]
    assert [region.region for region in api.environments["prod"].regions] == ["us-east-1", "us-west-2", "eu-west-1"]
    assert api.time_scale == 1


def test_the_example_shows_every_setting():
    words = set(EXAMPLE.read_text().replace(":", " ").replace("{", " ").split())
    assert not sorted(_settings(Service) - words)


def test_the_example_gives_defaults_as_they_are():
    """A key that is left out must do what its comment says: taking the key out changes nothing."""
    declared = yaml.safe_load(EXAMPLE.read_text())
    for section, name in (("canary", "size"), ("canary", "share_percent"), ("canary", "bake_hours"),
                          ("canary", "warm_up_minutes"), ("canary", "look_every_minutes"), ("canary", "go_score"),
                          ("canary", "min_requests"), ("red_black", "extra_percent"), ("red_black", "batch_percent"),
                          ("red_black", "red_red_minutes"), ("red_black", "watch_minutes"),
                          ("red_black", "countdown_minutes"),
                          ("red_black", "look_every_minutes"), ("red_black", "limit_minutes"),
                          ("red_black", "region_minutes"), ("red_black", "max_error_percent"),
                          ("red_black", "max_latency_ratio"), ("repair", "check_on"),
                          ("metrics", "step_seconds"), ("build", "limit_minutes"),
                          ("build", "install"), ("build", "instance_type"), ("archive", "prefix")):
        given = declared[section][name]
        default = _plain(Service.model_fields[section].annotation).model_fields[name].default
        assert (tuple(given) if isinstance(given, list) else given) == default, f"{section}.{name}"


def _settings(model: type[BaseModel]) -> set[str]:
    found = set(model.model_fields)
    for name in model.model_fields:
        kind = _inside(model, name)
        inside = getattr(_plain(kind), "__args__", ())
        for inner in (_plain(kind), *inside, *(model for one in (kind, *inside) for model in _tags(one).values())):
            inner = _plain(inner)
            if isinstance(inner, type) and issubclass(inner, BaseModel):
                found |= _settings(inner)
    return found


def test_the_example_s_environments_are_as_prod_but_for_what_they_say():
    api = load_services()["api"]
    assert api.within("prod") is api
    test = api.within("test")
    assert (test.red_black.watch_minutes, test.red_black.red_red_minutes, test.red_black.compare) == (2, 0, False)
    assert test.red_black.batch_percent == api.red_black.batch_percent
    assert (test.freezes, test.scaling) == ((), None)
    assert (api.deployed_from("test"), api.deployed_from("release")) == (("test",), ("integration", "staging"))
    assert api.every_region == ("us-east-1", "us-west-2", "eu-west-1")


# --- refusals

@pytest.mark.parametrize(("old", "new", "says"), [
    pytest.param("go_score:", "go_scor:", "canary.go_scor: unknown key; did you mean go_score? known: bake_hours, ",
                 id="unknown key, with the nearest"),
    pytest.param("listener_port: 80 ", "listner_port: 80 ",
                 "environments.prod.regions.0.listner_port: unknown key; did you mean listener_port?",
                 id="unknown key, deep down"),
    pytest.param("{pattern: errors.all, tier: critical,", "{pattern: errors.all, teir: critical,",
                 "metrics.rules.0.teir: unknown key; did you mean tier?", id="unknown key in a rule"),
    pytest.param("tier: critical,", "tier: urgent,", "metrics.rules.0.tier: 'urgent' is refused: input should be "
                 "'critical', 'high', 'normal' or 'low'", id="unknown word"),
    pytest.param("share_percent: 1 ", "share_percent: 60 ",
                 "canary.share_percent: 60 is refused: input should be less than or equal to 40", id="out of range"),
    pytest.param("size: 1 ", "size: 1.5 ", "canary.size: 1.5 is refused", id="instances are whole"),
    pytest.param("  bucket: serin-archive\n", "", "archive.bucket: is missing", id="missing"),
    pytest.param("kind: sql", "kind: atlas", "metrics.kind: 'atlas' is refused: input should be 'sql', ", id="kind"),
    pytest.param("kind: sql", "kind: [sql]", "metrics.kind: ['sql'] is refused: input should be 'sql', ",
                 id="kind that is no word"),
    pytest.param("kind: sql", "kind: prometheus", "metrics.table: unknown key; known: asg_label, connection, ",
                 id="key of another kind"),
    pytest.param("table: metrics", "tabel: metrics", "metrics.tabel: unknown key; did you mean table?",
                 id="unknown key of a kind"),
    pytest.param("kind: sql                        # sql,", "kind: prometheus\n  series: [{metrik: x}]  # ",
                 "metrics.series.0.metric: is missing\nmetrics.series.0.metrik: unknown key; did you mean metric?",
                 id="unknown key in a kind"),
    pytest.param("kind: sql                        # sql,", "kind: prometheus\n  series: [{metric: x, name: x}]  # ",
                 "metrics.requests: no series is called 'requests.all'", id="series that give no requests"),
    pytest.param("# calibrate_at: 03:00            #", "calibrate_at: 03:00:30  #", "canary.calibrate_at: '03:00:30' "
                 "is refused: hours and minutes of UTC are needed, as in 03:00", id="a time to the second"),
    pytest.param("# calibrate_at: 03:00            #", "calibrate_at: 0 3 * * *  #", "canary.calibrate_at: "
                 "'0 3 * * *' is refused: ", id="cron"),
    pytest.param("# version: ", "weekly: {day: tue, at: 10:00}\n# version: ", "weekly.users: nobody could start the "
                 "push: name users or roles", id="a weekly push that nobody may start"),
    pytest.param("# version: ", "weekly: {day: tue, at: 10:00}\npermissions: {push: [us]}\n# version: ",
                 "permissions.approve: nobody could say go to a weekly push", id="permissions that leave out the go"),
    pytest.param("# version: ", "weekly: {day: tue, at: 10:00, roles: [op]}\npermissions: {approve: [us]}\n"
                 "# version: ",
                 "weekly.roles: with permissions, those who may say go are permissions.approve's", id="two tellers"),
    pytest.param("# version: ", "permissions: {push: [user]}\n# version: ", "permissions.push.0: 'user' is refused: "
                 "user is a role of Airflow's own, which has its rights on every DAG", id="a role that is Airflow's"),
    pytest.param("# version: ", "permissions: {pusch: [us]}\n# version: ", "permissions.pusch: unknown key; did you "
                 "mean push?", id="an act that nobody knows"),
    pytest.param("# version: ", "weekly: {day: tue, at: 10:00, users: [ada], answer_hours: 2}\n# version: ",
                 "weekly.remind_hours: 2 h before the end of 2 h is before the question", id="a reminder too early"),
    pytest.param("# version: ", "weekly: {day: tue, at: 10:00Z, users: [ada]}\n# version: ", "weekly.at: '10:00Z' "
                 "is refused: hours and minutes are needed, as in 10:00; time_zone counts", id="a weekly time's zone"),
    pytest.param("# version: ", "weekly: {day: tue, at: 10:00, time_zone: Mars, users: [ada]}\n# version: ",
                 "weekly.time_zone: 'Mars' is refused: an IANA time zone is needed", id="an unknown zone"),
    pytest.param("# version: ", "weekly: {day: tue, at: 10:00, users: ['a b']}\n# version: ",
                 "weekly.users.0: 'a b' is refused", id="no user's id"),
    pytest.param("# version: ", "freezes: [{name: x, starts: 2026-12-31, ends: 2026-12-30}]\n# version: ",
                 "freezes.0.ends: datetime.date(2026, 12, 30) is refused: a freeze ends after it starts, at 2026-12-31 "
                 "00:00", id="a freeze that ends before it starts"),
    pytest.param("  test:\n    connection", "  tets:\n    connection", "environments.tets: is not known; there are "
                 "test, integration, staging, prod", id="unknown environment"),
    pytest.param("        markets: [us_west]\n", "", "environments.prod.regions.1.markets: is missing",
                 id="a region of prod without markets"),
    pytest.param("  test:\n", "    red_black: {watch_minutes: 1}\n  test:\n", "environments.prod.red_black: prod's "
                 "settings are those of red_black itself", id="other settings for prod than its own"),
    pytest.param("  extra_percent: 10 ", "  compare: false\n  extra_percent: 10 ", "red_black.compare: false is "
                 "refused: prod is always compared", id="prod without a comparison"),
    pytest.param("watch_minutes: 2\n", "wach_minutes: 2\n", "environments.test.red_black.wach_minutes: unknown key; "
                 "did you mean watch_minutes?", id="unknown key in what is otherwise in an environment"),
    pytest.param("[us_east, brazil]", "[us_eastt]", "environments.prod.regions.0.markets: 'us_eastt' is no market of "
                 "markets.yaml; did you mean us_east? known: brazil,", id="unknown market"),
    pytest.param("[us_east, brazil]", "[us_west]", "environments.prod.regions.0.markets: 'us_west' is not served from "
                 "us-east-1: markets.yaml says us-west-2", id="market served elsewhere"),
    pytest.param("region: us-west-2                # where", "region: us-west-9                # where",
                 "canary.region: us-west-9 is not a region of environments.prod", id="canary without a region"),
    pytest.param("time_scale: 1 ", "time_scale: 60 ", "time_zero: a time_scale other than 1 needs the instant",
                 id="compressed time from nowhere"),
    pytest.param("share_with: [\"210987654321\"]", "share_with: []", "build.share_with: environments.test uses "
                 "aws_test, and AMIs belong to the account of aws_prod: name the account that aws_test is of",
                 id="an account that could not use the AMI"),
    pytest.param("[\"210987654321\"]", "[prod]", "build.share_with.0: 'prod' is refused", id="no account"),
    pytest.param("kind: ec2 ", "kind: packer ", "build.kind: 'packer' is refused: input should be 'ec2', 'tagged' or "
                 "'codebuild'", id="kind of build"),
    pytest.param("kind: ec2 ", "kind: tagged ", "build.base_ami: unknown key; known: commit_tag, connection, kind, "
                 "limit_minutes", id="key of another kind of build"),
    pytest.param("[requirements.txt]", "[requirements.lock]", "manifest.packages.0: 'requirements.lock' is refused: "
                 "packages are read of CycloneDX (.json), package-lock.json and requirements (.txt)", id="packages"),
    pytest.param("[requirements.txt]", "[../a.txt]", "manifest.packages.0: '../a.txt' is refused: a path from the "
                 "root of the repository is needed, without ..", id="a path that leads out"),
    pytest.param("config/{environment}.yaml", "config/{env}.yaml", "manifest.config.0: 'config/{env}.yaml' is refused: "
                 "{env} is not known here; there are {environment}, {region}", id="a place that nobody knows"),
    pytest.param("config/{environment}.yaml", "config/{environment}.ini", "manifest.config.0: "
                 "'config/{environment}.ini' is refused: config is read from .yaml, ", id="a format that nobody knows"),
    pytest.param("kind: none  ", "kind: jira  ", "tickets.connection: kind jira needs an Airflow connection",
                 id="tickets of nowhere"),
    pytest.param("# connection: jira  ", "connection: jira  ", "tickets.connection: kind none asks nobody",
                 id="tickets of nobody"),
    pytest.param("kind: none  ", "kind: trello  ", "tickets.kind: 'trello' is refused", id="tickets of another kind"),
    pytest.param('url: ""  ', "url: https://jira.example.com  ", "tickets.url: 'https://jira.example.com' is refused: "
                 "an address of http or https is needed, with {id} once in it", id="one page for all tickets"),
    pytest.param('url: ""  ', 'url: "javascript:{id}"  ', "tickets.url: 'javascript:{id}' is refused", id="no page"),
    pytest.param('url: ""  ', "url: https://x/{id}/{name}  ", "tickets.url: ", id="two places in a page"),
    pytest.param("projects: [] ", "projects: [api] ", "tickets.projects.0: 'api' is refused", id="no project"),
    pytest.param("# forge_url: https://code.example.com/api/commit/{commit} ", "forge_url: https://code.example.com ",
                 "forge_url: 'https://code.example.com' is refused: an address of http or https is needed, with "
                 "{commit} once in it", id="one page for all commits"),
    pytest.param("service: api ", "service: aservicewithalongname ", "service: 'aservicewithalongname' is too long: "
                 "the target group aservicewithalongname-prod-baseline would have 35 characters, AWS allows 32",
                 id="name too long for its target groups"),
    pytest.param("service: api ", "service: my_api ", "service: 'my_api' is refused: AWS allows no '_' in the name",
                 id="name that no target group may have"),
    pytest.param("service: api ", "service: no ", "", id="no is a name"),
])
def test_what_does_not_fit_is_refused_in_a_sentence(folder: Path, old: str, new: str, says: str):
    changes = [(old, new)] if "series" not in new else [(old, new), ("  table: metrics ", "  # ")]
    path = declare(folder, "x.yaml", *changes)
    if says:
        assert refusal(path).startswith(says)
    else:
        assert load_service(path).service == "no"


def test_all_that_is_wrong_in_a_file_is_said_at_once(folder: Path):
    path = declare(folder, "x.yaml", ("go_score:", "go_scor:"), ("kind: sql", "kind: atlas"))
    assert len(refusal(path).splitlines()) == 2


def test_calibration_is_off_unless_a_time_is_declared(folder: Path):
    assert load_service(EXAMPLE).canary.calibrate_at is None
    path = declare(folder, "x.yaml", ("# calibrate_at: 03:00 ", "calibrate_at: 03:00 "))
    assert load_service(path).canary.calibrate_at == time(3)


def test_the_kind_is_sql_where_none_is_named(folder: Path):
    path = declare(folder, "x.yaml", ("  kind: sql  ", "  # "))
    assert load_service(path).metrics.kind == "sql"


def test_a_bake_longer_than_cloudwatch_keeps_its_points_is_refused(folder: Path):
    series = "series: [{namespace: Api, name: '{metric}'}]"
    path = declare(folder, "x.yaml", ("kind: sql", "kind: cloudwatch"), ("table: metrics  ", f"{series}  "),
                   ("step_seconds: 60", "step_seconds: 10"))
    assert refusal(path) == ("metrics.step_seconds: a canary bakes for 8 h: 10 s are too fine: after 3 h CloudWatch "
                             "has points of 60 s only")


def test_a_key_given_twice_is_refused_with_both_lines(folder: Path):
    path = declare(folder, "x.yaml", ("  region: us-west-2 ", "  region: us-east-1\n  region: us-west-2 "))
    assert "key 'region' is given twice, in lines" in refusal(path)


@pytest.mark.parametrize(("text", "says"), [
    ("service: [api", "while parsing"), ("- api", "keys and values are needed"), ("", "keys and values are needed"),
    ("a: !!python/object/apply:os.system [id]", "could not determine a constructor"),
    ("\x00", "unacceptable character")])
def test_what_is_no_yaml_is_refused(folder: Path, text: str, says: str):
    path = folder / "x.yaml"
    path.write_text(text)
    assert says in refusal(path)


def test_a_file_that_is_not_there_is_refused(folder: Path):
    assert "cannot be read" in refusal(folder / "none.yaml")


# --- many files

def test_one_bad_file_does_not_hide_the_others(folder: Path):
    declare(folder, "a.yaml", ("service: api ", "service: first "))
    declare(folder, "b.yaml", ("go_score:", "go_scor:"))
    declare(folder, "c.yml", ("service: api ", "service: third "))
    files = list(service_files(folder))
    assert [file.service.service if file.service else None for file in files] == ["first", None, "third"]
    assert "go_scor" in str(files[1].error)
    assert service_named("third", folder).service == "third"


def test_a_service_is_found_by_its_name_with_no_other_file_read(folder: Path, monkeypatch: pytest.MonkeyPatch):
    for name in ("api", "api2", "ap", "web"):
        declare(folder, f"{name}.yaml", ("service: api ", f"service: {name} "))
    read = []
    monkeypatch.setattr(catalog, "service_of", lambda text, path, markets: read.append(path.name)
                        or service_of(text, path, markets))
    assert service_named("api", folder).service == "api"
    assert read == ["api.yaml"]


@pytest.mark.parametrize("said", ["service: 'api' ", '"service": api ', "service:   api #", "service : api #",
                                  "service: !!str api "])
def test_a_service_is_found_however_its_file_says_its_name(folder: Path, said: str):
    declare(folder, "x.yaml", ("service: api ", said))
    declare(folder, "y.yaml", ("service: api ", "service: web "))
    assert service_named("api", folder).service == "api"


def test_of_two_files_with_one_name_the_first_is_found_however_it_says_its_name(folder: Path):
    declare(folder, "a.yaml", ("service: api ", "'service': api "), ("go_score: 95 ", "go_score: 90 "))
    declare(folder, "b.yaml")
    assert service_named("api", folder).canary.go_score == 90


def test_a_file_that_changed_is_read_again(folder: Path):
    path = declare(folder, "api.yaml")
    before = load_service(path)
    declare(folder, "api.yaml", ("go_score: 95 ", "go_score: 90 "))
    assert (before.canary.go_score, load_service(path).canary.go_score) == (95, 90)


def test_all_services_at_once_are_refused_with_what_is_wrong_in_any(folder: Path):
    declare(folder, "a.yaml")
    declare(folder, "b.yaml", ("go_score:", "go_scor:"))
    with pytest.raises(BadInput, match=r"b\.yaml: canary\.go_scor"):
        load_services(folder)


def test_a_name_declared_twice_is_refused_and_the_first_stays(folder: Path):
    declare(folder, "a.yaml")
    declare(folder, "b.yaml")
    first, second = service_files(folder)
    assert first.service
    assert "service: 'api' is declared in a.yaml already" in str(second.error)


def test_a_service_that_nobody_declared_is_refused_with_those_there_are(folder: Path):
    declare(folder, "a.yaml")
    with pytest.raises(BadInput, match="service 'apj' is not declared; did you mean api"):
        service_named("apj", folder)


def test_folder_and_markets_come_from_the_environment(folder: Path, monkeypatch: pytest.MonkeyPatch):
    declare(folder, "a.yaml", ("service: api ", "service: elsewhere "))
    (folder / "markets").write_text((INCLUDE / "markets.yaml").read_text())
    monkeypatch.setenv("SERIN_SERVICES", str(folder))
    monkeypatch.setenv("SERIN_MARKETS", str(folder / "markets"))
    assert list(load_services()) == ["elsewhere"]


def test_a_folder_that_is_not_there_is_refused(folder: Path):
    with pytest.raises(BadInput, match="SERIN_SERVICES"):
        load_services(folder / "none")


# --- gates

GATES = EXAMPLE.read_text().split("# gates:")[1].split("\n\n")[0]


def gates(folder: Path, *changes: tuple[str, str]) -> Path:
    """The example with the gates that it shows, some text changed."""
    shown = "gates:" + "\n".join(line.removeprefix("# ") for line in GATES.splitlines())
    for old, new in changes:
        assert old in shown, old
        shown = shown.replace(old, new, 1)
    return declare(folder, "x.yaml", ("# gates:" + GATES, shown))


def test_the_gates_that_the_example_shows_can_be_taken_as_they_are(folder: Path):
    unit, regression = load_service(gates(folder)).gates
    assert (unit.kind, unit.commands) == ("command", (("make", "lint"), ("make", "test")))
    assert (regression.kind, regression.check) == ("commit_status", "ci/regression")
    assert load_service(EXAMPLE).gates == ()


@pytest.mark.parametrize(("old", "new", "says"), [
    ("name: regression", "name: unit", "each gate needs a name of its own: unit is given twice"),
    ("name: unit", "name: Unit-1", "gates.0.name: 'Unit-1' is refused"),
    ("kind: command", "kind: shell", "gates.0.kind: 'shell' is refused: input should be 'command' or 'commit_status'"),
    ("[[make, lint], [make, test]]", "[]", "gates.0.commands: [] is refused: at least one is needed"),
    ("[[make, lint], [make, test]]", "[[]]", "gates.0.commands.0: [] is refused: at least one is needed"),
    ("[[make, lint], [make, test]]", "make test", "gates.0.commands: 'make test' is refused"),
    ("folder: .", "folder: ../other", "gates.0.folder: '../other' is refused: a path inside the checkout is needed"),
    ("folder: .", "folder: /etc", "gates.0.folder: '/etc' is refused: a path inside the checkout is needed"),
    ("junit/*.xml", "../*.xml", "gates.0.report.0: '../*.xml' is refused: a path inside the checkout is needed"),
    ("PYTHONHASHSEED", "GITHUB_TOKEN", "gates.0.environment.GITHUB_TOKEN"),
    ("PYTHONHASHSEED", "A-B", "gates.0.environment.A-B"),
    ("limit_minutes: 30", "limit_minutes: 0", "gates.0.limit_minutes: 0 is refused"),
    ("disk_mb", "disc_mb", "gates.0.disc_mb: unknown key; did you mean disk_mb?"),
    ("forge: github", "forge: gitea", "gates.1.forge: 'gitea' is refused: input should be 'github' or 'gitlab'"),
    ("repository: example/api", "repository: ../api", "gates.1.repository: '../api' is refused"),
    ("check: ci/regression", "chek: ci/regression", "gates.1.check: is missing"),
])
def test_a_gate_that_does_not_fit_is_refused_in_a_sentence(folder: Path, old: str, new: str, says: str):
    assert says in refusal(gates(folder, (old, new)))


# --- markets

def test_hours_are_hours_whether_quoted_or_not(folder: Path):
    path = folder / "m.yaml"
    path.write_text("no: {time_zone: UTC, peaks: [{days: [mon], start: 18:00, end: '23:30'}]}")
    window, = load_markets(path)["no"].peaks
    assert (window.start.hour, window.start.minute, window.end.hour, window.end.minute) == (18, 0, 23, 30)


@pytest.mark.parametrize(("text", "says"), [
    ("x: {time_zone: America/New_Yrk}", "x.time_zone: 'America/New_Yrk' is refused: an IANA time zone is needed"),
    ("x: {time_zone: UTC, peak: []}", "x.peak: unknown key; did you mean peaks?"),
    ("x: {time_zone: UTC, peaks: [{days: [monday], start: 1:00, end: 2:00}]}", "x.peaks.0.days.0: 'monday' is refused"),
    ("x: {time_zone: UTC, peaks: [{days: [mon], start: 1:00}]}", "x.peaks.0.end: is missing"),
    ("x: 3", "x: 3 is refused"),
])
def test_a_market_that_does_not_fit_is_refused_in_a_sentence(folder: Path, text: str, says: str):
    path = folder / "m.yaml"
    path.write_text(text)
    with pytest.raises(BadInput) as refused:
        load_markets(path)
    assert says in str(refused.value)


def test_reading_the_catalog_imports_nothing_slow():
    """Airflow reads it each time it parses a DAG file."""
    code = ("import sys; from include.catalog import load_services; load_services();"
            "print([m for m in ('numpy', 'scipy', 'pandas', 'boto3') if m in sys.modules])")
    done = subprocess.run([sys.executable, "-c", code], cwd=INCLUDE.parent, capture_output=True, text=True, check=True,
                          env={"PYTHONPATH": str(INCLUDE.parent), "PATH": ""})
    assert done.stdout.strip() == "[]"


def test_a_weekly_push_without_staging_is_refused(folder: Path):
    weekly = ("# version: ", "weekly: {day: tue, at: 10:00, users: [ada]}\n# version: ")
    text = EXAMPLE.read_text()
    staging = text[text.index("  staging:\n"):text.index("canary:  ")]
    path = declare(folder, "api.yaml", weekly, (staging, "\n"))
    assert refusal(path) == "weekly: what is healthy in environments.staging is pushed, which is missing"


@pytest.mark.parametrize(("changes", "says"), [
    ([("  kind: live  ", "  kind: generated  ")],
     "generated: kind `generated` needs this section, and no other kind has it"),
    ([("  max_share_percent: 25", "  generated: {port: 80, paths: {home: /home}}\n  max_share_percent: 25")],
     "generated: kind `generated` needs this section, and no other kind has it"),
    ([("  kind: live  ", "  generated: {port: 80, paths: {}}\n  kind: generated  ")], "squeeze.generated.paths"),
    ([("  kind: live  ", "  generated: {port: 80, paths: {home: home}}\n  kind: generated  ")],
     "squeeze.generated.paths"),
    ([("  kind: live  ", "  generated: {port: 80, paths: {home: /h}}\n  cpu: cpu.percent\n  max_cpu_percent: 90\n"
                         "  kind: generated  ")], "cpu: it guards a live squeeze"),
    ([("time_scale: 1 ", "scaling: {minimum_at_least: 5, minimum_at_most: 4}\ntime_scale: 1 ")],
     "minimum_at_most: 4 is less than minimum_at_least, which is 5"),
    ([("time_scale: 1 ", "scaling: {policy: 'a/b'}\ntime_scale: 1 ")], "scaling.policy"),
    ([("time_scale: 1 ", "scaling: {head_room_percent: 100}\ntime_scale: 1 ")], "scaling.head_room_percent")],
    ids=["no section", "another kind", "no path", "no GET path", "another guard", "bounds", "name", "no room"])
def test_a_squeeze_and_a_scaling_that_cannot_be_are_refused(folder, changes, says):
    assert says in refusal(declare(folder, "api.yaml", *changes))
