"""`python -m include.judge`: the verdict on two files, and a sentence for every file that cannot be judged."""

import io
import re
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from include.domain.scoring.history import packed
from include.domain.scoring.past import compact
from include.judge import files
from include.judge.__main__ import main
from include.judge.printed import show
from tests.domain.scoring.telemetry import Version, side

FROM = 1_760_000_040
POINTS = 120
LOAD = np.full(POINTS, 120.0)


def frame(seed: int, **version) -> pd.DataFrame:
    series = side(Version(**version), LOAD, np.random.default_rng(seed))
    return pd.DataFrame({"ts": FROM + np.arange(POINTS), **series})


BASELINE, GOOD, BAD = frame(1), frame(2), frame(3, errors={"home": 0.3})


@pytest.fixture
def judged(tmp_path, capsys):
    """Judge two tables, or texts of files; the exit code, and what was printed and complained."""
    def run(canary=GOOD, baseline=BASELINE, *words, suffix=".csv"):
        paths = []
        for name, table in (("baseline", baseline), ("canary", canary)):
            path = tmp_path / f"{name}{suffix}"
            if isinstance(table, str):
                path.write_text(table)
            elif table is not None:
                table.to_csv(path, index=False)
            paths.append(str(path))
        code = main([*paths, "--service", "api", *map(str, words)])
        printed = capsys.readouterr()
        return code, printed.out, printed.err.replace(str(tmp_path) + "/", "")

    return run


def long(table: pd.DataFrame) -> pd.DataFrame:
    return table.melt("ts", var_name="name", value_name="value").dropna().sample(frac=1, random_state=1)


def test_a_good_canary_is_0_and_a_bad_one_1_with_what_it_lost(judged):
    code, out, _ = judged()
    assert (code, out.splitlines()[0]) == (0, "go: score 100 is at least 95")
    assert "coverage 100 % of" in out
    code, out, _ = judged(BAD)
    assert code == 1
    assert out.startswith("no-go: score 0 is under 95; hot: errors.all is")
    assert "  -100  critical  hot: errors.all" in out


def test_too_few_requests_are_2(judged):
    code, out, _ = judged(GOOD.head(60), BASELINE.head(60))
    assert code == 2
    assert "the canary had" in out


def test_nothing_at_all_is_3(judged):
    code, out, _ = judged(GOOD.assign(**dict.fromkeys(GOOD.columns[1:], np.nan)))
    assert (code, out.splitlines()[0]) == (3, "error: no metric was found of the canary")


@pytest.mark.parametrize("shape", [
    pytest.param(lambda table: table, id="wide, seconds"),
    pytest.param(lambda table: table.assign(ts=table.ts * 1000), id="wide, milliseconds"),
    pytest.param(lambda table: table.assign(ts=pd.to_datetime(table.ts, unit="s", utc=True)), id="wide, dates"),
    pytest.param(lambda table: table.assign(ts=pd.to_datetime(table.ts, unit="s")), id="wide, dates without a zone"),
    pytest.param(lambda table: table.iloc[::-1], id="wide, the newest first"),
    pytest.param(long, id="long, in any order"),
])
def test_the_shape_of_the_file_changes_nothing(shape, judged):
    assert judged(shape(BAD))[:2] == judged(BAD)[:2]


def test_only_the_time_that_both_have_is_judged(judged):
    worse_before = pd.concat([BAD.assign(ts=BAD.ts - POINTS), GOOD])
    assert judged(worse_before)[0] == 0


def test_a_metric_that_one_file_has_not_is_a_reading(judged):
    code, out, _ = judged(GOOD.drop(columns="requests.all"))
    assert code == 2
    assert "requests.all, the metric of requests, has no data on the canary" in out


def test_points_come_in_the_bins_of_the_coarser_file(tmp_path):
    a, b = tmp_path / "a.csv", tmp_path / "b.csv"
    a.write_text("ts,x\n0,1\n60,2\n120,3\n")
    b.write_text("ts,x\n0,1\n30,3\n60,5\n90,\n150,9\n")
    table = files.together(files.side_of(a), files.side_of(b), None)
    assert table.step_seconds == 60
    np.testing.assert_array_equal(table.values[:, 0], [[1, 2, 3], [2, 5, 9]])


@pytest.mark.parametrize(("canary", "says"), [
    pytest.param(None, "canary.csv: cannot be read: No such file", id="no file"),
    pytest.param("", "canary.csv: is no CSV: No columns", id="empty"),
    pytest.param("ts\n1\n", "canary.csv: has 1 row and 1 column; a wide table has the time", id="a time alone"),
    pytest.param("ts,x\n", "canary.csv: has 0 rows", id="no rows"),
    pytest.param('ts,x\n1,"a\n', "canary.csv: is no CSV", id="cut off"),
    pytest.param("when,x\nnoon,1\n", "canary.csv: 'noon' in when is no time", id="no time"),
    pytest.param("ts,x\n,1\n", "canary.csv: row 2 has no time in ts", id="a time is missing"),
    pytest.param("ts,x\ninf,1\n", "has an infinite time", id="an infinite time"),
    pytest.param("ts,x\n1760000000000000000,1\n", "neither seconds nor milliseconds", id="nanoseconds"),
    pytest.param("ts,x\n1,2\n2,fast\n", "canary.csv: 'fast' in row 3 of x is no number", id="no number"),
    pytest.param("ts,x\n60,1\n60,2\n", "canary.csv: 1970-01-01 00:01:00 is there twice in ts", id="a time twice"),
    pytest.param("ts,name,value\n60,x,1\n60,x,2\n", "canary.csv: x is there twice at 1970-01-01 00:01:00",
                 id="a metric twice at a time"),
    pytest.param("when,name,value\n60,x,1\n", "canary.csv: a long table without ts", id="long without ts"),
    pytest.param("ts,name,value\n60,x,1\n61,,1\n", "canary.csv: row 3 has no name", id="long without a name"),
    pytest.param("ts;x\n1;2\n", "canary.csv: has 1 row and 1 column; a wide table has the time, then a column for each "
                 "metric; a long one has ts, name and value, with commas between them", id="semicolons"),
    pytest.param(GOOD.rename(columns="other.{}".format).to_csv(index=False), "canary.csv has other.", id="other names"),
    pytest.param(GOOD.drop(columns="ts").to_csv(index=False), "one row for each time is needed; a wide table has the "
                 "time", id="no time at all"),
    pytest.param("ts,x\n60,1\n120,2\n", "both sides must be of the same time", id="no overlap"),
])
def test_a_file_that_cannot_be_judged_is_3_and_named_with_what_would_be_right(canary, says, judged):
    code, out, err = judged(canary)
    assert (code, out) == (3, "")
    assert says in err


def test_a_time_that_is_wrong_by_years_does_not_take_the_memory(judged):
    code, _, err = judged("ts,x\n0,1\n1760000000,1\n", "ts,x\n0,1\n1760000000,1\n", "--step-seconds", 1)
    assert code == 3
    assert "at most 100,000 are judged" in err


def test_a_file_is_not_judged_against_itself(tmp_path, capsys):
    path = tmp_path / "a.csv"
    GOOD.to_csv(path, index=False)
    assert main([str(path), str(tmp_path / "." / "a.csv"), "--service", "api"]) == 3
    assert "is given for both sides" in capsys.readouterr().err


@pytest.fixture
def parquet(tmp_path, capsys):
    """Judge a Parquet file that `write` wrote as the canary, beside a Parquet file of the baseline."""
    def run(write, name="canary.parquet"):
        baseline, canary = tmp_path / "baseline.parquet", tmp_path / name
        BASELINE.to_parquet(baseline)
        write(canary)
        code = main([str(baseline), str(canary), "--service", "api"])
        printed = capsys.readouterr()
        return code, printed.out, printed.err.replace(str(tmp_path) + "/", "")

    return run


DATES = pd.to_datetime(BAD.ts, unit="s", utc=True)


@pytest.mark.parametrize("shape", [
    pytest.param(BAD, id="seconds"), pytest.param(BAD.set_index("ts"), id="seconds as the index"),
    pytest.param(BAD.assign(ts=DATES), id="dates"),
    pytest.param(BAD.assign(ts=DATES).set_index("ts"), id="dates as the index"),
    pytest.param(BAD.assign(ts=DATES).set_index("ts").rename_axis(None), id="dates as an index without a name"),
    pytest.param(BAD.iloc[::-1], id="the newest first, rows numbered"), pytest.param(long(BAD), id="long"),
    pytest.param(long(BAD).astype({"name": "category"}), id="long, names as categories"),
    pytest.param(long(BAD).set_index(["ts", "name"]), id="long, time and name as the index"),
    pytest.param(BAD.convert_dtypes(), id="whole numbers that may be missing"),
])
def test_parquet_is_judged_as_a_csv_is(shape, parquet, judged):
    assert parquet(shape.to_parquet)[:2] == judged(BAD)[:2]


def test_parquet_has_two_endings_in_any_case_and_may_stand_beside_a_csv(parquet, tmp_path):
    assert parquet(GOOD.to_parquet, "canary.PQ")[0] == 0
    assert parquet(lambda path: GOOD.to_csv(path, index=False), "canary.csv")[0] == 0


@pytest.mark.parametrize(("write", "says"), [
    pytest.param(lambda path: None, "cannot be read: No such file", id="no file"),
    pytest.param(lambda path: path.mkdir(), "cannot be read: Is a directory", id="a folder"),
    pytest.param(lambda path: path.write_bytes(b""), "is no Parquet", id="empty"),
    pytest.param(lambda path: GOOD.to_csv(path, index=False), "is no Parquet", id="a CSV by another name"),
    pytest.param(GOOD.head(0).to_parquet, "has 0 rows and 1,051 columns; a wide table has the time", id="no rows"),
    pytest.param(GOOD.assign(x="fast").to_parquet, "'fast' in row 2 of x is no number", id="no number"),
    pytest.param(GOOD.assign(x=DATES).to_parquet, "in row 2 of x is no number", id="a date for a number"),
])
def test_parquet_that_cannot_be_judged_is_named_with_what_would_be_right(write, says, parquet):
    code, out, err = parquet(write)
    assert (code, out) == (3, "")
    assert err.startswith("error: canary.parquet: ")
    assert says in err


def test_parquet_without_its_reader_says_what_to_install(judged, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    code, _, err = judged("x", "x", suffix=".parquet")
    assert code == 3
    assert "canary.parquet: Parquet needs pyarrow" in err


@pytest.mark.parametrize(("words", "says"), [
    (["a.csv"], "required"), (["a.csv", "b.csv", "--service", "apj"], "did you mean api"),
    (["a.csv", "b.csv", "--service", "api", "--step-seconds", "0"], "no whole number"), (["--nonsense"], "required")])
def test_a_wrong_command_is_3_which_is_no_verdict(words, says, capsys):
    assert main(words) == 3
    assert says in capsys.readouterr().err


def test_past_canaries_are_floors_and_those_that_cannot_be_read_are_counted(judged, tmp_path):
    folder = tmp_path / "history"
    folder.mkdir()
    names = list(BASELINE.columns[1:])
    past = compact(names, GOOD[names].to_numpy().T, BASELINE[names].to_numpy().T, 1)
    (folder / "1.npz").write_bytes(packed(past))
    (folder / "2.npz").write_bytes(b"no canary")
    code, out, err = judged(GOOD, BASELINE, "--history", folder)
    assert code == 0
    assert re.search(r"floors of .* good canar.*; 1 of 2 could not be read", out)
    assert "2.npz is passed over" in err
    assert judged(GOOD, BASELINE, "--history", tmp_path / "none")[0] == 3


def test_the_report_is_written_with_every_metric_and_its_series(judged, tmp_path):
    page = tmp_path / "out.html"
    judged(BAD, BASELINE, "--html", page)
    assert page.read_text().count("data-n=") == len(BASELINE.columns) - 1
    assert '"points":' in page.read_text()
    assert "canary.csv against baseline.csv" in page.read_text()
    code, _, err = judged(BAD, BASELINE, "--html", tmp_path / "no" / "out.html")
    assert code == 3
    assert "cannot be written" in err


def test_a_terminal_gets_a_table_and_nothing_in_a_name_steers_it(tmp_path):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    from include.domain.scoring.readings import Judgement, Reading

    hostile = "x\x1b[2J[red]"
    reading = Reading(hostile, "hot", "high", "g", "higher", 2.0, 6.0, f"hot: {hostile}")
    judgement = Judgement("no-go", 94.0, f"no-go: {hostile}", (reading,), 100.0, 1, 1, 1)
    for out in (Terminal(), io.StringIO()):
        show(judgement, out)
        assert "\x1b[2J" not in out.getvalue()
        assert "x?[2J[red]" in out.getvalue()


def test_the_command_is_the_one_of_the_readme():
    assert "python -m include.judge baseline.csv canary.csv --service api" in (
        Path(__file__).parents[2] / "README.md").read_text()
