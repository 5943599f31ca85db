/** Offsets of time zones from UTC, cached, so that arithmetic on wall clocks needs no calendar. */

/** A time during which a zone keeps one offset. */
export interface OffsetSpan {
  /** Epoch milliseconds. */
  from: number;
  /** Exclusive; Infinity where the zone changes no more. */
  to: number;
  /** Milliseconds to add to UTC. */
  offset: number;
}

/** Zones have several spellings, which hostile data can multiply. */
const mostZones = 2_000;
const spans = new Map<string, OffsetSpan[]>();

/** The span that contains an instant. The zone must exist. */
export function offsetSpan(zone: string, at: number): OffsetSpan {
  let known = spans.get(zone);
  if (!known) {
    if (spans.size >= mostZones) spans.clear();
    known = [];
    spans.set(zone, known);
  }
  const found = known.find(({ from, to }) => from <= at && at < to);
  if (found) return found;
  const zoned = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone);
  // A nanosecond later, since "previous" does not answer the instant itself.
  const before = zoned.add({ nanoseconds: 1 }).getTimeZoneTransition("previous");
  const after = zoned.getTimeZoneTransition("next");
  const span = {
    from: before?.epochMilliseconds ?? Number.NEGATIVE_INFINITY,
    to: after?.epochMilliseconds ?? Number.POSITIVE_INFINITY,
    offset: Math.round(zoned.offsetNanoseconds / 1_000_000),
  };
  known.push(span);
  return span;
}

/** The spans that share an instant with a stretch, both ends included, in order. The zone must exist. */
export function spansBetween(zone: string, from: number, until: number): OffsetSpan[] {
  const between: OffsetSpan[] = [];
  for (let at = from; at <= until;) {
    const span = offsetSpan(zone, at);
    between.push(span);
    at = span.to;
  }
  return between;
}
