"""Whole runs of the merge back in Airflow, against the in-memory world."""


def test_what_landed_on_prod_is_in_release(world, run):
    fix = world.branches.push("prod", "a fix")
    colour, _ = run("api_merge_back")
    assert colour == "success"
    assert world.branches.head("release") == fix
    assert world.chat.room[-1].endswith(
        f"prod is merged into release, which was moved forwards: it stands at {fix[:12]}")


def test_it_is_not_taken_for_a_push(world, run):
    world.branches.push("prod", "a fix")
    run("api_merge_back")
    assert not world.archive.said


def test_work_on_release_is_kept(world, run):
    work, fix = world.branches.push("release", "work"), world.branches.push("prod", "a fix")
    world.merges.joins = True
    assert run("api_merge_back")[0] == "success"
    assert {work, fix} < world.branches.history(world.branches.head("release"))


def test_a_conflict_is_red_and_the_room_is_told(world, run):
    work, _ = world.branches.push("release", "work"), world.branches.push("prod", "a fix")
    colour, states = run("api_merge_back")
    assert (colour, states) == ("failed", {"merge_back": "failed"})
    assert "prod cannot be merged into release" in world.chat.room[-1]
    assert world.branches.head("release") == work


def test_a_run_that_asks_for_something_is_refused(world, run):
    fix = world.branches.push("prod", "a fix")
    assert run("api_merge_back", into="test")[0] == "failed"
    assert "knows no 'into'" in world.chat.room[-1]
    assert world.branches.head("release") != fix
