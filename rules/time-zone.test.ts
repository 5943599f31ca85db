import { expect, test } from "vitest";
import { isTimeZone } from "./time-zone.ts";

test("zones of the time zone database are known", () => {
  for (const zone of ["Europe/Oslo", "UTC", "America/Argentina/Ushuaia", "Asia/Kathmandu"])
    expect(isTimeZone(zone), zone).toBe(true);
});

test("an invalid zone is refused, not taken as another", () => {
  for (const zone of ["", "Europe/Olso", "+01:00", "-05", "CET ", "Europe/Oslo\u0000", "x".repeat(1000)])
    expect(isTimeZone(zone), zone).toBe(false);
});
