"""What a list of registrations is narrowed to without an index of its own."""

from __future__ import annotations

from dataclasses import dataclass

WORDS_SOUGHT = 5
"""Words of a search that are looked for in a name; more would only cost."""


@dataclass(frozen=True, slots=True)
class Only:
    """What a list is narrowed to, without an index: such a list has a read budget.

    ``words`` must begin words of the name, which must not begin with ``beyond``.
    """

    status: str = ""
    type_id: str = ""
    awaiting: str = ""
    words: tuple[str, ...] = ()
    beyond: str = ""

    @property
    def where(self) -> str:
        """Return the FilterExpression."""
        every = {
            "#status = :status": self.status,
            "type_id = :type": self.type_id,
            "contains(awaiting, :awaiting)": self.awaiting,
            "NOT begins_with(name_sk, :beyond)": self.beyond,
        }
        every |= {
            f"(begins_with(name_sk, :first{n}) OR contains(name_sk, :later{n}))": word
            for n, word in enumerate(self.words)
        }
        return " AND ".join(condition for condition, wanted in every.items() if wanted)

    @property
    def values(self) -> dict[str, str]:
        every = {
            ":status": self.status,
            ":type": self.type_id,
            ":awaiting": self.awaiting,
            ":beyond": self.beyond,
        }
        for n, word in enumerate(self.words):
            every |= {f":first{n}": word, f":later{n}": f" {word}"}
        return {name: wanted for name, wanted in every.items() if wanted}

    @property
    def names(self) -> dict[str, str]:
        return {"#status": "status"} if self.status else {}
