import { readFile } from "node:fs/promises";
import { sql } from "kysely";
import { expect, test } from "vitest";
import { workspaceWithKey } from "../../testing/app.ts";
import { finished, prepare } from "../../testing/campaign.ts";
import { hitsOf, linkPaths, linksServer } from "../../testing/clicks.ts";
import { testDatabase } from "../../testing/database.ts";
import { ledger, startPipeline, untilFinal } from "../../testing/pipeline.ts";
import { until } from "../../testing/until.ts";
import { finishErasureOf } from "../privacy/finish-erasure.ts";
import { purge } from "../privacy/purge.ts";
import { linkLife } from "./short-links.ts";

const database = await testDatabase({ max: 20 });
const { db } = database;
const server = await linksServer(database);
const workspace = await workspaceWithKey(database, { name: "Salong Saks" });
const { key } = workspace;

async function must(line: string, body?: unknown) {
  const answer = await server.call(line, { key, ...(body === undefined ? {} : { body }) });
  expect(answer.status, `${line} ${JSON.stringify(answer.body)}`).toBeLessThan(300);
  return answer.body;
}

let made = 0;

/** A contact, and a campaign to them alone, sent and delivered; answers the path of each link in the text. */
async function sent(text: string, fields: Record<string, unknown> = {}) {
  const contact = await must("POST /contacts", { mobile: `+47900001${String(++made).padStart(2, "0")}`, ...fields });
  const consent = { contact_id: contact.id, subscription_type: "marketing", action: "grant", source: "form" };
  await must("POST /consent-events", consent);
  const campaign = await must("POST /campaigns", {
    name: "Høst",
    text,
    links: { shorten: true },
    subscription_type: "marketing",
    include: { lists: [], contacts: [contact.id] },
  });
  await must(`POST /campaigns/${campaign.id}/send`);
  await prepare(db, workspace.id, campaign.id);
  await startPipeline(db);
  await untilFinal(db, workspace.id);
  await finished(db, workspace.id, campaign.id);
  const message = (await ledger(db, workspace.id)).find((row) => row.source_id === campaign.id);
  // Longer after the receipt than a robot, whose clock is the machine's.
  server.pass(600_000);
  return { contact, campaign, message, paths: linkPaths(message?.text ?? "") };
}

test("a campaign says whether its links are shortened; without a word they are not", async () => {
  const campaign = await must("POST /campaigns", { name: "Høst", text: "https://example.com" });
  expect(campaign.links).toEqual({ shorten: false });
  expect((await must(`PATCH /campaigns/${campaign.id}`, { links: { shorten: true } })).links).toEqual({
    shorten: true,
  });
  expect((await must(`PATCH /campaigns/${campaign.id}`, { name: "Vår" })).links).toEqual({ shorten: true });
});

test("what cannot be shortened is refused with its value, when it is written and when shortening is switched on", async () => {
  const refused = async (line: string, body: unknown) => {
    const { status, body: answer } = await server.call(line, { key, body });
    return [status, answer.error?.code, answer.error?.field, answer.error?.value];
  };
  const links = { shorten: true };
  expect(await refused("POST /campaigns", { name: "x", text: "Se javascript:alert(1) nå", links })).toEqual([
    422,
    "refused_link",
    "text",
    "javascript:alert(1)",
  ]);
  expect(await refused("POST /campaigns", { name: "x", text: "https://sms.test/l/AbCdEfGhIj" })).toEqual([
    422,
    "own_link",
    "text",
    "sms.test/l/AbCdEfGhIj",
  ]);
  const { id } = await must("POST /campaigns", { name: "x", text: "https://a.no/{% if contact.email %}x{% endif %}" });
  expect(await refused(`PATCH /campaigns/${id}`, { links })).toEqual([422, "cut_link", "text", "https://a.no/"]);
  expect((await must(`GET /campaigns/${id}`)).links).toEqual({ shorten: false });
});

test("the preview shows a short link of the final length that leads nowhere", async () => {
  const body = { text: "Se https://example.com/a/very/long/address", opt_out_text: false, links: { shorten: true } };
  const { text, segments } = await must("POST /campaigns/preview", body);
  expect([text, segments]).toEqual(["Se https://sms.test/l/0000000000", 1]);
  expect((await server.open("/l/0000000000")).status).toBe(404);
});

test("a click is in the performance, among the recipients, in the contact's activity and in the export", async () => {
  const { contact, campaign, paths } = await sent("https://example.com/sale");
  await server.open(paths[0] as string);
  await server.open(paths[0] as string, { method: "HEAD" });
  await server.judge();
  expect(await must(`GET /campaigns/${campaign.id}/performance`)).toMatchObject({
    sent: 1,
    clicked: 1,
    clicked_people: 1,
    robot_clicks: 1,
    click_rate: 1,
  });
  expect(await must(`GET /campaigns/${campaign.id}/clicks`)).toEqual({
    items: [{ url: "https://example.com/sale", clicks: 1, people: 1, robots: 1 }],
  });
  const { items } = await must(`GET /campaigns/${campaign.id}/recipients?view=clicked`);
  expect(items).toMatchObject([{ contact_id: contact.id }]);
  const timeline = await must(`GET /contacts/${contact.id}/timeline`);
  expect(timeline.items[0]).toMatchObject({
    kind: "link_clicked",
    detail: "https://example.com/sale",
    source: { type: "campaign", id: campaign.id, name: "Høst" },
  });
  // Paged, each entry once.
  const kinds: string[] = [];
  for (let cursor = ""; ;) {
    const page = await must(`GET /contacts/${contact.id}/timeline?limit=1${cursor}`);
    kinds.push(...page.items.map((entry: { kind: string }) => entry.kind));
    if (!page.next_cursor) break;
    cursor = `&cursor=${encodeURIComponent(page.next_cursor)}`;
  }
  expect(kinds).toEqual(timeline.items.map((entry: { kind: string }) => entry.kind));
  const exported = await must(`GET /contacts/${contact.id}/export`);
  expect(exported.clicks.map((click: { verdict: string }) => click.verdict).sort()).toEqual(["human", "robot"]);
  expect(exported.clicks[0]).toMatchObject({ url: "https://example.com/sale" });
});

test("an erased contact's link says at once that it is no longer valid, and keeps nothing of them", async () => {
  const text = "https://example.com/?n={{ contact.first_name }}";
  const { contact, campaign, message, paths } = await sent(text, { first_name: "Unikeline" });
  const path = paths[0] as string;
  expect((await server.open(path)).location).toBe("https://example.com/?n=Unikeline");
  await server.judge();
  await must(`POST /contacts/${contact.id}/erasure`, { confirm: contact.id });
  const answer = await server.open(path, { headers: { "accept-language": "da" } });
  expect(answer.status).toBe(410);
  expect(answer.body).toContain("Salong Saks");
  const context = {
    ...server.services,
    clock: { now: () => new Date(Date.now() + 18 * 86_400_000) },
    eraseNumbers: [],
  };
  const { rows } = await db.inWorkspace(workspace.id, (tx) =>
    sql<{
      id: string;
    }>`select id from erasures where workspace_id = ${workspace.id} and contact_id = ${contact.id}`.execute(tx),
  );
  const erasure = { workspace_id: workspace.id, id: rows[0]?.id as string };
  await until(async () => {
    if (!(await finishErasureOf(context, erasure, new AbortController().signal))) throw new Error("not done");
  });
  expect((await server.open(path)).status).toBe(410);
  const left = await db.asSystem((tx) =>
    sql<{ row: string }>`
      select t::text as row from short_links t where t::text like ${`%${message?.id}%`} or t::text like '%Unikeline%'
      union all select t::text from clicks t where t::text like ${`%${message?.id}%`}
      union all select t::text from hits t where t::text like ${`%${message?.id}%`}
      union all select t::text from clickers t where t::text like ${`%${message?.id}%`}`.execute(tx),
  );
  expect(left.rows).toEqual([]);
  // Figures stay, and so does the nameless recipient among those who clicked.
  expect(await must(`GET /campaigns/${campaign.id}/performance`)).toMatchObject({ clicked: 1 });
  expect((await must(`GET /campaigns/${campaign.id}/recipients?view=clicked`)).items).toMatchObject([
    { contact_id: null },
  ]);
});

test("a hit that was under way while its recipient was erased is counted for nobody", async () => {
  const { contact, campaign, message, paths } = await sent("https://example.com");
  await server.open(paths[0] as string);
  const [hit] = await hitsOf(database, workspace.id).then((hits) => hits.slice(-1));
  await must(`POST /contacts/${contact.id}/erasure`, { confirm: contact.id });
  // Its redirect had found the link before, and writes only now.
  await db.asSystem(async (tx) => {
    await sql`update messages set id = gen_random_uuid(), contact_id = null where workspace_id = ${workspace.id} and id = ${message?.id}`.execute(
      tx,
    );
    await sql`insert into hits (workspace_id, id, message_id, link_id, user_agent)
      select workspace_id, ${hit?.id}, ${message?.id}, link_id, 'late' from short_links
      where workspace_id = ${workspace.id} limit 1`.execute(tx);
  });
  await server.judge();
  expect(await must(`GET /campaigns/${campaign.id}/performance`)).toMatchObject({ clicked: 0, robot_clicks: 0 });
  expect((await hitsOf(database, workspace.id)).some(({ user_agent }) => user_agent === "late")).toBe(false);
});

test("links end with the messages that a workspace keeps, and those with a recipient's values with the texts", async () => {
  const { campaign, message, paths } = await sent(
    "https://example.com/a https://example.com/?n={{ contact.first_name }}",
    {
      first_name: "Kari",
    },
  );
  const [plain, own] = paths as [string, string];
  await server.open(own);
  await server.judge();
  const left = async () => {
    const { rows } = await db.asSystem((tx) =>
      sql<{ clicks: number; clickers: number }>`
        select (select count(*) from clicks where message_id = ${message?.id}) as clicks,
          (select count(*) from clickers where message_id = ${message?.id}) as clickers`.execute(tx),
    );
    return rows[0];
  };
  expect(await left()).toEqual({ clicks: 1, clickers: 1 });
  const inMonths = (months: number) => ({
    now: () => new Date(Date.UTC(new Date().getUTCFullYear(), new Date().getUTCMonth() + months, 15)),
  });
  const run = (months: number) =>
    purge({ ...server.services, clock: inMonths(months), purgeOld: [], chunk: 1 }, new AbortController().signal);
  await must("PATCH /retention", { text_months: 1 });
  await run(3);
  expect([(await server.open(plain)).status, (await server.open(own)).status]).toEqual([302, 410]);
  await must("PATCH /retention", { ledger_months: 2 });
  await run(4);
  expect([(await server.open(plain)).status, (await server.open(own)).status]).toEqual([410, 410]);
  // Who clicked is gone with the message, how many did is not.
  expect(await left()).toEqual({ clicks: 0, clickers: 0 });
  expect(await must(`GET /campaigns/${campaign.id}/performance`)).toMatchObject({ clicked: 1 });
  await run(30);
  expect((await server.open(plain)).status).toBe(404);
});

test("the documented time that a link leads on is the real one", async () => {
  const page = await readFile(new URL("../../docs/decisions/links.md", import.meta.url), "utf8");
  expect(page).toContain(`${linkLife / 86_400_000} days`);
});
