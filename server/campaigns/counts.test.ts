import { expect, test } from "vitest";
import { countsOf } from "./counts.ts";

test("messages refused or lapsed at submission are not sent, those returned by the network not delivered, at any time", () => {
  const entered = { queued: 20, skipped: 5, sent: 14, refused: 2, lapsed: 1, cancelled: 1 };
  const receipts = { delivered: 8, undelivered: 1, failed: 2, expired: 1 };
  const at = new Date();
  const row = { status: "sending" as const, planned: 20, skipped: 3, prepared_at: at };
  const counts = { recipients: 20, sent: 14, not_sent: 9, delivered: 8, not_delivered: 4, pending: 0 };
  expect(countsOf({ ...row, finished_at: null }, { ...entered, ...receipts })).toEqual(counts);
  expect(countsOf({ ...row, finished_at: at }, { ...entered, ...receipts })).toEqual(counts);
  // Two of the five skips were queued first, so fourteen and six are all that were queued.
  expect(countsOf({ ...row, finished_at: null }, { ...entered, sent: 10 }).pending).toBe(4);
});
