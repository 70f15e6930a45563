"""The page of what changes: what it says, and that nothing which people wrote is more than text."""

import base64
import hashlib
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from include.domain.changes.config import ConfigChanges, KeyChange
from include.domain.changes.launch import LaunchChanges
from include.domain.changes.libraries import LibraryChange
from include.domain.changes.report import Against, Launch, Running
from include.domain.changes.source import File, Source
from include.domain.changes.tickets import Ticket
from include.reports.changes import changes_report
from tests.reports.change_reports import NOON, commit, hashed, report

HOSTILE = st.sampled_from([
    "<script>alert(1)</script>", '"onload="alert(1)', "' onclick='alert(1)", "<img src=x onerror=alert(1)>",
    "{{ 7*7 }}", "</style><script>1</script>", "javascript:alert(1)", "-->", "&lt;script&gt;", "]]>",
    "API-1<b>", "%3Cscript%3E"])
TAGS = {"html", "head", "meta", "title", "style", "body", "p", "h1", "h2", "h3", "div", "dl", "dt", "dd", "code",
        "form", "input", "output", "ul", "li", "span", "a", "b", "details", "summary", "script"}
ATTRIBUTES = {"lang", "charset", "name", "content", "http-equiv", "class", "id", "hidden", "type", "placeholder",
              "aria-label", "aria-live", "autocomplete", "href", "rel", "open"}


class Read(HTMLParser):
    """What a browser would make of the page."""

    def __init__(self, page: str):
        super().__init__()
        self.tags, self.attributes, self.links, self.scripts, self.text = set(), set(), [], 0, []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.scripts += tag == "script"
        self.attributes |= {name for name, _ in attrs}
        self.links += [value for name, value in attrs if name == "href"]

    def handle_data(self, data):
        self.text.append(data)


def text_of(page):
    return " ".join(" ".join(Read(page).text).split())


def test_it_says_what_comes_first_and_where_it_is_compared_with():
    said = text_of(changes_report(report(12, 5, 3)))
    assert "12 commits of 4 people, 1 commit that ran goes out, 3 libraries up, 1 down, 1 added, 3 config keys" in said
    assert "Beside what runs in us-east-1, eu-west-1" in said
    assert "1 commit that runs today is not in this AMI, and goes out." in said
    assert said.index("and goes out.") < said.index("By ticket (4)") < said.index("All commits (12)")


def test_commits_tickets_and_the_difference_are_links():
    links = Read(changes_report(report(3))).links
    assert f"https://github.com/team/api/commit/{hashed(0)}" in links
    assert "https://example.atlassian.net/browse/API-1" in links
    assert "https://github.com/team/api/compare/a...b" in links


def test_a_ticket_that_nobody_knows_is_its_name_alone():
    page = changes_report(report(3, tickets={}))
    assert "API-1" in text_of(page)
    assert not [address for address in Read(page).links if "API-1" in address]


def test_a_jump_that_may_break_is_marked_and_comes_first():
    said = text_of(changes_report(report(1, 10)))
    up = said[said.index("Up ("):]
    assert up.index("major library") < up.index("minor library")
    assert re.search(r"major library-\d+ \S+ → \S+ may break", up)


def test_what_is_missing_is_said():
    said = text_of(changes_report(report(1, missing=("what the tickets say is not known: Jira did not answer: 503",))))
    assert said.count("Jira did not answer: 503") == 1


def test_of_what_could_not_be_compared_nothing_is_made_up():
    bare = Against(Running("ami-0abc", "", "", ("api-prod-v041",), ("us-east-1",)), missing=("nobody knows",))
    said = text_of(changes_report(report(against=(bare,), launches=(Launch("us-east-1", (), "no template"),))))
    assert said.count("Not known.") == 3
    assert "no template" in said
    assert "All the same" not in said


def test_nothing_is_known_of_what_runs():
    said = text_of(changes_report(report(against=(), launches=(), missing=("nothing of api runs in us-east-1 yet",))))
    assert "nothing is known of what runs" in said
    assert "nothing of api runs in us-east-1 yet" in said


def test_each_ami_that_runs_has_its_own_part():
    one, = report(3).against
    other = replace(one, running=Running("ami-1", "api-other", "c" * 40, ("api-prod-v040",), ("us-west-2",)),
                    source=Source((), (), ()), libraries=(), config=())
    said = text_of(changes_report(report(against=(one, other))))
    assert "us-west-2: the same commit, the same libraries" in said
    assert "Beside what runs in us-west-2" in said
    assert "The same commit." in said
    assert said.count("All the same.") == 2


def test_what_is_long_is_folded_and_what_is_short_is_not():
    short, long = changes_report(report(5, 5)), changes_report(report(40, 300))
    assert '<details class="fold" open><summary>All commits (5)' in short
    assert '<details class="fold"><summary>All commits (40)' in long
    assert '<details class="fold"><summary>Up (' in long


def test_a_page_needs_nothing_from_elsewhere_and_runs_its_own_script_alone():
    page = changes_report(report(12, 50, 5))
    assert not re.search(r"\bsrc\s*=|@import|url\(|<link|<iframe|<img", page)
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', page)[1]
    code = re.search(r"<script>(.*?)</script>", page, re.DOTALL)[1]
    digest = base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()
    assert policy == f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'"
    assert Read(page).scripts == 1


def test_a_thousand_commits_and_two_thousand_packages_are_all_there_and_the_page_stays_small():
    page = changes_report(report(1000, 2000, 50))
    assert len(page) < 3_000_000
    assert all(commit(number).sha[:8] in page for number in range(1000))
    assert all(f"library-{number:04d}" in page for number in range(2000))


def everywhere(text):
    """A report in which people wrote this, wherever they can write."""
    one = replace(commit(0), author=text, subject=text, body=text, files=(File(text, 1, 1),), merged=text,
                  is_merge=True, tickets=("API-1",), url=text, reverts=text, again=text)
    running = Running(text, text, text, (text,), (text,))
    source = Source((one, replace(one, is_merge=False)), (one,), (File(text, 1, 1),), compare_url=text)
    keys = (KeyChange(text, "changed", text, text),)
    against = Against(running, source, (LibraryChange(text, text, "up", text, text, "major", True),),
                      (ConfigChanges(text, text, keys, ""), ConfigChanges(text, "", (), text)), (text,))
    launch = Launch(text, (LaunchChanges(text, keys, (text, f"+ {text}", f"- {text}")),), text)
    return report(against=(against,), launches=(launch,), missing=(text,), branch=text, ami=text, commit=text,
                  commit_url=text, push_id=text, service=text, environment=text,
                  tickets={"API-1": Ticket("API-1", text, text, text)})


@settings(deadline=None, max_examples=60)
@given(st.lists(st.one_of(HOSTILE, st.text(max_size=20)), min_size=1, max_size=4).map(" ".join))
def test_whatever_people_write_is_text_and_makes_no_tag_attribute_or_link(text):
    read = Read(changes_report(everywhere(text)))
    assert read.tags <= TAGS
    assert read.attributes <= ATTRIBUTES
    assert read.scripts == 1
    assert read.links == []


@pytest.mark.parametrize("address", ["javascript:alert(1)", "data:text/html,x", "JAVASCRIPT:x", "//evil.example",
                                     " https:"])
def test_only_an_address_that_a_browser_may_open_becomes_a_link(address):
    assert Read(changes_report(everywhere(address))).links == []


def test_times_are_told_in_utc_to_the_minute():
    assert f"Ada Lovelace · {NOON:%Y-%m-%d %H:%M} UTC" in text_of(changes_report(report(1)))


def test_commits_are_grouped_by_ticket_and_by_person_without_merges():
    one, = report(4).against
    merge = replace(commit(0), sha="e" * 40, is_merge=True, tickets=(), author="Ada Lovelace", subject="Merge it")
    page = changes_report(report(against=(replace(one, source=replace(one.source, comes=(*one.source.comes, merge))),)))
    people = text_of(page)[text_of(page).index("By person (4)"):text_of(page).index("All commits (5)")]
    assert "1 Ada Lovelace 1 commit b6589fc6 API-1: answer the question number 0" in people
    assert "Merge it" not in people
