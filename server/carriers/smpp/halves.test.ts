import { expect, test } from "vitest";
import { testDatabase } from "../../../testing/database.ts";
import { connectSmpp } from "../../../testing/smpp-pipeline.ts";

const { db } = await testDatabase();

test("when the time to begin texts is over no long text is left half sent: those begun are completed, the rest is offered later", async () => {
  // One part at a time, 25 ms each: far more than a second's worth.
  const settings = { window: 1, response_seconds: 1 };
  const { smsc, submit, text } = await connectSmpp(db, settings, { behaviour: { response_delay_ms: 25 } });
  const long = "Velkommen tilbake til oss, vi har gledet oss til å se deg igjen. ".repeat(12);
  const outcomes = await submit(Array.from({ length: 50 }, () => text(long)));
  const kinds = new Set(outcomes.map(({ kind }) => kind));
  expect(kinds).toEqual(new Set(["accepted", "later"]));
  const accepted = outcomes.filter(({ kind }) => kind === "accepted").length;
  expect(smsc.taken).toHaveLength(accepted * 6);
});
