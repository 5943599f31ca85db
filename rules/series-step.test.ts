import fc from "fast-check";
import { expect, test } from "vitest";
import { seriesStep, stepStart } from "./series-step.ts";

const at = (text: string) => Date.parse(text);
const zones = fc.constantFrom("UTC", "Europe/Oslo", "Asia/Kolkata", "Australia/Lord_Howe", "America/St_Johns");
const instants = fc.integer({ min: at("2024-01-01T00:00Z"), max: at("2030-01-01T00:00Z") });

test("series are by minute up to three hours, by hour up to ten days, then by day", () => {
  const first = at("2026-11-01T10:00Z");
  expect(seriesStep(first, first)).toBe("minute");
  expect(seriesStep(first, at("2026-11-01T12:59Z"))).toBe("minute");
  expect(seriesStep(first, at("2026-11-01T13:00Z"))).toBe("hour");
  expect(seriesStep(first, at("2026-11-11T09:00Z"))).toBe("hour");
  expect(seriesStep(first, at("2026-11-11T10:00Z"))).toBe("day");
});

test("no series of minutes or hours has more than 240 points, however its moments fall", () => {
  fc.assert(
    fc.property(instants, fc.integer({ min: 0, max: 400 * 86_400_000 }), zones, (first, span, zone) => {
      const step = seriesStep(first, first + span);
      const length = { minute: 60_000, hour: 3_600_000, day: 86_400_000 }[step];
      const points = (stepStart(first + span, step, zone) - stepStart(first, step, zone)) / length + 1;
      expect(points).toBeLessThanOrEqual(step === "day" ? 402 : 241);
    }),
  );
});

test("a step contains its moment, begins with itself, and follows the one before without a gap", () => {
  fc.assert(
    fc.property(instants, fc.constantFrom("minute", "hour", "day"), zones, (moment, step, zone) => {
      const start = stepStart(moment, step, zone);
      expect(start).toBeLessThanOrEqual(moment);
      expect(stepStart(start, step, zone)).toBe(start);
      expect(stepStart(start - 1, step, zone)).toBeLessThan(start);
    }),
  );
});

test("days are the workspace's own, also those of 23 and 25 hours", () => {
  expect(stepStart(at("2026-10-25T00:30Z"), "day", "Europe/Oslo")).toBe(at("2026-10-24T22:00Z"));
  expect(stepStart(at("2026-10-25T22:59Z"), "day", "Europe/Oslo")).toBe(at("2026-10-24T22:00Z"));
  expect(stepStart(at("2026-10-25T23:00Z"), "day", "Europe/Oslo")).toBe(at("2026-10-25T23:00Z"));
});
