"""The records of projects, in which MLRun's local runs find the custom packagers."""

from mlrun_images.history.file import File, put


class Projects(File):
    """Projects by name."""

    def put_project(self, name: str, project: dict) -> None:
        """Keep a project's record, in place of an earlier one."""
        with self.transaction() as connection:
            put(connection, "projects", {"name": name, "body": self.text(project)})

    def find_project(self, name: str) -> dict | None:
        """Get a project's record; None if there is none, or it cannot be read."""
        for row in self.rows("SELECT body FROM projects WHERE name = ?", [name]):
            return self.record(row, f"project {name!r}")
        return None
