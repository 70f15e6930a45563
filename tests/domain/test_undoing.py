"""Which ASG takes the traffic back."""

import pytest

from include.domain import asg_tags
from include.domain.errors import NothingToUndo, Refused
from include.domain.undoing import Undo, newest_push, to_undo
from tests.domain.marked import BLACK, MINE, asg, tagged

REPLACES = {asg_tags.REPLACES: "api-prod-v041", asg_tags.REPLACES_AMI: "ami-old"}
RESTORED = MINE | {asg_tags.ROLE: "restored"}
THEIRS = {asg_tags.PUSH: "theirs", asg_tags.ROLE: "new"}
V041, MINE_042 = asg("api-prod-v041"), tagged("api-prod-v042", MINE, REPLACES)
WITHOUT = tagged("api-prod-v042", MINE)


def undo(*asgs, also_complete: bool = True) -> Undo:
    return to_undo(asgs, "api-prod", "mine", "us-east-1", also_complete=also_complete)


@pytest.mark.parametrize(("asgs", "baseline"), [
    pytest.param([V041, MINE_042], V041, id="the one that its tag names"),
    pytest.param([V041, WITHOUT], V041, id="without the tag, the only other one"),
    pytest.param([tagged("api-prod-v041", BLACK), WITHOUT], tagged("api-prod-v041", BLACK), id="the one it disabled"),
    pytest.param([MINE_042], None, id="none: its AMI is launched again"),
    pytest.param([asg("api-prod-v041", deleting=True), MINE_042], None, id="one that is being deleted is gone"),
    pytest.param([MINE_042, tagged("api-prod-v043", RESTORED)], tagged("api-prod-v043", RESTORED),
                 id="the one that was launched again"),
])
def test_the_baseline_of_a_push_is_found(asgs, baseline):
    assert undo(*asgs) == Undo(next(a for a in asgs if a.name == "api-prod-v042"), baseline)


def test_black_is_put_back_also_where_somebody_deleted_the_new_one():
    black = tagged("api-prod-v041", BLACK)
    assert undo(black) == Undo(None, black)


@pytest.mark.parametrize(("asgs", "says"), [
    pytest.param([V041], "mine changed nothing of api-prod in us-east-1", id="nothing was made"),
    pytest.param([WITHOUT], "no tag says what that ran: push the older AMI", id="nobody wrote down the AMI"),
    pytest.param([tagged("api-prod-v042", MINE, REPLACES, BLACK), tagged("api-prod-v043", THEIRS)],
                 "api-prod-v042 was rolled back before, and api-prod-v043 takes the traffic", id="long undone"),
])
def test_there_may_be_nothing_to_undo(asgs, says):
    with pytest.raises(NothingToUndo, match=says):
        undo(*asgs)


def test_a_region_that_is_complete_is_left_alone_unless_it_is_asked_for():
    with pytest.raises(NothingToUndo, match="us-east-1 runs api-prod-v042 and its baseline is deleted"):
        undo(MINE_042, also_complete=False)
    assert undo(V041, MINE_042, also_complete=False).baseline == V041


def test_what_a_later_push_launched_is_not_taken_for_the_baseline():
    with pytest.raises(Refused, match="api-prod-v043 also takes traffic in us-east-1: roll back the push that made it"):
        undo(MINE_042, tagged("api-prod-v043", THEIRS))


def test_the_newest_push_is_found_also_where_its_rollback_died_half_way():
    half = tagged("api-prod-v042", MINE, {asg_tags.DISABLED_BY: "mine.roll_back"})
    older = tagged("api-prod-v041", THEIRS)
    assert newest_push([older, half], "api-prod", "us-east-1") == "mine"


def test_to_go_further_back_than_the_newest_push_it_must_be_named():
    undone = [tagged("api-prod-v041", THEIRS), tagged("api-prod-v042", MINE, BLACK)]
    with pytest.raises(NothingToUndo, match=r"mine is undone in us-east-1 already: .*name theirs to go further back"):
        newest_push(undone, "api-prod", "us-east-1")
    with pytest.raises(NothingToUndo, match="no push left api-prod anything to go back to"):
        newest_push([V041], "api-prod", "us-east-1")
