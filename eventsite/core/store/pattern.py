"""What an access pattern is: one row of docs/data-model.md."""

from __future__ import annotations

from typing import NamedTuple


class Pattern(NamedTuple):
    """One access pattern: what is asked, who answers, where it looks, what it costs.

    ``where`` is the partition and sort key, with the index in front when it is not the table.
    Costs are in DynamoDB request units for items up to 1 KB; r reads, w writes, t writes in a
    transaction (which count double), i writes to an index.
    """

    asks: str
    method: str
    where: str
    cost: str
