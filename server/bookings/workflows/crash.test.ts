/** A worker that is killed while workflows decide, and another that goes on: each text is there once. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { testDatabase } from "../../../testing/database.ts";
import { arrived, startPipeline } from "../../../testing/pipeline.ts";
import { until } from "../../../testing/until.ts";
import { day, hour, kari, later, morning, ola, type Salon, salonsOf } from "../../../testing/workflows.ts";

const database = await testDatabase({ max: 20 });
const { db, connection } = database;
const salons = await salonsOf(database);
const program = join(import.meta.dirname, "..", "..", "..", "testing", "workflows-worker.ts");

/** Runs a worker at `now` until it has killed itself. */
async function killed(now: Date, point: "before-commit" | "after-commit", { id }: Salon): Promise<void> {
  const child = spawn(process.execPath, [program, connection, now.toISOString(), point, id], {
    stdio: "inherit",
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const [, signal] = await once(child, "exit");
  expect(signal).toBe("SIGKILL");
}

const start = later(morning, 3 * day).toISOString();
const changed = later(morning, 1_000);
const moment = later(start, -hour);

async function prepared(): Promise<Salon> {
  const salon = await salons.open();
  await salon.workflow({ text: "booked" });
  await salon.workflow({ when: { trigger: "before_start", hours: 1 }, text: "soon" });
  await salon.book({ start });
  await salon.book({ start, customer: ola });
  return salon;
}

test.each(["before-commit", "after-commit"] as const)(
  "killed %s of the decisions on changes: the next worker finishes, each is told once",
  async (point) => {
    const salon = await prepared();
    await killed(changed, point, salon);
    expect(await salon.textsTo()).toHaveLength(point === "before-commit" ? 0 : 2);
    for (let i = 1; i < 4; i++) await salon.look(later(changed, i * 1_000));
    expect(await salon.textsTo(kari.mobile)).toEqual(["booked"]);
    expect(await salon.textsTo(ola.mobile)).toEqual(["booked"]);
  },
);

test.each(["before-commit", "after-commit"] as const)(
  "killed %s of the decisions on moments: the next worker finishes, each is reminded once",
  async (point) => {
    const salon = await prepared();
    await salon.look(changed);
    await killed(moment, point, salon);
    expect(await salon.textsTo()).toHaveLength(point === "before-commit" ? 2 : 4);
    for (let i = 1; i < 4; i++) await salon.look(later(moment, i * 1_000));
    expect(await salon.textsTo(kari.mobile)).toEqual(["booked", "soon"]);
    expect(await salon.textsTo(ola.mobile)).toEqual(["booked", "soon"]);
  },
);

test("cancelled after the kill and before the next worker: what was not committed is not sent", async () => {
  const salon = await prepared();
  await salon.look(changed);
  await killed(moment, "before-commit", salon);
  const [booking] = await salon.all<{ id: string }>("/bookings?sort=-created_at");
  await salon.cancel(booking?.id ?? "");
  await salon.look(later(moment, 1_000));
  expect((await salon.textsTo()).filter((text) => text === "soon")).toHaveLength(1);
});

test("killed after the decision and before the submission: the carrier gets each text once", async () => {
  const salon = await salons.open({ at: new Date() });
  const now = salons.clock.now();
  await salon.workflow({ text: "booked" });
  await salon.book();
  await salon.book({ customer: ola });
  await killed(later(now, 1_000), "after-commit", salon);
  await salon.look(later(now, 2_000));
  await startPipeline(db);
  await until(async () => expect(await arrived(db, salon.id)).toHaveLength(2));
  expect((await salon.messages()).map(({ text }) => text)).toEqual(["booked", "booked"]);
});
