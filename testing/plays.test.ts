import { expect, test } from "vitest";
import { playsInTurn } from "./plays.ts";

test("a play begins when the one before it has ended, though that was abandoned or failed", async () => {
  const plays = playsInTurn();
  const said: string[] = [];
  const abandoned = Promise.withResolvers<void>();
  const first = plays.within(60_000);
  const failing = first(async () => {
    said.push("first");
    await abandoned.promise;
    said.push("first ends");
    throw new Error("of the first");
  });
  const second = plays.within(60_000)(async () => void said.push("second"));
  const ended = plays.ended().then(() => said.push("ended"));
  await Promise.resolve();
  abandoned.resolve();
  await expect(failing).rejects.toThrow("of the first");
  await second;
  await ended;
  expect(said).toEqual(["first", "first ends", "second", "ended"]);
});

test("after its limit a test begins no further plays, and its first is always played", async () => {
  let time = 0;
  const plays = playsInTurn(() => time);
  const played: number[] = [];
  const inTurn = plays.within(1_000);
  for (const at of [5_000, 5_999, 6_000, 9_000]) {
    time = at;
    await inTurn(async () => void played.push(at));
  }
  await plays.within(1_000)(async () => void played.push(time));
  expect(played).toEqual([5_000, 5_999, 9_000]);
});
