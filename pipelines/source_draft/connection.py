"""The questions on how a source delivers: its format, where it lies, its credentials, and its resources."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

import typer
from pydantic import TypeAdapter

from linkage_models.relations import quote
from pipelines.errors import SourceError
from pipelines.landing.files.places import Folder
from pipelines.landing.land import land
from pipelines.source.extract import Extract, ExtractSpec
from pipelines.source_check.temporary_home import temporary_home
from pipelines.source_draft import ask
from pipelines.warehouse.database import scratch

if TYPE_CHECKING:
    from pipelines.settings import Settings

FORMATS = ("csv", "fixed_width", "json", "xml", "parquet", "sqlite", "sql", "rest")
DELIMITERS = ",;\t|"
MANY_TABLES = 12
"""Tables that are read unless the answer names some: a database with more has others than those of persons."""

_TABLES = {
    "postgresql": "SELECT table_schema AS s, table_name AS t FROM information_schema.tables"
    " WHERE table_schema NOT IN ('pg_catalog', 'information_schema')",
    "mysql": "SELECT table_schema AS s, table_name AS t FROM information_schema.tables WHERE table_schema = database()",
    "mssql": "SELECT table_schema AS s, table_name AS t FROM information_schema.tables",
    "oracle": "SELECT owner AS s, object_name AS t FROM all_objects WHERE object_type IN ('TABLE', 'VIEW')"
    " AND owner IN (SELECT username FROM all_users WHERE oracle_maintained = 'N')",
    "sqlite": "SELECT 'main' AS s, name AS t FROM sqlite_master"
    " WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%'",
}
_OWN_SCHEMAS = {"public", "dbo", "main"}
"""Schemas that need no naming."""

NAME = r"[A-Za-z][A-Za-z0-9_]*"


def ask_extract(system: str, settings: Settings) -> dict[str, Any]:
    """Ask how a source delivers and return its `extract`, as the YAML will hold it."""
    form = ask.choice("Format", FORMATS, "csv")
    if form == "sql":
        return _sql(system, settings)
    if form == "rest":
        return _rest(system)
    extract: dict[str, Any] = {"format": form}
    where = ask.choice("Where the files lie", ("inbox", "sftp", "s3"), "inbox")
    if where != "inbox":
        extract["location"] = _sftp(system) if where == "sftp" else _s3(system)
    inbox = Folder(settings.deliveries) if where == "inbox" else None
    match form:
        case "fixed_width":
            return extract | _fixed_width(inbox)
        case "sqlite":
            path = _path("Path of the SQLite file", inbox)
            return extract | {"path": path, "resources": _sqlite_tables(path, inbox)}
        case _:
            return extract | _files(form, inbox)


def parsed(extract: dict[str, Any]) -> ExtractSpec:
    """Return an `extract` as its model."""
    spec: ExtractSpec = TypeAdapter(Extract).validate_python(extract)
    return spec


def _sftp(system: str) -> dict[str, Any]:
    location: dict[str, Any] = {"kind": "sftp", "host": ask.text("Host"), "port": ask.number("Port", 22)}
    location["user"] = ask.text("User", "conjoin")
    by = ask.choice("Log in with", ("password", "private_key"), "password")
    location[by] = ask.secret(f"the {by.replace('_', ' ')}", f"{system.upper()}_SFTP_{by.upper()}")
    location["host_key"] = ask.pattern(
        "The server's public key (what `ssh-keyscan HOST` shows after the host, once its owner has confirmed it)",
        r"(ssh|ecdsa|sk)-\S+ [A-Za-z0-9+/=]+.*", "it as `ssh-ed25519 AAAA...`",
    )  # fmt: skip
    location["folder"] = ask.text("Folder that paths start from", "/")
    return location


def _s3(system: str) -> dict[str, Any]:
    location: dict[str, Any] = {"kind": "s3", "bucket": ask.text("Bucket")}
    if prefix := ask.optional("What every key begins with"):
        location["prefix"] = prefix
    if endpoint := ask.optional("Address of the server, if it is not Amazon's"):
        location["endpoint"] = endpoint
    if region := ask.optional("Region"):
        location["region"] = region
    if key := ask.optional("Access key id, if the machine's own role is not to be used"):
        location["access_key_id"] = key
        location["secret_access_key"] = ask.secret("the secret access key", f"{system.upper()}_S3_SECRET_KEY")
    return location


def _path(question: str, inbox: Folder | None) -> str:
    """Ask for the path of a file; in the inbox the file must exist."""

    def fault(given: str) -> str | None:
        if ".." in PurePosixPath(given).parts:
            return "The path may not lead upwards with `..`."
        if inbox and not inbox.listing(given):
            return f"{inbox.shown(given)} is no file; put it there, or correct the path."
        return None

    of = f", relative to {inbox.root}" if inbox else ""
    return ask.text(f"{question}{of}", fault=fault)


def _files(form: str, inbox: Folder | None) -> dict[str, Any]:
    resources: dict[str, Any] = {}
    options: dict[str, Any] = {}
    while True:
        question = "Path of a file (`*` matches names)"
        path = _path(question, inbox)
        name = ask.pattern("  its name here", NAME, "letters, digits and _", _name_of(path, resources))
        resources[name] = path
        if form == "xml":
            resources[name] = {"path": path, "element": ask.text("  name of the element that is one row")}
        if not options:
            options = _options(form, path, inbox)
        if not ask.confirm("Another file?", default=False):
            return options | {"resources": resources}


def _options(form: str, path: str, inbox: Folder | None) -> dict[str, Any]:
    if form == "json":
        lines = bool(re.search(r"\.(jsonl|ndjson)", path))
        return {
            "layout": ask.choice(
                "One JSON array, or one document a line", ("array", "lines"), ["array", "lines"][lines]
            )
        }
    if form != "csv":
        return {}
    encoding, delimiter = _csv_guess(path, inbox)
    return {
        "encoding": ask.text("Encoding", encoding),
        "delimiter": ask.text("Delimiter (write \\t for a tab)", delimiter.replace("\t", "\\t")).replace("\\t", "\t"),
    }


def _csv_guess(path: str, inbox: Folder | None) -> tuple[str, str]:
    """Return the encoding and the delimiter that the beginning of a file shows."""
    listed = inbox.listing(path) if inbox else []
    if not listed or not inbox or path.endswith((".gz", ".zip")):
        return "utf-8", ","
    with (inbox.root / listed[-1].name).open("rb") as file:
        start = file.read(1 << 20)
    try:
        start[: start.rfind(b"\n") + 1].decode("utf-8")
        encoding = "utf-8"
    except UnicodeDecodeError:
        encoding = "cp1252"
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    header = start.decode(encoding, errors="replace").partition("\n")[0]
    return encoding, max(DELIMITERS, key=header.count)


def _name_of(path: str, taken: dict[str, Any]) -> str:
    stem = PurePosixPath(path).name.partition(".")[0]
    name = re.sub(r"[^A-Za-z0-9]+", "_", re.sub(r"\[.*?\]|[*?]|\d{6,}", "", stem)).strip("_").lower()
    name = name if re.fullmatch(NAME, name) else "rows"
    return name if name not in taken else f"{name}_{len(taken) + 1}"


def _position(question: str, default: str | None = None) -> list[int]:
    given = ask.pattern(question, r"\d+[ ,]+\d+", "first column and length, as `1 3`", default)
    return [int(digits) for digits in re.findall(r"\d+", given)]


def _fixed_width(inbox: Folder | None) -> dict[str, Any]:
    extract: dict[str, Any] = {"path": _path("Path of the file", inbox), "encoding": ask.text("Encoding", "utf-8")}
    extract["record_type"] = _position("Where a line's type stands: first column and length", "1 3")
    if header := ask.optional("Type of the first line, the header"):
        extract["header"] = header
    if trailer := ask.optional("Type of the last line, the trailer"):
        extract["trailer"] = {
            "type": trailer,
            "count": _position("  where it counts the lines: first column and length"),
        }
    resources: dict[str, Any] = {}
    while True:
        kind = ask.text("Type of a line that is to be read")
        name = ask.pattern("  its name here", NAME, "letters, digits and _", _name_of(kind, resources))
        fields: dict[str, list[int]] = {}
        form = rf"\s*{NAME}[ ]+\d+[ ]+\d+\s*"
        given = ask.pattern(
            "  its fields: name, first column, length; then the next, after a semicolon", f"{form}(;{form})*",
            "them as `surname 32 40; forenames 72 60`",
        )  # fmt: skip
        for part in given.split(";"):
            field, start, length = part.split()
            fields[field] = [int(start), int(length)]
        resources[name] = {"type": kind, "fields": fields}
        if not ask.confirm("Another type of line?", default=False):
            return extract | {"resources": resources}


def _sqlite_tables(path: str, inbox: Folder | None) -> list[str]:
    held: list[str] = []
    if inbox:
        file = (inbox.root / inbox.listing(path)[-1].name).resolve()
        try:
            with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as con:
                held = [name for _, name in con.execute(_TABLES["sqlite"] + " ORDER BY t")]
        except sqlite3.Error:
            raise SourceError(f"{file} cannot be read as an SQLite database; name another file.") from None
    return _chosen([name for name in held if re.fullmatch(NAME, name)])


def _chosen(held: list[str]) -> list[str]:
    """Ask which tables to read."""
    if held:
        typer.echo(f"  Tables: {', '.join(held)}")
    few = held if len(held) <= MANY_TABLES else []

    def fault(given: str) -> str | None:
        unknown = [name for name in given.replace(",", " ").split() if held and name not in held]
        if not given.strip():
            return "Name at least one table."
        return f"There is no table {unknown[0]}." if unknown else None

    return ask.text("Tables to read, with spaces between them", " ".join(few) or None, fault).replace(",", " ").split()


def _sql(system: str, settings: Settings) -> dict[str, Any]:
    extract: dict[str, Any] = {"format": "sql", "dialect": ask.choice("Dialect", tuple(_TABLES), "postgresql")}
    if extract["dialect"] == "sqlite":
        extract["database"] = ask.text("Path of the SQLite file")
    else:
        extract["host"] = ask.text("Host")
        if port := ask.optional("Port, if it is not the usual one"):
            extract["port"] = int(port)
        extract["database"] = ask.text("Service name" if extract["dialect"] == "oracle" else "Database")
        extract["user"] = ask.text("User", "conjoin")
        extract["password"] = ask.secret("the password", f"{system.upper()}_PASSWORD")
        extract["tls"] = ask.choice("Encrypted connection", ("verify", "off"), "verify")
        if extract["tls"] == "verify" and (certificates := ask.optional("File of certificates to trust")):
            extract["ca_file"] = certificates
    resources: dict[str, Any] = {}
    for chosen in _chosen(_tables(system, extract, settings)):
        schema, _, table = chosen.rpartition(".")
        name = table.lower() if re.fullmatch(NAME, table) else _name_of(table, resources)
        of = {"schema": schema} if schema else {}
        resources[name] = of | ({"table": table} if table != name and extract["dialect"] != "oracle" else {})
    plain = not any(resources.values())
    return extract | {"resources": list(resources) if plain else resources}


def _tables(system: str, extract: dict[str, Any], settings: Settings) -> list[str]:
    """Return the tables and views of a database."""
    listing = {"resources": {"tables": {"query": _TABLES[extract["dialect"]]}}}
    with temporary_home(settings) as own, scratch(own, own.home / "spill") as con:
        load = land(system, parsed(extract | listing), own)
        path = own.landing / system / load.load_id / "tables.parquet"
        found = con.execute(
            f"SELECT COLUMNS('(?i)s'), COLUMNS('(?i)t') FROM {quote(str(path))} ORDER BY ALL"
        ).fetchall()
    return [
        table if schema in _OWN_SCHEMAS or extract["dialect"] == "mysql" else f"{schema}.{table}"
        for schema, table in found
    ]


def _rest(system: str) -> dict[str, Any]:
    extract: dict[str, Any] = {"format": "rest"}
    extract["base_url"] = ask.pattern("Address that every path begins with", r"https?://\S+", "it as https://...")
    upper = system.upper()
    match kind := ask.choice("What proves who asks", ("oauth2", "api_key", "bearer", "basic", "none"), "oauth2"):
        case "oauth2":
            auth: dict[str, Any] = {
                "token_url": ask.pattern("Where tokens are given out", r"https?://\S+", "an address")
            }
            auth["client_id"] = ask.text("Client id")
            auth["client_secret"] = ask.secret("the client secret", f"{upper}_CLIENT_SECRET")
            if scope := ask.optional("Scope"):
                auth["scope"] = scope
        case "api_key":
            auth = {"name": ask.text("Name of the header or parameter", "X-Api-Key")}
            auth["key"] = ask.secret("the key", f"{upper}_API_KEY")
            auth["in"] = ask.choice("Where it stands", ("header", "query"), "header")
        case "bearer":
            auth = {"token": ask.secret("the token", f"{upper}_TOKEN")}
        case "basic":
            auth = {"user": ask.text("User", "conjoin"), "password": ask.secret("the password", f"{upper}_PASSWORD")}
        case _:
            auth = {}
    extract["auth"] = {"kind": kind} | auth
    extract["paging"] = _paging()
    resources: dict[str, Any] = {}
    while True:
        path = ask.text("Path of an endpoint below it")
        name = ask.pattern("  its name here", NAME, "letters, digits and _", _name_of(path.split("?")[0], resources))
        resources[name] = {
            "path": path,
            "data": ask.pattern("  where the answer holds the list", r"\$.*", "it as $.items", "$"),
        }
        if not ask.confirm("Another endpoint?", default=False):
            return extract | {"resources": resources}


def _paging() -> dict[str, Any]:
    kind = ask.choice("How pages follow each other", ("none", "page", "offset", "cursor", "link", "next"), "none")
    match kind:
        case "page":
            given: dict[str, Any] = {"param": ask.text("Parameter with the page's number", "page")}
            given["first"] = ask.number("Number of the first page", 1)
        case "offset":
            given = {"param": ask.text("Parameter with the rows to skip", "offset")}
            given["size_param"] = ask.text("Parameter with the rows wanted", "limit")
            given["size"] = ask.number("Rows wanted", 500)
        case "cursor":
            given = {"param": ask.text("Parameter that carries the cursor", "cursor")}
            given["path"] = ask.pattern("Where the answer gives it", r"\$.*", "it as $.next_cursor", "$.next_cursor")
        case "next":
            given = {"path": ask.pattern("Where the answer gives the next address", r"\$.*", "it as $.next", "$.next")}
        case _:
            given = {}
    return {"kind": kind} | given
