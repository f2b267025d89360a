"""Does everything add up? The whole table read raw, and counted without the code that wrote it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import boto3

from eventsite.core.domain.events import Event, PromoCode, TicketType
from eventsite.core.domain.ledger import Fact, fact_of, state_of, taken
from eventsite.core.domain.registrations import Registration, RegistrationStatus
from eventsite.core.store import keys
from eventsite.core.store.items import Item, load, time_text
from eventsite.core.store.table import Table, from_wire
from pipeline.images import entity_of, read_image

UNCONFIRMED = (RegistrationStatus.PENDING, RegistrationStatus.WAITLISTED)


@dataclass
class Books:
    """What a table holds about registrations, by a scan of all of it."""

    event: Event
    types: dict[str, TicketType] = field(default_factory=dict)
    codes: dict[str, PromoCode] = field(default_factory=dict)
    registrations: dict[str, Registration] = field(default_factory=dict)
    shards: dict[tuple[str, int], Item] = field(default_factory=dict)
    claims: dict[tuple[str, str], Item] = field(default_factory=dict)
    answers: list[Item] = field(default_factory=list)

    @property
    def live(self) -> list[Registration]:
        return [each for each in self.registrations.values() if each.live]

    @property
    def offered(self) -> list[Registration]:
        return [each for each in self.live if each.offered]

    def of_status(self, status: str) -> list[Registration]:
        return [each for each in self.registrations.values() if each.status == status]

    @property
    def taken(self) -> Counter[str]:
        """How many places of which stock the live registrations have."""
        return Counter(what for each in self.live for what in each.places)

    def left(self, what: str) -> int:
        return sum(int(item["unsold"]) for (name, _), item in self.shards.items() if name == what)

    def size(self, what: str) -> int:
        return sum(int(item["size"]) for (name, _), item in self.shards.items() if name == what)

    def must_balance(self) -> None:
        """Fail unless no place is oversold, lost or doubled, and no address has too many."""
        self._stock_must_balance()
        self._everybody_must_have_their_places()
        self._claims_must_be_right()
        self._parties_must_be_whole()
        self._keys_must_name_each_registration_once()

    def _stock_must_balance(self) -> None:
        had: Counter[tuple[str, int]] = Counter()
        for each in self.registrations.values():
            assert each.live or not each.places, f"cancelled, with a place: {each}"
            had.update(each.places.items())
        for place, item in self.shards.items():
            if place[0].startswith("ITEM."):
                continue
            unsold, size = int(item["unsold"]), int(item["size"])
            assert unsold >= 0, f"{place} is oversold: {unsold}"
            assert unsold + had[place] == size, f"{place}: {unsold} unsold, {had[place]} of {size}"
        assert had.keys() <= self.shards.keys(), "a place of a stock that nobody counts"
        sizes = {"EVENT": self.event.capacity}
        sizes |= {f"TYPE.{kind.type_id}": kind.capacity for kind in self.types.values()}
        sizes |= {f"CODE.{code.code}": code.limit for code in self.codes.values()}
        for what, size in sizes.items():
            assert size is None or self.size(what) == size, f"{what} is not {size} in all"

    def _everybody_must_have_their_places(self) -> None:
        for each in self.live:
            waits = each.status is RegistrationStatus.WAITLISTED and not each.offered
            wanted = set() if waits else self.stocks_of(each)
            assert set(each.places) == wanted, f"has {each.places}, not {wanted}: {each}"

    def stocks_of(self, registration: Registration) -> set[str]:
        """Return the stocks that a registration must have a place of."""
        found = {"EVENT"} if self.event.capacity is not None else set()
        if self.types[registration.type_id].capacity is not None:
            found.add(f"TYPE.{registration.type_id}")
        if registration.code and self.codes[registration.code].limit is not None:
            found.add(f"CODE.{registration.code}")
        return found

    def _claims_must_be_right(self) -> None:
        ids: dict[tuple[str, str], set[str]] = defaultdict(set)
        limits: dict[tuple[str, str], int | None] = {}
        for each in self.live:
            if each.guest.email:
                item = keys.address_claim(each.event_id, each.guest.email, each.type_id)
                where = item["pk"], item["sk"]
                ids[where].add(each.registration_id)
                limits[where] = self.types[each.type_id].per_guest
        for where in ids.keys() | self.claims.keys():
            claim = self.claims.get(where, {})
            assert set(claim.get("ids", ())) == ids[where], f"claim of {ids[where]}: {claim}"
            assert int(claim.get("live", 0)) == len(ids[where]), f"claim counts wrong: {claim}"
            limit = limits.get(where)
            assert limit is None or len(ids[where]) <= limit, f"over the limit {limit}: {claim}"

    def _parties_must_be_whole(self) -> None:
        parties: dict[tuple[str, ...], list[Registration]] = defaultdict(list)
        for each in self.registrations.values():
            parties[each.ids].append(each)
        for ids, party in parties.items():
            if any(each.status in UNCONFIRMED for each in party):
                assert len(party) == len(ids), f"{len(party)} of a party of {len(ids)}"
                states = {(state_of(each), each.held_until) for each in party}
                assert len(states) == 1, f"an unconfirmed party is torn: {states}"

    def _keys_must_name_each_registration_once(self) -> None:
        named = Counter(i for kept in self.answers for i in kept.get("registration_ids", ()))
        assert set(named.values()) <= {1}, "two keys got the same registration"
        by_key = {each for each in self.registrations if each in named}
        assert by_key == set(self.registrations), "a registration that no key got"

    # -- the waiting list -----------------------------------------------------------------------
    @property
    def line(self) -> list[list[Registration]]:
        """Who waits, party by party in the order of joining."""
        leads = [e for e in self.of_status("waitlisted") if e.leads and not e.offered]
        leads.sort(key=lambda each: (each.registered_at, each.registration_id))
        return [[self.registrations[i] for i in lead.ids] for lead in leads]

    def kept(self, what: str) -> bool:
        """Whether a stock is kept from the public, in all its shards."""
        shards = [item for (name, _), item in self.shards.items() if name == what]
        return bool(shards) and all(item.get("closed") for item in shards)

    def wants(self, party: Iterable[Registration]) -> Counter[str]:
        return Counter(what for each in party for what in self.stocks_of(each))

    def can_ever_fit(self, party: Iterable[Registration]) -> bool:
        wants = self.wants(party)
        places = {what: n for what, n in wants.items() if not what.startswith("CODE.")}
        return all(n <= self.size(what) for what, n in places.items())

    @property
    def unfit(self) -> set[str]:
        """Who waits for more places than there are in all: the leads of such parties."""
        return {party[0].registration_id for party in self.line if not self.can_ever_fit(party)}

    def who_waits_must_be_kept_from_the_public(self, but: Collection[str]) -> None:
        """Fail when somebody waits for places that are for everybody; some may."""
        for party in self.line:
            wants = self.wants(party)
            codes = [what for what in wants if what.startswith("CODE.")]
            if party[0].registration_id in but or any(self.left(c) < wants[c] for c in codes):
                continue
            stocks = {"EVENT", *(f"TYPE.{each.type_id}" for each in party)}
            assert any(self.kept(what) for what in stocks), f"anybody may pass {party}"

    def the_line_must_be_served(self, now: datetime) -> None:
        """Fail when somebody could have been offered places, or nobody waits and all may not buy.

        What a party that does not fit waits for is not for those behind it.
        """
        stuck: set[str] = set()
        for party in self.line:
            wants = self.wants(party)
            if not self.can_ever_fit(party):
                continue
            short = {what for what, n in wants.items() if self.left(what) < n}
            blocked = short | (stuck & wants.keys())
            assert blocked, f"was not offered what is there: {party}"
            if not any(what.startswith("CODE.") for what in blocked):
                stuck |= wants.keys()
        assert self.line or not any(
            item.get("closed") and int(item["unsold"]) and _joined_long_before(item, now)
            for item in self.shards.values()
        ), "kept for a line that nobody is in"


def _joined_long_before(item: Item, now: datetime) -> bool:
    return bool(item.get("joined", "") < time_text(now - timedelta(minutes=1)))


def read_books(table: Table, event_id: str = "demo") -> Books:
    """Return what the table holds about an event now."""
    everything = list(scanned(table))
    here = [item for item in everything if item.get("event_id", event_id) == event_id]
    event = next(load(Event, item) for item in here if item.get("entity") == "event")
    books = Books(event=event)
    for item in here:
        match item.get("entity"):
            case "ticket_type":
                kind = load(TicketType, item)
                books.types[kind.type_id] = kind
            case "promo_code":
                code = load(PromoCode, item)
                books.codes[code.code] = code
            case "registration":
                one = load(Registration, item)
                books.registrations[one.registration_id] = one
            case "stock":
                _, of_event, what, shard = item["pk"].split("#")
                if of_event == event_id:
                    books.shards[what, int(shard)] = item
            case "claim":
                books.claims[item["pk"], item["sk"]] = item
            case "idempotency":
                books.answers.append(item)
    return books


def scanned(table: Table) -> Iterator[Item]:
    request: dict[str, Any] = {"TableName": table.name, "ConsistentRead": True}
    while True:
        answer = table.client.scan(**request)
        yield from (from_wire(item) for item in answer["Items"])
        if "LastEvaluatedKey" not in answer:
            return
        request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]


# -- what happened, from the stream ---------------------------------------------------------------
Change = tuple[Registration | None, Registration | None]


def changes(table: Table) -> list[Change]:
    """Return every change of a registration, before and after, in the order that it happened."""
    return ChangeReader(table).read()


class ChangeReader:
    """Reads a table's stream on and on. The local engine's has one shard, in order of writing."""

    def __init__(self, table: Table) -> None:
        meta = table.client.meta
        credentials = table.client._request_signer._credentials
        self._streams: Any = boto3.client(
            "dynamodbstreams",
            endpoint_url=meta.endpoint_url,
            region_name=meta.region_name,
            aws_access_key_id=credentials.access_key,
            aws_secret_access_key=credentials.secret_key,
        )
        arn = table.client.describe_table(TableName=table.name)["Table"]["LatestStreamArn"]
        [shard] = self._streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
        self._where = self._streams.get_shard_iterator(
            StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]

    def read(self) -> list[Change]:
        """Return what changed since the last call."""
        found: list[Change] = []
        while True:
            answer = self._streams.get_records(ShardIterator=self._where, Limit=1000)
            self._where = answer["NextShardIterator"]
            if not answer["Records"]:
                return found
            for record in answer["Records"]:
                change = record["dynamodb"]
                old, new = change.get("OldImage"), change.get("NewImage")
                if entity_of(old, new) == "registration":
                    found.append((read_image(Registration, old), read_image(Registration, new)))


def ledger_of(happened: Iterable[Change]) -> list[Fact]:
    return [fact_of(before, after) for before, after in happened]


def ledger_must_explain(facts: Iterable[Fact], books: Books) -> None:
    """Fail unless the facts lead to what is there: all counts, and every registration's state."""
    facts = list(facts)
    keyed = {(f.registration_id, f.version, f.at): f for f in facts}
    assert len(keyed) == len(facts), "two facts with one key: one of them would be lost"
    assert taken(facts) == dict(books.taken), "the ledger counts other places than are taken"
    state: dict[str, str] = defaultdict(lambda: "none")
    for fact in facts:
        assert fact.before == state[fact.registration_id], f"the chain is broken at {fact}"
        state[fact.registration_id] = fact.after
    for registration_id, last in state.items():
        assert last == state_of(books.registrations.get(registration_id))
    assert books.registrations.keys() <= state.keys()


def nobody_must_have_been_passed(happened: Iterable[Change]) -> int:
    """Fail unless whoever waited was served in the order of joining; return how many offers.

    Only where everybody wants the same stock: then nobody may get a place while others wait, and
    an offer must go to the first in line. Whoever joins with an earlier time than one who is
    just being offered a place comes too late for that one.
    """
    waiting: dict[str, tuple[int, datetime]] = {}
    offers = 0
    for position, (_, after) in enumerate(happened):
        if after is None or not after.leads:
            continue
        me = after.registration_id
        if after.status is RegistrationStatus.WAITLISTED and not after.offered:
            waiting.setdefault(me, (position, after.registered_at))
        elif me in waiting:
            joined, at = waiting.pop(me)
            if after.offered:
                offers += 1
                passed = [
                    other for other in waiting.values() if other[0] < joined and other[1] < at
                ]
                assert not passed, f"who came {at} was offered a place before {passed}"
        elif after.version == 1 and after.source == "api":
            assert not waiting, f"{after} got a place while {len(waiting)} waited"
    return offers
