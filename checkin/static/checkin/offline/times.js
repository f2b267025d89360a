// Days and hours at the event, as eventsite.core.domain.zones and rules count them.

const DAY_MS = 86400000;
const clocks = new Map();

/** Return a time zone's clock at a moment, as if it were UTC: milliseconds. */
function wall(ms, zone) {
  if (!clocks.has(zone)) {
    const digits = { year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", second: "numeric" };
    clocks.set(zone, new Intl.DateTimeFormat("en-GB", { timeZone: zone, hourCycle: "h23", ...digits }));
  }
  const part = {};
  for (const { type, value } of clocks.get(zone).formatToParts(ms)) part[type] = Number(value);
  return Date.UTC(part.year, part.month - 1, part.day, part.hour, part.minute, part.second);
}

/** Minutes of a time such as 18:30. */
function minutesOf(text) {
  const [hours, minutes] = text.split(":").map(Number);
  return hours * 60 + minutes;
}

/** When the day of the event that `ms` is in began. */
export function dayBegan(ms, zone, dayStart) {
  const now = wall(ms, zone);
  let start = now - (now % DAY_MS) + minutesOf(dayStart) * 60000;
  if (start > now) start -= DAY_MS;
  let moment = start - (now - Math.floor(ms / 1000) * 1000);
  moment -= wall(moment, zone) - start; // the clocks may have changed since
  return moment;
}

/** Whether a rule's times let in at a moment. */
export function isOpen(rule, ms, zone) {
  if (rule.opens_at && ms < Date.parse(rule.opens_at)) return false;
  if (rule.closes_at && ms >= Date.parse(rule.closes_at)) return false;
  if (!rule.daily_from && !rule.daily_until) return true;
  const now = Math.floor((wall(ms, zone) % DAY_MS) / 60000);
  const from = rule.daily_from ? minutesOf(rule.daily_from) : 0;
  const until = rule.daily_until ? minutesOf(rule.daily_until) : 24 * 60;
  return from <= until ? from <= now && now < until : now >= from || now < until;
}

/** Since when a zone counts who is in it, as of a moment; 0 of a zone that nobody set up. */
export function emptiedAt(zone, ms, event) {
  if (!zone) return 0;
  const byHand = zone.emptied_at ? Date.parse(zone.emptied_at) : 0;
  const daily = zone.emptied_daily ? dayBegan(ms, event.zone, event.day_start ?? "04:00") : 0;
  return Math.max(byHand <= ms ? byHand : 0, daily);
}
