/**
 * On a sharded database a statement runs on one node when it names one workspace, and on all of them otherwise. This runs the
 * pipeline of a text, collects its statements, and checks their plans: every scan of a tenant table has the workspace as a
 * condition. It checks plans, not texts, because a condition may come from a join.
 */
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { draftOf, listOfAll, prepare, press } from "../../testing/campaign.ts";
import { testDatabase } from "../../testing/database.ts";
import { addManyContacts, send, untilFinal, startPipeline } from "../../testing/pipeline.ts";
import { shortLinks } from "../../testing/short-links.ts";
import { gatherStatements, type PlanNode, planNodes } from "../../testing/statements.ts";
import { until } from "../../testing/until.ts";
import { createTestWorkspace } from "../../testing/workspace.ts";
import { reviewCampaign } from "../campaigns/review-campaign.ts";
import { systemClock } from "../kit/clock.ts";
import { createCompactor } from "../messages/compact-counts.ts";
import { addCounts, counter } from "../messages/counts.ts";
import { createApiSends } from "../messages/send/batch-api-sends.ts";
import { placeTables, readCatalogue } from "./placement.ts";

const { db, superuser } = await testDatabase({ max: 20 });
const admin = new pg.Client({ connectionString: superuser });
beforeAll(() => admin.connect());
afterAll(() => admin.end());

/** Statements over all workspaces that are allowed, by their beginning, each with its reason. All of them must occur. */
const forAllWorkspaces = {
  "select workspace_id, sender_id from lanes where has_work":
    "looks for lanes of all workspaces that have work: once for dozens of lanes, from an index of waiting lanes",
  "select s.workspace_id, s.id as sender_id": "senders of the lanes just taken: once for dozens of lanes",
  "select distinct j.workspace_id, j.sender_id from unnest":
    "open journals and quarantined rows of the lanes just taken: once for dozens of lanes",
  "select distinct j.workspace_id, j.sender_id from dispatch_journal":
    "once a second: lanes whose worker died; the journal contains only running submissions",
  "select distinct workspace_id, source_type, source_id from message_counts":
    "once an hour: sources that have counts by minute; they are compacted workspace by workspace",
} as const;
type Exception = keyof typeof forAllWorkspaces;

const oneWorkspace = /\bworkspace_id = (\(*\$\d+\)*(::uuid)?|'[0-9a-f-]{36}'::uuid)/;

test("every statement in the pipeline of a text names its workspace, except the few that look for work", async () => {
  const workspace = await createTestWorkspace(db);
  await addManyContacts(db, workspace.id, 5);
  const list = await listOfAll(db, workspace.id);
  const statements = gatherStatements();
  const pipeline = await startPipeline(db, { lease_ms: 1_500 });

  // A campaign from its draft to its end.
  const draft = await draftOf(db, workspace, {}, list);
  await reviewCampaign({ db, clock: systemClock, shortLinks }, workspace.id, draft);
  await press(db, workspace.id, draft);
  await prepare(db, workspace.id, draft);
  await untilFinal(db, workspace.id);
  // Texts by contacts and by the API, receipts, an inbound text, STOP with its confirmation, START.
  await send(db, workspace, { class: "marketing" });
  const api = createApiSends({ db, clock: systemClock });
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
    await pipeline.onInbound([{ ...inbound, to: workspace.sender.address, text, at: new Date() }]);
  }
  await untilFinal(db, workspace.id);
  // The compaction of its counts, hours later.
  const later = new Date(Date.now() + 5 * 3_600_000);
  const counts = counter();
  counts.add({ source_type: "campaign", source_id: draft }, "delivered", null);
  await db.inWorkspace(workspace.id, (tx) => addCounts(tx, workspace.id, later, counts.counts));
  await createCompactor({ db, clock: { now: () => new Date(later.getTime() + 2 * 3_600_000) } })();
  // The pipeline's periodic statements, such as the renewal of leases.
  await until(() => {
    const met = new Set([...statements].map(exceptionOf));
    for (const begin of Object.keys(forAllWorkspaces)) expect(met).toContain(begin);
  });

  const wrong: string[] = [];
  for (const text of await aboutTenants(statements)) if (!exceptionOf(text)) wrong.push(...(await problemsOf(text)));
  expect(wrong).toEqual([]);
});

test("the check finds a statement that does not name the workspace, and an insert that Citus cannot route", async () => {
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

/** The statements that touch a tenant table. */
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
 * Citus inserts the rows of a query into shards by COPY, which row-level security refuses, unless the statement has RETURNING
 * or ON CONFLICT (Citus, distributed/planner/README.md: INSERT .. SELECT).
 */
function isRoutableWrite({ Operation, Output, Plans, ...node }: PlanNode): boolean {
  const values = (Plans ?? []).every((plan) => plan["Node Type"] === "Result" || plan["Node Type"] === "Values Scan");
  return Operation !== "Insert" || values || Output !== undefined || node["Conflict Resolution"] !== undefined;
}
