"""A region of the data plane on real sockets: what viewers get while control changes the world under them."""

import asyncio
from collections import Counter

from include.local_cloud.data.meters import NUMBERS
from include.local_cloud.data.routing import DRAINING, HEALTHY, INITIAL, UNHEALTHY
from tests.local_cloud.declared import Driven, forward, instance, region_state

SLOW = {"service_ms": 300}


def test_an_answer_says_which_version_and_instance_gave_it(network):
    async def story():
        async with Driven() as region:
            await region.apply(region_state([instance(network, 1)], {"prod": {"i-1": HEALTHY}}, forward(prod=1)))
            answer = await region.get()
            assert answer.status == 200
            assert (answer.header(b"x-serin-commit"), answer.header(b"x-serin-instance"),
                    answer.header(b"x-serin-asg")) == (b"c" * 40, b"i-1", b"api-prod-v041")
            assert (await region.get("/nothing")).status == 404
    asyncio.run(story())


def test_targets_of_a_target_group_take_turns(network):
    async def story():
        async with Driven() as region:
            instances = [instance(network, number) for number in (1, 2, 3)]
            await region.apply(region_state(instances, {"prod": {"i-1": HEALTHY, "i-2": HEALTHY, "i-3": HEALTHY}},
                                            forward(prod=1)))
            answers = [await region.get() for _ in range(6)]
            assert Counter(a.header(b"x-serin-instance") for a in answers) == {b"i-1": 2, b"i-2": 2, b"i-3": 2}
    asyncio.run(story())


def test_a_listener_rule_sends_its_paths_elsewhere(network):
    async def story():
        async with Driven() as region:
            instances = [instance(network, 1, "a"), instance(network, 2, "b")]
            await region.apply(region_state(instances, {"a": {"i-1": HEALTHY}, "b": {"i-2": HEALTHY}},
                                            forward(a=1), forward(5, "/play*", b=1)))
            assert (await region.get("/play?device=tv")).header(b"x-serin-asg") == b"b"
            assert (await region.get("/home?device=tv")).header(b"x-serin-asg") == b"a"
    asyncio.run(story())


def test_weight_on_a_target_group_without_targets_is_503(network):
    async def story():
        async with Driven() as region:
            await region.apply(region_state([instance(network, 1)], {"prod": {"i-1": HEALTHY}, "empty": {}},
                                            forward(prod=1, empty=1)))
            assert Counter([(await region.get()).status for _ in range(10)]) == {200: 5, 503: 5}
    asyncio.run(story())


def test_all_unhealthy_fails_open_and_all_initial_does_not(network):
    async def story():
        async with Driven() as region:
            for state, status in ((UNHEALTHY, 200), (INITIAL, 503), (DRAINING, 503)):
                await region.apply(region_state([instance(network, 1)], {"prod": {"i-1": state}}, forward(prod=1)))
                assert (await region.get()).status == status
    asyncio.run(story())


def test_a_draining_target_finishes_what_it_has_and_gets_nothing_new(network):
    async def story():
        async with Driven() as region:
            instances = [instance(network, 1, **SLOW), instance(network, 2)]
            await region.apply(region_state(instances, {"prod": {"i-1": HEALTHY}}, forward(prod=1)))
            under_way = [region.send() for _ in range(4)]
            await asyncio.sleep(0.05)
            await region.apply(region_state(instances, {"prod": {"i-1": DRAINING, "i-2": HEALTHY}}, forward(prod=1)))
            new = [await region.get() for _ in range(4)]
            assert {answer.header(b"x-serin-instance") for answer in new} == {b"i-2"}
            old = await asyncio.gather(*under_way)
            assert {(answer.status, answer.header(b"x-serin-instance")) for answer in old} == {(200, b"i-1")}
    asyncio.run(story())


def test_every_second_tells_what_each_instance_did(network):
    async def story():
        async with Driven() as region:
            instances = [instance(network, number) for number in (1, 2)]
            await region.apply(region_state(instances, {"prod": {"i-1": HEALTHY, "i-2": HEALTHY}}, forward(prod=1)))
            for _ in range(3):
                await region.get()
            second = region.region.tick(asyncio.get_running_loop().time())["api-prod-v041"]
            requests = NUMBERS["requests.all"]
            assert {id: dict(rows)[requests] for id, rows in second.instances.items()} in (
                {"i-1": 2, "i-2": 1}, {"i-1": 1, "i-2": 2})
            await region.apply(region_state(instances[:1], {"prod": {"i-1": HEALTHY}}, forward(prod=1)))
            second = region.region.tick(asyncio.get_running_loop().time())["api-prod-v041"]
            assert {id: dict(rows)[requests] for id, rows in second.instances.items()} == {"i-1": 0}
    asyncio.run(story())


def test_an_instance_that_goes_while_it_works_cuts_its_viewers_off(network):
    async def story():
        async with Driven() as region:
            dying = instance(network, 1, **SLOW)
            await region.apply(region_state([dying], {"prod": {"i-1": HEALTHY}}, forward(prod=1)))
            under_way = region.send()
            await asyncio.sleep(0.05)
            await region.apply(region_state([dying | {"state": "shutting-down"}], {"prod": {"i-1": HEALTHY}},
                                            forward(prod=1)))
            for answer in (await under_way, await region.get()):
                assert (answer.status, answer.header(b"x-serin-asg")) == (502, b"api-prod-v041")
            second = region.region.tick(asyncio.get_running_loop().time())["api-prod-v041"]
            assert second.group[:2] == (2, 2)
    asyncio.run(story())


def test_a_target_that_never_answers_is_504_after_the_balancers_patience(network, monkeypatch):
    monkeypatch.setattr("include.local_cloud.data.balancer.TARGET_SECONDS", 0.1)

    async def story():
        async with Driven() as region:
            await region.apply(region_state([instance(network, 1, starts=False)], {"prod": {"i-1": UNHEALTHY}},
                                            forward(prod=1)))
            assert (await region.get()).status == 504
    asyncio.run(story())


def test_an_address_that_is_taken_over_serves_the_new_instance(network):
    async def story():
        async with Driven() as region:
            first, second = instance(network, 1, "old"), instance(network, 1, "new") | {"id": "i-9"}
            await region.apply(region_state([first], {"prod": {"i-1": HEALTHY}}, forward(prod=1)))
            assert (await region.get()).header(b"x-serin-asg") == b"old"
            await region.apply(region_state([second], {"prod": {"i-9": HEALTHY}}, forward(prod=1)))
            assert (await region.get()).header(b"x-serin-asg") == b"new"
    asyncio.run(story())


async def found(region, state, instance_id="i-1"):
    """What the checks say of a target, once they say anything."""
    for _ in range(400):
        news = region.region.checks.unreported(region.region.target_groups)
        if news:
            return news["prod"][instance_id]
        await asyncio.sleep(0.005)
    raise AssertionError("the checks said nothing in 2 s")


def test_health_checks_are_real_and_told_until_control_knows(network):
    async def story():
        async with Driven() as region:
            sound = instance(network, 1)
            state = region_state([sound], {"prod": {"i-1": INITIAL}}, forward(prod=1), check_every=0.02)
            await region.apply(state)
            assert await found(region, state) == {"state": "healthy", "reason": ""}
            state["target_groups"][0]["targets"][0]["state"] = HEALTHY
            await region.apply(state)
            assert region.region.checks.unreported(region.region.target_groups) == {}
            region.region.apply(state | {"instances": [sound | {"state": "stopped"}]})
            assert await found(region, state) == {"state": "unhealthy", "reason": "Connection refused"}
    asyncio.run(story())


def test_an_instance_that_is_still_starting_is_unhealthy(network):
    async def story():
        async with Driven() as region:
            state = region_state([instance(network, 1, age=0, start_seconds=60)], {"prod": {"i-1": INITIAL}},
                                 forward(prod=1), check_every=0.02)
            await region.apply(state)
            assert (await found(region, state))["reason"] == "Health checks failed with these codes: [503]"
    asyncio.run(story())


def test_a_target_group_that_no_listener_uses_is_not_checked(network):
    async def story():
        async with Driven() as region:
            targets = {"prod": {}, "aside": {"i-1": INITIAL}}
            await region.apply(region_state([instance(network, 1)], targets, forward(prod=1), check_every=0.01))
            await asyncio.sleep(0.1)
            assert region.region.checks.unreported(region.region.target_groups) == {}
            await region.apply(region_state([instance(network, 1)], targets, forward(prod=1, aside=0),
                                            check_every=0.01))
            await asyncio.sleep(0.1)
            assert "aside" in region.region.checks.unreported(region.region.target_groups)
    asyncio.run(story())


def test_an_instance_past_its_memory_restarts_and_is_counted(network):
    async def story():
        async with Driven() as region:
            leaking = instance(network, 1, leak_mb_per_minute=480, age=600)
            await region.apply(region_state([leaking], {"prod": {"i-1": HEALTHY}}, forward(prod=1)))
            loop = asyncio.get_running_loop()
            under_way = region.send()
            (one,) = region.region.instances.values()
            sample = one.sample(loop.time())
            assert sample["instances.restarts"] == 1
            assert (await under_way).status in (502, 503)
            assert (await region.get()).status == 503
            assert one.sample(loop.time())["memory.mb"] < 1000
    asyncio.run(story())


def test_a_behaviour_that_control_should_not_have_let_through_does_not_start(network):
    async def story():
        async with Driven() as region:
            broken = instance(network, 1) | {"behaviour": {"slots": "many"}}
            state = region_state([broken, instance(network, 2)], {"prod": {"i-1": UNHEALTHY, "i-2": HEALTHY}},
                                 forward(prod=1))
            await region.apply(state)
            assert (await region.get()).header(b"x-serin-instance") == b"i-2"
            assert not region.region.instances["i-1"].behaviour.starts
    asyncio.run(story())
