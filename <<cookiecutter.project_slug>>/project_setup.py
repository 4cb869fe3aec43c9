"""
MLRun runs this file whenever it loads the project, and calls `setup`: the place for settings of
your own.

Importing it prepares a process: the project's modules can be imported, and without an MLRun API
server runs are kept in this folder. A Dask worker preloads it for that. A script that your code
starts has to import it.
"""

import sys
from pathlib import Path

import mlrun

FOLDER = Path(__file__).resolve().parent
if str(FOLDER) not in sys.path:
    sys.path.insert(0, str(FOLDER))

from mlrun_images.running import setup as mlrun_images_setup  # noqa: E402

mlrun_images_setup.prepare(FOLDER)


def setup(project: mlrun.projects.MlrunProject) -> mlrun.projects.MlrunProject:
    """
    Complete the loaded project.

    :param project: The project as `project.yaml` describes it.

    :returns: The same project.
    """
    return mlrun_images_setup.complete(project, FOLDER)
