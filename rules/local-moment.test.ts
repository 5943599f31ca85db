import { expect, test } from "vitest";
import { isWallTime, momentIn, momentsOnEarth, zoneOf } from "./local-moment.ts";

const at = (wall: string, zone: string) => momentIn(wall, zone).toISOString();

test("a wall time is an instant in each zone", () => {
  expect(at("2026-12-03T10:00", "Europe/Oslo")).toBe("2026-12-03T09:00:00.000Z");
  expect(at("2026-12-03T10:00", "America/New_York")).toBe("2026-12-03T15:00:00.000Z");
  expect(at("2026-12-03T10:00", "Asia/Kathmandu")).toBe("2026-12-03T04:15:00.000Z");
});

test("a skipped time is as long after the jump, and of a doubled one the first counts; by half an hour on Lord Howe", () => {
  expect(at("2026-03-29T02:30", "Europe/Oslo")).toBe("2026-03-29T01:30:00.000Z"); // 03:30
  expect(at("2026-10-25T02:30", "Europe/Oslo")).toBe("2026-10-25T00:30:00.000Z"); // summer time
  expect(at("2026-10-04T02:15", "Australia/Lord_Howe")).toBe("2026-10-03T15:45:00.000Z"); // 02:45 at +11
  expect(at("2026-04-05T01:45", "Australia/Lord_Howe")).toBe("2026-04-04T14:45:00.000Z"); // still +11
});

test("every zone has the wall time between the first and the last on earth", () => {
  const { first, last } = momentsOnEarth("2026-12-03T10:00");
  for (const zone of Intl.supportedValuesOf("timeZone")) {
    expect(momentIn("2026-12-03T10:00", zone) >= first, zone).toBe(true);
    expect(momentIn("2026-12-03T10:00", zone) <= last, zone).toBe(true);
  }
});

test("what is no wall time", () => {
  for (const right of ["2026-12-03T10:00", "2028-02-29T23:59:59"]) expect(isWallTime(right), right).toBe(true);
  for (const wrong of [
    "2026-12-03",
    "2026-02-29T10:00",
    "2026-12-03T24:30",
    "2026-12-03T10:00Z",
    "2026-12-03 10:00",
    "",
    "soon",
  ])
    expect(isWallTime(wrong), wrong).toBe(false);
});

test("a recipient's zone is their own, else their number's, else the workspace's", () => {
  const zone = (number: string | null, time_zone: string | null = null) => zoneOf({ number, time_zone }, "Europe/Oslo");
  expect(zone("+4791000001")).toBe("Europe/Oslo");
  expect(zone("+4791000001", "Asia/Tokyo")).toBe("Asia/Tokyo");
  expect(zone("+4791000001", "Mars/Olympus")).toBe("Europe/Oslo");
  expect(zone("+818012345678")).toBe("Asia/Tokyo");
  expect(zone("+12125550123")).toBe("America/New_York");
  expect(zone(null)).toBe("Europe/Oslo");
  expect(zone("+883123456789")).toBe("Europe/Oslo");
});
