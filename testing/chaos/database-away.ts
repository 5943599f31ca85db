/**
 * Stops the database for a while, in the middle of traffic: requests must be refused at once, in a way that makes the other side try
 * again, and everything must continue by itself afterwards.
 */
import { openDb } from "../../server/kit/db.ts";
import { workspaceConnection } from "../../server/kit/workspace-role.ts";
import { call } from "./client.ts";
import { type Installation, until } from "./installation.ts";
import { type OpenPage, openPage } from "./live-updates.ts";
import type { Network } from "./network.ts";
import type { Scenario } from "./run.ts";
import { createTenant, type Tenant } from "./tenant.ts";
import { withClient } from "./watch.ts";
import { createWebhookWorkspace, type WebhookWorkspace } from "./webhooks.ts";

const importedRows = 2_000;
/** A handset that is no contact. */
const stranger = 99_999;

/** Stops the database for so long; failed checks are added to `violations`. */
export function databaseAway(
  installation: Installation,
  network: Network,
  milliseconds: number,
  violations: string[],
): Scenario {
  const expect = (holds: boolean, what: string) => {
    if (!holds) violations.push(what);
  };
  return async (tenants) => {
    const [watched] = tenants as [Tenant];
    const client = await createClient(installation);
    const webhooks = await createWebhookWorkspace(installation, network.twilio.account_sid);
    const pages = await Promise.all(installation.urls.map((url) => openPage(url, watched.key)));
    const { superuser } = installation;
    await until(() => holdsRows(superuser, "select 1 from message_queue limit 1"), "traffic");
    const importId = await startImport(installation, client);

    const from = Date.now();
    let stopped = from;
    await installation.databaseAway(milliseconds, async () => {
      stopped = Date.now();
      for (const [i, url] of installation.urls.entries()) {
        for (const [method, path, body] of [
          ["GET", "/workspace", undefined],
          ["GET", "/messages", undefined],
          ["POST", "/messages", textOf(client, i)],
        ] as const) {
          const answer = await call(url, client.key, method, path, { body, key: body && `away-${i}` });
          const retry = Number(answer.headers.get("retry-after"));
          expect(
            answer.status === 503 && retry >= 1 && answer.body.error?.code === "database_unavailable",
            `while the database was away, ${method} ${path} answered ${answer.status}, Retry-After ${retry}`,
          );
        }
        const webhook = await webhooks.deliver(url);
        const isRetryable = webhook.status === 503 && Number(webhook.headers.get("retry-after")) >= 1;
        expect(isRetryable, `while the database was away, a webhook was answered with ${webhook.status}`);
        const health = await fetch(`${url}/api/health`);
        expect(health.status === 503, `while the database was away, /api/health answered ${health.status}`);
      }
      await refuseTexts(network, tenants, expect);
    });
    const to = Date.now();

    for (const [i] of installation.urls.entries()) {
      const sent = await Promise.all(
        installation.urls.map((url) =>
          callUntilAvailable(url, client, "POST", "/messages", textOf(client, i), `away-${i}`),
        ),
      );
      const ids = new Set(sent.map(({ body }) => body.id));
      expect(
        ids.size === 1 && sent.every(({ status }) => status === 202),
        `text ${i} after it: ${JSON.stringify(sent)}`,
      );
    }
    await deliverOften(installation, webhooks, expect);
    await until(async () => (await importOf(installation, client, importId)).status === "done", "the import");
    const imported = await importOf(installation, client, importId);
    expect(imported.created === importedRows, `the import made ${imported.created} of ${importedRows} contacts`);
    await awaitLiveUpdates(installation, watched, pages, to);
    for (const page of pages) page.close();
    for (const tenant of tenants) if (!tenant.can_look_up) await expectOnce(installation, tenant, expect);
    const texts = await rowsOf(superuser, "select 1 from messages where workspace_id = $1 and text like 'Away%'", [
      client.id,
    ]);
    expect(texts === installation.urls.length, `${texts} texts under ${installation.urls.length} keys`);
    return [{ kind: "database", victim: null, from, to: stopped }];
  };
}

/** A workspace of its own, which the checks of the run leave out. */
async function createClient({ connection }: Installation): Promise<Tenant> {
  const db = openDb({ connection, workspaces: await workspaceConnection(connection), max: 1 });
  const scale = { messages: 0, lists: 1, list_size: 1, senders: 1, rates: [], texts: 1 };
  const tenant = await createTenant(db, "client", "19", scale, null);
  await db.close();
  return tenant;
}

/**
 * Resolves when every page has received a live update since `since`. It changes a contact until then: the tenant's own traffic may
 * be over, and updates that are published while a server reconnects are not repeated.
 */
async function awaitLiveUpdates({ urls }: Installation, tenant: Tenant, pages: readonly OpenPage[], since: number) {
  const [url = ""] = urls;
  const { body } = await callUntilAvailable(url, tenant, "POST", "/contacts", { mobile: tenant.numberOf(60_000) });
  let changes = 0;
  await until(async () => {
    await call(url, tenant.key, "PATCH", `/contacts/${body.id}`, { body: { first_name: `Kari ${++changes}` } });
    return pages.every(({ received }) => received.some(({ at }) => at > since));
  }, "a live update on every open page");
}

const textOf = (client: Tenant, i: number) => ({ to: client.numberOf(50_000 + i), text: `Away ${i}` });

async function startImport({ urls }: Installation, client: Tenant): Promise<string> {
  const rows = Array.from({ length: importedRows }, (_, i) => `Kari,${client.numberOf(10_000 + i)}`);
  const csv = `first_name,mobile\n${rows.join("\n")}\n`;
  const { status, body } = await call(urls[0] ?? "", client.key, "POST", "/contacts/imports", { csv });
  if (status !== 202) throw new Error(`import: ${status} ${JSON.stringify(body)}`);
  return body.id as string;
}

async function importOf({ urls }: Installation, client: Tenant, id: string) {
  return (await callUntilAvailable(urls.at(-1) ?? "", client, "GET", `/contacts/imports/${id}`)).body;
}

/** Repeats the request while the answer is 503. */
async function callUntilAvailable(
  url: string,
  { key }: Tenant,
  method: string,
  path: string,
  body?: unknown,
  once?: string,
) {
  let answer = await call(url, key, method, path, { body, key: once });
  await until(async () => {
    if (answer.status !== 503) return true;
    answer = await call(url, key, method, path, { body, key: once });
    return false;
  }, `${method} ${path}`);
  return answer;
}

/** Sends a text and a STOP from a handset, which cannot be stored now. */
async function refuseTexts(
  { smsc }: Network,
  tenants: readonly Tenant[],
  expect: (holds: boolean, what: string) => void,
): Promise<void> {
  const tenant = tenants.find(({ can_look_up }) => !can_look_up);
  if (!tenant) return;
  const before = await smsc.counts();
  const handset = { from: tenant.numberOf(stranger).slice(1), to: tenant.addresses[0]?.slice(1) ?? "" };
  await smsc.sendTexts([
    { ...handset, text: "Hei" },
    { ...handset, text: "STOP" },
  ]);
  // The SMSC resends each of them again and again.
  await until(async () => (await smsc.counts()).texts_sent >= before.texts_sent + 6, "texts to be resent");
  const { texts_done } = await smsc.counts();
  expect(texts_done === before.texts_done, `${texts_done - before.texts_done} texts were acknowledged and not stored`);
}

/** Expects that the texts that were refused meanwhile are stored, once. */
async function expectOnce(
  { superuser }: Installation,
  tenant: Tenant,
  expect: (holds: boolean, what: string) => void,
): Promise<void> {
  const number = tenant.numberOf(stranger);
  const received = "select 1 from messages where workspace_id = $1 and number = $2 and status = 'received'";
  await until(async () => (await rowsOf(superuser, received, [tenant.id, number])) >= 2, "texts from the handset");
  for (const [text, times] of [
    [received, 2],
    ["select 1 from opt_outs where workspace_id = $1 and number = $2", 1],
    ["select 1 from messages where workspace_id = $1 and number = $2 and source_type = 'opt_out_confirmation'", 1],
  ] as const) {
    const found = await rowsOf(superuser, text, [tenant.id, number]);
    expect(found === times, `${found} rows, not ${times}: ${text}`);
  }
}

/** Delivers the refused webhook twenty times at once, to all API processes, and expects one message. */
async function deliverOften(
  { urls, superuser }: Installation,
  webhooks: WebhookWorkspace,
  expect: (holds: boolean, what: string) => void,
): Promise<void> {
  const twenty = Array.from({ length: 20 }, (_, i) => urls[i % urls.length] ?? "");
  for (const url of urls) await until(async () => (await webhooks.deliver(url)).ok, "a webhook to be accepted");
  const answers = await Promise.all(twenty.map((url) => webhooks.deliver(url)));
  expect(
    answers.every(({ ok }) => ok),
    `webhooks were answered with ${answers.map(({ status }) => status).join(", ")}`,
  );
  const found = await rowsOf(superuser, "select 1 from messages where workspace_id = $1", [webhooks.workspace_id]);
  expect(found === 1, `${found} messages, not one, of a webhook that was delivered again and again`);
}

const holdsRows = async (superuser: string, text: string) => (await rowsOf(superuser, text, [])) > 0;

async function rowsOf(superuser: string, text: string, values: unknown[]): Promise<number> {
  return (await withClient(superuser, async (pg) => (await pg.query(text, values)).rowCount)) ?? 0;
}
