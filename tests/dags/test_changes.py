"""What changes, told by a whole push in Airflow."""

from sqlalchemy import select

from tests.world.region import Behaviour


def newest_link_of(task):
    """What Airflow keeps of the button of a task, of its newest run."""
    from airflow.models.xcom import XComModel
    from airflow.utils.session import create_session

    with create_session() as session:
        links = select(XComModel).where(XComModel.task_id == task, XComModel.key.like("_link_%"))
        return XComModel.deserialize_value(session.scalars(links.order_by(XComModel.timestamp.desc())).first())


def test_the_room_is_told_what_changes_and_the_task_has_a_button_that_opens_it(world, run, monkeypatch):
    put = world.archive.put
    monkeypatch.setattr(world.archive, "put", lambda *given: put(*given).replace("memory://", "https://archive/"))
    world.behaves(world.branches.push("prod", "worse"), Behaviour(error_percent=20))   # a no-go: the shortest push
    _, states = run("api_patch_push")
    assert states["changes"] == "success"
    told = next(str(said) for said in world.chat.room if " changes: " in str(said))
    page = next(key for key in world.archive.objects if key.endswith("/changes.html"))
    assert told.endswith(f" changes: 1 commit of 1 person: https://archive/{page}")
    assert newest_link_of("changes") == f"https://archive/{page}"
