import { expect, test } from "vitest";
import { instantOf, orderedIds } from "./id.ts";

const noon = new Date("2026-11-30T12:00:00Z").getTime();

test("ids sort in the order they were made, also in one millisecond and while the clock is set back a little", () => {
  const next = orderedIds();
  const times = [...Array.from({ length: 5_000 }, () => noon), noon + 1, noon - 3_000_000, noon + 2];
  const made = times.map((time) => next(new Date(time)));
  expect(made).toEqual([...new Set(made)].sort());
});

test("after a clock that was wrong by days is set right, ids have the right time again", () => {
  const next = orderedIds();
  const wrong = next(new Date(noon + 46 * 86_400_000));
  const right = next(new Date(noon));
  expect([instantOf(wrong), instantOf(right)]).toEqual([new Date(noon + 46 * 86_400_000), new Date(noon)]);
  expect(next(new Date(noon)) > right).toBe(true);
});
