"""Checks requests and answers of the messaging fake against botocore's own service models."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from botocore.model import ListShape, MapShape, OperationModel, Shape, StringShape, StructureShape
from botocore.session import get_session
from botocore.validate import ParamValidator


@cache
def operation(service: str, name: str) -> OperationModel:
    return get_session().get_service_model(service).operation_model(name)


def faults(shape: Shape, value: Any) -> list[str]:
    """What the service would object to: sentences, empty when the value fits its shape.

    botocore checks types, required and unknown members and lower bounds; the rest of the model
    (upper bounds, patterns, choices) only the service checks, so it is done here.
    """
    report = ParamValidator().validate(value, shape)
    if report.has_errors():
        return str(report.generate_report()).splitlines()
    return list(_beyond(shape, value, ""))


def _beyond(shape: Shape, value: Any, path: str) -> Iterator[str]:
    if isinstance(shape, StructureShape):
        for name, member in value.items():
            yield from _beyond(shape.members[name], member, f"{path}.{name}")
    elif isinstance(shape, MapShape):
        yield from _too_many(shape, value, path)
        for key, member in value.items():
            yield from _beyond(shape.key, key, f"{path} (key: {key})")
            yield from _beyond(shape.value, member, f"{path}.{key}")
    elif isinstance(shape, ListShape):
        yield from _too_many(shape, value, path)
        for index, member in enumerate(value):
            yield from _beyond(shape.member, member, f"{path}[{index}]")
    elif isinstance(shape, StringShape):
        yield from _bad_text(shape, value, path)
    elif shape.type_name in ("integer", "long") and value > shape.metadata.get("max", value):
        yield f"Value at {path} must be at most {shape.metadata['max']}"


def _too_many(shape: Shape, value: Any, path: str) -> Iterator[str]:
    if len(value) > shape.metadata.get("max", len(value)):
        yield f"Value at {path} must have at most {shape.metadata['max']} members"


def _bad_text(shape: StringShape, value: str, path: str) -> Iterator[str]:
    rules = shape.metadata
    if len(value) > rules.get("max", len(value)):
        yield f"Value at {path} must have at most {rules['max']} characters"
    if shape.enum and value not in shape.enum:
        yield f"Value at {path} must be one of {', '.join(shape.enum)}"
    if "pattern" in rules and not re.fullmatch(rules["pattern"], value):
        yield f"Value at {path} must match {rules['pattern']}"
