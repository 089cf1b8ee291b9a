"""Put the database's code and the revisions into the wheel, so that it works without the repository.

In the repository they are beside `backend`, where an editable install leaves them.
"""

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py


class BuildWithSql(build_py):
    """Builds the package with `sql` and `db` inside."""

    def run(self) -> None:
        """Copy them as well."""
        super().run()
        if self.editable_mode:
            return
        for folder in ["sql", "db"]:
            target = Path(self.build_lib) / "app" / folder
            shutil.copytree(folder, target, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__", "*.md"))


setup(cmdclass={"build_py": BuildWithSql})
