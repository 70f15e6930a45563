"""What every `Instances` promises."""

from include.domain.red_black.versions import Said


def ids(world):
    return [instance.id for instance in world.one(world.asg).instances]


def test_each_instance_is_quoted_in_its_own_words(world):
    one, other = ids(world)
    port = world.answers(one, Said(200, {"x-serin-commit": "9c1d0a7"}, "it runs"))
    world.answers(other, Said(503, {}, "starting"))
    found = world.instances.ask([other, one], port, "/version")
    assert (found[one].status, found[one].headers["x-serin-commit"], found[one].body) == (200, "9c1d0a7", "it runs")
    assert (found[other].status, found[other].body, found[other].error) == (503, "starting", "")


def test_a_redirect_is_an_answer_and_is_not_followed(world):
    one, other = ids(world)
    port = world.answers(one, Said(302, {"location": "http://127.0.0.1:9/"}))
    world.answers(other, Said(200))
    assert world.instances.ask([one], port, "/version")[one].status == 302


def test_one_that_does_not_answer_keeps_no_other_from_being_asked(world):
    one, _ = ids(world)
    port = world.answers(one, Said(200, {}, "9c1d0a7"))
    gone = "i-00000000000abcdef"
    found = world.instances.ask([gone, one], port, "/")
    assert found[gone].error
    assert found[one].body == "9c1d0a7"


def test_nobody_is_asked_nothing(world):
    assert world.instances.ask([], 8080, "/") == {}
