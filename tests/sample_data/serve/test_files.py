"""The file servers hand out files as they are on disk, to those with the right key or password, and take none."""

import asyncio
import os
import ssl
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import asyncssh
import botocore.session
import pytest
import trustme
from botocore.config import Config
from botocore.exceptions import ClientError, SSLError

from sample_data.serve.files import S3Server, SftpServer, serve_s3, serve_sftp
from sample_data.serve.processes import ServerError
from tests.sample_data.serve.children import children

T = TypeVar("T")
MODIFIED = 1_772_416_800  # 2 March 2026, 02:00 UTC


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("served")
    (folder / "rms").mkdir()
    for name in ("rms/nominals.csv", "top.txt"):
        (folder / name).write_bytes(b"a,b\r\n1,\xff\r\n")
        os.utime(folder / name, (MODIFIED, MODIFIED))
    return folder


@pytest.fixture(scope="module")
def sftp(folder: Path) -> Iterator[SftpServer]:
    with serve_sftp(folder) as server:
        yield server


@pytest.fixture(scope="module")
def s3(folder: Path) -> Iterator[S3Server]:
    with serve_s3(folder) as server:
        yield server


class SftpClient:
    """A plain client: each call logs in, and checks the host's key."""

    def __init__(
        self, server: SftpServer, *, user: str | None = None, host_key: str | None = None, **login: Any
    ) -> None:
        self._login: dict[str, Any] = {
            "host": server.host,
            "port": server.port,
            "username": user or server.user,
            "known_hosts": asyncssh.import_known_hosts((host_key or server.host_key) + "\n"),
            "config": None,
            "agent_path": None,
            "client_keys": None,
            **login,
        }

    def _ask(self, question: Callable[[asyncssh.SFTPClient], Awaitable[T]]) -> T:
        async def run() -> T:
            async with asyncssh.connect(**self._login) as connection, connection.start_sftp_client() as client:
                return await question(client)

        return asyncio.run(run())

    def names(self, path: str) -> dict[str, float | None]:
        """Give the names in a folder, with their modification times in seconds."""
        return {str(entry.filename): entry.attrs.mtime for entry in self._ask(lambda client: client.readdir(path))}

    def read(self, path: str) -> bytes:
        async def read(client: asyncssh.SFTPClient) -> bytes:
            async with client.open(path, "rb") as file:
                found: Any = await file.read()  # typed as text, whatever the mode
            return bytes(found)

        return self._ask(read)

    def remove(self, path: str) -> None:
        self._ask(lambda client: client.remove(path))


def by_password(server: SftpServer) -> SftpClient:
    return SftpClient(server, password=server.password)


def s3_client(server: S3Server, **changes: Any) -> Any:  # noqa: ANN401 - botocore makes its clients' classes as it goes
    login = {"aws_access_key_id": server.access_key_id, "aws_secret_access_key": server.secret_access_key}
    config = Config(retries={"max_attempts": 0}, read_timeout=10, s3={"addressing_style": "path"})
    given = {"endpoint_url": server.endpoint, "region_name": "eu-west-2", "config": config, **login, **changes}
    return botocore.session.Session().create_client("s3", **given)


def test_files_come_over_sftp_with_their_bytes_and_times(sftp: SftpServer, folder: Path) -> None:
    client = by_password(sftp)
    assert client.names("/rms") == {"nominals.csv": MODIFIED}
    assert client.read("/rms/nominals.csv") == (folder / "rms" / "nominals.csv").read_bytes()


def test_a_key_opens_sftp_as_well(sftp: SftpServer) -> None:
    client = SftpClient(sftp, client_keys=[asyncssh.import_private_key(sftp.private_key)])
    assert set(client.names("/")) == {"rms", "top.txt"}


def test_sftp_refuses_a_wrong_password_a_strange_key_and_a_stranger(sftp: SftpServer) -> None:
    for client in (
        SftpClient(sftp, password="wrong"),  # noqa: S106
        SftpClient(sftp, client_keys=[asyncssh.generate_private_key("ssh-ed25519")]),
        SftpClient(sftp),
        SftpClient(sftp, user="other", password=sftp.password),
    ):
        with pytest.raises(asyncssh.PermissionDenied):
            client.names("/")


def test_the_host_key_is_the_servers_and_no_other(sftp: SftpServer) -> None:
    other = asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode().strip()
    client = SftpClient(sftp, host_key=f"[127.0.0.1]:{sftp.port} {other}", password=sftp.password)
    with pytest.raises(asyncssh.HostKeyNotVerifiable):
        client.names("/")


def test_sftp_takes_no_change(sftp: SftpServer, folder: Path) -> None:
    with pytest.raises(asyncssh.SFTPError):
        by_password(sftp).remove("/top.txt")
    assert (folder / "top.txt").exists()


def test_objects_come_from_the_bucket_with_their_bytes_and_times(s3: S3Server, folder: Path) -> None:
    client = s3_client(s3)
    found = {each["Key"]: each for each in client.list_objects_v2(Bucket=s3.bucket)["Contents"]}
    assert set(found) == {"rms/nominals.csv", "top.txt"}
    assert found["top.txt"]["LastModified"].timestamp() == MODIFIED
    body = client.get_object(Bucket=s3.bucket, Key="rms/nominals.csv")["Body"].read()
    assert body == (folder / "rms" / "nominals.csv").read_bytes()


def test_the_bucket_is_closed_to_wrong_and_missing_keys(s3: S3Server) -> None:
    unsigned = Config(signature_version=botocore.UNSIGNED, retries={"max_attempts": 0})
    for changes in (
        {"aws_secret_access_key": "wrong"},
        {"aws_access_key_id": "other"},
        {"config": unsigned},
    ):
        with pytest.raises(ClientError) as refused:
            s3_client(s3, **changes).list_objects_v2(Bucket=s3.bucket)
        assert 400 <= refused.value.response["ResponseMetadata"]["HTTPStatusCode"] < 500


def test_the_bucket_takes_no_change(s3: S3Server, folder: Path) -> None:
    with pytest.raises(ClientError):
        s3_client(s3).delete_object(Bucket=s3.bucket, Key="top.txt")
    assert (folder / "top.txt").exists()


def test_a_new_file_shows_at_once(sftp: SftpServer, s3: S3Server, folder: Path) -> None:
    assert "late.txt" not in by_password(sftp).names("/")
    (folder / "late.txt").write_bytes(b"late")
    try:
        assert "late.txt" in by_password(sftp).names("/")
        assert s3_client(s3).get_object(Bucket=s3.bucket, Key="late.txt")["Body"].read() == b"late"
    finally:
        (folder / "late.txt").unlink()


def test_the_bucket_can_be_asked_over_tls(folder: Path, tmp_path: Path) -> None:
    authority = trustme.CA()
    issued = authority.issue_cert("127.0.0.1")
    certificate, key, trusted = (tmp_path / name for name in ("certificate.pem", "key.pem", "authority.pem"))
    certificate.write_bytes(b"".join(blob.bytes() for blob in issued.cert_chain_pems))
    issued.private_key_pem.write_to_path(str(key))
    authority.cert_pem.write_to_path(str(trusted))
    with serve_s3(folder, bucket="tls", certificate=certificate, key=key) as server:
        assert server.endpoint == f"https://127.0.0.1:{server.port}"
        listed = s3_client(server, verify=str(trusted)).list_objects_v2(Bucket="tls")
        assert listed["KeyCount"] == 2
        with pytest.raises(SSLError):
            s3_client(server, verify=ssl.get_default_verify_paths().cafile).list_objects_v2(Bucket="tls")


def test_no_secret_is_on_a_command_line_or_in_a_repr(sftp: SftpServer, s3: S3Server) -> None:
    for server, secrets in ((sftp, (sftp.password, sftp.private_key)), (s3, (s3.secret_access_key,))):
        command = Path(f"/proc/{server.pid}/cmdline")
        shown = repr(server) + (command.read_text() if command.exists() else "")
        assert not any(secret in shown for secret in secrets)


def test_nothing_is_left_of_the_file_servers_also_after_an_error(folder: Path) -> None:
    before = children()

    def fail() -> None:
        with serve_sftp(folder) as over_sftp, serve_s3(folder) as over_s3:
            assert {over_sftp.pid, over_s3.pid} <= children() - before
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert children() == before


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ServerError, match="no folder"), serve_sftp(tmp_path / "absent"):
        pass
