"""Files: what is too big for a table, in one private bucket that forgets after 30 days."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import IO, Any

from boto3.exceptions import Boto3Error
from botocore.exceptions import BotoCoreError, ClientError

from eventsite.core.errors import NotFound, Unavailable

LINK_LIFE = timedelta(minutes=15)
"""How long a temporary link works."""

KEPT = timedelta(days=30)
"""How long the bucket keeps a file. Source: its lifecycle rule in infra/foundation.yaml."""

READ_BYTES = 256 * 1024
_DELETE_MAX = 1000
"""Keys of one DeleteObjects. Source: S3 API reference."""
_GONE = frozenset({"404", "NoSuchKey", "NotFound"})


# -- keys: made of ids only, for they stand in logs and links --------------------------------------
def import_piece(import_id: str, number: int) -> str:
    """Key of one piece of an import's file."""
    return f"imports/{import_id}/file/{number:04}"


def import_part(import_id: str, listing: str, number: int) -> str:
    """Key of one part of a list that an import has made: its plan, its result."""
    return f"imports/{import_id}/{listing}/{number:04}.jsonl"


def export_part(job_id: str, number: int) -> str:
    return f"exports/{job_id}/part/{number:04}.jsonl"


def export_file(job_id: str, ending: str) -> str:
    return f"exports/{job_id}/guests.{ending}"


def badges_file(job_id: str, number: int) -> str:
    return f"exports/{job_id}/badges-{number:03}.pdf"


class FileStore:
    """Private objects by key.

    Every method raises Unavailable when S3 does not answer.
    """

    def __init__(self, client: Any, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def put(self, key: str, body: bytes, content_type: str = "application/octet-stream") -> None:
        """Store a small file; again replaces it."""
        with _told():
            self._client.put_object(
                Bucket=self._bucket, Key=key, Body=body, ContentType=content_type
            )

    def upload(self, key: str, body: IO[bytes], content_type: str) -> None:
        """Store a file of any size, read from where it stands."""
        with _told():
            self._client.upload_fileobj(
                body, self._bucket, key, ExtraArgs={"ContentType": content_type}
            )

    def get(self, key: str) -> bytes:
        """Return a small file. Raises NotFound."""
        return b"".join(self.open(key))

    def open(self, key: str) -> Iterator[bytes]:
        """Yield a file piece by piece, never whole in memory. Raises NotFound."""
        with _told():
            body = self._client.get_object(Bucket=self._bucket, Key=key)["Body"]
            yield from iter(lambda: body.read(READ_BYTES), b"")

    def size(self, key: str) -> int | None:
        """Return a file's bytes, or None when there is none."""
        try:
            with _told():
                head = self._client.head_object(Bucket=self._bucket, Key=key)
        except NotFound:
            return None
        return int(head["ContentLength"])

    def delete(self, keys: Iterable[str]) -> None:
        """Remove files; those that are gone are fine."""
        wanted = [{"Key": key} for key in keys]
        for start in range(0, len(wanted), _DELETE_MAX):
            with _told():
                answer = self._client.delete_objects(
                    Bucket=self._bucket,
                    Delete={"Objects": wanted[start : start + _DELETE_MAX], "Quiet": True},
                )
            if answer.get("Errors"):
                raise Unavailable(f"S3 kept {len(answer['Errors'])} files")

    def link(self, key: str, filename: str, content_type: str) -> str:
        """Return an address that gives the file to whoever has it, for a quarter of an hour."""
        address: str = self._client.generate_presigned_url(
            "get_object",
            Params={
                "Bucket": self._bucket,
                "Key": key,
                "ResponseContentDisposition": f'attachment; filename="{filename}"',
                "ResponseContentType": content_type,
                "ResponseCacheControl": "no-store",
            },
            ExpiresIn=int(LINK_LIFE.total_seconds()),
        )
        return address


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        if error.response["Error"]["Code"] in _GONE:
            raise NotFound("This file is gone.", field="file") from error
        raise Unavailable(f"S3 said {error.response['Error']['Code']}") from error
    except (BotoCoreError, Boto3Error, OSError) as error:
        raise Unavailable(f"S3 did not answer: {type(error).__name__}") from error
