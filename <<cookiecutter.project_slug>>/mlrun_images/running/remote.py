"""Jobs in the server's cluster: whether they would run this folder's code, and their end."""

import subprocess

import mlrun

from mlrun_images.errors import Refused
from mlrun_images.running.server import address, has_server
from mlrun_images.text import one_line


def check_remote(project: mlrun.projects.MlrunProject, name: str) -> None:
    """
    Refuse a remote run that would fail in its pod, or silently run something else, or run here.

    :param project: The project.
    :param name:    The function's name in project.yaml.

    :raise Refused: With one line that says what is missing.
    """
    if not has_server():
        raise Refused("a remote run needs an MLRun API server: set MLRUN_DBPATH to its URL")
    if not mlrun.mlconf.is_api_running_on_k8s():
        raise Refused(f"the server at {address()} has no Kubernetes: MLRun would run the job here")
    # a function of which an image was built with the code in it needs no source
    source = project.get_function(name).spec.build.source
    # with_repo: MLRun puts the project's source there when the job is submitted
    if source in (".", "./"):
        source = project.spec.source
    if source:
        _check_source(project.context, source)


def follow(run: mlrun.RunObject) -> None:
    """
    Show a job's log until the job has ended.

    :param run: The run, as it was submitted.

    :raise Refused: If the server cannot be asked any more, or the user interrupts. The job goes on.
    """
    uid = run.metadata.uid
    try:
        run.logs(watch=True)
        run.wait_for_completion(raise_on_failure=False, show_logs=False)
    except KeyboardInterrupt as error:
        why = "this command was ended"
        raise Refused(f"{why}, but {_goes_on(uid)}") from error
    except Exception as error:
        why = f"the server at {address()} does not answer ({one_line(error)[:200]})"
        raise Refused(f"{why}, but {_goes_on(uid)}") from error


def _goes_on(uid: str) -> str:
    return f"the job goes on: python main.py runs shows it as {uid[:8]}"


def _check_source(folder: str, source: str) -> None:
    if not source.startswith("git://"):
        raise Refused(
            f"jobs get their code from git, but project.yaml's source is {source!r}: "
            "write git://HOST/REPO#REF"
        )
    if changed := _git(folder, "status", "--porcelain").splitlines():
        raise Refused(
            f"{len(changed)} uncommitted change(s), which a job would not see: "
            "commit and push first"
        )
    here, there = _git(folder, "rev-parse", "HEAD").strip(), _commit_of(folder, source)
    if there != here:
        raise Refused(
            f"jobs would run {source}, which holds {there[:9]}, "
            f"but this folder holds {here[:9]}: push first"
        )


def _commit_of(folder: str, source: str) -> str:
    """The commit that a job would check out."""
    url, _, ref = source.partition("#")
    if ref.startswith("refs/commits/"):
        return ref.removeprefix("refs/commits/")
    url = url.replace("git://", "https://")
    # for an annotated tag the second line, ^{}, is the commit
    lines = _git(folder, "ls-remote", url, ref or "HEAD", f"{ref}^{{}}").split()
    return lines[-2] if lines else "nothing"


def _git(folder: str, *arguments: str) -> str:
    command = ["git", "-C", folder, "-c", "core.askPass=true", *arguments]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    except (OSError, subprocess.SubprocessError) as error:
        reason = one_line(getattr(error, "stderr", "") or error)
        raise Refused(
            f"cannot ask git whether the jobs' code is this folder's: {reason}"
        ) from error
    return done.stdout
