import { expect, test } from "vitest";
import { inMinutes, readAmount, readDuration } from "./durations.ts";
import { exampleOf, offsetOf, withOffset, withTrigger } from "./triggers.ts";

test("another trigger keeps the conditions that it knows", () => {
  const when = {
    trigger: "booking_changed",
    services: ["a"],
    statuses: ["confirmed"],
    changed_by: "customer",
    languages: ["nb"],
  } as const;
  const kept = (trigger: Parameters<typeof withTrigger>[1]) =>
    JSON.parse(
      JSON.stringify(
        withTrigger(
          { ...when, services: [...when.services], statuses: [...when.statuses], languages: [...when.languages] },
          trigger,
        ),
      ),
    );
  expect(kept("booking_created")).toEqual({
    trigger: "booking_created",
    services: ["a"],
    statuses: ["confirmed"],
    languages: ["nb"],
  });
  expect(kept("booking_cancelled")).toEqual({
    trigger: "booking_cancelled",
    services: ["a"],
    changed_by: "customer",
    languages: ["nb"],
  });
  expect(kept("before_start")).toEqual({
    trigger: "before_start",
    hours: 24,
    services: ["a"],
    statuses: ["confirmed"],
    languages: ["nb"],
  });
  expect(kept("customer_created")).toEqual({ trigger: "customer_created", languages: ["nb"] });
});

test("a time of day goes with days only", () => {
  const days = withOffset({ trigger: "before_start", at: "18:00", days: 1 }, { amount: 2, unit: "days" });
  expect(days).toMatchObject({ days: 2, at: "18:00" });
  expect(withOffset(days, { amount: 3, unit: "hours" })).toMatchObject({ hours: 3, days: undefined, at: undefined });
  expect(offsetOf(withOffset(days, null))).toBeNull();
});

test("the example of an offset is the moment of a text about a booking on Monday at 14:00", () => {
  const text = (when: Parameters<typeof exampleOf>[0]) => exampleOf(when)?.text.toISOString().slice(0, 16);
  expect(text({ trigger: "before_start", hours: 3 })).toBe("2026-06-15T11:00");
  expect(text({ trigger: "before_start", days: 1, at: "18:00" })).toBe("2026-06-14T18:00");
  expect(text({ trigger: "after_end", minutes: -30 })).toBe("2026-06-15T14:30");
  expect(text({ trigger: "after_end", days: 1, at: "10:00" })).toBe("2026-06-16T10:00");
  expect(exampleOf({ trigger: "before_start", days: 7 })?.far).toBe(true);
  expect(exampleOf({ trigger: "booking_created" })).toBeNull();
});

test("minutes are read in the largest unit of which they are a whole number", () => {
  for (const [minutes, duration] of [
    [0, { amount: 0, unit: "minutes" }],
    [90, { amount: 90, unit: "minutes" }],
    [120, { amount: 2, unit: "hours" }],
    [2_880, { amount: 2, unit: "days" }],
  ] as const) {
    expect(readDuration(minutes)).toEqual(duration);
    expect(inMinutes(duration)).toBe(minutes);
  }
  expect(["12", " 5 ", "", "1,5", "-3", "abc"].map(readAmount)).toEqual([
    12,
    5,
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});
