"""Which services' DAGs are built, also while a file is broken."""

import pytest

from include import catalog
from include.domain.errors import BadInput
from plugins import last_good, wiring
from plugins.check_services import check_services
from plugins.services import markets, service_named, services, services_everywhere
from tests.world.declared import elsewhere, service

DAG = "_AIRFLOW_PARSING_CONTEXT_DAG_ID"
NAMES = ("ap", "api", "api2", "web")
SERVICE_OF = catalog.service_of


class Variables(dict):
    """Airflow's, as a worker sees them."""

    def set(self, key, value, description=None):
        self[key] = value

    def get(self, key, default=None):
        return super().get(key, default)

    delete = dict.__delitem__


@pytest.fixture(autouse=True)
def variables(monkeypatch):
    there = Variables()
    monkeypatch.setattr(last_good, "Variable", there)
    return there


@pytest.fixture
def four(declare):
    declare(**{name: service(service=name) for name in NAMES})


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "services"


def names():
    return [service.service for service in services()]


def test_all_are_built_where_airflow_looks_for_dags(four):
    assert names() == list(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_where_a_task_starts_its_own_service_alone_is_built(name, four, monkeypatch):
    monkeypatch.setenv(DAG, f"{name}_patch_push")
    assert names() == [name]


def test_where_a_task_starts_no_other_file_is_read(four, monkeypatch):
    monkeypatch.setenv(DAG, "api_staging_roll_back")
    read = []
    monkeypatch.setattr(catalog, "service_of", lambda text, path, known: read.append(path.name)
                        or SERVICE_OF(text, path, known))
    assert names() == ["api"]
    assert read == ["api.yaml"]


def test_each_environment_that_is_declared_has_its_turn(declare):
    declare(api=service(environments=elsewhere("test", "staging")))
    assert {(found.service, where) for found, where in services_everywhere()} == {
        ("api", "prod"), ("api", "test"), ("api", "staging")}


# --- a file that breaks

TYPO = "service: web\ncanary: {sise: 1}\n"


@pytest.fixture
def seen(declare):
    """Two services that Airflow has seen good."""
    declare(api=service(), web=service(service="web", canary__size=7))
    check_services()


def complaint():
    with pytest.raises(BadInput) as refused:
        check_services()
    return str(refused.value)


@pytest.mark.parametrize("text", [TYPO, "", "service: [", "nothing: here\n", "service: w e b\n"],
                         ids=["typo", "half written", "no YAML", "no name", "bad name"])
def test_a_service_whose_file_breaks_goes_on_as_it_was(text, seen, declare, monkeypatch):
    declare(web=text)
    assert names() == ["api", "web"]
    assert service_named("web").canary.size == 7
    monkeypatch.setenv(DAG, "web_patch_push")
    assert names() == ["web"]


def test_a_file_that_is_repaired_counts_as_it_is(seen, declare):
    declare(web=TYPO)
    declare(web=service(service="web", canary__size=8))
    assert service_named("web").canary.size == 8


def test_what_was_good_last_is_what_counts(seen, declare):
    declare(web=service(service="web", canary__size=8))
    check_services()
    declare(web=TYPO)
    assert service_named("web").canary.size == 8


def test_a_file_that_never_was_good_has_no_service_and_says_so(seen, declare):
    declare(shop="service: shop\n")
    assert names() == ["api", "web"]
    assert "shop.yaml: it never could be used, and has no DAGs." in complaint()
    with pytest.raises(BadInput, match="service 'shop' is not declared"):
        service_named("shop")


def test_each_file_that_cannot_be_used_has_a_heading_what_is_wrong_and_what_counts(seen, declare):
    declare(web=TYPO, shop="service: shop\nred_black: {extra_percent: many}\n")
    said = complaint()
    first, shop, web = said.split("\n\n")
    assert first.startswith("2 of 4 declared files cannot be used")
    assert shop.startswith("shop.yaml: it never could be used")
    assert "red_black.extra_percent: 'many' is refused" in shop
    assert web.startswith("web.yaml: web goes on as this file was on ")
    assert "canary.sise: unknown key; did you mean size?" in web
    assert "api.yaml" not in said


def test_a_service_that_is_taken_away_is_gone_also_for_a_file_that_comes_back_broken(seen, declare, folder):
    (folder / "web.yaml").unlink()
    check_services()
    assert names() == ["api"]
    declare(web=TYPO)
    assert names() == ["api"]


@pytest.mark.parametrize("loss", ["folder", "files"])
def test_where_the_whole_folder_is_away_all_services_go_on_as_they_were(loss, seen, folder):
    for file in folder.iterdir():
        file.unlink()
    if loss == "folder":
        folder.rmdir()
    assert names() == ["api", "web"]
    assert "services" in complaint()
    assert names() == ["api", "web"]


def test_markets_that_break_count_as_they_were(seen, folder):
    before = markets()
    (folder.parent / "markets.yaml").write_text("east: {time_zone: Mars}\n")
    assert markets() == before
    assert names() == ["api", "web"]
    assert "markets.yaml: the markets count as they were" in complaint()


def test_markets_that_fit_no_service_any_more_take_no_service_away(seen, folder):
    (folder.parent / "markets.yaml").write_text("other: {time_zone: UTC}\n")
    assert names() == ["api", "web"]
    assert "2 of 3 declared files" in complaint()
    assert names() == ["api", "web"]


def test_a_broken_file_whose_service_another_declares_by_now_gives_way(seen, declare):
    declare(web=TYPO, shop=service(service="web", canary__size=9))
    assert names() == ["api", "web"]
    assert service_named("web").canary.size == 9


def test_where_airflow_keeps_nothing_a_broken_file_has_no_service_and_hides_no_other(seen, declare, monkeypatch):
    class Down:
        def get(self, *_, **__):
            raise OSError("no database")

        set = delete = get

    declare(web=TYPO)
    monkeypatch.setattr(last_good, "Variable", Down())
    assert names() == ["api"]
    assert "web.yaml" in complaint()


def test_what_did_not_change_is_not_written_again(seen, variables, monkeypatch):
    monkeypatch.setattr(variables, "set", None)
    check_services()


def test_a_task_that_is_under_way_has_its_settings_while_the_file_is_broken(seen, declare):
    declare(web=TYPO)
    assert wiring.ports("web", "prod", "").service.canary.size == 7
