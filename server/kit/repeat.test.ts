import { expect, onTestFinished, test } from "vitest";
import { until } from "../../testing/until.ts";
import { repeat } from "./repeat.ts";

const fail = (error: unknown) => {
  throw error;
};

/** Resolves after several rounds of another repeat with the same interval, in which a missed round would have begun. */
async function severalRounds(): Promise<void> {
  let rounds = 0;
  const other = repeat(1, async () => rounds++, fail);
  await until(() => expect(rounds).toBeGreaterThan(5));
  await other.stop();
}

test("a round begins only after the previous one has ended, and a failing round does not stop the repetition", async () => {
  const { promise: first, reject: endFirst } = Promise.withResolvers<void>();
  let begun = 0;
  const errors: unknown[] = [];
  const work = () => (++begun === 1 ? first : Promise.resolve());
  const repeated = repeat(1, work, (error) => errors.push(error));
  onTestFinished(() => repeated.stop());
  await until(() => expect(begun).toBe(1));
  await severalRounds();
  expect(begun).toBe(1);
  endFirst(new Error("the first"));
  await until(() => expect(begun).toBeGreaterThan(4));
  expect(errors).toEqual([new Error("the first")]);
});

test("stopping waits for the running round, and no other begins", async () => {
  const { promise: hanging, resolve: go } = Promise.withResolvers<void>();
  let begun = 0;
  const repeated = repeat(1, () => (begun++, hanging), fail);
  await until(() => expect(begun).toBe(1));
  let stopped = false;
  const stopping = repeated.stop().then(() => (stopped = true));
  await severalRounds();
  expect(stopped).toBe(false);
  go();
  await stopping;
  await severalRounds();
  expect(begun).toBe(1);
});
