"""Real servers on loopback that hand out a generated night as agencies would: databases, a web service, files."""

from sample_data.serve.files import S3Server, SftpServer, serve_s3, serve_sftp
from sample_data.serve.night import Served, serve
from sample_data.serve.paging import Collection
from sample_data.serve.postgres import Postgres, serve_postgres
from sample_data.serve.processes import ServerError
from sample_data.serve.web import Web, serve_web

__all__ = [
    "Collection",
    "Postgres",
    "S3Server",
    "Served",
    "ServerError",
    "SftpServer",
    "Web",
    "serve",
    "serve_postgres",
    "serve_s3",
    "serve_sftp",
    "serve_web",
]
