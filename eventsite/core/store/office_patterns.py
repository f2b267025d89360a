"""Every access pattern of the office table, with its cost; part of ``patterns``."""

from __future__ import annotations

from eventsite.core.store.pattern import Pattern

OFFICE_PATTERNS: tuple[Pattern, ...] = (
    Pattern("one staff account", "StaffRepository.get", "STAFF / USER#<username>", "1 r"),
    Pattern("the whole team", "StaffRepository.all", "STAFF / *", "0.5 r a 4 KB"),
    Pattern("a new account", "StaffRepository.add", "STAFF / USER#<username>", "1 w"),
    Pattern(
        "change an account, never the last owner's away",
        "StaffRepository.update",
        "STAFF / USER#<username> twice",
        "1 w or 2 t",
    ),
    Pattern("note a sign-in", "StaffRepository.touch_login", "STAFF / USER#<username>", "1 w"),
    Pattern(
        "delete an account, never the last owner's",
        "StaffRepository.delete",
        "STAFF / USER#<username> twice",
        "1 w or 2 t",
    ),
    Pattern("a web session", "WebSessionRepository.get", "SESSION#<hash of key> / -", "1 r"),
    Pattern("a new web session", "WebSessionRepository.create", "SESSION#<hash of key> / -", "1 w"),
    Pattern(
        "change a web session that is alive",
        "WebSessionRepository.replace",
        "SESSION#<hash of key> / -",
        "1 w",
    ),
    Pattern("end a web session", "WebSessionRepository.delete", "SESSION#<hash of key> / -", "1 w"),
    Pattern(
        "count an attempt to sign in",
        "ThrottleRepository.take",
        "THROTTLE#<hash of scope> / <window>",
        "1 w",
    ),
    Pattern(
        "take an attempt back",
        "ThrottleRepository.give_back",
        "THROTTLE#<hash of scope> / <window>",
        "1 w",
    ),
    Pattern(
        "forget attempts", "ThrottleRepository.clear", "THROTTLE#<hash of scope> / <window>", "1 w"
    ),
    Pattern(
        "record an act",
        "AuditRepository.record",
        "AUDIT#<model>#<object> / <time>#<random>",
        "1 w, 2 i",
    ),
    Pattern(
        "the history of an object",
        "AuditRepository.for_object",
        "AUDIT#<model>#<object> / *, descending",
        "0.5 r a 4 KB",
    ),
    Pattern(
        "what one member of staff did",
        "AuditRepository.by_actor",
        "by_actor: AUDITBY#<username> / *, descending",
        "0.5 r a 4 KB",
    ),
    Pattern(
        "what was done last",
        "AuditRepository.recent",
        "by_month: AUDIT#<month> / *, descending",
        "0.5 r a 4 KB",
    ),
    Pattern("a new device", "DeviceRepository.add", "DEVICE#<device> / -", "1 w, 1 i"),
    Pattern("one device", "DeviceRepository.get", "DEVICE#<device> / -", "1 r"),
    Pattern(
        "one device, up to five seconds old",
        "DeviceRepository.recent",
        "DEVICE#<device> / -",
        "1 r, or none",
    ),
    Pattern(
        "the devices of an event",
        "DeviceRepository.of_event",
        "by_actor: DEVICES#<event> / *",
        "0.5 r a 4 KB",
    ),
    Pattern("revoke a device", "DeviceRepository.revoke", "DEVICE#<device> / -", "1 w, 1 i"),
    Pattern(
        "a new device with a one-time code",
        "DeviceRepository.add_with_code",
        "DEVICE#<device> / -; ENROL#<hash of code> / -",
        "2 t, 1 i",
    ),
    Pattern(
        "another code for a device",
        "DeviceRepository.renew_code",
        "DEVICE#<device> / -; ENROL#<hash of code> / -",
        "2 t, 1 i",
    ),
    Pattern("whose code it is", "DeviceRepository.of_code", "ENROL#<hash of code> / -", "1 r"),
    Pattern(
        "give a device its secret for its code, once",
        "DeviceRepository.redeem",
        "DEVICE#<device> / -",
        "1 w, 1 i",
    ),
    Pattern(
        "keep what a device said, not twice within seconds",
        "DeviceReportRepository.keep",
        "SEEN#<device> / -",
        "1 w, 1 i",
    ),
    Pattern(
        "what an event's devices last said",
        "DeviceReportRepository.of_event",
        "by_actor: SEENS#<event> / *",
        "0.5 r a 4 KB",
    ),
    Pattern(
        "what came of telling a webhook",
        "HookRepository.get",
        "HOOK#<event>#<webhook>#<fact> / -",
        "1 r",
    ),
    Pattern(
        "record an attempt, if nobody did",
        "HookRepository.save",
        "HOOK#<event>#<webhook>#<fact> / -",
        "1 w, 1 i; waiting or failed 2 i",
    ),
    Pattern(
        "deliveries to a webhook, newest first",
        "HookRepository.page",
        "by_actor: HOOKS#<event>#<webhook>#<day> / *, descending, up to 31 days;"
        " waiting or failed by_month: HOOKSTATE#<event>#<webhook>#<outcome> / *, descending",
        "0.5 r a 4 KB and day",
    ),
    Pattern("all of them", "HookRepository.stream", "as above", "as above"),
    Pattern("how many", "HookRepository.count", "as above", "as above"),
    Pattern(
        "a new job, with other writes",
        "JobRepository.add",
        "JOB#<job> / -; JOBS / <job>",
        "2 t, 2 i",
    ),
    Pattern("one job", "JobRepository.get", "JOB#<job> / -", "1 r"),
    Pattern(
        "an event's jobs, newest first",
        "JobRepository.of_event",
        "by_actor: JOBS#<event> / <time>#<job>, descending",
        "0.5 r a 4 KB",
    ),
    Pattern(
        "a month's jobs, newest first",
        "JobRepository.of_month",
        "by_month: JOBS#<month> / <time>#<job>, descending",
        "0.5 r a 4 KB",
    ),
    Pattern(
        "open jobs that nobody works on",
        "JobRepository.lapsed",
        "JOBS / *, then JOB#<job> / -",
        "1 r a 4 KB, 1 r each",
    ),
    Pattern(
        "take a job up, if nobody has it", "JobRepository.lease", "JOB#<job> / -", "1 r, 1 t, 2 i"
    ),
    Pattern(
        "store a job's progress, if it is still held",
        "JobRepository.advance",
        "JOB#<job> / -",
        "1 t, 2 i",
    ),
    Pattern("let a job go", "JobRepository.release", "JOB#<job> / -", "1 t, 2 i"),
    Pattern("end a job", "JobRepository.end", "JOB#<job> / -; JOBS / <job>", "2 t, 2 i"),
    Pattern("cancel a job", "JobRepository.cancel", "JOB#<job> / -; JOBS / <job>", "1 r, 2 t, 2 i"),
    Pattern(
        "let a job that ended go on",
        "JobRepository.reopen",
        "JOB#<job> / -; JOBS / <job>",
        "1 r, 2 t, 2 i",
    ),
    Pattern("a new import", "ImportRepository.add", "IMPORT#<import> / -", "1 w, 1 i"),
    Pattern("one import", "ImportRepository.get", "IMPORT#<import> / -", "1 r"),
    Pattern(
        "an event's imports, newest first",
        "ImportRepository.of_event",
        "by_actor: IMPORTS#<event> / <time>#<import>, descending",
        "0.5 r a 4 KB",
    ),
    Pattern(
        "change an import, if nobody did",
        "ImportRepository.save",
        "IMPORT#<import> / -",
        "1 w, 1 i",
    ),
    Pattern("the same, with its job", "ImportRepository.saving", "IMPORT#<import> / -", "1 t, 1 i"),
)
"""The office table."""
