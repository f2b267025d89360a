"""A table in a dictionary, for thousands of uploads a second; knows what doors write, no more.

An expression that it does not know is an error, so it cannot be lenient where DynamoDB is not.
Whatever is proved on it is tried on the real engine too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from eventsite.core.store.items import Item
from eventsite.core.store.table import (
    ConditionFailed,
    Reason,
    Table,
    TransactionRefused,
    from_wire,
    to_wire,
)

Check = Callable[[Item, Item], bool]

CONDITIONS: dict[str, Check] = {
    "": lambda item, values: True,
    "attribute_not_exists(pk)": lambda item, values: not item,
    "version = :read": lambda item, values: item.get("version") == values[":read"],
    "attribute_not_exists(inside) OR inside < :share": lambda item, values: (
        "inside" not in item or item["inside"] < values[":share"]
    ),
    "inside > :none": lambda item, values: "inside" in item and item["inside"] > values[":none"],
}


def _one_more(item: Item, values: Item) -> Item:
    counted = {"zone_id": values[":zone"], "entity": values[":entity"]}
    return item | counted | {"inside": item.get("inside", 0) + values[":one"]}


UPDATES: dict[str, Callable[[Item, Item], Item]] = {
    "SET zone_id = :zone, entity = :entity ADD inside :one": _one_more,
    "SET inside = inside - :one": lambda item, values: (
        item | {"inside": item["inside"] - values[":one"]}
    ),
}


class Memory(Table):
    """Items by key, as they are on the wire: what cannot be stored cannot be stored here."""

    def __init__(self) -> None:
        super().__init__(None, "memory")
        self.kept: dict[tuple[str, str], dict[str, Any]] = {}

    def found(self, key: Mapping[str, Any]) -> Item:
        return from_wire(self.kept.get((key["pk"], key["sk"]), {}))

    @property
    def items(self) -> list[Item]:
        return [from_wire(item) for item in self.kept.values()]

    def get(self, key: Item, *, consistent: bool = False) -> Item | None:
        return self.found(key) or None

    def get_all(self, wanted: Sequence[Item]) -> list[Item]:
        return [item for key in wanted if (item := self.found(key))]

    def snapshot(self, wanted: Sequence[Item]) -> list[Item | None]:
        return [self.found(key) or None for key in wanted]

    def put(self, item: Item, condition: str = "", values: Item | None = None) -> None:
        had = self.found(item)
        if not CONDITIONS[condition](had, values or {}):
            raise ConditionFailed(had or None)
        self._keep(item)

    def transact(self, *writes: Item) -> None:
        planned, reasons = [], []
        for write in writes:
            ((kind, what),) = write.items()
            had = self.found(from_wire(what.get("Item") or what["Key"]))
            values = from_wire(what.get("ExpressionAttributeValues", {}))
            if CONDITIONS[what.get("ConditionExpression", "")](had, values):
                reasons.append(Reason("None", None))
            else:
                reasons.append(Reason("ConditionalCheckFailed", had or None))
                continue
            if kind == "Put":
                planned.append(from_wire(what["Item"]))
            else:
                changed = UPDATES[what["UpdateExpression"]](had, values)
                planned.append(changed | from_wire(what["Key"]))
        if any(reason.refused for reason in reasons):
            raise TransactionRefused(reasons)
        for item in planned:
            self._keep(item)

    def _keep(self, item: Item) -> None:
        self.kept[item["pk"], item["sk"]] = to_wire(item)
