"""The shapes of the guest request API."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from eventsite.bodies import TextField, WholeField
from eventsite.core.domain.events import RequestItem
from eventsite.core.domain.requests import (
    NOTE_MAX,
    QUANTITY_MAX,
    GuestRequest,
    RequestStatus,
)
from eventsite.names import NAME_MAX

STATUSES = [status.value for status in RequestStatus]


class WishSerializer(serializers.Serializer[Any]):
    """What a guest asks for."""

    item_id = TextField(max_length=NAME_MAX)
    quantity = WholeField(min_value=1, max_value=QUANTITY_MAX, default=1)
    note = TextField(max_length=NOTE_MAX, allow_blank=True, default="")


class GuestRequestSerializer(serializers.Serializer[Any]):
    """A request as its guest sees it."""

    request_id = serializers.CharField()
    item_id = serializers.CharField()
    item_name = serializers.CharField()
    station_id = serializers.CharField()
    quantity = serializers.IntegerField()
    note = serializers.CharField(allow_blank=True)
    status = serializers.ChoiceField(choices=STATUSES)
    requested_at = serializers.DateTimeField()
    fulfilled_at = serializers.DateTimeField(allow_null=True)


class AskedSerializer(GuestRequestSerializer):
    """The answer to asking."""

    replayed = serializers.SerializerMethodField(
        help_text="True when the same request was made before."
    )

    def get_replayed(self, request: GuestRequest) -> bool:
        return bool(self.context["replayed"])


class WaitingRequestSerializer(serializers.Serializer[Any]):
    """A request as a station sees it: what to hand out, and nothing of the guest's person."""

    request_id = serializers.CharField()
    item_id = serializers.CharField()
    item_name = serializers.CharField()
    quantity = serializers.IntegerField()
    note = serializers.CharField(allow_blank=True)
    status = serializers.ChoiceField(choices=STATUSES)
    requested_at = serializers.DateTimeField()


class StationQueueSerializer(serializers.Serializer[Any]):
    """A page of the requests waiting at a station, oldest first."""

    station_id = serializers.CharField()
    requests = WaitingRequestSerializer(source="page.items", many=True)
    next = serializers.CharField(source="page.next", allow_null=True, help_text="The next cursor.")
    server_time = serializers.DateTimeField()


class FulfilledSerializer(WaitingRequestSerializer):
    """A request that was handed over."""

    station_id = serializers.CharField()
    fulfilled_at = serializers.DateTimeField()
    fulfilled_by = serializers.CharField()


class ItemSerializer(serializers.Serializer[Any]):
    """What can be asked for. An empty ``type_ids`` means every ticket type."""

    item_id = serializers.CharField()
    name = serializers.CharField()
    station_id = serializers.CharField()
    per_guest = serializers.IntegerField()
    limited = serializers.SerializerMethodField(help_text="True when the stock can run out.")
    type_ids = serializers.ListField(child=serializers.CharField())

    def get_limited(self, item: RequestItem) -> bool:
        return item.stock is not None


class CatalogueSerializer(serializers.Serializer[Any]):
    """The catalogue of an event."""

    event_id = serializers.CharField(source="event.event_id")
    items = ItemSerializer(many=True)
