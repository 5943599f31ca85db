import { expect, test } from "vitest";
import { runsInTurn } from "./runs-in-turn.ts";

test("a run starts when the previous one has ended, even if that one was abandoned or failed", async () => {
  const runs = runsInTurn();
  const log: string[] = [];
  const abandoned = Promise.withResolvers<void>();
  const first = runs.within(60_000);
  const failing = first(async () => {
    log.push("first");
    await abandoned.promise;
    log.push("first ends");
    throw new Error("of the first");
  });
  const second = runs.within(60_000)(async () => void log.push("second"));
  const ended = runs.ended().then(() => log.push("ended"));
  await Promise.resolve();
  abandoned.resolve();
  await expect(failing).rejects.toThrow("of the first");
  await second;
  await ended;
  expect(log).toEqual(["first", "first ends", "second", "ended"]);
});

test("after its time limit a test starts no further runs, and its first run always takes place", async () => {
  let time = 0;
  const runs = runsInTurn(() => time);
  const taken: number[] = [];
  const inTurn = runs.within(1_000);
  for (const at of [5_000, 5_999, 6_000, 9_000]) {
    time = at;
    await inTurn(async () => void taken.push(at));
  }
  await runs.within(1_000)(async () => void taken.push(time));
  expect(taken).toEqual([5_000, 5_999, 9_000]);
});
