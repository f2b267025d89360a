"""What messages say, in the reader's language. ``write`` makes all the words of one message."""

from __future__ import annotations

from pipeline.texts.layout import Text
from pipeline.texts.speech import Reader
from pipeline.texts.writing import write

__all__ = ["Reader", "Text", "write"]
