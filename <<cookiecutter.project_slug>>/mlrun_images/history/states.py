"""The states of a run, as MLRun names them (`mlrun.common.runtimes.constants.RunStates`)."""

COMPLETED, ERROR, ABORTED = "completed", "error", "aborted"
ENDED = (COMPLETED, ERROR, ABORTED, "skipped")
FAILED = (ERROR, ABORTED)
UNDELETABLE = ("running", "pending")  # MLRun deletes no run in such a state
# what `update_run` takes to record that a person aborted a run
ABORTED_BY_HAND = {"status.state": ABORTED, "status.status_text": "aborted by hand"}
WITHOUT_MESSAGE = {  # what MLRun says of a run that says nothing itself
    ERROR: "Unknown error",
    "pendingRetry": "Unknown error",
    ABORTED: "Run was aborted",
    "aborting": "Run was aborted",
}
