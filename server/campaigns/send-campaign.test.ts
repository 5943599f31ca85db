import { sql } from "kysely";
import { beforeEach, expect, test } from "vitest";
import { CampaignChange } from "../../contract/campaigns.ts";
import {
  campaignServices,
  draftOf,
  editorOf,
  finished,
  listOfAll,
  look,
  prepare,
  press,
} from "../../testing/campaign.ts";
import { testDatabase } from "../../testing/database.ts";
import { runDue } from "../../testing/due.ts";
import {
  addContacts,
  addManyContacts,
  arrived,
  ledger,
  quota,
  untilFinal,
  startPipeline,
} from "../../testing/pipeline.ts";
import { shortLinks } from "../../testing/short-links.ts";
import { until } from "../../testing/until.ts";
import { createTestWorkspace, type TestWorkspace } from "../../testing/workspace.ts";
import { setPhone } from "../carriers/sandbox/store.ts";
import { recordOptOut } from "../consent/opt-outs.ts";
import { deleteList } from "../contacts/lists.ts";
import { instantOf } from "../kit/id.ts";
import { jobs } from "../kit/jobs.ts";
import { recordReceipts } from "../messages/receive/receipts.ts";
import { deleteCampaign, updateCampaign } from "./edit-campaign.ts";
import { dueCampaigns, resumeCampaigns } from "./finish-campaigns.ts";
import { campaignPerformance } from "./performance.ts";
import { prepareCampaign } from "./prepare-campaign.ts";
import { listRecipients } from "./recipients.ts";
import { sendCampaign } from "./send-campaign.ts";

const { db } = await testDatabase({ max: 20 });
let workspace: TestWorkspace;
beforeEach(async () => {
  workspace = await createTestWorkspace(db);
});

const draft = async (input: Record<string, unknown> = {}) =>
  draftOf(db, workspace, input, await listOfAll(db, workspace.id));
const allow = (segments: number) =>
  db.inWorkspace(workspace.id, (tx) => sql`update workspaces set allowance = ${segments}`.execute(tx));
const performance = (id: string) => db.inWorkspace(workspace.id, (tx) => campaignPerformance(tx, workspace.id, id));
const recipients = (
  id: string,
  view: "sent" | "not_sent" | "not_delivered" | "delivered" | "all",
  limit = 50,
  cursor?: string,
) => db.inWorkspace(workspace.id, (tx) => listRecipients(tx, workspace.id, id, { view, limit, cursor }));
const waitingJobs = async (name: string) =>
  (
    await db.asSystem((tx) =>
      sql<{ payload: { id?: string }; run_at: Date }>`
    select j.payload, j.run_at from jobs._private_jobs j join jobs._private_tasks t on t.id = j.task_id where t.identifier = ${name}`.execute(
        tx,
      ),
    )
  ).rows;

test("texts with contacts' properties are counted, reserved and written as they are", async () => {
  const towns = ["Oslo", "Å".repeat(200), null, 7, true];
  await addManyContacts(db, workspace.id, 10);
  await db.inWorkspace(workspace.id, async (tx) => {
    const { rows } = await sql<{ id: string }>`select id from contacts where workspace_id = ${workspace.id}`.execute(
      tx,
    );
    for (const [i, { id }] of rows.entries()) {
      const properties = JSON.stringify({ town: towns[i % towns.length] });
      await sql`update contacts set properties = ${properties}::jsonb where id = ${id}`.execute(tx);
    }
  });
  const text = "{{ contact.first_name }}: {{ contact.properties.town }}";
  const id = await draft({ text, opt_out_text: false });
  await allow(11);
  // Two of the ten have two segments: a review that counts exactly says so, too.
  await expect(press(db, workspace.id, id)).rejects.toMatchObject({ code: "quota_exceeded", value: { needed: 12 } });
  await db.inWorkspace(workspace.id, (tx) => sql`update quota_periods set allowance = 12`.execute(tx));
  await press(db, workspace.id, id);
  await prepare(db, workspace.id, id, 3);
  expect(await look(db, workspace.id, id)).toMatchObject({ status: "sending", counts: { recipients: 10 } });
  expect(await quota(db, workspace.id)).toEqual({ used: 0, reserved: 12 });
  const texts = (await ledger(db, workspace.id)).map((row) => row.text?.split(": ")[1]);
  expect(new Set(texts)).toEqual(new Set(["Oslo", "Å".repeat(200), "", "7", "true"]));
});

test("a campaign is sent when all recipients have an outcome, and the counts say which", async () => {
  await addManyContacts(db, workspace.id, 40);
  await addContacts(db, workspace.id, [
    { mobile: "+4722000001", mobile_kind: "landline", first_name: "Kari" },
    { mobile: "+4791000001", consents: false },
  ]);
  for (const [number, error_code] of [
    ["+4790000007", "30006"],
    ["+4790000008", "21211"],
  ] as const)
    await db.inWorkspace(workspace.id, (tx) =>
      setPhone(tx, workspace.id, { number, behaviour: "fail", error_code, delay_ms: 0 }),
    );
  const id = await draft();
  expect(await press(db, workspace.id, id)).toMatchObject({ status: "preparing", sender: workspace.sender.address });
  await prepare(db, workspace.id, id, 7);
  expect(await look(db, workspace.id, id)).toMatchObject({
    status: "sending",
    counts: { recipients: 40, sent: 0, not_sent: 2, pending: 40 },
  });
  await startPipeline(db);
  const campaign = await finished(db, workspace.id, id);
  await untilFinal(db, workspace.id);
  expect(campaign.status).toBe("sent");
  expect((await look(db, workspace.id, id)).counts).toEqual({
    recipients: 40,
    sent: 39,
    not_sent: 3,
    delivered: 38,
    not_delivered: 1,
    pending: 0,
  });
  expect(await quota(db, workspace.id)).toEqual({ used: 39, reserved: 0 });
  const figures = await performance(id);
  expect(figures).toMatchObject({ sent: 39, not_sent: 3, delivered: 38, not_delivered: 1, opted_out: 0, clicked: 0 });
  expect(figures.delivery_rate).toBeCloseTo(38 / 39);
  expect(figures.reasons).toEqual({ landline: 2, no_consent: 1, unknown_number: 1 });
  const inSeries = (field: "sent" | "delivered" | "not_delivered") =>
    figures.series.reduce((sum, minute) => sum + minute[field], 0);
  // A message refused at submission was not sent, so it is not undelivered either.
  expect([inSeries("sent"), inSeries("delivered"), inSeries("not_delivered")]).toEqual([39, 38, 1]);

  expect((await recipients(id, "sent")).items).toHaveLength(39);
  expect((await recipients(id, "delivered")).items).toHaveLength(38);
  expect((await recipients(id, "not_delivered")).items).toMatchObject([{ to: "+4790000007", reason: "landline" }]);
  const notSent = (await recipients(id, "not_sent")).items;
  expect(notSent.map((each) => each.reason).sort()).toEqual(["landline", "no_consent", "unknown_number"]);
  expect(notSent.find((each) => each.status === "skipped" && each.reason === "landline")).toMatchObject({
    contact_name: "Kari",
    to: "+4722000001",
  });
});

test("a message that a receipt ended before its submission was recorded counts as sent, and is listed as such", async () => {
  const statuses = ["delivered", "undelivered", "failed", "expired"] as const;
  const numbers = statuses.map((_, i) => `+479100000${i}`);
  await addContacts(
    db,
    workspace.id,
    numbers.map((mobile) => ({ mobile })),
  );
  const id = await draft();
  await press(db, workspace.id, id);
  await prepare(db, workspace.id, id);
  const texts = new Map((await ledger(db, workspace.id)).map((row) => [row.number, row.id]));
  const receipts = statuses.map((status, i) => ({
    workspace_id: workspace.id,
    message_id: texts.get(numbers[i] as string) as string,
    carrier_reference: `ref ${i}`,
    status,
    at: new Date(),
    code: null,
    reason: null,
  }));
  await db.asSystem((tx) => recordReceipts(tx, new Date(), receipts));
  const listed = async (view: "not_sent" | "not_delivered" | "delivered") =>
    (await recipients(id, view)).items.map((each) => each.to).sort();
  const figures = async () => {
    const { not_sent, not_delivered, delivered } = (await look(db, workspace.id, id)).counts;
    return { not_sent, not_delivered, delivered };
  };
  for (const recorded of [false, true]) {
    if (recorded) {
      await startPipeline(db);
      await finished(db, workspace.id, id);
      expect((await recipients(id, "sent")).items).toHaveLength(4);
    }
    expect(await figures()).toEqual({ not_sent: 0, not_delivered: 3, delivered: 1 });
    expect(await listed("not_sent")).toEqual([]);
    expect(await listed("not_delivered")).toEqual(numbers.slice(1));
    expect(await listed("delivered")).toEqual(numbers.slice(0, 1));
  }
});

test("recipients are paged, each once", async () => {
  await addManyContacts(db, workspace.id, 25);
  const id = await draft();
  await press(db, workspace.id, id);
  await prepare(db, workspace.id, id);
  const seen: string[] = [];
  let cursor: string | null | undefined;
  do {
    const page = await recipients(id, "all", 10, cursor ?? undefined);
    seen.push(...page.items.map((each) => each.to));
    cursor = page.next_cursor;
  } while (cursor);
  expect(seen).toHaveLength(25);
  expect(new Set(seen).size).toBe(25);
  expect((await recipients(id, "delivered")).items).toEqual([]);
  await expect(recipients(id, "sent", 10, "nonsense")).rejects.toMatchObject({ status: 422, field: "cursor" });
  const other = await createTestWorkspace(db);
  const look = db.inWorkspace(other.id, (tx) => listRecipients(tx, other.id, id, { view: "all", limit: 10 }));
  await expect(look).rejects.toMatchObject({ status: 404 });
});

test("two calls to send at once send once; the same key gets the same answer", async () => {
  await addManyContacts(db, workspace.id, 10);
  const id = await draft();
  const answers = await Promise.allSettled(
    Array.from({ length: 6 }, (_, i) => press(db, workspace.id, id, `key ${i}`)),
  );
  const sent = answers.flatMap((answer, i) => (answer.status === "fulfilled" ? [{ i, value: answer.value }] : []));
  expect(sent).toHaveLength(1);
  for (const answer of answers)
    if (answer.status === "rejected") expect(answer.reason).toMatchObject({ status: 409, code: "already_sent" });
  const [first] = sent;
  expect(await press(db, workspace.id, id, `key ${first?.i}`)).toEqual(first?.value);
  await expect(press(db, workspace.id, id, "another key")).rejects.toMatchObject({ status: 409, code: "already_sent" });
  await prepare(db, workspace.id, id);
  expect(await ledger(db, workspace.id)).toHaveLength(10);
});

test("many calls with one key at once send once", async () => {
  await addManyContacts(db, workspace.id, 3);
  const id = await draft();
  const answers = await Promise.all(Array.from({ length: 6 }, () => press(db, workspace.id, id, "once")));
  for (const answer of answers) expect(answer).toEqual(answers[0]);
});

const allowed = (segments: number) =>
  db.inWorkspace(workspace.id, (tx) => sql`update quota_periods set allowance = ${segments}`.execute(tx));

test("exactly enough segments send everything, one fewer sends nothing", async () => {
  await addManyContacts(db, workspace.id, 30);
  // Two segments for Navn10 to Navn29, one for Navn0 to Navn9: known only by rendering.
  const text = `{{ contact.first_name }}${"x".repeat(155)}`;
  await allow(50);
  const enough = await draft({ text, opt_out_text: false });
  await press(db, workspace.id, enough);
  await prepare(db, workspace.id, enough, 7);
  expect(await look(db, workspace.id, enough)).toMatchObject({ status: "sending", counts: { recipients: 30 } });
  expect(await quota(db, workspace.id)).toEqual({ used: 0, reserved: 50 });

  workspace = await createTestWorkspace(db, { allowance: 49 });
  await addManyContacts(db, workspace.id, 30);
  const short = await draft({ text, opt_out_text: false });
  await expect(press(db, workspace.id, short)).rejects.toMatchObject({
    code: "quota_exceeded",
    value: { needed: 50, remaining: 49 },
  });
  // Another message takes the last segment between Send and the count.
  await allowed(50);
  await press(db, workspace.id, short);
  await allowed(49);
  await prepare(db, workspace.id, short, 7);
  const failed = await look(db, workspace.id, short);
  expect(failed).toMatchObject({ status: "failed", error: { code: "quota_exceeded" } });
  expect(failed.error?.message).toMatch(/needs 50 segments.*49/);
  expect(await ledger(db, workspace.id)).toEqual([]);
  expect(await quota(db, workspace.id)).toEqual({ used: 0, reserved: 0 });
});

/** A campaign to ten contacts, with no segments left between Send and the count. */
async function failedCampaign(key: string) {
  const id = await draft();
  const answer = await press(db, workspace.id, id, key);
  await allowed(5);
  await prepare(db, workspace.id, id);
  expect(await look(db, workspace.id, id)).toMatchObject({ status: "failed", error: { code: "quota_exceeded" } });
  return { id, answer };
}

test("a failed campaign is changed and sent again like a draft, with new ids, and its key keeps its answer", async () => {
  await addManyContacts(db, workspace.id, 10);
  const { id, answer } = await failedCampaign("first");
  // A review would refuse it now; a repeated call still gets its first answer.
  expect(await press(db, workspace.id, id, "first")).toEqual(answer);
  await expect(press(db, workspace.id, id, "second")).rejects.toMatchObject({ status: 422, code: "quota_exceeded" });
  expect(await look(db, workspace.id, id)).toMatchObject({ status: "failed" });

  await allowed(100);
  const change = CampaignChange.parse({ text: "Shorter" });
  await db.inWorkspace(workspace.id, (tx) =>
    updateCampaign(tx, editorOf(workspace.id), id, change, new Date(), shortLinks),
  );
  const again = await press(db, workspace.id, id, "second");
  expect(again).toMatchObject({ status: "preparing", error: null, finished_at: null });
  expect(Date.parse(again.sent_at ?? "")).toBeGreaterThan(Date.parse(answer.sent_at ?? ""));
  await expect(press(db, workspace.id, id, "third")).rejects.toMatchObject({ status: 409, code: "already_sent" });
  await prepare(db, workspace.id, id, 4);
  expect(await look(db, workspace.id, id)).toMatchObject({
    status: "sending",
    text: "Shorter",
    counts: { recipients: 10, not_sent: 0 },
  });
  const rows = await ledger(db, workspace.id);
  expect(rows).toHaveLength(10);
  for (const row of rows) expect(instantOf(row.id).toISOString()).toBe(again.sent_at);
  expect(await press(db, workspace.id, id, "first")).toEqual(answer);
});

test("a failed campaign keeps its lists from being deleted, and is deleted like a draft", async () => {
  await addManyContacts(db, workspace.id, 10);
  const { id } = await failedCampaign("only");
  const [list = ""] = (await look(db, workspace.id, id)).include.lists;
  const dropList = () => db.inWorkspace(workspace.id, (tx) => deleteList(tx, workspace.id, list, new Date()));
  await expect(dropList()).rejects.toMatchObject({ status: 409, code: "list_in_use" });
  await db.inWorkspace(workspace.id, (tx) => deleteCampaign(tx, workspace.id, id, new Date()));
  await expect(look(db, workspace.id, id)).rejects.toMatchObject({ status: 404 });
  await dropList();
});

test("a count that runs while the campaign fails and is sent again reserves nothing", async () => {
  await addManyContacts(db, workspace.id, 2);
  const id = await draft();
  await press(db, workspace.id, id);
  let transactions = 0;
  const services = {
    ...campaignServices(db),
    db: {
      ...db,
      inWorkspace: (async (workspaceId: string, work: never) => {
        // The first reads the campaign, the second counts, the third reserves.
        if (++transactions === 3)
          await db.asSystem((tx) =>
            sql`update campaigns set sent_at = sent_at + interval '1 second' where id = ${id}`.execute(tx),
          );
        return db.inWorkspace(workspaceId, work);
      }) as typeof db.inWorkspace,
    },
  };
  await prepareCampaign(services, { workspace_id: workspace.id, id }, new AbortController().signal);
  expect(await look(db, workspace.id, id)).toMatchObject({ status: "preparing" });
  expect(await quota(db, workspace.id)).toEqual({ used: 0, reserved: 0 });
});

test("a preparation killed between chunks is resumed without duplicate messages or reservations", async () => {
  await addManyContacts(db, workspace.id, 50);
  const id = await draft();
  await press(db, workspace.id, id);
  let rounds = 0;
  for (;;) {
    const killed = new AbortController();
    // Aborted at the first live update of a chunk.
    const services = { ...campaignServices(db), chunk: 7, liveUpdates: { publish: () => killed.abort() } };
    const ended = await prepareCampaign(services, { workspace_id: workspace.id, id }, killed.signal).then(
      () => true,
      () => false,
    );
    rounds++;
    if (ended || rounds > 60) break;
    // Each round writes one more chunk, by two processes at once.
    await Promise.allSettled([
      prepare(db, workspace.id, id, 3, AbortSignal.abort()),
      prepare(db, workspace.id, id, 3, AbortSignal.abort()),
    ]);
    if (rounds === 3) await Promise.all([prepare(db, workspace.id, id, 4), prepare(db, workspace.id, id, 5)]);
  }
  const rows = await ledger(db, workspace.id);
  expect(rows).toHaveLength(50);
  expect(new Set(rows.map((row) => row.number)).size).toBe(50);
  expect(await quota(db, workspace.id)).toEqual({ used: 0, reserved: 50 });
  const { rows: left } = await db.inWorkspace(workspace.id, (tx) =>
    sql`select reserved, prepared_at is not null as prepared from campaigns where id = ${id}`.execute(tx),
  );
  expect(left).toEqual([{ reserved: 0, prepared: true }]);
  await startPipeline(db);
  await untilFinal(db, workspace.id);
  expect(await arrived(db, workspace.id)).toHaveLength(50);
  expect(await quota(db, workspace.id)).toEqual({ used: 50, reserved: 0 });
});

test("contacts whose texts grow after the count use the rest of the quota, and the others are skipped with that reason", async () => {
  await addManyContacts(db, workspace.id, 20);
  await allow(25);
  const id = await draft({ text: "Hei {{ contact.first_name }}", opt_out_text: false });
  await press(db, workspace.id, id);
  // Aborted right after the reservation.
  await prepare(db, workspace.id, id, 5, AbortSignal.abort()).catch(() => {});
  expect(await quota(db, workspace.id)).toEqual({ used: 0, reserved: 20 });
  const longName = "x".repeat(170);
  await db.inWorkspace(workspace.id, (tx) => sql`update contacts set first_name = ${longName}`.execute(tx));
  await prepare(db, workspace.id, id, 5);
  const rows = await ledger(db, workspace.id);
  expect(rows.filter((row) => row.status === "queued")).toHaveLength(12);
  expect(rows.filter((row) => row.reason === "quota_exceeded")).toHaveLength(8);
  expect(await quota(db, workspace.id)).toEqual({ used: 0, reserved: 24 });
});

test("a recipient who opts out during sending receives nothing and is counted", async () => {
  await addManyContacts(db, workspace.id, 5);
  const id = await draft();
  await press(db, workspace.id, id);
  await prepare(db, workspace.id, id);
  await db.inWorkspace(workspace.id, (tx) =>
    recordOptOut(tx, {
      workspaceId: workspace.id,
      number: "+4790000002",
      senderId: workspace.sender.id,
      source: "sms",
      evidence: "STOP",
      at: new Date(),
    }),
  );
  await startPipeline(db);
  await finished(db, workspace.id, id);
  await untilFinal(db, workspace.id);
  expect((await look(db, workspace.id, id)).counts).toMatchObject({
    recipients: 5,
    sent: 4,
    not_sent: 1,
    delivered: 4,
  });
  expect((await recipients(id, "not_sent")).items).toMatchObject([{ to: "+4790000002", reason: "opted_out" }]);
  expect(await quota(db, workspace.id)).toEqual({ used: 4, reserved: 0 });
});

test("a text changed after the review is not sent", async () => {
  await addManyContacts(db, workspace.id, 1);
  const id = await draft();
  const change = () =>
    db.inWorkspace(workspace.id, (tx) =>
      sql`update campaigns set revision = revision + 1 where id = ${id}`.execute(tx),
    );
  // The change is made between the review and the transaction that starts sending, where the clock is read.
  let asked = 0;
  const clock = {
    now() {
      asked++;
      return new Date();
    },
  };
  const services = {
    ...campaignServices(db),
    clock,
    db: {
      ...db,
      inWorkspace: (async (workspaceId: string, work: never) => {
        if (asked > 0) await change();
        return db.inWorkspace(workspaceId, work);
      }) as typeof db.inWorkspace,
    },
  };
  await expect(sendCampaign(services, workspace.id, id, null)).rejects.toMatchObject({
    status: 409,
    code: "campaign_changed",
  });
  expect(await look(db, workspace.id, id)).toMatchObject({ status: "draft" });
});

test("a stalled preparation is resumed, and a start resumes all", async () => {
  await addManyContacts(db, workspace.id, 1);
  const id = await draft();
  await press(db, workspace.id, id);
  const clear = () => db.asSystem((tx) => sql`delete from jobs._private_jobs`.execute(tx));
  const services = { ...campaignServices(db), jobs };
  await clear();
  await runDue(dueCampaigns(services));
  expect(await waitingJobs("campaign.prepare")).toEqual([]);
  const later = new Date(Date.now() + 60_000);
  await runDue(dueCampaigns(services), later);
  expect((await waitingJobs("campaign.prepare")).map((job) => job.payload.id)).toContain(id);
  await clear();
  await resumeCampaigns(services);
  expect((await waitingJobs("campaign.prepare")).map((job) => job.payload.id)).toContain(id);
  await until(() => prepare(db, workspace.id, id));
  expect(await ledger(db, workspace.id)).toHaveLength(1);
});

test("a campaign's texts are valid from Send on for its validity, by default a day", async () => {
  await addManyContacts(db, workspace.id, 2);
  const hours = async (validity_seconds?: number) => {
    const id = await draft(validity_seconds === undefined ? {} : { validity_seconds });
    await press(db, workspace.id, id);
    await prepare(db, workspace.id, id);
    const { rows } = await db.inWorkspace(workspace.id, (tx) =>
      sql<{ seconds: number }>`
        select distinct extract(epoch from q.expires_at - c.sent_at)::int as seconds
        from campaigns c join messages m on m.workspace_id = c.workspace_id and m.source_id = c.id
          join message_queue q on q.workspace_id = m.workspace_id and q.message_id = m.id
        where c.workspace_id = ${workspace.id} and c.id = ${id}`.execute(tx),
    );
    return rows.map((row) => row.seconds / 3_600);
  };
  expect(await hours()).toEqual([24]);
  expect(await hours(14 * 86_400)).toEqual([14 * 24]);
});
