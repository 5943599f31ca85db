import fc from "fast-check";
import { expect, test } from "vitest";
import { builtInStatuses } from "../contract/booking-places.ts";
import { Payment } from "../contract/bookings.ts";
import { runs } from "../testing/runs.ts";
import { type BookingSnapshot, differenceOf } from "./booking-difference.ts";

const booking: BookingSnapshot = {
  start: new Date("2026-12-04T13:00:00Z"),
  end: new Date("2026-12-04T14:00:00Z"),
  time_zone: "Europe/Oslo",
  service_id: "cut",
  location_id: "oslo",
  resource_ids: ["ida", "chair 1"],
  status: "confirmed",
  stands_for: "confirmed",
  payment: "none",
  attendees: [],
};

const after = (change: Partial<BookingSnapshot>, before = booking) => differenceOf(before, { ...before, ...change });

test("a new booking is created and nothing else, unless it is paid", () => {
  expect(differenceOf(null, { ...booking, status: "cancelled", stands_for: "cancelled", attendees: ["kari"] })).toEqual(
    [{ kind: "created" }],
  );
  expect(differenceOf(null, { ...booking, payment: "paid" })).toEqual([{ kind: "created" }, { kind: "paid" }]);
});

test("a change names its fields, and who replaced whom", () => {
  expect(
    after({ start: new Date("2026-12-04T12:00:00Z"), service_id: null, resource_ids: ["per", "chair 1"] }),
  ).toEqual([
    {
      kind: "changed",
      moved: true,
      fields: ["start", "service", "resources"],
      resources_added: ["per"],
      resources_removed: ["ida"],
    },
  ]);
  expect(after({ location_id: "bergen", time_zone: "Europe/Oslo" })).toEqual([
    { kind: "changed", moved: false, fields: ["location"], resources_added: [], resources_removed: [] },
  ]);
});

test("a status is another when its name is, also where both stand for the same", () => {
  expect(after({ status: "Arrived" })).toEqual([
    { kind: "status", from: "confirmed", to: "Arrived", from_stands_for: "confirmed", to_stands_for: "confirmed" },
  ]);
  expect(after({ status: "cancelled", stands_for: "cancelled" })).toEqual([
    { kind: "status", from: "confirmed", to: "cancelled", from_stands_for: "confirmed", to_stands_for: "cancelled" },
  ]);
});

test("a payment is told of when it becomes paid only", () => {
  expect(after({ payment: "paid" })).toEqual([{ kind: "paid" }]);
  expect(after({ payment: "due" })).toEqual([]);
  expect(after({ payment: "refunded" }, { ...booking, payment: "paid" })).toEqual([]);
});

test("who joins and who leaves is told of one by one", () => {
  const before = { ...booking, attendees: ["kari", "ola"] };
  expect(after({ attendees: ["ola", "liv", "per"] }, before)).toEqual([
    { kind: "changed", moved: false, fields: ["attendees"], resources_added: [], resources_removed: [] },
    { kind: "attendee_joined", attendee: "liv" },
    { kind: "attendee_joined", attendee: "per" },
    { kind: "attendee_left", attendee: "kari" },
  ]);
});

test("the same instant in another spelling is no move", () => {
  expect(after({ start: "2026-12-04T14:00:00+01:00", end: "2026-12-04T14:00:00.000Z" })).toEqual([]);
});

const someOf = (keys: string[]) =>
  fc.subarray(keys).chain((few) => fc.shuffledSubarray(few, { minLength: few.length }));
const anyId = fc.constantFrom(null, "a", "b");
const snapshots: fc.Arbitrary<BookingSnapshot> = fc.record({
  start: fc.integer({ min: 0, max: 2 }).map((hours) => new Date(hours * 3_600_000)),
  end: fc.integer({ min: 3, max: 4 }).map((hours) => new Date(hours * 3_600_000)),
  time_zone: fc.constantFrom("Europe/Oslo", "UTC"),
  service_id: anyId,
  location_id: anyId,
  resource_ids: someOf(["ida", "per", "chair"]),
  status: fc.constantFrom("confirmed", "cancelled", "Arrived"),
  stands_for: fc.constantFrom(...builtInStatuses),
  payment: fc.constantFrom(...Payment.options),
  attendees: someOf(["kari", "ola", "liv"]),
});
const numRuns = runs(500, 50_000);

test("property: nothing happened between equal snapshots, in whatever order their lists are and however instants are written", () => {
  fc.assert(
    fc.property(snapshots, (one) => {
      const same = {
        ...one,
        start: Temporal.Instant.fromEpochMilliseconds(new Date(one.start).getTime())
          .toString({ timeZone: "Asia/Kathmandu" })
          .replace(/\[.*/, ""),
        resource_ids: one.resource_ids.toReversed(),
        attendees: one.attendees.toReversed(),
      };
      expect(differenceOf(one, same)).toEqual([]);
    }),
    { numRuns },
  );
});

test("property: created only from nothing; moved exactly if an instant differs; what was added one way is removed the other", () => {
  fc.assert(
    fc.property(snapshots, snapshots, (one, other) => {
      const [there, back] = [differenceOf(one, other), differenceOf(other, one)];
      expect(there.some(({ kind }) => kind === "created")).toBe(false);
      expect(differenceOf(null, other)[0]).toEqual({ kind: "created" });
      const changeIn = (happenings: typeof there) => happenings.find((each) => each.kind === "changed");
      const [change, reverse] = [changeIn(there), changeIn(back)];
      expect(change?.moved ?? false).toBe(
        Number(one.start) !== Number(other.start) || Number(one.end) !== Number(other.end),
      );
      expect(change?.fields).toEqual(reverse?.fields);
      expect(change?.fields.length).not.toBe(0);
      expect(change?.resources_added.toSorted()).toEqual(reverse?.resources_removed.toSorted());
      expect(change?.fields.includes("resources") ?? false).toBe(
        one.resource_ids.toSorted().join() !== other.resource_ids.toSorted().join(),
      );
    }),
    { numRuns },
  );
});
