import { sql } from "kysely";
import { expect, test } from "vitest";
import { readCode } from "../../rules/short-link-code.ts";
import { draftOf, listOfAll, prepare, press } from "../../testing/campaign.ts";
import { hitsOf, linkPaths, linksServer, phone, sendLinks } from "../../testing/clicks.ts";
import { testDatabase } from "../../testing/database.ts";
import { httpLoad } from "../../testing/http-load.ts";
import { addContacts, addManyContacts, ledger, quota } from "../../testing/pipeline.ts";
import { shortLinks } from "../../testing/short-links.ts";
import { createTestWorkspace } from "../../testing/workspace.ts";
import { campaignClicks, campaignPerformance } from "../campaigns/performance.ts";
import { listRecipients } from "../campaigns/recipients.ts";
import { reviewCampaign } from "../campaigns/review-campaign.ts";
import { newId } from "../kit/id.ts";
import { publicPagePolicy } from "../kit/public-page.ts";
import { recordReceipts } from "../messages/receive/receipts.ts";
import { createFindTarget } from "./find-target.ts";
import { judgeClicks } from "./judge-clicks.ts";

const database = await testDatabase({ max: 20 });
const { db } = database;
const server = await linksServer(database);

const performanceOf = (workspaceId: string, id: string) =>
  db.inWorkspace(workspaceId, (tx) => campaignPerformance(tx, workspaceId, id));
const clicksOf = (workspaceId: string, id: string) =>
  db.inWorkspace(workspaceId, async (tx) => (await campaignClicks(tx, workspaceId, id)).items);

test("each recipient has a short link of their own, which leads to the address and counts them once", async () => {
  const workspace = await createTestWorkspace(db);
  await addContacts(db, workspace.id, [{ mobile: "+4790000001" }, { mobile: "+4790000002" }]);
  const { id, messages } = await sendLinks(database, workspace, "Tilbud: https://example.com/sale?a=1.");
  const [first, second] = messages.map(({ text }) => linkPaths(text)[0] as string);
  expect(first).not.toBe(second);
  expect(messages[0]?.text).toBe(`Tilbud: https://sms.test${first}.`);

  const answer = await server.open(first as string);
  expect(answer).toMatchObject({ status: 302, location: "https://example.com/sale?a=1" });
  expect(answer.headers).toMatchObject({ "cache-control": "no-store", "referrer-policy": "no-referrer" });
  server.pass(1_000);
  await server.open(first as string);
  server.pass(11_000);
  await server.open(`${first}.`);
  await server.judge();
  expect((await hitsOf(database, workspace.id)).map(({ verdict }) => verdict)).toEqual(["human", "repeat", "human"]);
  expect(await performanceOf(workspace.id, id)).toMatchObject({ clicked: 1, clicked_people: 1, robot_clicks: 0 });
  expect(await clicksOf(workspace.id, id)).toEqual([
    { url: "https://example.com/sale?a=1", clicks: 2, people: 1, robots: 0 },
  ]);
});

test("of a text with values of the recipient each link leads to the recipient's own address", async () => {
  const workspace = await createTestWorkspace(db);
  await addContacts(db, workspace.id, [
    { mobile: "+4790000001", first_name: "Anne Marie" },
    { mobile: "+4790000002", first_name: "Ola&x=1" },
  ]);
  const text = "https://example.com/?n={{ contact.first_name }} og https://example.com/vilkår";
  const { id, messages } = await sendLinks(database, workspace, text);
  const targets = await Promise.all(
    messages.flatMap((message) => linkPaths(message.text)).map(async (path) => (await server.open(path)).location),
  );
  expect(targets.sort()).toEqual([
    "https://example.com/?n=Anne%20Marie",
    "https://example.com/?n=Ola&x=1",
    "https://example.com/vilk%C3%A5r",
    "https://example.com/vilk%C3%A5r",
  ]);
  expect((await clicksOf(workspace.id, id)).map(({ url }) => url).sort()).toEqual([
    "https://example.com/?n={{ contact.first_name }}",
    "https://example.com/vilkår",
  ]);
});

test("a preparation that stops between two chunks gives every recipient one link, the same as without the stop", async () => {
  const workspace = await createTestWorkspace(db);
  await addManyContacts(db, workspace.id, 9);
  const input = { text: "https://example.com/{{ contact.first_name }}", links: { shorten: true } };
  const id = await draftOf(db, workspace, input, await listOfAll(db, workspace.id));
  await press(db, workspace.id, id);
  // Two at once, each stopped after its first chunk, then one that ends it.
  const stopped = () => {
    const stop = new AbortController();
    const run = prepare(db, workspace.id, id, 2, stop.signal);
    stop.abort();
    return run.catch(() => {});
  };
  await Promise.all([stopped(), stopped()]);
  await Promise.all([prepare(db, workspace.id, id, 2), prepare(db, workspace.id, id, 3)]);
  const messages = await ledger(db, workspace.id);
  expect(messages).toHaveLength(9);
  const { rows } = await db.inWorkspace(workspace.id, (tx) =>
    sql<{ message_id: string; link_id: string; code: string }>`
      select message_id, link_id, code::text as code from short_links where workspace_id = ${workspace.id}`.execute(tx),
  );
  expect(rows).toHaveLength(9);
  for (const { message_id, link_id, code } of rows) expect(String(shortLinks.codeOf(message_id, link_id))).toBe(code);
  const paths = messages.map(({ text }) => linkPaths(text)[0]);
  expect(new Set(paths).size).toBe(9);
});

test("review, quota and ledger agree to the segment, whatever a short link has", async () => {
  const workspace = await createTestWorkspace(db);
  await addManyContacts(db, workspace.id, 7);
  // 160 septets with the short link of 29 characters; with 36 it would be two segments.
  const text = `${"a".repeat(131)}https://example.com/${"x".repeat(200)}`;
  const input = { text, links: { shorten: true }, opt_out_text: false };
  const id = await draftOf(db, workspace, input, await listOfAll(db, workspace.id));
  const services = { db, clock: server.clock, shortLinks };
  const { review } = await reviewCampaign(services, workspace.id, id);
  expect(review).toMatchObject({ errors: [], segments_estimate: 7, segments_per_message: 1 });
  await press(db, workspace.id, id);
  await prepare(db, workspace.id, id);
  const messages = await ledger(db, workspace.id);
  expect(messages.map(({ segments }) => segments)).toEqual(Array(7).fill(1));
  expect(messages[0]?.text).toHaveLength(160);
  expect(await quota(db, workspace.id)).toMatchObject({ reserved: 7 });
});

test("HEAD, prefetching and robots are led on, kept, and counted apart", async () => {
  const workspace = await createTestWorkspace(db);
  await addContacts(db, workspace.id, [{ mobile: "+4790000001" }]);
  const { id, messages } = await sendLinks(database, workspace, "https://example.com");
  const path = linkPaths(messages[0]?.text as string)[0] as string;
  expect(await server.open(path, { method: "HEAD" })).toMatchObject({ status: 302, body: "" });
  await server.open(path, { headers: { "sec-purpose": "prefetch" } });
  await server.open(path, { agent: null });
  await server.open(path, { agent: "WhatsApp/2.23.20.0" });
  await server.judge();
  expect((await hitsOf(database, workspace.id)).map(({ verdict, reason }) => `${verdict} ${reason}`)).toEqual([
    "robot head",
    "robot prefetch",
    "robot no_agent",
    "robot robot_agent",
  ]);
  expect(await performanceOf(workspace.id, id)).toMatchObject({ clicked: 0, robot_clicks: 4 });
  expect(await clicksOf(workspace.id, id)).toEqual([{ url: "https://example.com", clicks: 0, people: 0, robots: 4 }]);
});

test("a person who clicks two links is one person of the campaign, and is listed once", async () => {
  const workspace = await createTestWorkspace(db);
  const [contact] = await addContacts(db, workspace.id, [{ mobile: "+4790000001" }, { mobile: "+4790000002" }]);
  const { id, messages } = await sendLinks(database, workspace, "https://example.com/a https://example.com/b");
  const message = messages.find(({ contact_id }) => contact_id === contact);
  for (const path of linkPaths(message?.text as string)) {
    await server.open(path);
    server.pass(3_000);
  }
  await server.judge();
  expect(await performanceOf(workspace.id, id)).toMatchObject({ clicked: 1, clicked_people: 1 });
  expect((await clicksOf(workspace.id, id)).map(({ people }) => people)).toEqual([1, 1]);
  const { items, next_cursor } = await db.inWorkspace(workspace.id, (tx) =>
    listRecipients(tx, workspace.id, id, { view: "clicked", limit: 1 }),
  );
  expect([items.map((item) => item.contact_id), next_cursor]).toEqual([[contact], null]);
});

test("a scanner that opens all links of a message is a robot, also where one of its hits is recorded late", async () => {
  const workspace = await createTestWorkspace(db);
  await addContacts(db, workspace.id, [{ mobile: "+4790000001" }]);
  const { id, messages } = await sendLinks(database, workspace, "https://example.com/a https://example.com/b");
  const [first, second] = linkPaths(messages[0]?.text as string) as [string, string];
  await server.open(first);
  const at = server.clock.now();
  await server.judge();
  expect(await performanceOf(workspace.id, id)).toMatchObject({ clicked: 1, robot_clicks: 0 });
  // Another process wrote this hit only now.
  await server.open(second);
  const late = newId(new Date(at.getTime() + 1_500));
  await db.inWorkspace(workspace.id, (tx) =>
    sql`update hits set id = ${late} where workspace_id = ${workspace.id}`.execute(tx),
  );
  await server.judge();
  expect((await hitsOf(database, workspace.id)).map(({ reason }) => reason)).toEqual(["all_links", "all_links"]);
  expect(await performanceOf(workspace.id, id)).toMatchObject({ clicked: 0, robot_clicks: 2 });
  expect((await clicksOf(workspace.id, id)).map(({ clicks, people, robots }) => [clicks, people, robots])).toEqual([
    [0, 0, 1],
    [0, 0, 1],
  ]);
});

test("a click before the receipt is a person's, one right after it a robot's, whichever is recorded first", async () => {
  const workspace = await createTestWorkspace(db);
  await addContacts(db, workspace.id, [{ mobile: "+4790000001" }, { mobile: "+4790000002" }]);
  const { messages } = await sendLinks(database, workspace, "https://example.com");
  const [early, soon] = messages as [(typeof messages)[0], (typeof messages)[0]];
  await server.open(linkPaths(early.text)[0] as string);
  server.pass(100);
  const deliver = (ids: string[]) =>
    db.asSystem((tx) =>
      recordReceipts(
        tx,
        server.clock.now(),
        ids.map((message_id) => ({
          workspace_id: workspace.id,
          message_id,
          carrier_reference: null,
          status: "delivered",
          reason: null,
          code: null,
          at: server.clock.now(),
        })),
      ),
    );
  await deliver([early.id, soon.id]);
  server.pass(1_900);
  await server.open(linkPaths(soon.text)[0] as string);
  server.pass(10_000);
  await server.open(linkPaths(soon.text)[0] as string);
  await server.judge();
  expect((await hitsOf(database, workspace.id)).map(({ verdict, reason }) => reason ?? verdict)).toEqual([
    "human",
    "after_receipt",
    "human",
  ]);
});

test("two processes that judge the same hits count them once", async () => {
  const workspace = await createTestWorkspace(db);
  await addManyContacts(db, workspace.id, 40);
  const { id, messages } = await sendLinks(database, workspace, "https://example.com");
  for (const { text } of messages) await server.open(linkPaths(text)[0] as string);
  server.pass(5_000);
  const judge = () =>
    db.inWorkspace(workspace.id, (tx) => judgeClicks(tx, workspace.id, server.clock.now(), { most: 7 }));
  const done = await Promise.all(Array.from({ length: 12 }, judge));
  expect(done.reduce((sum, each) => sum + each.done, 0)).toBe(40);
  expect(await clicksOf(workspace.id, id)).toEqual([{ url: "https://example.com", clicks: 40, people: 40, robots: 0 }]);
});

test("a hit that is written a second time, because its commit was not answered, counts once", async () => {
  const workspace = await createTestWorkspace(db);
  await addContacts(db, workspace.id, [{ mobile: "+4790000001" }]);
  const { id, messages } = await sendLinks(database, workspace, "https://example.com");
  await server.open(linkPaths(messages[0]?.text as string)[0] as string);
  await server.judge();
  await db.inWorkspace(workspace.id, (tx) =>
    sql`insert into hits (workspace_id, id, message_id, link_id, user_agent)
      select workspace_id, id, message_id, link_id, user_agent from clicks where workspace_id = ${workspace.id}`.execute(
      tx,
    ),
  );
  await server.judge();
  expect(await clicksOf(workspace.id, id)).toEqual([{ url: "https://example.com", clicks: 1, people: 1, robots: 0 }]);
  expect(await hitsOf(database, workspace.id)).toHaveLength(1);
});

test("10,000 hits on one link are all kept, and are one click of one person", async () => {
  const workspace = await createTestWorkspace(db);
  await addContacts(db, workspace.id, [{ mobile: "+4790000001" }]);
  const { id, messages } = await sendLinks(database, workspace, "https://example.com");
  const path = linkPaths(messages[0]?.text as string)[0] as string;
  const url = await server.app.listen({ port: 0, host: "127.0.0.1" });
  const next = () => ({ method: "GET" as const, path, headers: { "user-agent": phone } });
  const figures = await httpLoad({ url, connections: 200, seconds: 60, requests: 10_000, next });
  expect(figures.errors).toBe(0);
  // Every answer came after its hit was on disk.
  expect(await hitsOf(database, workspace.id)).toHaveLength(10_000);
  await server.judge();
  await server.judge();
  const judged = Map.groupBy(await hitsOf(database, workspace.id), ({ verdict }) => verdict);
  expect([judged.get("human")?.length, judged.get("repeat")?.length]).toEqual([1, 9_999]);
  expect(await clicksOf(workspace.id, id)).toEqual([{ url: "https://example.com", clicks: 1, people: 1, robots: 0 }]);
});

test("a link of one workspace is no other's, and neither are its clicks", async () => {
  const [own, other] = [await createTestWorkspace(db), await createTestWorkspace(db)];
  for (const { id } of [own, other]) await addContacts(db, id, [{ mobile: "+4790000001" }]);
  const [mine, theirs] = [
    await sendLinks(database, own, "https://example.com"),
    await sendLinks(database, other, "https://example.com"),
  ];
  expect(mine.messages[0]?.text).not.toBe(theirs.messages[0]?.text);
  await server.open(linkPaths(mine.messages[0]?.text as string)[0] as string);
  await server.judge();
  expect(await hitsOf(database, own.id)).toHaveLength(1);
  expect(await hitsOf(database, other.id)).toHaveLength(0);
  expect((await clicksOf(other.id, theirs.id))[0]).toMatchObject({ clicks: 0 });
  await expect(clicksOf(other.id, mine.id)).rejects.toMatchObject({ status: 404 });
});

test("a link to the recipient's preferences may be within the address that a short link leads to", async () => {
  const workspace = await createTestWorkspace(db);
  await addContacts(db, workspace.id, [{ mobile: "+4790000001" }, { mobile: "+4790000002" }]);
  const { messages } = await sendLinks(
    database,
    workspace,
    "https://example.com/?p={{ preferences_link }} https://a.no",
  );
  const targets = await Promise.all(
    messages.map(async ({ text }) => (await server.open(linkPaths(text)[0] as string)).location as string),
  );
  const own = messages.map(({ contact_id }) => shortLinks.preferences.codeOf(workspace.id, contact_id as string));
  expect(targets).toEqual(own.map((code) => expect.stringMatching(`/p/${code}$`)));
  for (const code of own) expect((await server.open(`/p/${code}`)).status).toBe(200);
});

test("links lead on while the cache of their addresses is full and emptied", async () => {
  const workspace = await createTestWorkspace(db);
  await addContacts(db, workspace.id, [{ mobile: "+4790000001" }]);
  const urls = Array.from({ length: 6 }, (_, i) => `https://example.com/${i}`);
  const { messages } = await sendLinks(database, workspace, urls.join(" "));
  const codes = linkPaths(messages[0]?.text ?? "").map((path) => readCode(path.slice(3)) as bigint);
  const find = createFindTarget(db, { cached: 3 });
  const targets = (some: bigint[]) =>
    Promise.all(some.map(async (code) => (await find(code, server.clock.now()))?.target));
  expect(await targets(codes.slice(0, 2))).toEqual(urls.slice(0, 2));
  expect(await targets(codes)).toEqual(urls);
  // One after the other they are looked up side by side.
  const rounds = Array.from({ length: 20 }, () => Promise.all(codes.map((code) => targets([code]))));
  expect(await Promise.all(rounds)).toEqual(Array.from({ length: 20 }, () => urls.map((url) => [url])));
});

test("an unknown code has a page, and nothing is recorded", async () => {
  for (const path of ["/l/0000000000", "/l/short", "/l/%00%00%00%00%00%00%00%00%00%00"]) {
    const answer = await server.open(path, { headers: { "accept-language": "sv" } });
    expect([path, answer.status]).toEqual([path, 404]);
    expect(answer.headers).toMatchObject({ "content-language": "sv", "cache-control": "no-store" });
    expect(answer.body).toContain("Vi hittar inte sidan");
  }
  expect((await server.open("/l/0000000000", { method: "HEAD" })).status).toBe(404);
});

test("a link leads on for a year, and then says whose it was, in the visitor's language", async () => {
  const workspace = await createTestWorkspace(db, { name: "Frisør <Kari> & Sønn" });
  await addContacts(db, workspace.id, [{ mobile: "+4790000001" }]);
  const { messages } = await sendLinks(database, workspace, "https://example.com");
  const path = linkPaths(messages[0]?.text as string)[0] as string;
  expect((await server.open(path)).status).toBe(302);
  const year = 365 * 24 * 3_600_000;
  server.pass(year);
  try {
    const answer = await server.open(path, { headers: { "accept-language": "no;q=0.5, nb-NO;q=0.9, en;q=0.4" } });
    expect(answer.status).toBe(410);
    expect(answer.headers["content-security-policy"]).toBe(publicPagePolicy);
    expect(answer.body).toContain("<style>");
    expect(answer.headers).toMatchObject({ "content-language": "nb", "x-frame-options": "DENY" });
    expect(answer.body).toContain("Frisør &lt;Kari&gt; &amp; Sønn");
    expect(answer.location).toBeUndefined();
  } finally {
    server.pass(-year);
  }
});
