"""A Django view of a domain object: fields for forms and columns, no table, no SQL."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from enum import Enum
from typing import (
    TYPE_CHECKING,
    Any,
    ClassVar,
    NoReturn,
    Self,
    get_args,
    get_origin,
    get_type_hints,
)

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

    def trail_name(self) -> str:
        """Return what the audit trail calls the object; no personal data, for the trail stays."""
        return str(self)

    def values(self, *names: str) -> dict[str, Any]:
        """Return the named fields, or every editable one: what a service call takes."""
        if not names:
            names = tuple(f.attname for f in self._meta.concrete_fields if f.editable)
        return {name: getattr(self, name) for name in names}

    def to_domain(self) -> Any:
        """Return the domain object with the form's values in it; for rows being changed."""
        return dataclasses.replace(self.domain, **fitted(type(self.domain), self.values()))

    def _refuse(self) -> NoReturn:
        raise NotImplementedError(f"{type(self).__name__} is a view: write through a service.")

    def validate_unique(self, exclude: Any = None) -> None:
        """Uniqueness is a condition of the write, not a query before it."""

    def validate_constraints(self, exclude: Any = None) -> None:
        pass


def fitted(kind: type[Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values that a domain class has fields for, of the types that it wants.

    The reverse of ``read``: texts become enumerations and lists tuples.
    """
    hints = get_type_hints(kind)
    known = {field.name for field in dataclasses.fields(kind)}
    return {name: _fit(hints[name], value) for name, value in values.items() if name in known}


def _fit(hint: Any, value: Any) -> Any:
    if isinstance(hint, type) and issubclass(hint, Enum):
        return hint(value)
    if get_origin(hint) is tuple and isinstance(value, list):
        return tuple(_fit(get_args(hint)[0], entry) for entry in value)
    return value


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, tuple):
        return [_plain(entry) for entry in value]
    return value
