"""One night of a sample served as its agencies would: databases, a web service, files over SFTP and in a bucket."""

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sample_data.serve.files import S3Server, SftpServer, serve_s3, serve_sftp
from sample_data.serve.paging import Collection
from sample_data.serve.postgres import Postgres, serve_postgres
from sample_data.serve.processes import ServerError
from sample_data.serve.web import Web, serve_web

# Few enough that even the small sample takes several pages.
CASES_PAGE = 10

_DATABASES = ("nomis", "oasys")
_DROPPED = ("pnc", "visor")
_DELIVERED = (
    "nomis/nomis.sqlite", "oasys/oasys.sqlite", "ctnm/cases.json", "rms/nominals.csv", "pnc/PNC_NOMINALS.txt",
    "visor/nominals.jsonl", "ndelius/ndelius.sqlite",
)  # fmt: skip


@dataclass(frozen=True)
class Served:
    """Where a night's systems are served until the context ends; secrets are apart, so that the rest can be shown.

    Attributes:
        nomis_url: PostgreSQL database, with the user that reads it.
        oasys_url: likewise.
        ctnm_url: the web service's collection of cases, paged by cursor.
        ctnm_token_url: where the web service hands out tokens.
        ctnm_client_id: the OAuth 2 client that may have them.
        rms_url: SFTP server that has the CSV files at its top, with the user that reads them.
        rms_known_hosts: file with the SFTP server's public key, as `known_hosts` has it.
        rms_host_key: that key's type and value.
        drop_endpoint: S3 server.
        drop_bucket: bucket with `pnc/PNC_NOMINALS.txt` and `visor/nominals.jsonl`.
        drop_access_key_id: who may read the bucket.
        ndelius_path: SQLite file, for which no server is needed.
        secrets: values by the names of the environment variables that should hold them: `NOMIS_PASSWORD`,
            `OASYS_PASSWORD`, `CTNM_CLIENT_SECRET`, `RMS_SFTP_PASSWORD` and `DROP_S3_SECRET_KEY`.
        postgres: the server of NOMIS and OASys.
        web: the server of CTNM.
        sftp: the server of the force's RMS.
        s3: the server of PNC and ViSOR.
    """

    nomis_url: str
    oasys_url: str
    ctnm_url: str
    ctnm_token_url: str
    ctnm_client_id: str
    rms_url: str
    rms_known_hosts: Path
    rms_host_key: str
    drop_endpoint: str
    drop_bucket: str
    drop_access_key_id: str
    ndelius_path: Path
    secrets: dict[str, str] = field(repr=False)
    postgres: Postgres = field(repr=False)
    web: Web = field(repr=False)
    sftp: SftpServer = field(repr=False)
    s3: S3Server = field(repr=False)


@contextmanager
def serve(night: Path, *, folder: Path) -> Iterator[Served]:
    """Serve one night of a sample on loopback until the context ends.

    Args:
        night: the night's folder, as `sample_data.generate` writes it.
        folder: where the list of known hosts and links to what is in the bucket are written; made if need be.

    Raises:
        ServerError: the folder is not a night, or a server does not start; the sentence says why.
    """
    missing = [name for name in _DELIVERED if not (night / name).is_file()]
    if missing:
        raise ServerError(f"{night} is not a night of a sample, as it has no {missing[0]}: name a folder like night-1")
    cases = json.loads((night / "ctnm" / "cases.json").read_text(encoding="utf-8"))
    with ExitStack() as servers:
        postgres = servers.enter_context(serve_postgres())
        for name in _DATABASES:
            postgres.load_sqlite(name, night / name / f"{name}.sqlite")
        web = servers.enter_context(serve_web({"cases": Collection(cases, page_size=CASES_PAGE)}))
        sftp = servers.enter_context(serve_sftp(night / "rms"))
        s3 = servers.enter_context(serve_s3(_drop(night, folder)))
        known_hosts = folder / "known_hosts"
        known_hosts.write_text(sftp.host_key + "\n", encoding="ascii")
        yield Served(
            nomis_url=postgres.url("nomis"),
            oasys_url=postgres.url("oasys"),
            ctnm_url=web.collection_url("cases"),
            ctnm_token_url=web.token_url,
            ctnm_client_id=web.client_id,
            rms_url=sftp.url,
            rms_known_hosts=known_hosts,
            rms_host_key=" ".join(sftp.host_key.split()[1:3]),
            drop_endpoint=s3.endpoint,
            drop_bucket=s3.bucket,
            drop_access_key_id=s3.access_key_id,
            ndelius_path=night / "ndelius" / "ndelius.sqlite",
            secrets={
                "NOMIS_PASSWORD": postgres.reader_password,
                "OASYS_PASSWORD": postgres.reader_password,
                "CTNM_CLIENT_SECRET": web.client_secret,
                "RMS_SFTP_PASSWORD": sftp.password,
                "DROP_S3_SECRET_KEY": s3.secret_access_key,
            },
            postgres=postgres,
            web=web,
            sftp=sftp,
            s3=s3,
        )


def _drop(night: Path, folder: Path) -> Path:
    """Make the folder that is the bucket: links to the systems whose files are dropped there."""
    drop = folder / "drop"
    drop.mkdir(parents=True, exist_ok=True)
    for system in _DROPPED:
        (drop / system).unlink(missing_ok=True)
        (drop / system).symlink_to((night / system).absolute(), target_is_directory=True)
    return drop
