"""Past runs and images: shown, found, deleted."""

import json
import re
import zipfile
from pathlib import Path

import mlrun
from PIL import Image

from mlrun_images.history.filters import Filters
from mlrun_images.history.interface import PAGE
from mlrun_images.history.local import LocalHistory
from mlrun_images.history.store import Store
from mlrun_images.looking.server_history import ServerHistory
from mlrun_images.running.setup import load
from pages import Page

PNG = ("--returns", "gradient : file")


def uids(done) -> list[str]:
    return [run["uid"] for run in done.made if not run["iteration"]]


def test_past_runs_are_shown_newest_first(main):
    main("run")
    main("run", "-p", "width=7")
    newest, before = main("runs", "-n", "2", "--json").made
    assert newest["parameters"] == {"width": 7}
    assert newest["start"] > before["start"]
    assert "width=7" in main("runs", "-n", "1").stdout.splitlines()[2]


def test_a_run_that_starts_while_others_are_read_makes_none_come_twice(copy):
    project, database = load(copy.folder), mlrun.get_run_db()
    for number in range(PAGE + 1):
        run = {"metadata": {"uid": f"a{number}"}, "spec": {}}
        database.store_run(run, f"a{number}", project.name)
    # MLRun's client pages as a server does
    for history in (ServerHistory(project), LocalHistory(copy.folder, project.name)):
        found = history.runs(Filters())
        first = next(found)
        database.store_run({"metadata": {"uid": "new"}, "spec": {}}, "new", project.name)
        uids = [run["metadata"]["uid"] for run in (first, *found)]
        assert sorted(uids) == sorted(f"a{number}" for number in range(PAGE + 1))
        database.abort_run("new", project.name)
        database.del_run("new", project.name)


def test_a_run_whose_artifact_was_deleted_is_shown_without_it(main, folder):
    main("run")
    project = mlrun.load_project(str(folder), save=False)
    project.delete_artifact(project.list_artifacts().to_objects()[0])
    (run,) = main("runs", "--json").made
    assert run["outputs"] == []


def test_runs_of_one_function_on_two_images_do_not_look_alike(copy, tmp_path):
    for name in ("leaf.png", "root.png"):
        Image.new("L", (8, 8)).save(tmp_path / name)
        copy.main("run", "transform-image", "-i", f"image={tmp_path / name}")
    copy.add_function("both", "return images[0]", "images: list[Image.Image]")
    both = [word for name in ("leaf", "root") for word in ("-i", f"images={tmp_path / name}.png")]
    copy.main("run", "both", *both, "--returns", "a")
    lines = copy.main("runs").stdout.splitlines()
    assert "images=leaf.png, images=root.png  " in lines[2]
    assert "image=root.png" in lines[3] and "image=leaf.png" in lines[4]


def test_runs_are_found_by_what_they_were(copy):
    copy.add_function("other", "return 1")
    copy.main("run", "other", "--returns", "a")
    copy.main("run", "-p", "width=64")
    copy.main("run", "-p", "width=0")
    copy.main("run", "-x", "width=[64,128]", "-p", "height=8")
    sweep, bad, good, other = uids(copy.main("runs", "--json"))
    for arguments, found in (
        (["--failed"], [bad]),
        (["--function", "other"], [other]),
        (["--param", "width=64"], [sweep, good]),
        (["--param", "width=64", "--param", "height=8"], [sweep]),
        (["--function", "gen-image", "-n", "2"], [sweep, bad]),
        (["--since", "1h"], [sweep, bad, good, other]),
        (["--since", "2100-01-01"], []),
    ):
        assert uids(copy.main("runs", "--json", *arguments)) == found, arguments
    assert copy.main("runs", "--since", "2100-01-01").stdout == "No such runs.\n"
    assert copy.main("runs", good, "--failed").returncode == 2
    wrong = copy.main("runs", "--since", "yesterday")
    assert wrong.returncode == 2 and "possible: 30m, 12h, 7d, 2w" in wrong.stderr


def test_a_sweep_is_one_line_that_counts_its_iterations(copy):
    copy.main("run", "-x", "width=[8,0,16]")
    _, _, line = copy.main("runs").stdout.splitlines()
    assert "3 iterations, 1 failed" in line and "width=[8, 0, 16]" in line


def test_an_iteration_that_goes_on_has_not_failed(copy):
    sweep = copy.main("run", "-x", "width=[8,0,16]", "--json").made[0]["uid"]
    store = Store(copy.folder / ".mlrun" / "runs.db", copy.folder)
    header, *rows = store.read_run("image-project", sweep, 0)["status"]["iterations"]
    rows[-1][header.index("state")] = "running"
    store.update_run("image-project", sweep, 0, {"status.iterations": [header, *rows]})
    assert "3 iterations, 1 failed" in copy.main("runs").stdout


def test_the_reason_of_a_failure_is_in_the_table(copy):
    copy.main("run", "-p", "width=0")
    *_, line = copy.main("runs").stdout.splitlines()
    assert "width must be a whole number" in line
    copy.main("run", "-x", "width=[8,0,0]", "-p", "height=2")
    _, _, line, *_ = copy.main("runs", COLUMNS="300").stdout.splitlines()
    assert re.search(r"ValueError: width must be a whole number .* \(2 times\)", line)


def test_a_run_is_shown_whole(copy):
    copy.add_function("says", "print('said here'); return 1", "n=1")
    copy.main("run", "says", "-p", "n=5", "--returns", "a")
    (uid,) = uids(copy.main("runs", "--json"))
    shown = copy.main("runs", uid[:6]).stdout
    for part in (uid, "completed", "n=5", "started ", "a  result  1", "    said here"):
        assert part in shown, part
    (run,) = copy.main("runs", uid, "--json").made
    assert "said here" in run["log"]
    assert "no run 'nope'" in copy.main("runs", "nope").stderr


def test_images_are_listed_and_found(copy):
    copy.main("run", "-p", "width=600", "--returns", "mask : file[format=jpeg]")
    copy.main("run", "-x", "width=[8,700]", "--returns", "other : file")
    _, single = uids(copy.main("runs", "--json"))
    for arguments, keys in (
        ([], ["other", "other", "mask"]),
        (["--key", "mask"], ["mask"]),
        (["--format", "jpeg"], ["mask"]),
        (["--format", ".JPG"], ["mask"]),
        (["--min-width", "500"], ["other", "mask"]),
        (["--min-width", "500", "--format", "PNG"], ["other"]),
        (["--min-height", "1000"], []),
        (["-n", "1"], ["other"]),
        ([single[:9]], ["mask"]),
        ([single, single[:9]], ["mask"]),
        ([single, "--since", "1h"], ["mask"]),
        ([single, "--since", "2100-01-01"], []),
    ):
        found = json.loads(copy.main("images", "--json", *arguments).stdout)
        assert [image["key"] for image in found] == keys, arguments
    *_, line = copy.main("images").stdout.splitlines()
    assert re.search(r"mask .* 600 x 256  RGB   JPEG .* copy/artifacts/.*mask.jpg$", line)
    page = Page(copy.gallery("--min-width", "500"))
    assert [image["labels"]["width"] for image in page.images] == ["700", "600"]
    assert Page(copy.gallery("--key", "mask")).uids == [single]
    assert Page(copy.gallery(single)).uids == [single]


def test_a_zipped_gallery_holds_the_files_that_it_links_to(copy, tmp_path):
    copy.main("run", "-p", "width=20", *PNG)
    copy.main("run", "-x", "width=[30,40]", *PNG)
    done = copy.main("gallery", "--zip", "--no-open")
    assert "copy/gallery.zip" in done.stdout
    with zipfile.ZipFile(copy.folder / "gallery.zip") as archive:
        archive.extractall(tmp_path / "sent")
    page = Page((tmp_path / "sent" / "gallery.html").read_text())
    links = [image["link"] for image in page.images]
    links += [link for run in page.runs for _, link, *_ in run.get("files", ())]
    files = [tmp_path / "sent" / link for link in links]
    assert all(file.is_file() for file in files)
    widths = [Image.open(file).width for file in files if file.suffix == ".png"]
    assert sorted(widths) == [20, 30, 40]


def test_deleting_a_run_deletes_its_records_and_files_and_no_others(copy):
    copy.main("run", "-p", "width=8", *PNG)
    copy.main("run", "-x", "width=[9,10]", *PNG)
    copy.gallery()
    sweep, single = uids(copy.main("runs", "--json"))
    done = copy.main("delete", sweep[:10], "--yes")
    assert (done.returncode, done.stdout) == (0, "Deleted: 1 run(s)\n"), done
    assert uids(copy.main("runs", "--json")) == [single]
    assert [path.name for path in (copy.folder / "artifacts").iterdir()] == [single]
    assert len(list((copy.folder / "artifacts").rglob("*.png"))) == 1
    assert len(json.loads(copy.main("images", "--json").stdout)) == 1
    assert len(Page(copy.gallery()).images) == 1
    assert len(mlrun.get_run_db().list_artifacts(project="image-project", tag="*")) == 1


def test_deleting_asks_first(copy):
    copy.main("run", "-p", "width=0")
    copy.main("run")
    done = copy.main("delete", "--failed")
    assert done.returncode == 1 and "Delete 1 run(s)" in done.stderr
    assert len(uids(copy.main("runs", "--json"))) == 2
    assert copy.main("delete", "--failed", "--yes").returncode == 0
    assert len(uids(copy.main("runs", "--json"))) == 1
    assert copy.main("delete", "--older", "1h", "--yes").stdout == "No such runs.\n"
    assert copy.main("delete", "--older", "2100-01-01", "--yes").returncode == 0
    assert uids(copy.main("runs", "--json")) == []
    for arguments in ([], ["abc", "--failed"]):
        assert copy.main("delete", *arguments).returncode == 2


def test_no_run_is_named_by_nothing_and_each_is_taken_once(copy):
    copy.main("run", *PNG)
    (uid,) = uids(copy.main("runs", "--json"))
    for arguments in (["delete", "", "--yes"], ["runs", ""], ["images", ""],
                      ["gallery", uid, ""]):  # fmt: skip
        done = copy.main(*arguments)
        assert done.returncode == 1 and "a UID is empty" in done.stderr, arguments
    assert len(copy.main("runs", uid, uid[:9], "--json").made) == 1
    assert copy.main("delete", uid, uid[:9], "--yes").stdout == "Deleted: 1 run(s)\n"


def test_deleting_leaves_what_is_not_the_runs_own(copy, tmp_path):
    Image.new("L", (8, 8)).save(tmp_path / "mine.png")
    Image.new("L", (8, 8)).save(copy.folder / "mine.png")
    (run,) = copy.main("run", *PNG, "--json").made
    database = mlrun.get_run_db()
    (artifact,) = database.list_artifacts(project="image-project", tag="latest")
    wanted = [str(tmp_path / "mine.png"), "../mine.png", str(copy.folder / "mine.png"),
              str(copy.folder / "project.yaml"), str(copy.folder / "artifacts" / "x.png"),
              f"{copy.folder}/artifacts/{run['uid']}/../../project.yaml"]  # fmt: skip
    for number, path in enumerate(wanted):
        artifact["spec"]["target_path"], artifact["metadata"]["key"] = path, f"a{number}"
        artifact["spec"]["db_key"] = f"a{number}"
        artifact["metadata"].pop("uid")
        database.store_artifact(f"a{number}", artifact, project="image-project", tree=run["uid"])
    done = copy.main("delete", run["uid"], "--yes")
    assert done.returncode == 1
    assert done.stdout.count(" is left: ") == len(wanted), done.stdout
    assert (tmp_path / "mine.png").exists() and (copy.folder / "mine.png").exists()
    assert (copy.folder / "project.yaml").exists()
    assert not Path(run["outputs"][0]["path"]).exists()


def test_deleting_the_runs_of_a_workflow_leaves_no_folder(copy):
    copy.main("run", "-p", "width=8")
    assert copy.main("workflow", "-a", "width=8").returncode == 0
    *steps, single = uids(copy.main("runs", "--json"))
    assert copy.main("delete", *steps, "--yes").stdout == "Deleted: 2 run(s)\n"
    assert [path.name for path in (copy.folder / "artifacts").iterdir()] == [single]


def test_what_a_run_logged_before_the_clock_was_set_is_its_own(copy):
    for width in ("8", "9"):
        copy.main("run", "-p", f"width={width}", *PNG)
    database = mlrun.get_run_db()
    uid, left = uids(copy.main("runs", "--json"))
    run = database.read_run(uid, "image-project")
    run["status"] |= {"start_time": "2030-01-01T00:00:00+00:00", "last_update": "2030-01-01"}
    database.store_run(run, uid, "image-project")
    found = json.loads(copy.main("images", "--json").stdout)
    widths = [image["labels"]["width"] for image in found]
    assert widths == ["9", "8"]
    run["status"]["last_update"] = "2029-12-31T00:00:00+00:00"
    database.store_run(run, uid, "image-project")
    assert json.loads(copy.main("runs", uid, "--json").stdout)[0]["seconds"] is None
    assert "started 2030" in copy.main("runs", uid).stdout
    assert copy.main("delete", uid, "--yes").returncode == 0
    assert [path.name for path in (copy.folder / "artifacts").iterdir()] == [left]


def test_runs_that_begin_alike_are_named_the_first_three_of_more(copy):
    store = Store(copy.folder / ".mlrun" / "runs.db")
    for number in range(5):
        run = {"metadata": {"uid": f"9{number}", "name": "a"}, "spec": {}, "status": {}}
        store.put_run("image-project", f"9{number}", 0, run)
    said = copy.main("runs", "9").stderr
    assert re.search(r"5 runs begin with '9': 9\d, 9\d, 9\d, \u2026;", said), said
    store.delete_runs([("uid > ?", "92")])
    said = copy.main("runs", "9").stderr
    assert re.search(r"3 runs begin with '9': 9\d, 9\d, 9\d;", said), said
