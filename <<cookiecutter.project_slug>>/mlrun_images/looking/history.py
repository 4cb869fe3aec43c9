"""Past runs and their artifacts, read from the run DB in few calls."""

import contextlib
import itertools
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import mlrun
from mlrun.common.runtimes.constants import RunStates
from mlrun.datastore.store_resources import parse_store_uri
from mlrun.utils import as_list, parse_artifact_uri

from mlrun_images.errors import Refused
from mlrun_images.hints import parse_value
from mlrun_images.running.records import iteration, local_time, summarize
from mlrun_images.server import has_server

PAGE = 100  # runs of one call


def newest_runs(project: mlrun.projects.MlrunProject, **filters: Any) -> Iterator[dict]:
    """
    Get runs page by page, so that the newest of many are there at once. Iterations are left out.

    :param project: The project.
    :param filters: Those of MLRun's `list_runs`: `states`, `start_time_from`, `name`, `uid` …

    :returns: Runs as the run DB gives them, newest first.
    """
    # a server shows only the newest run of each name in the last week unless a time is given
    filters.setdefault("start_time_from", datetime.fromtimestamp(0, UTC))
    database, page, token = mlrun.get_run_db(), 1, None
    seen: set[str] = set()  # a run that starts meanwhile moves the others to the next page
    while True:
        place = {"page_token": token} if token else {"page": page, "page_size": PAGE}
        runs, token = database.paginated_list_runs(project=project.name, **filters, **place)
        for run in runs:
            if run["metadata"]["uid"] not in seen:
                seen.add(run["metadata"]["uid"])
                yield run
        if not token:
            return


def iterations_of(project: mlrun.projects.MlrunProject, run: dict) -> list[dict]:
    """
    Get a sweep's iterations.

    :param project: The project.
    :param run:     A run as the run DB gives it.

    :returns: Its iterations as the run DB gives them, in order; empty for a single run.
    """
    if not run["spec"].get("hyperparams"):
        return []
    uid = run["metadata"]["uid"]
    found = mlrun.get_run_db().list_runs(uid=uid, project=project.name, iter=True)
    return sorted(filter(iteration, found), key=iteration)


class Artifacts:
    """
    The artifacts of some runs, read in one call.

    :param project: The project.
    :param runs:    Runs as the run DB gives them; None for all of the project.
    """

    def __init__(self, project: mlrun.projects.MlrunProject, runs: list[dict] | None = None):
        self._project = project
        self._by_producer = self._read(**_span(runs))

    def _read(self, **filters: Any) -> dict[str, dict[str, dict]]:
        found: dict[str, dict[str, dict]] = defaultdict(dict)
        for artifact in self._project.list_artifacts(tag="*", **filters):  # once for each tag
            # "project/uid" or "project/uid-iteration": the tree would not tell a workflow's runs
            # apart
            producer = (artifact["spec"].get("producer") or {}).get("uri") or ""
            found[producer.rpartition("/")[2]][artifact["metadata"]["key"]] = artifact
        return found

    def take(self, run: dict) -> list[dict]:
        """Get the artifacts of a run, each run once."""
        uid, number = run["metadata"]["uid"], iteration(run)
        producer = f"{uid}-{number}" if number else uid
        found = self._by_producer.pop(producer, {})
        uris = run["status"].get("artifact_uris") or {}
        if not uris.keys() <= found.keys():
            # deleted since; or a clock was set meanwhile, and the artifact is of another time
            found = self._read(tree=_tree(min(uris.values()))).get(producer, {})
        return [*found.values()]

    def of_others(self, uids: set[str]) -> list[dict]:
        """Get artifacts of other runs than these, which are in no list of runs, or of none."""
        return [
            artifact
            for producer, found in self._by_producer.items()
            if producer.partition("-")[0] not in uids
            for artifact in found.values()
        ]


def _tree(uri: str) -> str:
    return parse_artifact_uri(parse_store_uri(uri)[1])[4]


def _span(runs: list[dict] | None) -> dict[str, datetime]:
    """Between which times the artifacts of these runs were logged, as far as it is known."""
    if runs is None:
        return {}
    # a server's clock may differ from that of the machine that ran
    margin = timedelta(hours=1) if has_server() else timedelta(seconds=1)
    starts = [run["status"].get("start_time") for run in runs]
    ends = [run["status"].get("last_update") for run in runs]
    span = {}
    if starts and all(starts):
        span["since"] = min(map(local_time, starts)) - margin
    if ends and all(ends) and all(map(_has_ended, runs)):
        span["until"] = max(map(local_time, ends)) + margin
    return span


def _has_ended(run: dict) -> bool:
    return run["status"].get("state") in RunStates.terminal_states()


def chunks(runs: Iterable[dict]) -> Iterator[list[dict]]:
    """Runs in lists of a page each."""
    rest = iter(runs)
    while chunk := list(itertools.islice(rest, PAGE)):
        yield chunk


def find_runs(
    project: mlrun.projects.MlrunProject,
    failed: bool = False,
    since: datetime | None = None,
    function: str | None = None,
    params: dict[str, str] | None = None,
    until: datetime | None = None,
) -> Iterator[dict]:
    """
    Find past runs.

    :param project:  The project.
    :param failed:   Only those that ended in error, or were aborted.
    :param since:    Only those that started since.
    :param function: Only those of this function.
    :param params:   Only those with these parameters, as text; of a sweep the values that it goes
                     through.
    :param until:    Only those that started before.

    :returns: Runs as the run DB gives them, newest first. A sweep is one.
    """
    filters: dict[str, Any] = {"start_time_from": since} if since else {}
    if until:
        filters["start_time_to"] = until
    if failed:
        filters["states"] = [RunStates.error, RunStates.aborted]
    for run in newest_runs(project, **filters):
        if function in (None, function_of(run)) and _has(run, params or {}):
            yield run


def function_of(run: dict) -> str:
    """The name of a run's function, as in project.yaml."""
    name = (run["spec"].get("function") or "").rpartition("/")[2]
    return name.partition("@")[0].partition(":")[0]


def _has(run: dict, params: dict[str, str]) -> bool:
    given, swept = run["spec"].get("parameters") or {}, run["spec"].get("hyperparams") or {}
    return all(
        (name in given and parse_value(text) == given[name])
        or (name in swept and parse_value(text) in as_list(swept[name]))
        for name, text in params.items()
    )


def summaries(
    project: mlrun.projects.MlrunProject, runs: Iterable[dict], last: int, whole: bool
) -> list[dict]:
    """
    Summarize runs.

    :param project: The project.
    :param runs:    Runs as the run DB gives them.
    :param last:    How many, from the first on.
    :param whole:   With their artifacts and iterations; else only the keys are known, which costs
                    no call.

    :returns: Runs as `summarize` gives them, with `function`, and of a sweep `sweep` (the values)
              and `iterations` (how many, by state).
    """
    shown = list(itertools.islice(runs, last))
    if not whole:
        return [_outline(project, run) for run in shown]
    artifacts = Artifacts(project, shown)
    return [
        summarize(one, artifacts=artifacts.take(one)) | _more(one)
        for run in shown
        for one in (run, *iterations_of(project, run))
    ]


def _outline(project: mlrun.projects.MlrunProject, run: dict) -> dict:
    summary = summarize(run, [], []) | _more(run)
    if set(summary["iterations"]) - {RunStates.completed}:
        # its own says how many failed, as the table does, and not why
        errors = [summarize(one, [], [])["error"] for one in iterations_of(project, run)]
        summary["error"] = "; ".join(filter(None, errors)) or summary["error"]
    summary["outputs"] += [{"key": key} for key in run["status"].get("artifact_uris") or {}]
    return summary


def _more(run: dict) -> dict[str, Any]:
    header, *rows = run["status"].get("iterations") or [[]]
    states = Counter(row[header.index("state")] for row in rows if "state" in header)
    sweep = run["spec"].get("hyperparams") or {}
    return {"function": function_of(run), "sweep": sweep, "iterations": dict(states)}


def whole_runs(project: mlrun.projects.MlrunProject, uids: Iterable[str]) -> list[dict]:
    """
    Get runs with all that is known of them.

    :param project: The project.
    :param uids:    Their uids, or how these begin.

    :returns: Runs as `summaries` gives them, each followed by its iterations, the run itself with
              its `log`.

    :raise Refused: If there is no such run, or several begin so.
    """
    found = find_named(project, uids)
    records = summaries(project, found, len(found), whole=True)
    for record in records:
        if not record["iteration"]:
            log = mlrun.get_run_db().get_log(record["uid"], project.name)[1]
            record["log"] = log.decode(errors="replace")
    return records


def find_named(project: mlrun.projects.MlrunProject, uids: Iterable[str]) -> list[dict]:
    """
    Find runs.

    :param project: The project.
    :param uids:    Their uids, or how these begin.

    :returns: Each run once, however often it is named.

    :raise Refused: If there is no such run, or several begin so.
    """
    found = (find_run(project, uid) for uid in uids)
    return [*{run["metadata"]["uid"]: run for run in found}.values()]


def find_run(project: mlrun.projects.MlrunProject, uid: str) -> dict:
    """
    Find a run.

    :param project: The project.
    :param uid:     Its uid, or how that begins.

    :raise Refused: If there is no such run, or several begin so.
    """
    if not uid:  # every uid begins so: a script's variable was empty
        raise Refused("a UID is empty: see `python main.py runs`")
    with contextlib.suppress(mlrun.errors.MLRunNotFoundError, mlrun.errors.MLRunBadRequestError):
        if len(uid) >= 32:
            return mlrun.get_run_db().read_run(uid, project.name)
    found = [run for run in newest_runs(project) if run["metadata"]["uid"].startswith(uid)]
    if len(found) == 1:
        return found[0]
    if found:
        uids = ", ".join(run["metadata"]["uid"] for run in found[:3])
        raise Refused(f"{len(found)} runs begin with {uid!r}: {uids}")
    raise Refused(f"no run {uid!r} in project {project.name}: see `python main.py runs`")
