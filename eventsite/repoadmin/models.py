"""A Django view of a domain object: fields for forms and columns, no table, no SQL."""

from __future__ import annotations

import dataclasses
from enum import Enum
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn, Self

from django.db import models

from eventsite.repoadmin.query import RepositoryQuerySet

if TYPE_CHECKING:
    from eventsite.repoadmin.sources import Source


class RepositoryManager(models.Manager["RepositoryModel"]):
    """``Model.objects`` answered by the model's source."""

    def get_queryset(self) -> Any:
        return RepositoryQuerySet(self.model)


class RepositoryModel(models.Model):
    """Base of the models that the admin shows.

    Subclasses set ``source``, give their fields the names of the domain object's attributes, and
    declare ``class Meta(RepositoryModel.Meta)`` with ``abstract = False`` and an app label. A
    field named ``version`` becomes a hidden form field that carries the version read.

    No ForeignKey: it would cost a read per row and breaks on Django 6.1. Keys hold no dots
    except between the halves of a composite key.
    """

    source: ClassVar[Source[Any]]
    domain: Any = None
    """The domain object that this row was read from; None for a row being added."""

    objects: ClassVar[RepositoryManager] = RepositoryManager()

    class Meta:
        abstract = True
        managed = False
        base_manager_name = "objects"
        default_manager_name = "objects"

    def __str__(self) -> str:
        return str(self.pk)

    def save(self, *args: Any, **kwargs: Any) -> None:
        self._refuse()

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        self._refuse()

    @classmethod
    def from_domain(cls, obj: Any) -> Self:
        """Return the row of a domain object."""
        row = cls(**cls.read(obj))
        row.pk = cls.key_of(obj)
        row.domain = obj
        row._state.adding = False
        row._state.db = "default"
        return row

    @classmethod
    def read(cls, obj: Any) -> dict[str, Any]:
        """Return the fields' values: attributes of the same name, enums as values, tuples as lists.

        Overridden to add what the domain keeps elsewhere: ``super().read(obj) | {...}``.
        """
        names = [field.attname for field in cls._meta.concrete_fields]
        return {name: _plain(getattr(obj, name)) for name in names if hasattr(obj, name)}

    @classmethod
    def key_of(cls, obj: Any) -> str:
        """Return the primary key; overridden where the domain names it differently."""
        return str(getattr(obj, cls._meta.pk.attname))

    def values(self, *names: str) -> dict[str, Any]:
        """Return the named fields, or every editable one: what a service call takes."""
        if not names:
            names = tuple(f.attname for f in self._meta.concrete_fields if f.editable)
        return {name: getattr(self, name) for name in names}

    def to_domain(self) -> Any:
        """Return the domain object with the form's values in it; for rows being changed."""
        known = {field.name for field in dataclasses.fields(self.domain)}
        values = {name: value for name, value in self.values().items() if name in known}
        return dataclasses.replace(self.domain, **values)

    def _refuse(self) -> NoReturn:
        raise NotImplementedError(f"{type(self).__name__} is a view: write through a service.")

    def validate_unique(self, exclude: Any = None) -> None:
        """Uniqueness is a condition of the write, not a query before it."""

    def validate_constraints(self, exclude: Any = None) -> None:
        pass


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, tuple):
        return [_plain(entry) for entry in value]
    return value
