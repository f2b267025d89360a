"""What the body of a REST call may be: JSON of a bounded size, and fields of just one type.

Django REST framework loads this module with its views: it must not import them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from rest_framework.exceptions import ParseError
from rest_framework.fields import CharField, IntegerField
from rest_framework.parsers import JSONParser

from eventsite.core.errors import Invalid


class StrictParser(JSONParser):
    """JSON in UTF-8, of a bounded size; nesting that no parser survives is malformed as well."""

    body_max = 16 * 1024
    """Bytes: several times the largest honest body, with every character escaped."""

    def parse(
        self,
        stream: Any,
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        raw = stream.read(self.body_max + 1)
        if len(raw) > self.body_max:
            raise Invalid(f"A body has at most {self.body_max} bytes.", field="body")
        try:
            return json.loads(raw.decode("utf-8"), parse_constant=_no_constant)
        except (ValueError, RecursionError) as error:
            raise ParseError("The body is not JSON.", code="invalid") from error


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


class TextField(CharField):
    """Text, and nothing that merely can be written as text, such as a number."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class WholeField(IntegerField):
    """A whole number, not text that looks like one."""

    def to_internal_value(self, data: Any) -> int:
        if not isinstance(data, int) or isinstance(data, bool):
            self.fail("invalid")
        return super().to_internal_value(data)
