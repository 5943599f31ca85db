/**
 * On a sharded database a statement goes to one node where it says which workspace it is about, and to all of them
 * otherwise. This runs the road of a text, gathers what was asked of the database, and looks at the plans: every scan of a
 * tenant table has its workspace as a condition. Plans, not texts, because a condition may come by a join.
 */
import pg from "pg";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { draftOf, listOfAll, prepare, press } from "../../testing/campaign.ts";
import { testDatabase } from "../../testing/database.ts";
import { addManyContacts, send, settled, startRoad } from "../../testing/road.ts";
import { gatherStatements, type PlanNode, planNodes } from "../../testing/statements.ts";
import { createTestWorkspace } from "../../testing/workspace.ts";
import { reviewCampaign } from "../campaigns/review-campaign.ts";
import { systemClock } from "../kit/clock.ts";
import { createCompactor } from "../messages/compact-counts.ts";
import { addCounts, counter } from "../messages/counts.ts";
import { createSendQueue } from "../messages/send-queue.ts";
import { placeTables, readCatalogue } from "./placement.ts";

const { db, superuser } = await testDatabase({ max: 20 });
const admin = new pg.Client({ connectionString: superuser });
beforeAll(() => admin.connect());
afterAll(() => admin.end());

/** What a worker asks about all workspaces, by how it begins; each with its reason. All of them must be met. */
const forAllWorkspaces = {
  "with free as":
    "takes lanes of whichever workspaces have work: once for dozens of lanes, from an index of waiting lanes",
  "select distinct j.workspace_id ||":
    "open journals, and rows that are set aside, of the lanes just taken: once for dozens of lanes",
  "select distinct j.workspace_id, j.sender_id":
    "once a second: lanes whose worker died; the journal holds only what is under way",
  "select distinct workspace_id, source_type, source_id from message_counts":
    "once an hour: sources that have figures by minute; what becomes of them is decided for each workspace",
} as const;
type Exception = keyof typeof forAllWorkspaces;

const oneWorkspace = /\bworkspace_id = (\(*\$\d+\)*(::uuid)?|'[0-9a-f-]{36}'::uuid)/;

test("every statement on the road of a text names its workspace, but for the few that look for work", async () => {
  const workspace = await createTestWorkspace(db);
  await addManyContacts(db, workspace.id, 5);
  const list = await listOfAll(db, workspace.id);
  const statements = gatherStatements();
  const road = await startRoad(db, { lease_ms: 1_500 });

  // A campaign from its draft to its end.
  const draft = await draftOf(db, workspace, {}, list);
  await reviewCampaign({ db, clock: systemClock }, workspace.id, draft);
  await press(db, workspace.id, draft);
  await prepare(db, workspace.id, draft);
  await settled(db, workspace.id);
  // Texts by contacts and by the API, receipts, an inbound text, STOP with its confirmation, START.
  await send(db, workspace, { class: "marketing" });
  const api = createSendQueue({ db, clock: systemClock });
  const key = { key: "once", fingerprint: "f" };
  const input = { text: "Koden er 1", class: "transactional" as const };
  await api.send(workspace.id, { input: { ...input, to: "+4790000001" }, idempotency: key });
  await api.send(workspace.id, {
    input: { ...input, to: "+4790000002", class: "marketing", subscription_type: "marketing" },
    idempotency: null,
  });
  for (const [i, text] of ["Hei", "STOP", "START"].entries()) {
    const inbound = {
      workspace_id: workspace.id,
      carrier: "sandbox",
      carrier_reference: `in-${i}`,
      from: "+4790000003",
    };
    await road.onInbound([{ ...inbound, to: workspace.sender.address, text, at: new Date() }]);
  }
  await settled(db, workspace.id);
  // Its figures, hours later.
  const later = new Date(Date.now() + 5 * 3_600_000);
  const counts = counter();
  counts.add({ source_type: "campaign", source_id: draft }, "delivered", null);
  await db.inWorkspace(workspace.id, (tx) => addCounts(tx, workspace.id, later, counts.counts));
  await createCompactor({ db, clock: { now: () => new Date(later.getTime() + 2 * 3_600_000) } })();
  // The road's own rounds: leases are renewed while a lane lingers.
  await vi.waitFor(
    () => {
      const met = new Set([...statements].map(exceptionOf));
      for (const begin of Object.keys(forAllWorkspaces)) expect(met).toContain(begin);
    },
    { timeout: 10_000 },
  );

  const wrong: string[] = [];
  for (const text of await aboutTenants(statements)) if (!exceptionOf(text)) wrong.push(...(await problemsOf(text)));
  expect(wrong).toEqual([]);
});

test("what the check is for: a statement that forgets the workspace, and one that cannot bring its rows into a shard", async () => {
  await addManyContacts(db, (await createTestWorkspace(db)).id, 1);
  expect(await problemsOf("select * from opt_outs where number = $1")).toHaveLength(1);
  expect(
    await problemsOf("select * from contacts c join opt_outs o on o.workspace_id = c.workspace_id where c.id = $1"),
  ).not.toEqual([]);
  expect(
    await problemsOf("select * from contacts c join opt_outs o using (workspace_id) where c.workspace_id = $1"),
  ).toEqual([]);
  const insert = "insert into inbound_seen select workspace_id, 'x', 'y', id from contacts where workspace_id = $1";
  expect(await problemsOf(insert)).toHaveLength(1);
  expect(await problemsOf(`${insert} returning 1`)).toEqual([]);
});

/** Those that touch a tenant table. */
async function aboutTenants(statements: Iterable<string>): Promise<string[]> {
  const names = await tenantTables();
  const pattern = new RegExp(`\\b(from|join|into|update)\\s+(${names.join("|")})\\b`);
  const found = [...statements].filter((text) => pattern.test(text));
  expect(found.length).toBeGreaterThan(20);
  return found;
}

async function tenantTables(): Promise<string[]> {
  const { places } = placeTables(await readCatalogue(admin));
  return [...places.keys()].filter((name) => places.get(name) === "distributed");
}

function exceptionOf(text: string): Exception | undefined {
  const flat = text.replaceAll(/\s+/g, " ").trim();
  return (Object.keys(forAllWorkspaces) as Exception[]).find((begin) => flat.startsWith(begin));
}

async function problemsOf(text: string): Promise<string[]> {
  const tenants = new Set(await tenantTables());
  const isTenant = (name = "") => tenants.has(name.replace(/^messages_(\d{4}_\d\d|other)$/, "messages"));
  const nodes = (await planNodes(admin, text)).filter((node) => isTenant(node["Relation Name"]));
  return nodes
    .filter((node) => !(node["Node Type"] === "ModifyTable" ? isRoutableWrite(node) : namesWorkspace(node)))
    .map((node) => `${node["Node Type"]} of ${node["Relation Name"]} in: ${text}`);
}

const namesWorkspace = (node: PlanNode) =>
  ["Index Cond", "Recheck Cond", "Filter"].some((condition) => oneWorkspace.test(String(node[condition] ?? "")));

/**
 * Rows of a query come into shards by COPY, which row-level security refuses, unless the statement returns something or
 * says what happens on conflict (Citus, distributed/planner/README.md: INSERT .. SELECT).
 */
function isRoutableWrite({ Operation, Output, Plans, ...node }: PlanNode): boolean {
  const values = (Plans ?? []).every((plan) => plan["Node Type"] === "Result" || plan["Node Type"] === "Values Scan");
  return Operation !== "Insert" || values || Output !== undefined || node["Conflict Resolution"] !== undefined;
}
