"""The MLRun API server, if there is one."""

import mlrun


def has_server() -> bool:
    """Whether an MLRun API server is configured (`MLRUN_DBPATH`), not only the local run DB."""
    return "://" in mlrun.mlconf.dbpath
