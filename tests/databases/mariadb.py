"""MariaDB, in a temporary folder."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.databases.server import Server, found, unprivileged

PASSWORD = "p@ss-w0rd"


class MariaDB(Server):
    """A server without a network of its own to speak of: loopback only."""

    def __init__(self, folder: Path) -> None:
        self._program = found("mariadbd", ("/usr/sbin",), "mariadb-server-core")
        install = found("mariadb-install-db", (), "mariadb-server-core")
        super().__init__(folder)
        command = [
            install,
            "--no-defaults",
            f"--datadir={folder}",
            "--auth-root-authentication-method=normal",
        ]
        command += ["--skip-test-db", "--innodb-log-file-size=16M", f"--tmpdir={folder}"]
        subprocess.run(unprivileged(command), check=True, stdout=subprocess.DEVNULL, cwd="/")

    def command(self) -> list[str]:
        """The server itself."""
        options = [
            "--no-defaults",
            f"--datadir={self.folder}",
            "--bind-address=127.0.0.1",
            f"--port={self.port}",
        ]
        options += [
            f"--socket={self.folder}/s",
            "--innodb-flush-log-at-trx-commit=0",
            f"--tmpdir={self.folder}",
        ]
        options += ["--innodb-log-file-size=16M", "--skip-name-resolve", "--pid-file=pid"]
        return unprivileged([self._program, *options])

    def start(self) -> None:
        """Start it; its root has a password from then on."""
        super().start()
        with self._connect("") as connection, connection.cursor() as cursor:
            cursor.execute(f"CREATE OR REPLACE USER 'test'@'127.0.0.1' IDENTIFIED BY '{PASSWORD}'")
            cursor.execute("GRANT ALL ON *.* TO 'test'@'127.0.0.1' WITH GRANT OPTION")

    def url(self, database: str, user: str = "test") -> str:
        """Where it is."""
        return f"mysql+pymysql://{user}:{PASSWORD.replace('@', '%40')}@127.0.0.1:{self.port}/{database}"

    def sql(self, *statements: str, database: str = "") -> None:
        """Run statements as the superuser."""
        with self._connect(database) as connection, connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
            connection.commit()

    def new_database(self, name: str) -> str:
        """An empty database; its URL."""
        self.sql(f"CREATE DATABASE `{name}`")
        return self.url(name)

    def _connect(self, database: str):  # type: ignore[no-untyped-def]
        import pymysql

        return pymysql.connect(
            unix_socket=f"{self.folder}/s", user="root", database=database or None, connect_timeout=10
        )
