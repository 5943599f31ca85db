/** Receipt, look-up, resend, STOP and record of one text in any order: see testing/one-text.ts. */
import fc from "fast-check";
import { pino } from "pino";
import { afterAll, expect, test } from "vitest";
import { testDatabase } from "../../../testing/database.ts";
import { type Attempt, attempt, calm, runScript } from "../../../testing/one-text.ts";
import { runs } from "../../../testing/runs.ts";
import { openLanePool } from "./lane-connection.ts";

const { db, workspaces } = await testDatabase({ max: 6 });
const pool = openLanePool({ connectionString: workspaces, max: 4 }, 600_000, pino({ level: "silent" }));
afterAll(() => pool.end());

const cannotTell = { lookup: "cannot tell" } as const;

test.each<[string, "transactional" | "marketing", Partial<Attempt>[], string, string | null]>([
  [
    "delivered while the look-up cannot tell",
    "transactional",
    [{ answer: "lost" }, { ...cannotTell, asking: ["delivered"] }],
    "delivered",
    null,
  ],
  [
    "delivered while marketing is given up",
    "marketing",
    [{ answer: "lost" }, { ...cannotTell, asking: ["delivered"] }],
    "delivered",
    null,
  ],
  [
    "undelivered while it is put back",
    "transactional",
    [{ answer: "unknown" }, { ...cannotTell, asking: ["undelivered"] }],
    "undelivered",
    "unreachable",
  ],
  [
    "delivered while its second time is refused",
    "transactional",
    [{ answer: "unknown" }, { ...cannotTell, answer: "opted_out", during: ["delivered"] }],
    "delivered",
    "uncertain",
  ],
  [
    "refused the second time, and the first is unknown",
    "transactional",
    [{ answer: "unknown" }, { ...cannotTell, answer: "opted_out" }],
    "failed",
    "uncertain",
  ],
  [
    "throttled the second time, then expired, and the first is unknown",
    "transactional",
    [{ answer: "unknown" }, { ...cannotTell, answer: "later", next: "too late" }],
    "failed",
    "uncertain",
  ],
  [
    "a STOP before its second time, and the first is unknown",
    "transactional",
    [{ answer: "unknown" }, { ...cannotTell, answer: "later", next: "stop" }],
    "failed",
    "uncertain",
  ],
  [
    "undelivered after it was sent twice",
    "transactional",
    [{ answer: "lost" }, { ...cannotTell, after: ["undelivered", "delivered"] }],
    "undelivered",
    "uncertain",
  ],
  [
    "failed, then delivered, before it is looked up",
    "transactional",
    [{ answer: "lost", during: ["failed", "delivered"] }],
    "failed",
    "unreachable",
  ],
  ["refused, and never sent", "transactional", [{ answer: "opted_out", taken: false }], "failed", "opted_out"],
  ["looked up in vain for long", "marketing", [{ answer: "lost" }, { lookup: "fails" }], "failed", "uncertain"],
])("%s", async (_what, messageClass, script, status, reason) => {
  const ended = await runScript(
    { db, pool },
    messageClass,
    script.map((each) => ({ ...calm, ...each })),
  );
  expect([ended.status, ended.reason]).toEqual([status, reason]);
});

test("any order of submissions, look-ups, receipts, a STOP and time: forward only, paid once, counted once", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom<"transactional" | "marketing">("transactional", "marketing"),
      fc.array(attempt, { minLength: 1, maxLength: 4 }),
      async (messageClass, script) => {
        const { status } = await runScript({ db, pool }, messageClass, script);
        expect(["queued", "submitted"]).not.toContain(status);
      },
    ),
    { numRuns: runs(6, 600) },
  );
});
