"""What the body of a request may be before anybody looks into it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

from eventsite.core.errors import Invalid

BODY_MAX = 16 * 1024
"""Bytes: the longest note with every character escaped, and room for the rest."""


class StrictParser(JSONParser):
    """JSON in UTF-8, of a bounded size; nesting that no parser survives is malformed as well."""

    def parse(
        self,
        stream: Any,
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        raw = stream.read(BODY_MAX + 1)
        if len(raw) > BODY_MAX:
            raise Invalid(f"A body has at most {BODY_MAX} bytes.", field="body")
        try:
            return json.loads(raw.decode("utf-8"), parse_constant=_no_constant)
        except (ValueError, RecursionError) as error:
            raise ParseError("The body is not JSON.", code="invalid") from error


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")
