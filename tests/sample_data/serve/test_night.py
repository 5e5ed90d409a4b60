"""A whole night is served in the forms of its agencies, and can be read with what the context gives."""

import asyncio
import csv
import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import asyncssh
import botocore.session
import psycopg
import pytest
import requests

from sample_data.serve import Served, ServerError, serve
from tests.sample_data.serve.children import children


@pytest.fixture(scope="module")
def night(shipped: Path) -> Path:
    return shipped / "night-1"


@pytest.fixture(scope="module")
def served(night: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serve(night, folder=tmp_path_factory.mktemp("serve") / "made") as served:
        yield served


@pytest.mark.parametrize(("system", "table"), [("nomis", "offenders"), ("oasys", "assessments")])
def test_prison_databases_are_in_postgresql(served: Served, system: str, table: str) -> None:
    url = {"nomis": served.nomis_url, "oasys": served.oasys_url}[system]
    with psycopg.connect(url, password=served.secrets[f"{system.upper()}_PASSWORD"]) as connection:
        counted = connection.execute(f"select count(*) from {table}".encode()).fetchone()
    assert counted is not None
    assert counted[0] > 400


def test_cases_are_in_a_web_service_page_by_page(served: Served, night: Path) -> None:
    login = (served.ctnm_client_id, served.secrets["CTNM_CLIENT_SECRET"])
    granted = requests.post(served.ctnm_token_url, {"grant_type": "client_credentials"}, auth=login, timeout=10).json()
    session = requests.Session()
    session.headers["Authorization"] = f"Bearer {granted['access_token']}"
    documents: list[object] = []
    pages, cursor = 0, None
    while cursor or not pages:
        page = session.get(served.ctnm_url, params={"cursor": cursor} if cursor else {}, timeout=10).json()
        documents += page["items"]
        pages, cursor = pages + 1, page["next_cursor"]
    assert documents == json.loads((night / "ctnm" / "cases.json").read_text(encoding="utf-8"))
    assert pages > 1


def test_the_forces_files_are_on_an_sftp_server(served: Served, night: Path) -> None:
    where = urlsplit(served.rms_url)

    async def read() -> dict[str, tuple[Any, float | None]]:
        async with (
            asyncssh.connect(
                str(where.hostname),
                where.port or 0,
                username=where.username,
                password=served.secrets["RMS_SFTP_PASSWORD"],
                known_hosts=str(served.rms_known_hosts),
                client_keys=None,
                config=None,
            ) as connection,
            connection.start_sftp_client() as client,
        ):
            found: dict[str, tuple[Any, float | None]] = {}
            for name in await client.glob("*.csv"):
                async with client.open(name, "rb") as file:
                    found[str(name)] = await file.read(), (await client.stat(name)).mtime
            return found

    found = asyncio.run(read())
    expected = {path.name: (path.read_bytes(), int(path.stat().st_mtime)) for path in (night / "rms").iterdir()}
    assert found == expected
    assert len(list(csv.DictReader(found["nominals.csv"][0].decode().splitlines()))) > 400


def test_pnc_and_visor_are_dropped_in_a_bucket_and_nothing_else_is(served: Served, night: Path) -> None:
    client = botocore.session.Session().create_client(
        "s3",
        endpoint_url=served.drop_endpoint,
        region_name="eu-west-2",
        aws_access_key_id=served.drop_access_key_id,
        aws_secret_access_key=served.secrets["DROP_S3_SECRET_KEY"],
    )
    listed = client.list_objects_v2(Bucket=served.drop_bucket)["Contents"]
    assert {each["Key"] for each in listed} == {"pnc/PNC_NOMINALS.txt", "visor/nominals.jsonl"}
    for each in listed:
        path = night / each["Key"]
        assert client.get_object(Bucket=served.drop_bucket, Key=each["Key"])["Body"].read() == path.read_bytes()
        assert int(each["LastModified"].timestamp()) == int(path.stat().st_mtime)


def test_probation_stays_a_file(served: Served) -> None:
    with closing(sqlite3.connect(served.ndelius_path)) as database:
        assert database.execute("select count(*) from offenders").fetchone()[0] > 400


def test_what_may_be_shown_holds_no_secret(served: Served) -> None:
    assert len(served.secrets) == 5
    assert all(len(secret) >= 32 for secret in served.secrets.values())
    assert not any(secret in repr(served) for secret in served.secrets.values())
    assert not any(secret in value for value in os.environ.values() for secret in served.secrets.values())


def test_nothing_is_left_of_a_night_and_it_can_be_served_again(night: Path, tmp_path: Path) -> None:
    before = children()
    for _ in range(2):
        with serve(night, folder=tmp_path) as served:
            assert len(children() - before) > 3
        assert children() == before
        with pytest.raises(psycopg.OperationalError):
            served.postgres.connect()
        with pytest.raises(requests.ConnectionError):
            requests.get(served.ctnm_url, timeout=5)


def test_a_folder_that_is_no_night_is_told(tmp_path: Path) -> None:
    with pytest.raises(ServerError, match="it has no nomis"), serve(tmp_path, folder=tmp_path):
        pass
