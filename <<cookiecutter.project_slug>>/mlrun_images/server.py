"""The MLRun API server, if there is one."""

import mlrun


def has_server() -> bool:
    """Whether an MLRun API server is configured (`MLRUN_DBPATH`), not only the local run DB."""
    return "://" in mlrun.mlconf.dbpath


def address() -> str:
    """The server's address as it may be shown: without the user and password that it may hold."""
    return without_password(mlrun.mlconf.dbpath)


def without_password(url: str) -> str:
    """
    Take the user and password out of a URL.

    :param url: Any URL; one that is no URL is returned as it is.

    :returns: `http://***@host` for `http://user:password@host`.
    """
    scheme, separator, rest = url.partition("://")
    place, slash, path = rest.partition("/")
    who, at, host = place.rpartition("@")
    return f"{scheme}://***@{host}{slash}{path}" if separator and at else url
