"""What a kiosk is made of while it is offline, part by part, in the browser's own storage."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.looking import Visitor
from tests.browser.site import Site

pytestmark = [pytest.mark.browser, pytest.mark.engine]

Run = Callable[..., Any]

PARTS = """
  const at = (name) => `${base}/static/checkin/offline/${name}.js`;
  const { openStore } = await import(at("store"));
  const { openVault } = await import(at("vault"));
  const { Clock } = await import(at("clock"));
  const { Roster, recordKey } = await import(at("roster"));
  const { Outbox } = await import(at("outbox"));
  const { Seen } = await import(at("seen"));
  const { upload } = await import(at("sync"));
  const { Refused, Unreachable } = await import(`${base}/static/eventsite/device.js`);
  const store = await openStore();
  const clock = new Clock(store);
  const page = (keys, next, more) => ({
    records: keys.map((k) => ({ k, s: "ok", t: 1 })), next, roster_at: "2026-11-21T12:00:00Z",
    full: true, shape: "s1", ...more,
  });
  const answering = (...pages) => {
    const asked = [];
    const call = async (method, path) => {
      asked.push(path.replace("roster?", ""));
      const answer = pages.shift();
      if (answer instanceof Error) throw answer;
      return answer;
    };
    return { asked, call };
  };
  const opened = async () => {
    const roster = new Roster(store, clock);
    await roster.restore();
    return roster;
  };
  const has = async (roster, keys) => {
    const found = [];
    for (const key of keys) if (await roster.find(key)) found.push(key);
    return found.join("");
  };
  const outbox = async () => {
    const made = new Outbox(store, await openVault(store));
    await made.restore();
    return made;
  };
  const taken = ({ scans }) => ({
    answers: scans.map(({ scan_id }) => ({ scan_id, status: 200, verdict: {} })),
  });
  const scan = (id, more) => ({ scan_id: id, gate_id: "main", ticket_code: "T", ...more });
"""


@pytest.fixture
def run(visitor: Visitor, site: Site) -> Run:
    """Runs the body of an asynchronous function on a device that has kept nothing."""
    page = visitor.window()
    page.goto(f"{site.url}/api/docs/")
    return lambda body: page.evaluate("async (base) => {" + PARTS + body + "}", site.url)


# -- the roster --
def test_a_roster_is_loaded_page_by_page_and_found_again(run: Run) -> None:
    found = run("""
      const { asked, call } = answering(page(["a", "b"], "c1"), page(["c"], null));
      const roster = await opened();
      await roster.refresh(call, "demo");
      const again = await opened();
      return [asked, await has(again, "abcd"), again.count, again.at !== null, again.at];
    """)
    assert found == [["", "cursor=c1"], "abc", 3, True, "2026-11-21T12:00:00Z"]


def test_a_load_that_was_cut_short_goes_on_where_it_was(run: Run) -> None:
    found = run("""
      const first = answering(page(["a"], "c1"), new Unreachable("gone"));
      await (await opened()).refresh(first.call, "demo").catch(() => null);
      const roster = await opened();
      const between = [roster.at !== null, await has(roster, "ab")];
      const second = answering(page(["b"], null, { roster_at: "2026-11-21T13:00:00Z" }));
      await roster.refresh(second.call, "demo");
      return [between, second.asked, await has(roster, "ab"), roster.at];
    """)
    # Whoever changed since the first page is asked for again: the roster is as old as that.
    assert found == [[False, "a"], ["cursor=c1"], "ab", "2026-11-21T12:00:00Z"]


def test_until_a_new_roster_is_whole_the_old_one_is_used(run: Run) -> None:
    found = run("""
      const roster = await opened();
      await roster.refresh(answering(page(["a", "b"], null)).call, "demo");
      const next = answering(page(["c"], "c1"), new Unreachable("gone"), page(["d"], null));
      await roster.refresh(next.call, "demo").catch(() => null);
      const between = await has(await opened(), "ab");
      await roster.refresh(next.call, "demo");
      return [between, await has(roster, "abcd"), next.asked];
    """)
    asked = ["since=2026-11-21T12%3A00%3A00Z&shape=s1", "cursor=c1", "cursor=c1"]
    assert found == ["ab", "cd", asked]


def test_changes_are_put_into_the_roster(run: Run) -> None:
    found = run("""
      const roster = await opened();
      await roster.refresh(answering(page(["a", "b"], null)).call, "demo");
      const changes = page(["c"], "n2", { full: false, roster_at: "2026-11-21T12:05:00Z" });
      const last = page([], null, { full: false, roster_at: "2026-11-21T12:05:00Z" });
      last.records = [{ k: "a", s: "gone" }, { k: "b", s: "cancelled" }];
      await roster.refresh(answering(changes, last).call, "demo");
      return [await has(roster, "abc"), (await roster.find("b")).s, roster.count, roster.at];
    """)
    assert found == ["bc", "cancelled", 2, "2026-11-21T12:05:00Z"]


def test_another_event_has_another_roster(run: Run) -> None:
    found = run("""
      const roster = await opened();
      await roster.refresh(answering(page(["a"], null)).call, "demo");
      const other = answering(page(["z"], null));
      await roster.refresh(other.call, "other");
      return [other.asked, await has(roster, "az")];
    """)
    assert found == [[""], "z"]


# -- what waits --
def test_scans_are_uploaded_in_order_of_reading_even_after_a_reload(run: Run) -> None:
    found = run("""
      const before = await outbox();
      for (const [n, id] of ["one", "two", "three"].entries()) {
        await before.add(scan(id), "demo", 1000 + n);
        await before.decided(scan(id), "ok");
      }
      const after = await outbox();
      return [after.waiting, (await after.batch("demo", 2)).map((each) => each.scan_id),
        (await after.batch("other", 2)).length, (await after.batch("demo", 1))[0].offline_code];
    """)
    assert found == [3, ["one", "two"], 0, "ok"]


def test_a_reading_that_nobody_was_told_about_is_the_same_scan_again(run: Run) -> None:
    found = run("""
      await (await outbox()).add(scan("one"), "demo", 1000);
      const after = await outbox();
      const again = await after.begun(scan("two"), 60000);
      const other = await after.begun(scan("two", { gate_id: "side" }), 60000);
      const late = await after.begun(scan("two"), 1000 + 121000);
      return [after.waiting, again.scan_id, other, late, (await store.all("outbox")).length];
    """)
    assert found == [0, "one", None, None, 0]


def test_an_upload_goes_on_until_nothing_waits_and_each_answer_is_told(run: Run) -> None:
    found = run("""
      const box = await outbox();
      for (let n = 0; n < 150; n += 1) {
        await box.add(scan(`s${n}`), "demo", n);
        await box.decided(scan(`s${n}`), "ok");
      }
      const sizes = [];
      const told = [];
      const call = async (method, path, { body }) => {
        sizes.push(body.scans.length);
        return taken(body);
      };
      const onAnswer = async ({ scan_id }) => told.push(scan_id);
      await upload(box, "demo", { call, clock, onAnswer });
      return [sizes, told.length, told[0], told[149], box.waiting];
    """)
    assert found == [[100, 50], 150, "s0", "s149", 0]


def test_one_malformed_scan_does_not_hold_up_the_others(run: Run) -> None:
    found = run("""
      const box = await outbox();
      for (const [n, id] of ["one", "bad", "three"].entries()) {
        await box.add(scan(id), "demo", n);
        await box.decided(scan(id), "ok");
      }
      const call = async (method, path, { body }) => {
        const bad = body.scans.some(({ scan_id }) => scan_id === "bad");
        if (bad) throw new Refused(400, { code: "invalid", detail: "No." });
        return taken(body);
      };
      await upload(box, "demo", { call, clock, onAnswer: async () => null });
      const failures = await box.failures();
      return [box.waiting, failures.map(({ scanId, status, code }) => [scanId, status, code])];
    """)
    assert found == [0, [["bad", 400, "invalid"]]]


@pytest.mark.parametrize("status", [401, 403])
def test_a_device_that_is_refused_keeps_what_waits(run: Run, status: int) -> None:
    found = run(f"""
      const box = await outbox();
      await box.add(scan("one"), "demo", 1);
      await box.decided(scan("one"), "ok");
      const call = async () => {{ throw new Refused({status}, {{}}); }};
      const error = await upload(box, "demo", {{ call, clock }}).catch((thrown) => thrown);
      return [error.status, box.waiting, (await outbox()).waiting];
    """)
    assert found == [status, 1, 1]


# -- what passed, and what time it is --
def test_what_the_roster_tells_of_is_not_remembered_twice(run: Run) -> None:
    found = run("""
      const seen = new Seen(store);
      const passage = (scanId) => ({ scanId, at: 1, gateId: "main", zoneId: "" });
      const device = { event: { number: 4021 }, gates: [] };
      const verdict = { registration_id: "9f3ac1d2e4b50617" };
      const k = await recordKey(4021, verdict.registration_id);
      await seen.note(k, passage("sent-early"), { sentMs: 1000 });
      await seen.note(k, passage("sent-late"), { sentMs: 500000 });
      await seen.note(k, passage("not-sent"));
      await seen.note(k, passage("undone"), { sentMs: 500000 });
      await seen.note(k, passage("sent-now"));
      await seen.settle(device, scan("sent-now"), verdict, 100000);
      await seen.undo("undone");
      await seen.prune(300000);
      const { passages } = await seen.of(k);
      return passages.map(({ scanId, tag }) => [scanId, tag]);
    """)
    assert found == [["sent-late", "sent-lat"], ["not-sent", "not-sent"]]


def test_setting_the_clock_back_makes_no_lease_longer(run: Run) -> None:
    found = run("""
      await clock.learn(new Date(Date.now() + 3600000).toISOString(), 0);
      const ahead = Math.round((clock.now() - Date.now()) / 1000);
      const before = clock.now() - 50;
      const real = Date.now;
      Date.now = () => real() - 86400000;
      const running = clock.now() >= before;
      const again = new Clock(store);
      await again.restore();
      const restarted = again.now() >= before;
      await again.learn(new Date(real()).toISOString(), 0);
      const learnt = Math.abs(again.now() - real()) < 5000;
      Date.now = real;
      return [ahead, running, restarted, learnt];
    """)
    assert found == [3600, True, True, True]


def test_without_a_storage_the_device_works_until_the_page_is_closed(run: Run) -> None:
    found = run("""
      Object.defineProperty(window, "indexedDB", { value: { open() { throw new Error("no"); } } });
      const poor = await openStore();
      const box = new Outbox(poor, await openVault(poor));
      await box.add(scan("one"), "demo", 1);
      await box.decided(scan("one"), "ok");
      return [poor.lasting, box.waiting, (await box.batch("demo", 1))[0].ticket_code];
    """)
    assert found == [False, 1, "T"]


# -- the page itself --
SHELL = """
  const { keepShell } = await import(at("shell"));
  const sent = [];
  const waiting = { postMessage: (words) => sent.push(words) };
  const workers = new EventTarget();
  workers.controller = null;
  workers.register = async () => ({ waiting, update: async () => null });
  Object.defineProperty(navigator, "serviceWorker", { value: workers });
  window.marked = true;
  const changed = () => workers.dispatchEvent(new Event("controllerchange"));
  const seconds = (number) => new Promise((done) => setTimeout(done, number * 1000));
"""


def test_a_new_version_waits_until_nobody_is_served(run: Run) -> None:
    found = run(
        SHELL
        + """
      let idle = false;
      await keepShell({ idle: () => idle });
      await seconds(2.5);
      const busy = sent.length;
      idle = true;
      await seconds(2.5);
      return [busy, [...new Set(sent)]];
    """
    )
    assert found == [0, ["take over"]]


def test_the_page_is_loaded_again_when_a_new_version_takes_over_and_not_for_the_first(
    run: Run, visitor: Visitor
) -> None:
    run(SHELL + "await keepShell({ idle: () => false }); changed(); await seconds(0.5);")
    (page,) = visitor.browser.contexts[-1].pages
    assert page.evaluate("() => window.marked") is True
    with page.expect_navigation():
        page.evaluate(
            "() => { navigator.serviceWorker.dispatchEvent(new Event('controllerchange')); }"
        )
    assert page.evaluate("() => window.marked") is None
