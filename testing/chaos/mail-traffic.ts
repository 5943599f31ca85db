/**
 * Mails of a workspace of their own: mailings through the door, invitations and new passwords over HTTP. Alerts of all tenants are
 * mailed by the installation itself.
 */
import { setTimeout as delay } from "node:timers/promises";
import { permissions } from "../../contract/permissions.ts";
import { newApiKey, storeApiKey } from "../../server/accounts/api-keys.ts";
import { createPerson, joinWorkspace } from "../../server/accounts/create-person.ts";
import { isDatabaseAway } from "../../server/kit/database-away.ts";
import { type Db, openDb } from "../../server/kit/db.ts";
import { workspaceConnection } from "../../server/kit/workspace-role.ts";
import { mailBatch, send } from "../mail-batch.ts";
import { newId } from "../new-id.ts";
import { createTestWorkspace } from "../workspace.ts";
import { patientClient } from "./client.ts";
import type { Installation } from "./installation.ts";
import { bouncing, refused } from "./relay.ts";
import type { Tenant } from "./tenant.ts";

/** What the client was promised. */
export interface MailLog {
  /** Ids of mails of the mailings, as the door answered. */
  queued: string[];
  /** Addresses of invitations and of requests for a new password that were answered. */
  promised: string[];
}

/** Mails of one mailing: as many as two claims have. */
const mailing = 200;
const everyRefused = 97;
const everyBouncing = 89;
/** The most that one key may invite in an hour. */
const invitations = 30;
const people = 10;

/** Sends so many mails, over `duration` milliseconds. */
export async function sendMailTraffic(
  { connection, urls }: Installation,
  tenants: readonly Tenant[],
  { mails, duration, signal }: { mails: number; duration: number; signal: AbortSignal },
): Promise<MailLog> {
  const log: MailLog = { queued: [], promised: [] };
  if (mails === 0) return log;
  const db = openDb({ connection, workspaces: await workspaceConnection(connection), max: 2 });
  try {
    const run = newId();
    const { workspaceId, key, emails } = await createMailTenant(db, tenants, run);
    const began = Date.now();
    const turn = async (share: number) => {
      const wait = began + share * duration - Date.now();
      if (wait > 0) await delay(wait, undefined, { signal });
      signal.throwIfAborted();
    };
    const client = patientClient(urls, key, signal);

    async function sendMailings(): Promise<void> {
      for (let from = 0; from < mails; from += mailing) {
        await turn(from / mails);
        const addresses = Array.from({ length: Math.min(mailing, mails - from) }, (_, i) => addressOf(run, from + i));
        const batch = mailBatch(workspaceId, addresses);
        const { mails: answered } = await untilAnswered(() => send(db, batch), signal);
        log.queued.push(...answered.map(({ id }) => id));
      }
    }
    async function invite(): Promise<void> {
      for (let i = 0; i < invitations; i++) {
        await turn(i / invitations);
        const email = `invited${i}.${run}@example.com`;
        await client.must([201], "POST", "/people", { email, role: "viewer" });
        log.promised.push(email);
      }
    }
    async function askForPasswords(): Promise<void> {
      for (const [i, email] of emails.entries()) {
        await turn(i / emails.length);
        if (await requestPassword(urls, email, signal)) log.promised.push(email);
      }
    }
    await Promise.all([sendMailings(), invite(), askForPasswords()]);
    return log;
  } finally {
    await db.close();
  }
}

function addressOf(run: string, i: number): string {
  const kind = i % everyRefused === 1 ? refused : i % everyBouncing === 1 ? bouncing : "person";
  return `${kind}${i}.${run}@example.com`;
}

/** Repeats what failed because the database was away; a mailing has the same mails again. */
async function untilAnswered<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (;;) {
    signal.throwIfAborted();
    try {
      return await work();
    } catch (error) {
      if (!isDatabaseAway(error)) throw error;
      await delay(200, undefined, { signal });
    }
  }
}

/** False: too many were asked for. */
async function requestPassword(urls: readonly string[], email: string, signal: AbortSignal): Promise<boolean> {
  for (let turn = 0; ; turn++) {
    signal.throwIfAborted();
    const response = await fetch(`${urls[turn % urls.length]}/api/auth/request-password-reset`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ email }),
    }).catch(() => null);
    if (response?.ok) return true;
    if (response && response.status < 500) {
      if (response.status === 429) return false;
      throw new Error(`request-password-reset: ${response.status} ${await response.text()}`);
    }
    await delay(200, undefined, { signal });
  }
}

/** The workspace of the mails with its people, and one person in each tenant, who is mailed about alerts. */
async function createMailTenant(
  db: Db,
  tenants: readonly Tenant[],
  run: string,
): Promise<{ workspaceId: string; key: string; emails: string[] }> {
  const { id: workspaceId } = await createTestWorkspace(db, { name: "mails" });
  const key = newApiKey();
  const emails = Array.from({ length: people }, (_, i) => `member${i}.${run}@example.com`);
  await db.asSystem(async (tx) => {
    const at = new Date();
    await storeApiKey(tx, workspaceId, key, { name: "mails", role: "super_admin", scopes: permissions }, at);
    const add = async (to: string, email: string) => {
      const { id: userId } = await createPerson(tx, { name: email, email, passwordHash: "none", verified: true }, at);
      await joinWorkspace(tx, { workspaceId: to, userId, role: "super_admin", smsSetup: true }, at);
    };
    for (const email of emails) await add(workspaceId, email);
    for (const [i, tenant] of tenants.entries()) await add(tenant.id, `alerted${i}.${run}@example.com`);
  });
  return { workspaceId, key, emails };
}

/**
 * Brings the next attempts of mails forward that failed: after a few faults the product waits for up to two hours. Claims of processes that
 * were killed stay as they are, since they keep a mail from being submitted twice.
 */
export async function tryMailsNow(client: { query: (text: string) => Promise<unknown> }): Promise<void> {
  await client.query(
    "update mail_queue set due_at = now() where lease is null and due_at > now() + interval '15 seconds'",
  );
}

/** Mails that wait or come back, of all workspaces. Those that are tried later are due at the latest in so many seconds. */
export async function mailsUnderWay(client: {
  query: (text: string) => Promise<{ rows: unknown[] }>;
}): Promise<string[]> {
  const { rows } = await client.query(
    `select (select count(*)::int from mail_queue) as waiting,
       (select ceil(extract(epoch from max(due_at) - now()))::int from mail_queue) as last,
       (select count(*)::int from mails where recipient like '${bouncing}%' and status = 'sent') as returning`,
  );
  const [{ waiting, last, returning }] = rows as [{ waiting: number; last: number; returning: number }];
  return [
    ...(waiting > 0 ? [`${waiting} mails, due within ${Math.max(0, last)} s`] : []),
    ...(returning > 0 ? [`${returning} mails that come back`] : []),
  ];
}
