"""The viewers: open loop, and honest about what failed."""

import asyncio

from include.local_cloud.data.routing import HEALTHY
from tests.local_cloud.declared import Driven, forward, instance, region_state


async def until(condition):
    for _ in range(600):
        if condition():
            return
        await asyncio.sleep(0.005)
    raise AssertionError("it did not come to pass in 3 s")


def test_what_each_asg_served_is_told_by_its_own_answers(network):
    async def story():
        async with Driven(rate=200) as region:
            instances = [instance(network, 1, "old"), instance(network, 2, "new")]
            await region.apply(region_state(instances, {"old": {"i-1": HEALTHY}, "new": {"i-2": HEALTHY}},
                                            forward(old=3, new=1)))
            total = region.region.viewers.total
            await until(lambda: total.ok >= 40)
            assert total.failed == 0
            assert abs(total.served_by["old"] - 3 * total.served_by["new"]) <= 8
    asyncio.run(story())


def test_viewers_go_to_each_of_the_load_balancers_alike(network):
    async def story():
        async with Driven(rate=200, entrances=("api-prod", "search-prod")) as region:
            state = region_state([instance(network, 1, "api-prod-v041"), instance(network, 2, "search-prod-v041")],
                                 {"api": {"i-1": HEALTHY}, "search": {"i-2": HEALTHY}}, forward(api=1))
            state["load_balancers"].append({"arn": "other", "name": "search-prod", "listeners": [
                {"arn": "others", "port": 80, "rules": [forward(search=1)]}]})
            await region.apply(state)
            total = region.region.viewers.total
            await until(lambda: total.ok >= 60)
            assert total.failed == 0
            assert min(total.served_by["api-prod-v041"], total.served_by["search-prod-v041"]) > 10

            del state["load_balancers"][1]
            await region.apply(state)
            before = total.served_by["search-prod-v041"]
            await until(lambda: total.ok >= 120)
            assert total.served_by["search-prod-v041"] - before <= 5
    asyncio.run(story())


def test_weight_on_nobody_is_counted_as_failed_without_a_target(network):
    async def story():
        async with Driven(rate=200) as region:
            await region.apply(region_state([instance(network, 1)], {"prod": {"i-1": HEALTHY}, "empty": {}},
                                            forward(prod=1, empty=1)))
            total = region.region.viewers.total
            await until(lambda: total.failed >= 10)
            assert total.failures["503"] == total.failed_by["no target"] == total.failed
            assert total.served_by.keys() == {"api-prod-v041"}
    asyncio.run(story())


def test_a_slow_service_does_not_slow_the_viewers_and_too_many_are_not_let_in(network, monkeypatch):
    monkeypatch.setattr("include.local_cloud.data.load.MAX_IN_FLIGHT", 20)

    async def story():
        async with Driven(rate=500) as region:
            await region.apply(region_state([instance(network, 1, service_ms=5000, slots=1)],
                                            {"prod": {"i-1": HEALTHY}}, forward(prod=1)))
            viewers = region.region.viewers
            await until(lambda: viewers.total.failures["not sent"] >= 20)
            assert viewers.in_flight == 20
            assert viewers.total.failed == viewers.total.sent - viewers.total.ok - viewers.in_flight
    asyncio.run(story())


def test_without_a_balancer_there_is_no_load(network):
    async def story():
        async with Driven(rate=500) as region:
            await asyncio.sleep(0.1)
            assert region.region.viewers.total.sent == 0
    asyncio.run(story())


def test_a_service_that_is_asked_for_more_than_its_capacity_gives_its_capacity(network):
    async def story():
        async with Driven(rate=400) as region:
            await region.apply(region_state([instance(network, 1, slots=2, service_ms=20)],
                                            {"prod": {"i-1": HEALTHY}}, forward(prod=1)))
            (one,) = region.region.instances.values()
            loop = asyncio.get_running_loop()
            await until(lambda: region.region.viewers.total.ok >= 10)
            one.sample(loop.time())
            began, before = loop.time(), region.region.viewers.total.ok
            await until(lambda: region.region.viewers.total.ok >= before + 100)
            rate = (region.region.viewers.total.ok - before) / (loop.time() - began)
            assert 75 <= rate <= 125                   # 2 slots ÷ 20 ms = 100 a second; 400 were asked for
            assert one.sample(loop.time())["cpu.percent"] > 90
    asyncio.run(story())
