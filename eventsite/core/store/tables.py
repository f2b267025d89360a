"""The two tables as they are made; ``tests/house`` compares this with infra/foundation.yaml."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

EVENTS_INDEXES = ("by_name", "by_surname", "by_time", "by_queue")
OFFICE_INDEXES = ("by_actor", "by_month")


def definition(indexes: Sequence[str], *, stream: bool) -> dict[str, Any]:
    """Return the CreateTable arguments of a table, without its name."""
    names = ["pk", "sk", *(f"{i.removeprefix('by_')}_{part}" for i in indexes for part in _PARTS)]
    table: dict[str, Any] = {
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": n, "AttributeType": "S"} for n in names],
        "KeySchema": _key_schema("pk", "sk"),
        "GlobalSecondaryIndexes": [
            {
                "IndexName": index,
                "KeySchema": _key_schema(*index_keys(index)),
                "Projection": {"ProjectionType": "ALL"},
            }
            for index in indexes
        ],
    }
    if stream:
        table["StreamSpecification"] = {
            "StreamEnabled": True,
            "StreamViewType": "NEW_AND_OLD_IMAGES",
        }
    return table


_PARTS = ("pk", "sk")


def index_keys(index: str) -> tuple[str, str]:
    """Return an index's partition and sort attributes: by_name -> name_pk, name_sk."""
    stem = index.removeprefix("by_")
    return f"{stem}_pk", f"{stem}_sk"


def _key_schema(partition: str, sort: str) -> list[dict[str, str]]:
    return [
        {"AttributeName": partition, "KeyType": "HASH"},
        {"AttributeName": sort, "KeyType": "RANGE"},
    ]


EVENTS_TABLE = definition(EVENTS_INDEXES, stream=True)
OFFICE_TABLE = definition(OFFICE_INDEXES, stream=False)
