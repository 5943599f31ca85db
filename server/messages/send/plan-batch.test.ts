import { expect, test } from "vitest";
import { newId } from "../../../testing/new-id.ts";
import type { SentMessage } from "./batch.ts";
import { type BatchPlan, skipMessages } from "./plan-batch.ts";

test("thousands of messages become skips with one or two reads of each answer, not thousands", () => {
  let looks = 0;
  const ids = Array.from({ length: 2_000 }, () => newId());
  const answerOf = (id: string): SentMessage =>
    Object.defineProperty({ id: "", status: "queued" as const, reason: null, segments: 1 }, "id", {
      get: () => (looks++, id),
    });
  const skipped: SentMessage = { id: newId(), status: "skipped", reason: "invalid_number", segments: 0 };
  const plan: BatchPlan = {
    messages: ids.map((id, i) => ({
      id,
      contact_id: null,
      number: `+479${i}`,
      text: "Hei",
      encoding: "GSM-7",
      segments: 1,
      expires_at: new Date(0),
    })),
    skips: [],
    answers: [...ids.map(answerOf), skipped],
  };
  skipMessages({ source: { type: "api", id: null, at: new Date(0) } }, plan, "quota_exceeded", plan.messages);
  expect(looks).toBeGreaterThan(0);
  expect(looks).toBeLessThanOrEqual(2 * ids.length);
  expect(plan.messages).toEqual([]);
  expect(plan.skips.map(({ id, reason }) => [id, reason])).toEqual(ids.map((id) => [id, "quota_exceeded"]));
  expect(plan.answers.slice(0, -1).map(({ id, status, reason, segments }) => [id, status, reason, segments])).toEqual(
    ids.map((id) => [id, "skipped", "quota_exceeded", 0]),
  );
  expect(plan.answers.at(-1)).toEqual({ ...skipped, reason: "invalid_number" });
});
