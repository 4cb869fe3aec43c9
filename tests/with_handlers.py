"""A project with the handlers of `packing/handlers`, and its functions run as a notebook does."""

import base64
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import mlrun
import numpy as np
import pytest
import yaml
from mlrun.runtimes.utils import RunError
from PIL import Image

from conftest import Project

HANDLERS = Path(__file__).parent / "packing" / "handlers"
TYPED_FUNCTIONS = (
    "optional union whole_path variable new annotated module two several rows named anything"
).split()
FUNCTIONS = (
    "give many pair lone free reduced painted broken nested segment count by_hand logs_itself "
    "logs_twice reports"
).split()


@pytest.fixture(scope="module")
def made(project: Project, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the rendered project with more handlers."""
    folder = tmp_path_factory.mktemp("promise") / "project"
    shutil.copytree(project.folder, folder, ignore=shutil.ignore_patterns(".git", ".mlrun"))
    shutil.copytree(HANDLERS, folder, dirs_exist_ok=True)
    files = dict.fromkeys(FUNCTIONS, "returning.py") | dict.fromkeys(TYPED_FUNCTIONS, "typed.py")
    files["checked"] = "checked.py"
    definition = yaml.safe_load((folder / "project.yaml").read_text())
    definition["spec"]["functions"] += [
        {
            "name": name.replace("_", "-"),
            "kind": "job",
            "url": file,
            "handler": name,
            "with_repo": True,
        }
        for name, file in files.items()
    ]
    definition["spec"]["params"]["returns"]["segment"] = "mask : file[format=png]"
    definition["spec"]["params"]["returns"]["reports"] = "a : file"
    (folder / "project.yaml").write_text(yaml.safe_dump(definition))
    return folder


@pytest.fixture(scope="module")
def loaded(made: Path):
    return mlrun.load_project(str(made), save=False)


@pytest.fixture
def run(loaded, made):
    """
    Run a function as a notebook does: gives the run as the run DB has it, and its artifacts by key.
    """

    def run(name: str, **options):
        try:
            uid = loaded.run_function(name, local=True, **options).metadata.uid
        except RunError:
            uid = mlrun.get_run_db().list_runs(project=loaded.name)[0]["metadata"]["uid"]
        status = mlrun.get_run_db().read_run(uid, loaded.name)["status"]
        artifacts = loaded.list_artifacts(tree=uid).to_objects()
        return status, {artifact.key: artifact for artifact in artifacts}

    return run


def opened(artifact) -> Image.Image:
    """The image in an artifact's file."""
    with Image.open(artifact.target_path.removeprefix("file://")) as image:
        image.load()
        return image


def colours(artifacts) -> set:
    """The size and the colour of each image file."""
    files = [a for a in artifacts.values() if a.kind == "artifact" and "width" in a.labels]
    images = [opened(artifact) for artifact in files]
    return {(*image.size, image.convert("RGB").getpixel((0, 0))) for image in images}


RED, BLUE = (6, 4, (255, 0, 0)), (3, 5, (0, 0, 255))


@pytest.fixture
def set_limit() -> Iterator[Callable[[int], None]]:
    """Sets the size, in bytes, up to which MLRun previews a file."""
    limits = mlrun.mlconf.artifacts.limits
    before = limits.max_preview_size
    yield lambda size: setattr(limits, "max_preview_size", size)
    limits.max_preview_size = before


def page_pixels(artifact) -> tuple[np.ndarray, str]:
    page = Path(artifact.target_path).read_text()
    data = re.findall(r'src="data:image/png;base64,([^"]+)"', page)[0]
    path = Path(artifact.target_path).with_suffix(".check.png")
    path.write_bytes(base64.b64decode(data))
    return np.asarray(Image.open(path)), page
