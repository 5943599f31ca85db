import { pino } from "pino";
import { expect, onTestFinished, test } from "vitest";
import { testDatabase } from "../../testing/database.ts";
import { until } from "../../testing/until.ts";
import { modules } from "../modules.ts";
import { runJobKinds } from "./job-kinds.ts";
import { jobs } from "./jobs.ts";

const { db, connection } = await testDatabase({ max: 20 });
const log = pino({ level: "silent" });

test("jobs that take long keep neither brief ones nor those of other kinds waiting", async () => {
  const { promise: finish, resolve } = Promise.withResolvers<void>();
  const begun: string[] = [];
  const handlers = {
    "test.import": async () => {
      begun.push("import");
      await finish;
    },
    "test.mail": async () => void begun.push("mail"),
    "test.prepare": async () => void begun.push("prepare"),
  };
  const running = await runJobKinds(
    { connection, pool: db.pool, handlers, log },
    { "test.import": "imports", "test.prepare": "preparations" },
  );
  onTestFinished(() => running.stop());
  onTestFinished(() => resolve());
  await db.asSystem(async (tx) => {
    for (let i = 0; i < 6; i++) await jobs.add(tx, "test.import", { i });
  });
  await until(() => expect(begun).toEqual(["import", "import"]));
  await db.asSystem(async (tx) => {
    await jobs.add(tx, "test.mail", {});
    await jobs.add(tx, "test.prepare", {});
  });
  await until(() => expect(begun.toSorted()).toEqual(["import", "import", "mail", "prepare"]));
  resolve();
  await until(() => expect(begun.filter((name) => name === "import")).toHaveLength(6));
});

test("a kind of a job that does not exist is a fault", async () => {
  const options = { connection, pool: db.pool, handlers: {}, log };
  await expect(runJobKinds(options, { nothing: "imports" })).rejects.toThrow("nothing");
});

test("imports, preparations and purging have kinds of their own", () => {
  const kinds = Object.assign({}, ...modules.map(({ kinds }) => kinds));
  expect(kinds).toMatchObject({
    import: "imports",
    "campaign.prepare": "preparations",
    "retention.retire": "upkeep",
  });
});
