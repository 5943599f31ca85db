/** Texts with secrets: the handset gets them, and nothing else has them. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { Writable } from "node:stream";
import { sql } from "kysely";
import { pino } from "pino";
import { expect, onTestFinished, test } from "vitest";
import { parseLinkedTemplate } from "../../../rules/linked-template.ts";
import { messageScope, type TemplateScope } from "../../../rules/placeholder-names.ts";
import { parseTemplate } from "../../../rules/placeholders.ts";
import { testApp, workspaceWithKey } from "../../../testing/app.ts";
import { testDatabase } from "../../../testing/database.ts";
import { runDue } from "../../../testing/due.ts";
import { newId } from "../../../testing/new-id.ts";
import { addContacts, arrived, ledger, quota, send, startPipeline, untilFinal } from "../../../testing/pipeline.ts";
import { testSeal } from "../../../testing/seal.ts";
import { shortLinks } from "../../../testing/short-links.ts";
import { tablesWith } from "../../../testing/tables-with.ts";
import { createTestWorkspace, type TestWorkspace } from "../../../testing/workspace.ts";
import type { Carrier, OutboundText } from "../../carriers/carrier.ts";
import { takeSubmitLock } from "../../consent/submit-lock.ts";
import { createSeal } from "../../kit/seal.ts";
import { cancelQueuedOf } from "../erase-messages.ts";
import { dueParked, pauseSource, resumeSource } from "../hold-source.ts";
import { messagesModule } from "../module.ts";
import type { MessageBatch, Person } from "./batch.ts";

const database = await testDatabase({ max: 20 });
const { db, connection } = database;
const { call, services } = await testApp(database);

const scope = {
  ...messageScope,
  "access.link": { example: "https://s.no/a/1", type: "text" },
} as const satisfies TemplateScope;

function template(text: string) {
  const parsed = parseTemplate(text, scope);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.template;
}

const shown = "[access link]";
/** The part of a link that nobody else may have. */
const token = () => `tok${newId().replaceAll("-", "")}`;

function personWith(
  secret: string,
  to: Pick<Person, "contact_id"> | Pick<Person, "number">,
  key = "booking 1",
): Person {
  const value = `https://salong.no/a/${secret}`;
  return { ...(to as { number: string }), key, values: { access: { link: value } }, secrets: [{ value, shown }] };
}

const toNumber = (secret: string, number = "+4791000001") => personWith(secret, { number });

const sendAccess = (workspace: TestWorkspace, people: Person[], parts: Partial<MessageBatch> = {}) =>
  send(db, workspace, {
    template: template("Logg inn: {{ access.link }}. Hilsen oss"),
    source: { type: "api", id: newId(), at: new Date() },
    recipients: { people },
    seal: testSeal,
    ...parts,
  });

async function sealedRows(workspace: TestWorkspace): Promise<{ queued: number; parked: number }> {
  const { rows } = await db.asSystem((tx) =>
    sql<{ queued: number; parked: number }>`
      select (select count(*) from message_queue where workspace_id = ${workspace.id} and sealed is not null)::int as queued,
        (select count(*) from parked_messages where workspace_id = ${workspace.id} and sealed is not null)::int as parked`.execute(
      tx,
    ),
  );
  return rows[0] as { queued: number; parked: number };
}

test("the handset gets the secret; ledger, API, webhooks and log have what is shown in its place", async () => {
  const workspace = await createTestWorkspace(db);
  const secret = token();
  const { messages } = await sendAccess(workspace, [toNumber(secret), { number: "+4791000002", key: "b", values: {} }]);
  expect(await tablesWith(db, secret), "while it waits").toEqual([]);
  expect(await sealedRows(workspace)).toEqual({ queued: 1, parked: 0 });

  const lines: string[] = [];
  const sink = new Writable({ write: (chunk, _, done) => (lines.push(String(chunk)), done()) });
  await startPipeline(db, { log: pino({ level: "trace" }, sink) });
  await untilFinal(db, workspace.id);
  expect((await arrived(db, workspace.id)).map(({ text }) => text).sort()).toEqual([
    "Logg inn: . Hilsen oss",
    `Logg inn: https://salong.no/a/${secret}. Hilsen oss`,
  ]);
  expect(await tablesWith(db, secret), "the sandbox's handset alone").toEqual(["public.sandbox_messages"]);
  expect(lines.filter((line) => line.includes(secret))).toEqual([]);

  const subjects = [messages[0]?.id as string];
  const told = await db.inWorkspace(workspace.id, (tx) =>
    messagesModule.presents["message.delivered"](tx, workspace.id, { subjects } as never),
  );
  expect(told.get(subjects[0] as string)?.data).toMatchObject({ text: `Logg inn: ${shown}. Hilsen oss` });
});

test("the API answers what is shown, and counts what is sent", async () => {
  const { id, key } = await workspaceWithKey(database);
  const { rows } = await db.asSystem((tx) =>
    sql<{ id: string; address: string }>`select id, address from senders where workspace_id = ${id} limit 1`.execute(
      tx,
    ),
  );
  const workspace = { id, sender: rows[0] } as unknown as TestWorkspace;
  const long = token().repeat(4);
  const { messages, segments } = await sendAccess(workspace, [toNumber(long)]);
  expect(segments).toBe(2);
  const { body } = await call(`GET /messages/${messages[0]?.id}`, { key });
  expect(body).toMatchObject({ text: `Logg inn: ${shown}. Hilsen oss`, segments: 2 });
  expect(await quota(db, id)).toEqual({ used: 0, reserved: 2 });
});

test("no filter carries a secret into the ledger", async () => {
  const workspace = await createTestWorkspace(db);
  const secret = token();
  await sendAccess(workspace, [toNumber(secret)], {
    template: template("{{ access.link | upcase }} {{ access.link | truncate: 30 }}"),
  });
  expect((await ledger(db, workspace.id)).map(({ text }) => text)).toEqual([`${shown.toUpperCase()} ${shown}`]);
});

test("a text with a short link that would lead to a secret is not sent, since such addresses are stored", async () => {
  const workspace = await createTestWorkspace(db);
  const parsed = parseLinkedTemplate("https://salong.no/inn?med={{ access.link }}", scope, shortLinks.base);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  const secret = token();
  const person = {
    ...toNumber(secret),
    values: { access: { link: secret } },
    secrets: [{ value: secret, shown: "hidden" }],
  };
  const parts = { template: parsed.template, short_links: shortLinks };
  expect(await sendAccess(workspace, [person], parts)).toMatchObject({ queued: 0, skipped: { render_error: 1 } });
  const open = { ...person, secrets: [] };
  expect(await sendAccess(workspace, [open], parts)).toMatchObject({ queued: 1 });
});

test("without a seal a text with secrets is refused, and no other", async () => {
  const workspace = await createTestWorkspace(db);
  const unsealed = (people: Person[]) =>
    send(db, workspace, { template: template("{{ access.link }} hei"), recipients: { people } });
  await expect(unsealed([toNumber(token())])).rejects.toThrow("a text with secrets needs a seal");
  expect((await unsealed([{ number: "+4791000001", values: {} }])).queued).toBe(1);
});

for (const point of ["before-submit", "after-submit"])
  test(`killed ${point.replace("-", " ")}, it goes once, with its secret`, async () => {
    const workspace = await createTestWorkspace(db);
    const secrets = Array.from({ length: 5 }, token);
    await sendAccess(
      workspace,
      secrets.map((each, i) => toNumber(each, `+479100000${i}`)),
    );
    const worker = join(import.meta.dirname, "..", "..", "..", "testing", "pipeline-worker.ts");
    const child = spawn(process.execPath, [worker, connection, point, "1"], { stdio: "inherit" });
    onTestFinished(() => void child.kill("SIGKILL"));
    expect((await once(child, "exit"))[1]).toBe("SIGKILL");
    expect((await sealedRows(workspace)).queued).toBe(5);
    await startPipeline(db);
    await untilFinal(db, workspace.id);
    const texts = (await arrived(db, workspace.id)).map(({ text }) => text).sort();
    expect(texts).toEqual(secrets.map((each) => `Logg inn: https://salong.no/a/${each}. Hilsen oss`).sort());
  });

test("sent again because its outcome is unknown, it has its secret still", async () => {
  const workspace = await createTestWorkspace(db);
  const secret = token();
  await sendAccess(workspace, [toNumber(secret)]);
  const submitted: string[] = [];
  // Texts of other tests may be under way.
  const note = (texts: readonly OutboundText[]) =>
    submitted.push(...texts.filter((each) => each.workspace_id === workspace.id).map(({ text }) => text));
  const carrier = (sandbox: Carrier): Carrier => ({
    ...sandbox,
    limits: { ...sandbox.limits, reconcile_after_ms: 0 },
    async submit(texts, signal) {
      const isFirst = submitted.length === 0;
      note(texts);
      return isFirst ? texts.map(() => ({ kind: "unknown" as const })) : sandbox.submit(texts, signal);
    },
    lookup: async (texts) => {
      note(texts);
      return new Map(texts.map(({ message_id }) => [message_id, null]));
    },
  });
  await startPipeline(db, { carrier });
  await untilFinal(db, workspace.id);
  const text = `Logg inn: https://salong.no/a/${secret}. Hilsen oss`;
  expect(submitted).toEqual([text, text, text]);
  expect((await arrived(db, workspace.id)).map((each) => each.text)).toEqual([text]);
});

test("parked at the door and while its source is paused, it leaves with its secret", async () => {
  const workspace = await createTestWorkspace(db);
  const [secret, paused] = [token(), token()];
  const now = new Date();
  const soon = new Date(now.getTime() + 3_600_000);
  await sendAccess(workspace, [toNumber(secret)], { moment: () => soon, now });
  const { source } = await sendAccess(workspace, [toNumber(paused, "+4791000002")]);
  const hold = { workspace_id: workspace.id, source_id: source.id as string };
  await db.inWorkspace(workspace.id, (tx) => pauseSource(tx, hold));
  await startPipeline(db);
  await expect.poll(() => sealedRows(workspace)).toEqual({ queued: 0, parked: 2 });
  expect([await tablesWith(db, secret), await tablesWith(db, paused)]).toEqual([[], []]);
  await db.inWorkspace(workspace.id, (tx) => resumeSource(tx, hold));
  await runDue(dueParked({ db, log: services.log }), soon);
  await untilFinal(db, workspace.id);
  expect((await arrived(db, workspace.id)).map(({ text }) => text).sort()).toEqual(
    [secret, paused].map((each) => `Logg inn: https://salong.no/a/${each}. Hilsen oss`).sort(),
  );
  expect(await sealedRows(workspace)).toEqual({ queued: 0, parked: 0 });
});

test("sealed with another key, it ends as failed, and the texts beside it leave", async () => {
  const workspace = await createTestWorkspace(db);
  const seal = createSeal("another key of at least thirty-two characters");
  await sendAccess(workspace, [toNumber(token()), { number: "+4791000002", key: "b", values: {} }], { seal });
  await startPipeline(db);
  await untilFinal(db, workspace.id);
  const rows = (await ledger(db, workspace.id)).map(({ number, status, reason, carrier_error }) => [
    number,
    status,
    reason,
    carrier_error,
  ]);
  expect(rows.sort()).toEqual([
    ["+4791000001", "failed", "unknown", "sealed_with_another_key"],
    ["+4791000002", "delivered", null, null],
  ]);
  expect(await quota(db, workspace.id)).toEqual({ used: 1, reserved: 0 });
});

test("of an erased contact nothing waits", async () => {
  const workspace = await createTestWorkspace(db);
  const [kari = ""] = await addContacts(db, workspace.id, [{ mobile: "+4791000001" }]);
  const soon = new Date(Date.now() + 3_600_000);
  await sendAccess(workspace, [personWith(token(), { contact_id: kari })]);
  await sendAccess(workspace, [personWith(token(), { contact_id: kari })], { moment: () => soon });
  expect(await sealedRows(workspace)).toEqual({ queued: 1, parked: 1 });
  await db.inWorkspace(workspace.id, async (tx) => {
    await takeSubmitLock(tx, workspace.id);
    await cancelQueuedOf(tx, workspace.id, kari, new Date());
  });
  expect(await sealedRows(workspace)).toEqual({ queued: 0, parked: 0 });
});
