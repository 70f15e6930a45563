"""The canary's page in a real browser: grid, hint, filter, chart, keys; and nothing that people wrote is run."""

import pytest

from tests.end_to_end.browser import Browser, chromium
from tests.reports.many_metrics import page

pytestmark = pytest.mark.skipif(chromium() is None, reason="there is no Chromium on this machine")
HOSTILE = "<img src=x onerror=document.title='run'>"
VISIBLE = "[...document.querySelectorAll('#grid button')].filter(one => one.offsetParent).length"


@pytest.fixture(scope="module")
def opened(tmp_path_factory):
    folder = tmp_path_factory.mktemp("report")
    (folder / "canary.html").write_text(page(300, 60, HOSTILE), "utf-8")
    with Browser(folder) as browser:
        browser.open((folder / "canary.html").as_uri())
        browser.sees("Every metric")
        yield browser


def say(browser, code: str):
    return browser.run(f"(() => {{ {code} }})()")


def filtered(browser, code: str) -> int:
    """After this was done in the form, how many tiles are shown."""
    say(browser, f"const form = document.getElementById('filters'); {code};"
                 "form.dispatchEvent(new Event('input', {bubbles: true}));")
    return browser.run(VISIBLE)


def pressed(browser, key: str) -> str:
    """The name of the tile that has the focus then."""
    say(browser, "document.activeElement.dispatchEvent(new KeyboardEvent('keydown', "
                 f"{{key: '{key}', bubbles: true, cancelable: true}}))")
    return browser.run("document.activeElement.dataset.n || ''")


def test_every_metric_is_a_tile_and_the_most_important_is_the_first(opened):
    assert opened.run(VISIBLE) == 300
    assert opened.run("document.querySelector('#grid button').dataset.n") == "errors.all"


def test_filters_by_name_group_and_state_work_together(opened):
    assert filtered(opened, "form.querySelector('#name').value = 'p99 ep000'") == 10
    assert filtered(opened, "form.querySelector('#group').value = 'traffic'") == 0
    assert filtered(opened, "form.querySelector('#name').value = ''") > 50
    assert filtered(opened, "form.querySelector('#group').value = ''") == 300
    states = "form.querySelectorAll('[name=state]').forEach(box => { box.checked = %s })"
    hot = filtered(opened, states % "box.value === 'hot'")
    assert 2 <= hot < 10
    assert opened.run("document.getElementById('shown').textContent") == f"{hot} of 300"
    assert filtered(opened, states % "true") == 300


def test_a_click_opens_the_chart_of_both_sides_with_its_interval_and_escape_closes_it(opened):
    say(opened, "document.querySelector('[data-n=\"latency_ms.all.p99\"]').click()")
    assert opened.run("document.getElementById('chart').open")
    assert opened.run("document.querySelectorAll('#chart-box path').length") == 2
    assert opened.run("document.querySelectorAll('#chart-box .band').length") == 1
    assert "1.8" in opened.run("document.getElementById('chart-note').textContent")
    say(opened, "document.getElementById('chart').close()")


def test_a_hint_says_the_sentence_and_draws_both_lines(opened):
    say(opened, "document.querySelector('[data-n=\"latency_ms.all.p99\"]').dispatchEvent("
                "new PointerEvent('pointerover', {bubbles: true, pointerType: 'mouse'}))")
    assert "1.8" in opened.run("document.querySelector('#hint p').textContent")
    assert opened.run("[...document.querySelector('#hint canvas').getContext('2d').getImageData(0, 0, 320, 56).data]"
                       ".some(Boolean)")


def test_the_keyboard_alone_reaches_every_tile(opened):
    say(opened, "document.querySelector('#grid button').focus()")
    second = pressed(opened, "ArrowRight")
    assert second
    assert pressed(opened, "ArrowLeft") == "errors.all"
    below = pressed(opened, "ArrowDown")
    assert below not in ("", "errors.all")
    assert pressed(opened, "ArrowUp") == "errors.all"
    last = pressed(opened, "End")
    assert last == opened.run("[...document.querySelectorAll('#grid button')].at(-1).dataset.n")
    pressed(opened, "/")
    assert opened.run("document.activeElement.id") == "name"


def test_a_metric_s_name_is_shown_and_neverrun(opened):
    assert opened.run(f"[...document.querySelectorAll('#grid button')].some(one => one.dataset.n === {HOSTILE!r})"
                       .replace('\\"', '"')) is True
    assert opened.run("document.title") == "no-go: api-prod-canary-v042"
    assert opened.run("document.images.length") == 0
