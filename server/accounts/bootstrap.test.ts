import { sql } from "kysely";
import { expect, test } from "vitest";
import { testApp } from "../../testing/app.ts";
import { testDatabase } from "../../testing/database.ts";
import { seedWorkspace } from "../api/new-workspace.ts";
import { ConfigError } from "../kit/config.ts";
import { openDb } from "../kit/db.ts";
import { hasWorkspace } from "../workspaces/workspace.ts";
import { identityOf } from "./account-jobs.ts";
import { bootstrap } from "./bootstrap.ts";

const database = await testDatabase();
const { call, services } = await testApp(database);
const first = {
  workspace_name: "Salong Saks",
  admin_email: "kari.nordmann@example.com",
  admin_password: "correct horse battery",
  api_key: "vk_from_the_environment",
};

const start = (db = database.db, others: Partial<Parameters<typeof bootstrap>[0]> = {}) =>
  bootstrap({
    db,
    clock: services.clock,
    config: { first_workspace: first },
    identity: identityOf({ ...services, db }),
    seed: seedWorkspace,
    ...others,
  });
const problems = ["ADMIN_PASSWORD has 7 characters; it must have from 10 to 128", "API_KEY has 4 characters"];
const poor = {
  first_workspace: { ...first, admin_password: "hunter2", api_key: "vk_1" },
  first_workspace_problems: problems,
};
const missing = { first_workspace: null, first_workspace_problems: ["API_KEY must be set too"] };

test("invalid settings make no first workspace: the start fails and says why", async () => {
  for (const config of [poor, missing]) {
    const failed = start(database.db, { config });
    await expect(failed).rejects.toThrow(ConfigError);
    await expect(failed).rejects.toThrow(config.first_workspace_problems.join("\n"));
  }
  expect(await database.db.asSystem(hasWorkspace)).toBe(false);
});

test("processes that start at the same time make one first workspace, and later ones none", async () => {
  const other = openDb({ connection: database.connection, workspaces: database.workspaces, max: 2 });
  const made = await Promise.all([start(), start(other), start(), start(other)]);
  expect(made.sort()).toEqual(["made", "nothing_to_do", "nothing_to_do", "nothing_to_do"]);
  expect(await start()).toBe("nothing_to_do");
  await other.close();
  const counts = await database.db.asSystem((tx) =>
    sql`select (select count(*) from workspaces) as workspaces, (select count(*) from api_keys) as keys`.execute(tx),
  );
  expect(counts.rows).toEqual([{ workspaces: 1, keys: 1 }]);
});

test("once there is a workspace, invalid settings are logged and the start goes on", async () => {
  const warned: unknown[] = [];
  const log = { warn: (sentence: unknown) => void warned.push(sentence) } as never;
  expect(await start(database.db, { config: poor, log })).toBe("nothing_to_do");
  expect(await start(database.db, { config: missing, log })).toBe("nothing_to_do");
  const unused = ". It is ignored, since a workspace exists.";
  expect(warned).toEqual([...problems, "API_KEY must be set too"].map((problem) => problem + unused));
});

test("the first key has every permission, and the first admin can sign in", async () => {
  expect((await call("GET /workspace", { key: first.api_key })).body).toMatchObject({
    name: "Salong Saks",
    country: "NO",
    time_zone: "Europe/Oslo",
    language: "en",
  });
  const listed = await call("GET /api-keys", { key: first.api_key });
  expect(JSON.stringify(listed.body)).not.toContain(first.api_key);
  const body = { email: first.admin_email, password: first.admin_password };
  const signedIn = await call("POST /api/auth/sign-in/email", { body });
  expect(signedIn.body.user.name).toBe("Kari Nordmann");
  expect((await call("GET /session", { cookie: signedIn.cookies })).body.role).toBe("super_admin");
});
