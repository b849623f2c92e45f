"""Fresh databases of the benchmark's own, in the PostgreSQL that DATABASE_URL names."""

from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql


def address_of(name: str, address: str) -> str:
    """The address of another database on the same server."""
    return urlunsplit(urlsplit(address)._replace(path=f"/{name}"))


def create(name: str, address: str, *, like: str | None = None) -> str:
    """An empty database (or a copy of `like`) in place of any of that name; gives its address."""
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        template = sql.SQL(" TEMPLATE {}").format(sql.Identifier(like)) if like else sql.SQL("")
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)) + template)
    return address_of(name, address)


def remove(name: str, address: str) -> None:
    """There is no database of that name."""
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def count(address: str, query: str, head: str) -> int:
    """How many different messages of a stretch, whose cids begin alike, stand in the database."""
    with psycopg.connect(address) as connection:
        row = connection.execute(query, {"like": f"{head}-%"}).fetchone()
    assert row is not None
    return int(row[0])


def settle(address: str) -> None:
    """What was written so far is on the disk and the tables' statistics are fresh, so that no stretch pays for it."""
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("ANALYZE")
        try:
            connection.execute("CHECKPOINT")
        except psycopg.errors.InsufficientPrivilege:
            return


def version(address: str) -> str:
    """The version of the database server."""
    with psycopg.connect(address) as connection:
        row = connection.execute("SHOW server_version").fetchone()
    assert row is not None
    return str(row[0])
