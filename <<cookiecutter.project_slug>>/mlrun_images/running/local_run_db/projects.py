"""Projects of the local run database."""

from mlrun.errors import MLRunConflictError
from mlrun.projects import MlrunProject

from mlrun_images.running.local_run_db.database import Database, put


class Projects(Database):
    """Where MLRun's local runs find a project's custom packagers."""

    def store_project(self, name, project):
        project = project if isinstance(project, dict) else project.to_dict()
        with self._transaction() as connection:
            put(connection, "projects", {"name": name, "body": self._text(project)})
        return MlrunProject.from_dict(project)

    def create_project(self, project):
        project = project if isinstance(project, dict) else project.to_dict()
        name = project["metadata"]["name"]
        if self.get_project(name):
            raise MLRunConflictError(f"project {name} already exists")
        return self.store_project(name, project)

    def get_project(self, name):
        """The project with its custom packagers; None if unknown, as MLRun's local runs expect."""
        for row in self._rows("SELECT body FROM projects WHERE name = ?", [name]):
            if project := self._record(row, f"project {name!r}"):
                return MlrunProject.from_dict(project)
        return None
