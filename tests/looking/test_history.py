"""Past runs, as `main.py runs` shows them."""

import mlrun


def test_past_runs_are_shown_newest_first(main):
    main("run")
    main("run", "-p", "width=7")
    newest, before = main("runs", "-n", "2", "--json").made
    assert newest["parameters"] == {"width": 7}
    assert newest["start"] > before["start"]
    assert "width=7" in main("runs", "-n", "1").stdout.splitlines()[2]


def test_a_run_whose_artifact_was_deleted_is_shown_without_it(main, folder):
    main("run")
    project = mlrun.load_project(str(folder), save=False)
    project.delete_artifact(project.list_artifacts().to_objects()[0])
    (run,) = main("runs", "--json").made
    missing = "gradient: asked for, but the run does not hold it"
    assert run["outputs"] == [] and run["problems"] == [missing]
