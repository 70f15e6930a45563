"""The alarms, as promtool reads and tries them: each rings in its own story, and is quiet in the one beside it."""

import json
import re
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from tests.operations.alarm_cases import CASES, NEVER_CAME
from tests.operations.exporter import OPERATIONS
from tests.operations.prometheus import needs_promtool
from tests.operations.queries import of_the_alarms

ALARMS = of_the_alarms()
FILE = OPERATIONS / "alarms.yaml"
ROOT = Path(__file__).parents[2]


def anchors(page: str) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", (ROOT / page).read_text(), re.MULTILINE)
    return {re.sub(r"[^a-z0-9 -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.fixture(scope="module")
def rings(tmp_path_factory):
    """Whether an alarm rings in each of its stories: promtool is told that none does, and says where that is wrong."""
    folder = tmp_path_factory.mktemp("stories")
    stories = {f"{case.alarm}-{name}": (case.alarm, series, case.at, case.every) for case in CASES
               for name, series in (("rings", case.rings), ("quiet", case.quiet))}
    for name, (alarm, series, at, every) in stories.items():
        (folder / f"{name}.yaml").write_text(json.dumps(story([alarm], series, at, every)))
    said = subprocess.run(["promtool", "test", "rules", *(f"{folder}/{name}.yaml" for name in stories)],
                          capture_output=True, text=True, check=False)
    parts = re.split(r"^Unit Testing:\s+\S*/(\S+)\.yaml$", said.stdout, flags=re.MULTILINE)
    told = dict(zip(parts[1::2], parts[2::2], strict=True))
    assert told.keys() == stories.keys(), said.stderr
    rang = {name for name, text in told.items() if "SUCCESS" not in text}
    assert len(rang) == said.stderr.count("exp:["), said.stderr
    return lambda alarm, name: f"{alarm}-{name}" in rang


def story(alarms: Iterable[str], series: dict[str, str], at: int, every: str) -> dict[str, Any]:
    return {"rule_files": [str(FILE)], "evaluation_interval": every, "tests": [
        {"interval": every, "input_series": [{"series": name, "values": values} for name, values in series.items()],
         "alert_rule_test": [{"eval_time": f"{at}m", "alertname": name, "exp_alerts": []} for name in alarms]}]}


@needs_promtool
def test_promtool_takes_the_rules():
    ran = subprocess.run(["promtool", "check", "rules", str(FILE)], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr


def test_each_alarm_has_its_story():
    assert sorted(case.alarm for case in CASES) == sorted(ALARMS)


@needs_promtool
@pytest.mark.parametrize("alarm", sorted(ALARMS))
def test_an_alarm_rings_in_its_story_and_not_in_the_other(rings, alarm):
    assert rings(alarm, "rings")
    assert not rings(alarm, "quiet")


@needs_promtool
def test_where_nothing_was_measured_only_what_must_always_be_there_is_missed(tmp_path):
    (tmp_path / "nothing.yaml").write_text(json.dumps(story(ALARMS, {"up": "1x20"}, 15, "1m")))
    said = subprocess.run(["promtool", "test", "rules", f"{tmp_path}/nothing.yaml"], capture_output=True, text=True,
                          check=False)
    assert set(re.findall(r"alertname: (\w+)", said.stderr)) == NEVER_CAME


@pytest.mark.parametrize("alarm", sorted(ALARMS))
def test_each_alarm_says_how_bad_it_is_what_happened_in_a_sentence_and_where_to_read_on(alarm):
    rule = ALARMS[alarm]
    page, _, section = rule["annotations"]["runbook"].partition("#")
    assert rule["labels"]["severity"] in {"page", "ticket"}
    assert re.fullmatch(r"[A-Z{].*\.", rule["annotations"]["summary"])
    assert section in anchors(page)


@pytest.mark.parametrize("alarm", sorted(ALARMS))
def test_a_sentence_names_only_labels_that_the_alarm_has(alarm):
    """One that was summed away would leave a hole in the sentence."""
    rule = ALARMS[alarm]
    told = set(re.findall(r"\$labels\.(\w+)", rule["annotations"]["summary"]))
    kept = re.search(r"\bby \(([\w, ]+)\)", rule["expr"])
    assert told <= (set(kept[1].split(", ")) if kept else told)
