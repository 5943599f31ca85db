import { expect, onTestFinished, test } from "vitest";
import { until } from "../../testing/until.ts";
import { repeat } from "./repeat.ts";

const fail = (error: unknown) => {
  throw error;
};

/** Resolves when rounds that come as often have come several times: whatever was to begin meanwhile has begun. */
async function severalRounds(): Promise<void> {
  let rounds = 0;
  const beside = repeat(1, async () => rounds++, fail);
  await until(() => expect(rounds).toBeGreaterThan(5));
  await beside.stop();
}

test("a round begins once the one before has ended, and one that fails ends no other", async () => {
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

test("stopping waits for the round under way, and none begins after it", async () => {
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
