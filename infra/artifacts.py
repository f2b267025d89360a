"""The bucket through which packages reach Lambda: private, and empty again afterwards."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    import boto3
    from mypy_boto3_s3 import S3Client


@contextmanager
def uploaded(
    session: boto3.Session, bucket: str, packages: Iterable[Path]
) -> Iterator[dict[Path, str]]:
    """Yield the s3:// address of each package; Lambda keeps its own copy, so they go again."""
    client = session.client("s3")
    _ensure(client, bucket, session.region_name)
    addresses = {path: f"s3://{bucket}/{path.name}" for path in packages}
    for path in addresses:
        client.upload_file(str(path), bucket, path.name)
    try:
        yield addresses
    finally:
        for path in addresses:
            client.delete_object(Bucket=bucket, Key=path.name)


def _ensure(client: S3Client, bucket: str, region: str) -> None:
    try:
        client.head_bucket(Bucket=bucket)
        return
    except ClientError as error:
        if error.response["Error"]["Code"] not in ("404", "NoSuchBucket"):
            raise  # 403: the name belongs to somebody else
    if region == "us-east-1":  # the one region that must not be named
        client.create_bucket(Bucket=bucket)
    else:
        client.create_bucket(
            Bucket=bucket,
            CreateBucketConfiguration={"LocationConstraint": region},  # type: ignore[typeddict-item]
        )
    client.put_public_access_block(
        Bucket=bucket,
        PublicAccessBlockConfiguration={
            "BlockPublicAcls": True,
            "IgnorePublicAcls": True,
            "BlockPublicPolicy": True,
            "RestrictPublicBuckets": True,
        },
    )
