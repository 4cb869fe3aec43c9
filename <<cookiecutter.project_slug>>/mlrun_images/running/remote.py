"""Jobs in the server's cluster: what is checked before they are submitted, and how they end."""

import os
import signal
import subprocess
from pathlib import PurePosixPath

import mlrun

from mlrun_images.errors import Refused, one_line
from mlrun_images.server import address

GIT_SECONDS = 60  # that git may take


def check_remote(project: mlrun.projects.MlrunProject, name: str) -> None:
    """
    Refuse a remote run that would fail in its pod, run other code than this folder's, or run here.

    :param project: The project.
    :param name:    The function's name in project.yaml.

    :raise Refused: With one line that says what is missing.
    """
    if not mlrun.mlconf.is_api_running_on_k8s():
        raise Refused(
            f"the server at {address()} has no Kubernetes: MLRun would run the job here; possible: "
            "the same without --remote"
        )
    function = project.get_function(name)
    _check_artifact_path(project, function)
    # a function whose container image has the code in it needs no source
    source = function.spec.build.source
    # with_repo: MLRun puts the project's source in its place when the job is submitted
    if source in (".", "./"):
        source = project.spec.source
    if source:
        _check_source(project.context, source)
        _check_workdir(project)


def check_remote_workflow(project: mlrun.projects.MlrunProject) -> None:
    """
    Refuse a remote workflow if a step would fail in its pod, or if it would run here.

    :param project: The project.

    :raise Refused: With one line that says what is missing.
    """
    for function in project.spec.functions:
        check_remote(project, function["name"])
    if not mlrun.mlconf.kfp_url:
        raise Refused(
            f"the server at {address()} has no Kubeflow Pipelines: MLRun would run the workflow's "
            "steps here; possible: `run --remote` for each step"
        )


def _check_artifact_path(project: mlrun.projects.MlrunProject, function) -> None:
    """
    Refuse an artifact path that is a folder of the pod, unless the function mounts a volume there.
    Such a folder is gone with the pod.
    """
    path = project.spec.artifact_path or ""
    if "://" in path or not PurePosixPath(path).is_absolute():
        return  # the server sets its own path in place of one in the project's folder
    mounts = [mount.get("mountPath") or "" for mount in function.spec.volume_mounts or []]
    if not any(PurePosixPath(path).is_relative_to(mount) for mount in mounts if mount):
        raise Refused(
            f"project.yaml's artifact_path is a folder, {path.partition('/{{')[0]!r}, which is "
            "gone with a job's pod; possible: a URL such as s3://BUCKET/FOLDER, or a volume that "
            "the function mounts there"
        )


def missing_files(project: mlrun.projects.MlrunProject, outputs: list[dict]) -> list[str]:
    """
    Ask the server which files of a job are not there.

    :param project: The project.
    :param outputs: The run's outputs, as `summarize` gives them.

    :returns: One line for each such file. A file that the server does not answer for is left out.
    """
    return [
        f"{output['key']}: its file is not there, as the server sees it: {output['path']}"
        for output in outputs
        if output.get("path") and _is_missing(project, output["path"])
    ]


def _is_missing(project: mlrun.projects.MlrunProject, path: str) -> bool:
    try:
        mlrun.get_run_db().api_call(
            "GET", f"projects/{project.name}/filestat", params={"path": path}, timeout=30
        )
    except (mlrun.errors.MLRunNotFoundError, FileNotFoundError):
        return True
    except Exception:  # it may not let us, or have no such store
        return False
    return False


def follow(run: mlrun.RunObject) -> None:
    """
    Show a job's log until the job has ended.

    :param run: The run, as it was submitted.

    :raise Refused: If the server does not answer, or the user interrupts. The job goes on.
    """
    try:
        run.logs(watch=True)
        run.wait_for_completion(raise_on_failure=False, show_logs=False)
    except (KeyboardInterrupt, Exception) as error:
        why = "this command was ended"
        if isinstance(error, Exception):
            why = f"the server at {address()} does not answer ({one_line(error)[:200]})"
        shown = f"python main.py runs shows it as {run.metadata.uid[:8]}"
        raise Refused(f"{why}, but the job goes on: {shown}") from error


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


def _check_workdir(project: mlrun.projects.MlrunProject) -> None:
    """A job begins at the repository's root, unless project.yaml names a folder below it."""
    inner = _git(project.context, "rev-parse", "--show-prefix").strip().rstrip("/")
    if inner and inner != (project.spec.workdir or "").strip("./"):
        raise Refused(
            f"the project is in {inner} of its repository, and a job begins at the repository's "
            f"root: write `workdir: {inner}` below `spec:` in project.yaml"
        )


def _commit_of(folder: str, source: str) -> str:
    """Get the commit that a job would check out; "nothing" if the source has no such REF."""
    url, _, ref = source.partition("#")
    if ref.startswith("refs/commits/"):
        return ref.removeprefix("refs/commits/")
    # names in full: git takes a short name for the end of any
    names = [ref] if ref.startswith("refs/") else [f"refs/heads/{ref}", f"refs/tags/{ref}"]
    names = names if ref else ["HEAD"]
    # an annotated tag is an object of its own; with ^{} behind it, git names its commit
    wanted = [name + end for name in names for end in ("^{}", "")]
    lines = _git(folder, "ls-remote", url.replace("git://", "https://"), *wanted).splitlines()
    commits = {name: commit for commit, _, name in (line.partition("\t") for line in lines)}
    return next((commits[name] for name in wanted if name in commits), "nothing")


def _git(folder: str, *arguments: str) -> str:
    command = ["git", "-C", folder, "-c", "core.askPass=true", *arguments]
    pipe = subprocess.PIPE
    try:
        # a session of its own, so that what git starts, such as git-remote-https, ends with it
        git = subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, start_new_session=True)
        with git:
            try:
                printed, said = git.communicate(timeout=GIT_SECONDS)
            except BaseException:
                os.killpg(git.pid, signal.SIGKILL)
                raise
        if git.returncode:
            raise OSError(said or f"git ended with {git.returncode}")
    except (OSError, subprocess.SubprocessError) as error:
        raise Refused(
            f"cannot ask git whether the jobs' code is this folder's: {one_line(error)}"
        ) from error
    return printed
