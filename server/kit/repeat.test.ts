import { setTimeout as delay } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { until } from "../../testing/until.ts";
import { repeat } from "./repeat.ts";

test("a round begins once the one before has ended, and one that fails ends no other", async () => {
  let running = 0;
  let most = 0;
  let rounds = 0;
  const errors: unknown[] = [];
  const work = async () => {
    most = Math.max(most, ++running);
    await delay(20);
    running--;
    if (++rounds === 2) throw new Error("the second");
  };
  const repeated = repeat(1, work, (error) => errors.push(error));
  onTestFinished(() => repeated.stop());
  await until(() => expect(rounds).toBeGreaterThan(4));
  expect(most).toBe(1);
  expect(errors).toEqual([new Error("the second")]);
});

test("stopping waits for the round under way, and none begins after it", async () => {
  const { promise: hanging, resolve: go } = Promise.withResolvers<void>();
  let begun = 0;
  const repeated = repeat(
    1,
    () => (begun++, hanging),
    () => {},
  );
  await until(() => expect(begun).toBe(1));
  let stopped = false;
  const stopping = repeated.stop().then(() => (stopped = true));
  await delay(5);
  expect(stopped).toBe(false);
  go();
  await stopping;
  expect(begun).toBe(1);
});
