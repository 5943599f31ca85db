/** What a caller names by id or name is found, and what there is none of is refused by its name. */
import { sql } from "kysely";
import { beforeEach, expect, test } from "vitest";
import { testDatabase } from "../../testing/database.ts";
import { newId } from "../../testing/new-id.ts";
import { createTestWorkspace } from "../../testing/workspace.ts";
import { placeTables } from "./place-columns.ts";
import type { PlaceKind } from "./place.ts";
import { resolveMany, resolvePlaces } from "./resolve-places.ts";

const { db } = await testDatabase();
let workspace: string;
beforeEach(async () => {
  workspace = (await createTestWorkspace(db)).id;
});

async function insert(kind: PlaceKind, name: string, archivedAt: string | null = null, owner = workspace) {
  const id = newId();
  await db.inWorkspace(owner, (tx) =>
    sql`
      insert into ${placeTables[kind]} (workspace_id, id, name, archived_at, created_at, updated_at)
      values (${owner}, ${id}, ${name}, ${archivedAt}, now(), now())`.execute(tx),
  );
  return id;
}
const resolve = (refs: Parameters<typeof resolvePlaces>[2], options?: Parameters<typeof resolvePlaces>[3]) =>
  db.inWorkspace(workspace, (tx) => resolvePlaces(tx, workspace, refs, options));
const resolveResources = (refs: string[], options?: Parameters<typeof resolveMany>[5]) =>
  db.inWorkspace(workspace, (tx) => resolveMany(tx, workspace, "resource", refs, "when.resources", options));

test("service, location and resources are found by id or name, without regard to case and space", async () => {
  const [cut, salon, anne, chair] = [
    await insert("service", "Klipp"),
    await insert("location", "Øvre Salong"),
    await insert("resource", "Anne"),
    await insert("resource", "Stol 1"),
  ];
  const found = await resolve({ service: "KLIPP", location: "øvre  salong", resources: [chair.toUpperCase(), "anne"] });
  expect(found.service).toMatchObject({ id: cut, name: "Klipp", duration_minutes: null, price: null });
  expect(found.location).toMatchObject({ id: salon, time_zone: null, remote: false });
  expect(found.resources.map(({ id }) => id)).toEqual([chair, anne]);
});

test("nothing is found where nothing is given, and what is named twice is found once", async () => {
  expect(await resolve({ service: null })).toEqual({ service: null, location: null, resources: [] });
  const anne = await insert("resource", "Anne");
  expect((await resolve({ resources: ["Anne", anne, "ANNE"] })).resources.map(({ id }) => id)).toEqual([anne]);
});

test("a name is that of its own kind in its own workspace", async () => {
  const other = (await createTestWorkspace(db)).id;
  await insert("location", "Anne");
  const theirs = await insert("resource", "Anne", null, other);
  for (const ref of ["Anne", theirs, newId()])
    await expect(resolveResources([ref])).rejects.toMatchObject({
      status: 422,
      code: "unknown_resource",
      field: "when.resources",
      value: ref,
    });
});

test("what is unknown is refused with its field and value", async () => {
  await insert("resource", "Anne");
  const refused = (code: string, field: string, value: string) => ({ status: 422, code, field, value });
  await expect(resolve({ service: "Klipp" })).rejects.toMatchObject(refused("unknown_service", "service", "Klipp"));
  await expect(resolve({ location: "Oslo" }, { fieldPrefix: "rows." })).rejects.toMatchObject(
    refused("unknown_location", "rows.location", "Oslo"),
  );
  await expect(resolve({ resources: ["Anne", "Kari"] })).rejects.toMatchObject(
    refused("unknown_resource", "resources", "Kari"),
  );
});

test("an archived one is found by its id, and by its name only where that is asked for and no other has it", async () => {
  const first = await insert("resource", "Anne", "2026-01-01");
  const last = await insert("resource", "Anne", "2026-02-01");
  await expect(resolveResources(["Anne"])).rejects.toMatchObject({ code: "unknown_resource" });
  expect(await resolveResources([first])).toMatchObject([{ id: first, archived_at: new Date("2026-01-01") }]);
  expect(await resolveResources(["anne"], { allowArchived: true })).toMatchObject([{ id: last }]);
  const present = await insert("resource", "Anne");
  expect(await resolveResources(["anne"], { allowArchived: true })).toMatchObject([{ id: present }]);
  expect(await resolveResources(["anne"])).toMatchObject([{ id: present }]);
});
