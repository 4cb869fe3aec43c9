"""The run DB's methods for runs, and their logs."""

import sqlite3
import time

from mlrun.common.runtimes.constants import RunStates
from mlrun.errors import MLRunBadRequestError
from mlrun.lists import RunList
from mlrun.utils import as_list

from mlrun_images.history import sql
from mlrun_images.history.errors import NotAllowed
from mlrun_images.history.records import UNDELETABLE
from mlrun_images.history.runs import cannot_delete
from mlrun_images.running.local_run_db import answers

TIMES = ("start_time", "last_update_time", "end_time")


@answers.in_mlruns_errors
class Runs(answers.Answers):
    """Runs by project, uid and iteration. A sweep is a run whose iterations share its uid."""

    def store_run(self, struct, uid, project="", iter=0):
        self.store.put_run(answers.project_name(project), uid, iter or 0, struct)

    def update_run(self, updates, uid, project="", iter=0):
        self.store.update_run(answers.project_name(project), uid, iter or 0, updates)

    def read_run(self, uid, project="", iter=0, format_=None):
        return self.store.read_run(answers.project_name(project), uid, iter or 0)

    def list_runs(self, *args, **filters) -> RunList:
        """List the runs that fit, newest first. A server would leave out some of the older ones."""
        return RunList(self.store.runs_in(self._run_rows(*args, **filters)))

    def paginated_list_runs(self, *args, **filters) -> tuple[RunList, str | None]:
        """Get a page of the runs that fit, newest first, and the token of the next page."""
        rows, token = answers.one_page(self._run_rows, "list_runs", args, filters)
        return RunList(self.store.runs_in(rows)), token

    def _run_rows(
        self, name=None, uid=None, project=None, labels=None, states=None, sort=True, iter=False,
        limit=-1, offset=0, **filters,
    ) -> list[sqlite3.Row]:  # fmt: skip
        answers.check_filters("list_runs", filters)
        project = None if project == "*" else answers.project_name(project)
        conditions = [
            *answers.which("runs", project, name, labels=labels),
            sql.among("uid", None if uid is None else as_list(uid)),
            sql.among("state", None if states is None else as_list(states)),
            ("iter >= ?" if iter else "iter = ?", 0),
            *((f"{time} >= ?", sql.utc(filters.get(f"{time}_from"))) for time in TIMES),
            *((f"{time} <= ?", sql.utc(filters.get(f"{time}_to"))) for time in TIMES),
        ]
        # with the +, SQLite looks runs up by their uids instead of reading all in order of time
        order = f"{'+' if uid else ''}start_time DESC, iter" if sort else "rowid"
        return self.store.find_runs(conditions, order, limit, offset)

    def del_run(self, uid, project="", iter=0):
        """Delete a run with its iterations and log, unless it is running."""
        self.store.delete_run(answers.project_name(project), uid, iter or 0)

    def del_runs(self, name=None, project="", labels=None, state=None, days_ago=0):
        """Delete the runs that fit, with iterations and logs, except those that are running."""
        if state in UNDELETABLE:
            raise NotAllowed(cannot_delete("runs", state))
        project, state = answers.project_name(project), None if state is None else str(state)
        conditions = answers.which("runs", project, name, labels=labels, state=state)
        since = sql.utc(answers.days_before_now(days_ago))
        if running := self.store.delete_runs([*conditions, ("start_time >= ?", since)]):
            raise MLRunBadRequestError(f"{running} run(s) are running, and stay: abort them first")

    def abort_run(self, uid, project="", iter=0, timeout=45, status_text=""):
        """Record that a run was aborted. A process that it is in goes on."""
        state = self.read_run(uid, project, iter).get("status", {}).get("state")
        if state not in RunStates.terminal_states():
            updates = {"status.state": RunStates.aborted, "status.status_text": status_text}
            self.update_run(updates, uid, project, iter)

    # Logs

    def store_log(self, uid, project="", body=None, append=False):
        body = body.encode(errors="backslashreplace") if isinstance(body, str) else body or b""
        self.store.put_log(answers.project_name(project), uid, body, append)

    def get_log(self, uid, project="", offset=0, size=None, attempt=None):
        """Get the run's state, and its log from the offset on; size and offset are bytes."""
        log = self.store.read_log(answers.project_name(project), uid)[offset:]
        state = self.read_run(uid, project).get("status", {}).get("state", "unknown")
        return state, log[:size] if size and size > 0 else log

    def watch_log(self, uid, project="", watch=True, offset=0, attempt=None):
        """
        Print the log; with `watch` also what is added to it, until the run ends.

        :returns: The run's state, and the offset of the log's end in bytes.
        """
        while True:
            state, log = self.get_log(uid, project, offset)
            print(log.decode(errors="replace"), end="")
            offset += len(log)
            if not watch or state in RunStates.terminal_states():
                return state, offset
            time.sleep(1)
