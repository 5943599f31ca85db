import { expect, test } from "vitest";
import { isAboutToBeSent } from "./sends.ts";

test("a campaign is about to be sent while Send can be taken back, and until it begins", () => {
  const sends = [
    { id: "sent", name: "Sent", undoUntil: 10_000 },
    { id: "planned", name: "Planned", undoUntil: null },
  ];
  const isAbout = (id: string, status = "scheduled", now = 5_000) => isAboutToBeSent({ id, status }, sends, now);
  expect(isAbout("sent")).toBe(true);
  expect(isAbout("sent", "scheduled", 12_000)).toBe(true);
  // Taken back, begun, or scheduled anew long after.
  expect(isAbout("sent", "draft")).toBe(false);
  expect(isAbout("sent", "preparing")).toBe(false);
  expect(isAbout("sent", "scheduled", 3_600_000)).toBe(false);
  // Scheduled for a moment that somebody chose, and by somebody else.
  expect(isAbout("planned")).toBe(false);
  expect(isAbout("other")).toBe(false);
});
