"""The one place that calls DynamoDB; how the tables are made is in ``tables``.

Everything a repository needs is here: get, put, update, delete, query, transact, with refusals
as values of ours.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from botocore.exceptions import BotoCoreError, ClientError

from eventsite.core.errors import Unavailable
from eventsite.core.store.items import Item

R = TypeVar("R")

_THROTTLED = frozenset(
    {
        "ProvisionedThroughputExceededException",
        "ThrottlingException",
        "RequestLimitExceeded",
        "InternalServerError",
        "TransactionInProgressException",
    }
)
BATCH_MAX = 100
"""Keys of one BatchGetItem, items of one transaction. Source: DynamoDB quotas."""

CONFLICT_TRIES = 8
"""Tries of one transaction that collides with others. Source: measured, 50 threads on one item."""


class ConditionFailed(Exception):
    """A condition did not hold; ``item`` is what the table had, if anything."""

    def __init__(self, item: Item | None) -> None:
        super().__init__("condition failed")
        self.item = item


class Reason(NamedTuple):
    """Why one write of a transaction did not happen: its code, and the item that stood there."""

    code: str
    item: Item | None

    @property
    def refused(self) -> bool:
        return self.code == "ConditionalCheckFailed"


class TransactionRefused(Exception):
    """A condition of a transaction did not hold; ``reasons`` are in the order of the writes."""

    def __init__(self, reasons: list[Reason]) -> None:
        super().__init__("transaction refused")
        self.reasons = reasons


_serialize = TypeSerializer().serialize
_deserialize = TypeDeserializer().deserialize


def to_wire(item: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _serialize(value) for name, value in item.items()}


def from_wire(item: Mapping[str, Any]) -> Item:
    return {name: _deserialize(value) for name, value in item.items()}


class Table:
    """One DynamoDB table behind plain dictionaries.

    Every method raises Unavailable when DynamoDB does not answer or throttles.
    """

    def __init__(self, client: Any, name: str) -> None:
        self.client = client
        self.name = name

    def get(self, key: Item, *, consistent: bool = False) -> Item | None:
        answer = self._call(
            self.client.get_item,
            TableName=self.name,
            Key=to_wire(key),
            ConsistentRead=consistent,
        )
        return from_wire(answer["Item"]) if "Item" in answer else None

    def put(self, item: Item, condition: str = "", values: Item | None = None) -> None:
        """Write an item. Raises ConditionFailed with the item that stood there."""
        self._call(self.client.put_item, **self._put(item, condition, values))

    def update(
        self,
        key: Item,
        expression: str,
        values: Item | None = None,
        condition: str = "",
        names: Mapping[str, str] | None = None,
    ) -> Item:
        """Change an item and return it whole. Raises ConditionFailed."""
        request = self._update(key, expression, values, condition, names)
        answer = self._call(self.client.update_item, **request, ReturnValues="ALL_NEW")
        return from_wire(answer["Attributes"])

    def delete(self, key: Item, condition: str = "", values: Item | None = None) -> None:
        self._call(self.client.delete_item, **self._one(key, condition, values))

    def query(self, **request: Any) -> tuple[list[Item], Item | None]:
        """Run one Query; returns the items and the last key read, if there is more."""
        for name in ("ExpressionAttributeValues", "ExclusiveStartKey"):
            if name in request:
                request[name] = to_wire(request[name])
        answer = self._call(self.client.query, TableName=self.name, **request)
        last = answer.get("LastEvaluatedKey")
        items = [from_wire(item) for item in answer.get("Items", ())]
        return items, from_wire(last) if last else None

    def count(self, **request: Any) -> tuple[int, Item | None]:
        request["ExpressionAttributeValues"] = to_wire(request["ExpressionAttributeValues"])
        if "ExclusiveStartKey" in request:
            request["ExclusiveStartKey"] = to_wire(request["ExclusiveStartKey"])
        answer = self._call(self.client.query, TableName=self.name, Select="COUNT", **request)
        last = answer.get("LastEvaluatedKey")
        return int(answer["Count"]), from_wire(last) if last else None

    def get_all(self, wanted: Sequence[Item]) -> list[Item]:
        """Return the items of these keys that are there, in no order; 100 a call, consistent."""
        found: list[Item] = []
        for start in range(0, len(wanted), BATCH_MAX):
            left: dict[str, Any] = {
                self.name: {
                    "Keys": [to_wire(key) for key in wanted[start : start + BATCH_MAX]],
                    "ConsistentRead": True,
                }
            }
            for attempt in range(CONFLICT_TRIES):
                answer = self._call(self.client.batch_get_item, RequestItems=left)
                found += [from_wire(item) for item in answer["Responses"].get(self.name, ())]
                left = answer.get("UnprocessedKeys") or {}
                if not left:
                    break
                _wait(attempt)
            else:
                raise Unavailable("The table is busy; try again.")
        return found

    def snapshot(self, wanted: Sequence[Item]) -> list[Item | None]:
        """Return the items of up to 100 keys as they were at one moment, in order."""
        return self.snapshot_of([(self, key) for key in wanted])

    @staticmethod
    def snapshot_of(wanted: Sequence[tuple[Table, Item]]) -> list[Item | None]:
        """Do the same with keys of several tables. Each is a GetItem for the caller's role."""
        gets = [{"Get": {"TableName": table.name, "Key": to_wire(key)}} for table, key in wanted]
        table = wanted[0][0]
        for attempt in range(CONFLICT_TRIES):
            try:
                answer = table._call(table.client.transact_get_items, TransactItems=gets)
            except TransactionRefused:  # a write of one of them is under way
                _wait(attempt)
            else:
                return [
                    from_wire(i["Item"]) if i.get("Item") else None for i in answer["Responses"]
                ]
        raise Unavailable("The table is busy; try again.")

    # -- transactions: build writes, then run them all or not at all ----------------------------
    def putting(self, item: Item, condition: str = "", values: Item | None = None) -> Item:
        return {"Put": self._put(item, condition, values)}

    def updating(
        self,
        key: Item,
        expression: str,
        values: Item | None = None,
        condition: str = "",
        names: Mapping[str, str] | None = None,
    ) -> Item:
        return {"Update": self._update(key, expression, values, condition, names)}

    def deleting(self, key: Item, condition: str = "", values: Item | None = None) -> Item:
        return {"Delete": self._one(key, condition, values)}

    def checking(self, key: Item, condition: str, values: Item | None = None) -> Item:
        return {"ConditionCheck": self._one(key, condition, values)}

    def transact(self, *writes: Item) -> None:
        """Run writes all or not at all; collisions with other transactions are tried again.

        Raises
        ------
        TransactionRefused
            A condition did not hold; nothing was written.
        """
        for attempt in range(CONFLICT_TRIES):
            try:
                self._call(self.client.transact_write_items, TransactItems=list(writes))
                return
            except TransactionRefused as refused:
                codes = {reason.code for reason in refused.reasons}
                if "ConditionalCheckFailed" in codes:
                    raise
                if "TransactionConflict" not in codes:
                    raise Unavailable(f"DynamoDB said {sorted(codes)}") from refused
            _wait(attempt)
        raise Unavailable("The table is busy; try again.")

    def _one(self, key: Item, condition: str, values: Item | None) -> dict[str, Any]:
        return {"TableName": self.name, "Key": to_wire(key), **_condition(condition, values)}

    def _put(self, item: Item, condition: str, values: Item | None) -> dict[str, Any]:
        return {"TableName": self.name, "Item": to_wire(item), **_condition(condition, values)}

    def _update(
        self,
        key: Item,
        expression: str,
        values: Item | None,
        condition: str,
        names: Mapping[str, str] | None,
    ) -> dict[str, Any]:
        more = {"ExpressionAttributeNames": dict(names)} if names else {}
        return self._one(key, condition, values) | {"UpdateExpression": expression} | more

    @staticmethod
    def _call(method: Callable[..., R], **request: Any) -> R:
        for attempt in range(CONFLICT_TRIES):
            try:
                return method(**request)
            except ClientError as error:
                code = error.response["Error"]["Code"]
                if code == "TransactionConflictException":  # one holds what is written here alone
                    _wait(attempt)
                    continue
                if code == "ConditionalCheckFailedException":
                    old: Any = error.response.get("Item")
                    raise ConditionFailed(from_wire(old) if old else None) from error
                if code == "TransactionCanceledException":
                    raise TransactionRefused(_reasons(error)) from error
                if code in _THROTTLED:
                    raise Unavailable(f"DynamoDB said {code}") from error
                raise
            except BotoCoreError as error:
                raise Unavailable(f"DynamoDB did not answer: {type(error).__name__}") from error
        raise Unavailable("The table is busy; try again.")


def _wait(attempt: int) -> None:
    time.sleep((1 + secrets.randbelow(8 << attempt)) / 1000)


def _condition(condition: str, values: Item | None) -> dict[str, Any]:
    request: dict[str, Any] = {}
    if condition:
        request["ConditionExpression"] = condition
        request["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
    if values:
        request["ExpressionAttributeValues"] = to_wire(values)
    return request


def _reasons(error: ClientError) -> list[Reason]:
    return [
        Reason(reason.get("Code", ""), from_wire(reason["Item"]) if reason.get("Item") else None)
        for reason in error.response.get("CancellationReasons", [])
    ]
