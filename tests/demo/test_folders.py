"""Demos side by side keep out of each other's folders."""

from include.demo.folders import Folder


def test_the_folder_of_a_living_demo_is_left_alone(tmp_path):
    living = Folder(tmp_path)
    (living.path / "airflow.db").write_text("in use")
    (living.path / "running").touch()

    (tmp_path / "19990101-000000-1").mkdir()
    (tmp_path / "19990101-000000-1" / "scheduler.log").write_text("long ago")
    living.path.rename(tmp_path / "20260113-120000-2")
    other = Folder(tmp_path)

    assert sorted(path.name for path in tmp_path.iterdir()) == ["20260113-120000-2", other.path.name]
