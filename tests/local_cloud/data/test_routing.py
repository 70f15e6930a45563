"""ALB's rules, without a socket."""

from collections import Counter

import pytest

from include.local_cloud.data.routing import Turns, choose_target_group, eligible, rules


def rule(priority, patterns, **weights):
    return {"priority": priority, "path_patterns": patterns, "forward": weights}


def test_rules_are_tried_by_priority_and_the_default_last():
    listener = rules([rule("default", [], rest=1), rule(20, ["/play*"], second=1), rule(3, ["/play"], first=1)])
    chosen = [choose_target_group(listener, path) for path in ("/play", "/player", "/home")]
    assert chosen == ["first", "second", "rest"]


@pytest.mark.parametrize(("pattern", "path", "fits"), [
    ("/a*", "/a", True), ("/a*", "/ab/c", True), ("/a?", "/ab", True), ("/a?", "/a", False), ("/a", "/A", False),
    ("/a.b", "/axb", False), ("*.js", "/x/y.js", True), ("/[ab]", "/a", False)])
def test_a_path_pattern_knows_two_wildcards_and_case(pattern, path, fits):
    assert rules([rule(1, [pattern], tg=1)])[0].fits(path) is fits


def test_weights_are_kept_exactly_and_evenly_spread():
    turns = Turns({"prod": 60, "canary": 20, "baseline": 20, "next": 0})
    chosen = [turns.next() for _ in range(50)]
    assert Counter(chosen) == {"prod": 30, "canary": 10, "baseline": 10}
    assert Counter(chosen[:5]) == {"prod": 3, "canary": 1, "baseline": 1}


def test_nothing_has_weight_so_nobody_is_chosen():
    assert Turns({"prod": 0}).next() is None
    assert Turns({}).next() is None


def test_a_rule_that_did_not_change_goes_on_where_it_was():
    declared = [rule("default", [], prod=1, canary=1)]
    before = rules(declared)
    first = choose_target_group(before, "/")
    assert {first, choose_target_group(rules(declared, before), "/")} == {"prod", "canary"}


def test_only_healthy_targets_get_requests():
    assert eligible({"a": "healthy", "b": "unhealthy", "c": "initial", "d": "draining"}) == ["a"]


def test_when_none_is_healthy_the_unhealthy_ones_get_all():
    assert eligible({"b": "unhealthy", "c": "initial", "d": "draining"}) == ["b"]
    assert eligible({"c": "initial", "d": "draining", "e": "unused"}) == []
