"""The page of a canary: what it says, that it is whole, and that what people wrote stays text."""

import base64
import hashlib
import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser

import numpy as np
import pytest

from include.domain.canary import Canary
from include.domain.metric_sources import MetricRule, SqlSource
from include.domain.scoring.readings import Judgement, Reading
from include.ports import MetricTable
from include.reports.canary import canary_report

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
HOSTILE = '"><script>alert(1)</script></script><img src=x onerror=alert(2)>{{ 7 * 7 }}\'& <!-- '
CANARY = Canary("api-20260105t120000-abc123", "api", "prod", "us-west-2", "0123456789abcdef", "api-prod-canary-v042",
                "api-prod-baseline-v042", 1, 1, NOON, NOON + timedelta(hours=8))
HOT = Reading("latency_ms.all.p99", "hot", "high", "latency", "higher", 1.83, 6.0,
              "hot: latency_ms.all.p99 is 1.83 × baseline (412 against 225), allowed 1.10", 1.62, 2.05, 412.0, 225.0)
SAME = Reading("cpu.percent", "same", "high", "machine", "higher", 1.01, 0.0,
               "same: cpu.percent is 1.01 × baseline (31.5 against 31.2)", 0.95, 1.07, 31.5, 31.2)
COLD = HOT._replace(name="gc.pause_ms", state="cold", group="collections", points=0.0, ratio=0.5,
                    sentence="cold: gc.pause_ms is less")
JUDGEMENT = Judgement("no-go", 94.0, f"no-go: score 94 is under 95; {HOT.sentence}", (HOT, COLD, SAME), 99.5, 1203.0,
                      1180.0, 55, "floors of 2 of 3 metrics")
# Every element that the page itself is made of: anything else came from a name or a sentence.
OURS = {"html", "head", "meta", "title", "style", "body", "p", "h1", "h2", "h3", "div", "span", "b", "i", "a", "ul",
        "li", "details", "summary", "dl", "dt", "dd", "form", "input", "label", "select", "option", "output", "button",
        "canvas", "dialog", "table", "tr", "th", "td", "script"}


class Seen(HTMLParser):
    """The elements of a page, with their attributes, and the text of its scripts."""

    def __init__(self, page: str):
        super().__init__()
        self.elements: list[tuple[str, dict]] = []
        self.scripts: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        if tag == "script":
            self.scripts.append("")

    def handle_data(self, data):
        if self.elements and self.elements[-1][0] == "script" and self.cdata_elem == "script":
            self.scripts[-1] += data

    def data(self, name: str):
        which = [dict(found).get("id") for tag, found in self.elements if tag == "script"].index(name)
        return json.loads(self.scripts[which])


def page(judgement: Judgement = JUDGEMENT, table: MetricTable | None = None, source: SqlSource | None = None,
         **changes) -> str:
    return canary_report(replace(CANARY, **changes), judgement, 95, NOON, NOON + timedelta(hours=8), table, source)


def drawn(names: list[str], canary, baseline) -> MetricTable:
    values = np.array([canary, baseline], dtype=float)
    return MetricTable(("c", "b"), tuple(names), NOON, 60, values)


def tiles(found: Seen) -> list[dict]:
    return [attributes for tag, attributes in found.elements if tag == "button" and "data-n" in attributes]


def test_it_says_score_decision_reason_and_what_was_lost():
    text = page()
    for said in (">94<", ">no-go<", "no-go: score 94 is under 95", "−6", "1.83 × baseline", "99.5 %", "1,203", "8 h 00",
                 "api-prod-canary-v042", CANARY.push_id, CANARY.commit, "1.62 to 2.05 × with 95 %",
                 "floors of 2 of 3 metrics"):
        assert said in text, said


def test_every_metric_is_a_tile_that_says_its_sentence_and_its_state_without_colour():
    found = tiles(Seen(page()))
    assert {tile["data-n"]: tile["aria-label"] for tile in found} == {one.name: one.sentence
                                                                      for one in (HOT, COLD, SAME)}
    assert [sign for sign in "▲▼=" if f"<b>{sign}</b><span>" in page()] == list("▲▼=")


def test_the_numbers_of_a_tile_are_those_of_its_metric():
    found = Seen(page())
    by_name = dict(zip([tile["data-n"] for tile in tiles(found)], found.data("numbers"), strict=True))
    assert by_name[HOT.name] == [412.0, 225.0, 1.83, 1.62, 2.05, 6.0]


def test_the_lines_of_a_tile_are_those_of_its_metric_whatever_the_order_of_the_table():
    found = Seen(page(table=drawn([SAME.name, HOT.name], [[1, 1, 1], [5, 7, 9]], [[1, 1, 1], [5, 5, 5]])))
    series = found.data("series")
    at = [tile["data-n"] for tile in tiles(found)].index(HOT.name)
    data = list(base64.b64decode(series["data"]))
    n = series["points"]
    assert (series["low"][at], series["high"][at], n) == (5, 9, 3)
    assert data[2 * at * n: (2 * at + 2) * n] == [0, 127, 254, 0, 0, 0]


def test_a_canary_without_any_reading_has_a_page_too():
    nothing = Judgement("error", 0.0, "error: no metric was found of either side", (), 0.0, 0.0, 0.0, 0)
    assert "no metric was found of either side" in page(nothing)
    assert "No metric was found." in page(nothing)


def test_who_can_act_is_named_where_points_were_lost_and_nowhere_else():
    rules = (MetricRule(pattern="latency*", owner="team-edge"), MetricRule(pattern="*", owner="team-other"))
    text = page(source=SqlSource(connection="metrics", rules=rules))
    assert "team-edge can act on it" in text
    assert "team-other" not in text


def test_an_interim_page_says_that_it_is_one():
    text = canary_report(CANARY, JUDGEMENT, 95, NOON, NOON, interim="2 of 8 hours are baked")
    assert "no-go so far" in text
    assert "2 of 8 hours are baked" in text
    assert "so far" not in page()


def test_other_pages_are_linked_only_where_a_browser_may_open_them():
    links = {"What changed": "https://archive/changes.html", "Evil": "javascript:alert(1)"}
    text = canary_report(CANARY, JUDGEMENT, 95, NOON, NOON, links=links)
    assert '<a href="https://archive/changes.html">What changed</a>' in text
    assert "javascript:" not in text


def test_it_needs_nothing_from_elsewhere_and_runs_its_own_script_only():
    text = page()
    found = Seen(text)
    policy = next(attributes["content"] for tag, attributes in found.elements
                  if attributes.get("http-equiv") == "Content-Security-Policy")
    code = found.scripts[-1]
    assert policy.startswith("default-src 'none'")
    assert f"'sha256-{base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()}'" in policy
    assert "unsafe-inline" not in policy.partition("script-src")[2]
    assert not re.search(r"(src|href)\s*=\s*[\"']?(https?:)?//|@import|url\(", text)


def test_it_fits_a_phone_and_the_dark():
    text = page()
    assert 'name="viewport" content="width=device-width' in text
    assert "prefers-color-scheme: dark" in text


def harmless(text: str) -> bool:
    found = Seen(text)
    foreign = {tag for tag, _ in found.elements} - OURS
    handlers = [name for _, attributes in found.elements for name in attributes if name.startswith("on")]
    return not foreign and not handlers and len(found.scripts) == 3 and "49" not in text


@pytest.mark.parametrize("kind", [HOT, COLD, SAME], ids=["hot", "cold", "same"])
@pytest.mark.parametrize("field", ["name", "group", "sentence"])
def test_a_hostile_reading_is_only_text(field: str, kind: Reading):
    reading = kind._replace(**{field: HOSTILE})
    text = page(replace(JUDGEMENT, readings=(reading,)), drawn([reading.name], [[1, 2]], [[1, 1]]))
    assert harmless(text)
    assert HOSTILE in {value for _, attributes in Seen(text).elements for value in attributes.values()}


@pytest.mark.parametrize("field", ["decision", "reason", "floors"])
def test_a_hostile_judgement_is_only_text(field: str):
    assert harmless(page(replace(JUDGEMENT, **{field: HOSTILE})))


@pytest.mark.parametrize("field", ["commit", "push_id", "service", "region", "canary_asg"])
def test_a_hostile_canary_is_only_text(field: str):
    assert harmless(page(**{field: HOSTILE}))
