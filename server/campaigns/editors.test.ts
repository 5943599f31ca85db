import { expect, test } from "vitest";
import { testApp } from "../../testing/app.ts";
import { draftOf } from "../../testing/campaign.ts";
import { testDatabase } from "../../testing/database.ts";
import { signedInPerson } from "../../testing/people.ts";
import { until } from "../../testing/until.ts";
import { createTestWorkspace } from "../../testing/workspace.ts";

const database = await testDatabase();
let now = new Date("2026-06-15T10:00:00Z");
const app = await testApp(database, { clock: { now: () => now } });
const { call, services } = app;
const workspace = await createTestWorkspace(database.db);
const ola = await signedInPerson(app, workspace.id, "marketer", { name: "Ola" });
const kari = await signedInPerson(app, workspace.id, "marketer", { name: "Kari" });
const keep = async (id: string, who: { cookie: string }) => {
  const answer = await call(`PUT /campaigns/${id}/editors`, { cookie: who.cookie });
  expect(answer.status).toBe(200);
  return answer.body.items.map((one: { name: string }) => one.name);
};

test("two people who have a draft open see each other, until one closes it or says no more", async () => {
  const id = await draftOf(database.db, workspace);
  expect(await keep(id, ola)).toEqual([]);
  expect(await keep(id, kari)).toEqual(["Ola"]);
  expect(await keep(id, ola)).toEqual(["Kari"]);
  expect((await call(`DELETE /campaigns/${id}/editors`, { cookie: kari.cookie })).status).toBe(204);
  expect(await keep(id, ola)).toEqual([]);
  await keep(id, kari);
  now = new Date(now.getTime() + 31_000);
  expect(await keep(id, ola)).toEqual([]);
});

test("who comes and goes is told once, not with every repetition", async () => {
  const [id, other] = [await draftOf(database.db, workspace), await draftOf(database.db, workspace)];
  const told: string[] = [];
  const stop = services.liveUpdates.listen(workspace.id, ({ topic, id: of }) => {
    if (topic === "editors" && (of === id || of === other)) told.push(of);
  });
  await keep(id, ola);
  await until(() => expect(told).toEqual([id]));
  await keep(id, ola);
  // The next notice shows that the repetition before it had none.
  await keep(other, ola);
  await until(() => expect(told).toEqual([id, other]));
  stop();
});

test("nobody sees editors of another workspace, of no campaign, or without the right to edit", async () => {
  const id = await draftOf(database.db, workspace);
  await keep(id, ola);
  const strange = await createTestWorkspace(database.db);
  const spy = await signedInPerson(app, strange.id, "super_admin");
  expect((await call(`PUT /campaigns/${id}/editors`, { cookie: spy.cookie })).status).toBe(404);
  expect((await call(`DELETE /campaigns/${id}/editors`, { cookie: spy.cookie })).status).toBe(404);
  const viewer = await signedInPerson(app, workspace.id, "viewer");
  expect((await call(`PUT /campaigns/${id}/editors`, { cookie: viewer.cookie })).status).toBe(403);
  expect((await call("PUT /campaigns/x/editors", { cookie: ola.cookie })).status).toBe(404);
  expect(await keep(id, kari)).toEqual(["Ola"]);
});
