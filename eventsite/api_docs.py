"""The API's documentation as one page, rendered here from the same schema that is committed.

Swagger UI and Redoc want scripts from elsewhere or inline; this page needs neither.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

METHODS = ("get", "post", "put", "patch", "delete")
Schema = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Value:
    """A parameter or a property: where it goes, its name, type and what it means."""

    place: str
    name: str
    type: str
    required: bool
    text: str


@dataclass(frozen=True, slots=True)
class Answer:
    status: str
    reason: str
    type: str
    text: str


@dataclass(frozen=True, slots=True)
class Operation:
    anchor: str
    method: str
    path: str
    summary: str
    text: str
    callers: tuple[str, ...]
    parameters: tuple[Value, ...]
    body: str
    shape: str
    answers: tuple[Answer, ...]


@dataclass(frozen=True, slots=True)
class Shape:
    """A named object of the schema."""

    name: str
    text: str
    values: tuple[Value, ...]


def api_docs(request: HttpRequest) -> HttpResponse:
    """Show paths, methods, parameters, bodies and answers."""
    schema = _schema()
    context = {
        "info": schema["info"],
        "groups": _groups(schema),
        "shapes": list(_shapes(schema)),
        "schemes": schema.get("components", {}).get("securitySchemes", {}),
    }
    return render(request, "eventsite/api_docs.html", context)


@lru_cache(maxsize=1)
def _schema() -> Schema:
    from drf_spectacular.generators import SchemaGenerator

    schema: Schema = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    return schema


def _groups(schema: Schema) -> list[tuple[str, list[Operation]]]:
    groups: dict[str, list[Operation]] = {}
    for path, item in schema["paths"].items():
        for method in METHODS:
            if method in item:
                found = item[method]
                tag = next(iter(found.get("tags", ())), "api")
                groups.setdefault(tag, []).append(_operation(path, method, found))
    return sorted(groups.items())


def _operation(path: str, method: str, found: Schema) -> Operation:
    text = found.get("description", "")
    return Operation(
        anchor=found["operationId"],
        method=method.upper(),
        path=path,
        summary=found.get("summary", "") or found["operationId"].replace("_", " "),
        text=text,
        callers=tuple(name for one in found.get("security", ()) for name in one),
        parameters=tuple(_parameter(each) for each in found.get("parameters", ())),
        body=(body := _content_type(found.get("requestBody", {}))),
        shape=body.split(" ")[-1],
        answers=tuple(_answer(code, each) for code, each in found["responses"].items()),
    )


def _parameter(each: Schema) -> Value:
    return Value(
        place=each["in"],
        name=each["name"],
        type=type_name(each.get("schema", {})),
        required=bool(each.get("required")),
        text=each.get("description", ""),
    )


def _answer(code: str, each: Schema) -> Answer:
    reason = HTTPStatus(int(code)).phrase if code.isdigit() else ""
    return Answer(code, reason, _content_type(each), each.get("description", ""))


def _content_type(holder: Schema) -> str:
    for media, content in holder.get("content", {}).items():
        name = type_name(content.get("schema", {}))
        return name if media == "application/json" else f"{media} {name}".strip()
    return ""


def _shapes(schema: Schema) -> Iterator[Shape]:
    for name, each in schema.get("components", {}).get("schemas", {}).items():
        required = each.get("required", ())
        values = tuple(
            Value("", key, type_name(inner), key in required, inner.get("description", ""))
            for key, inner in each.get("properties", {}).items()
        )
        text = each.get("description", "")
        yield Shape(name, text or _one_of(each), values)


def _one_of(each: Schema) -> str:
    return "One of " + ", ".join(map(str, each["enum"])) if "enum" in each else ""


def type_name(schema: Schema) -> str:
    """Return a schema's type in words: ``list of Ticket``, ``string (date-time) or null``."""
    if reference := schema.get("$ref"):
        return str(reference).rpartition("/")[2]
    for many in ("allOf", "oneOf", "anyOf"):
        if many in schema:
            return " or ".join(type_name(each) for each in schema[many])
    if schema.get("type") == "array":
        return f"list of {type_name(schema.get('items', {})) or 'anything'}"
    name = str(schema.get("type", ""))
    if schema.get("format"):
        name += f" ({schema['format']})"
    elif "enum" in schema:
        name = _one_of(schema).lower()
    return f"{name} or null" if schema.get("nullable") else name
