"""Whether an MLRun API server is configured, and its address."""

import os
import re


def is_configured(env_file: str = "") -> bool:
    """
    Check if MLRun will use an API server, without importing MLRun.

    As in `mlrun/config.py`, a file of settings wins over the environment, and the environment over
    the file of `MLRUN_CONFIG_FILE`.

    :param env_file: A file of `MLRUN_…=` settings that MLRun will be given; empty for none.

    :returns: Whether it will. True as well if a file cannot be read: MLRun then says why.
    """
    settings: dict[str, str | None] = {**os.environ}
    default = settings.get("MLRUN_DEFAULT_ENV_FILE") or "~/.mlrun.env"
    files = [settings.get("MLRUN_ENV_FILE") or default, env_file]
    for file in files[1:] if settings.get("MLRUN_IGNORE_ENV_FILE") else files:
        if os.path.isfile(path := os.path.expanduser(file)):
            from dotenv import dotenv_values

            settings |= dotenv_values(path)
    address = settings.get("MLRUN_DBPATH")
    if address is None and (config := settings.get("MLRUN_CONFIG_FILE")):
        address = _address_in(config)
    return "://" in (address or "")


def _address_in(config: str) -> str:
    import yaml

    try:
        with open(config) as file:
            return str(yaml.safe_load(file).get("dbpath") or "")
    except Exception:
        return "://"


def has_server() -> bool:
    """Check if MLRun, which is imported, uses an API server (`MLRUN_DBPATH`)."""
    import mlrun

    return "://" in mlrun.mlconf.dbpath


def address() -> str:
    """Get the server's address as it may be shown: `http://***@host`, without user and password."""
    import mlrun

    return re.sub(r"(?<=://)[^/]*@", "***@", mlrun.mlconf.dbpath, count=1)
