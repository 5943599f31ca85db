/** The message pipeline as main wires it: sandbox, dispatcher, receipts and inbound over a test database. */
import { sql } from "kysely";
import { pino } from "pino";
import { onTestFinished, vi } from "vitest";
import { messageScope } from "../rules/placeholder-names.ts";
import { parseTemplate, type Template } from "../rules/placeholders.ts";
import { sourceType } from "../server/campaigns/campaign.ts";
import type { Carrier, CarrierEvents } from "../server/carriers/carrier.ts";
import { createSandbox } from "../server/carriers/sandbox/sandbox.ts";
import { type Clock, systemClock } from "../server/kit/clock.ts";
import { type Db, openDb } from "../server/kit/db.ts";
import type { Logger } from "../server/kit/log.ts";
import type { DispatcherOptions } from "../server/messages/dispatch/dispatcher.ts";
import { pathConnections } from "../server/messages/dispatch/message-path.ts";
import { createInboundIntake } from "../server/messages/receive/inbound.ts";
import type { MessageBatch, SendResult } from "../server/messages/send/batch.ts";
import { sendMessages } from "../server/messages/send/send-messages.ts";
import { getWorkspace } from "../server/workspaces/workspace.ts";
import { onlyCarriers } from "./carriers.ts";
import { startTestPath } from "./message-path.ts";
import { newId } from "./new-id.ts";
import type { TestWorkspace } from "./workspace.ts";

const quiet = pino({ level: process.env.TEST_LOG ?? "silent" });
const liveUpdates = { publish() {}, publishSources() {} };

/** A started pipeline. */
export interface Pipeline extends Pick<CarrierEvents, "onInbound"> {
  stop(): Promise<void>;
}

/** Starts the pipeline; it stops with the test. `carrier` may wrap the sandbox. */
export async function startPipeline(
  db: Db,
  options: DispatcherOptions & {
    delay_ms?: number;
    carrier?: (sandbox: Carrier) => Carrier;
    clock?: Clock;
    log?: Logger;
  } = {},
): Promise<Pipeline> {
  const { delay_ms = 0, carrier = (sandbox) => sandbox, clock = systemClock, log = quiet, ...rest } = options;
  const pathDb = openDb({
    connection: { ...db.pool.options },
    workspaces: { ...db.workspacePool.options },
    max: pathConnections,
  });
  const services = { clock, liveUpdates, log };
  const sandbox = createSandbox({ ...services, db: pathDb }, { delay_ms });
  const path = await startTestPath({ ...services, pathDb, db, carriers: onlyCarriers(carrier(sandbox)) }, rest);
  let stopped: Promise<void> | null = null;
  const stop = () => (stopped ??= path.stop().then(() => pathDb.close()));
  onTestFinished(stop);
  return { stop, onInbound: createInboundIntake({ ...services, db }) };
}

export function template(text: string): Template {
  const parsed = parseTemplate(text, messageScope);
  if (!parsed.ok) throw new Error(`${text}: ${JSON.stringify(parsed.problems)}`);
  return parsed.template;
}

/** A batch with default values for what the test leaves out. */
export async function batchOf(
  db: Db,
  workspace: TestWorkspace,
  parts: Partial<MessageBatch> & { text?: string } = {},
): Promise<MessageBatch> {
  const row = await db.inWorkspace(workspace.id, (tx) => getWorkspace(tx, workspace.id));
  const messageClass = parts.class ?? "transactional";
  return {
    workspace: row,
    source: { type: sourceType, id: newId(), at: new Date() },
    class: messageClass,
    sender: workspace.sender,
    subscription_type: messageClass === "marketing" ? { bit: 0, needs_consent: true } : null,
    template: template(parts.text ?? "Hei"),
    opt_out_text: null,
    recipients: { contacts: sql`select id from contacts where workspace_id = ${workspace.id}` },
    quota: { kind: "reserve" },
    now: new Date(),
    ...parts,
  };
}

/** Sends in a transaction of its own. */
export async function send(
  db: Db,
  workspace: TestWorkspace,
  parts: Partial<MessageBatch> & { text?: string } = {},
): Promise<SendResult & { source: MessageBatch["source"] }> {
  const batch = await batchOf(db, workspace, parts);
  const result = await db.inWorkspace(workspace.id, (tx) => sendMessages(tx, batch));
  return { ...result, source: batch.source };
}

export interface TestContact {
  mobile?: string | null;
  mobile_kind?: string | null;
  phone?: string | null;
  phone_kind?: string | null;
  first_name?: string | null;
  marketing?: boolean;
  /** Consents to marketing unless false. */
  consents?: boolean;
}

/** Inserts contacts, with a consenting mobile unless said otherwise; returns their ids. */
export async function addContacts(db: Db, workspaceId: string, contacts: readonly TestContact[]): Promise<string[]> {
  // Ids in the given order: a batch takes contacts by id.
  const start = Date.now() - contacts.length;
  const ids = contacts.map((_, i) => newId(new Date(start + i)));
  await db.inWorkspace(workspaceId, async (tx) => {
    for (const [i, contact] of contacts.entries()) {
      const { mobile = null, phone = null, first_name = null, marketing = true, consents = true } = contact;
      const mobileKind = contact.mobile_kind ?? (mobile ? "mobile" : null);
      await sql`
        insert into contacts (workspace_id, id, mobile, mobile_kind, phone, phone_kind, first_name, marketing, sms_consents,
          created_at, updated_at)
        values (${workspaceId}, ${ids[i]}, ${mobile}, ${mobileKind}, ${phone}, ${contact.phone_kind ?? null}, ${first_name},
          ${marketing}, ${consents ? 1 : 0}, now(), now())`.execute(tx);
    }
  });
  return ids;
}

/** Many consenting contacts with mobiles from +4790000000 on. */
export async function addManyContacts(db: Db, workspaceId: string, count: number): Promise<void> {
  await db.inWorkspace(workspaceId, (tx) =>
    sql`
      insert into contacts (workspace_id, id, mobile, mobile_kind, first_name, sms_consents, created_at, updated_at)
      select ${workspaceId}, gen_random_uuid(), '+47' || (90000000 + i), 'mobile', 'Navn' || (i % 50), 1, now(), now()
      from generate_series(0, ${count - 1}::int) i`.execute(tx),
  );
}

/** The ledger's rows of a workspace, oldest first. */
export async function ledger(db: Db, workspaceId: string): Promise<LedgerRow[]> {
  const { rows } = await db.inWorkspace(workspaceId, (tx) =>
    sql<LedgerRow>`select * from messages where workspace_id = ${workspaceId} order by id`.execute(tx),
  );
  return rows;
}

export interface LedgerRow {
  id: string;
  status: string;
  reason: string | null;
  segments: number;
  number: string;
  text: string;
  source_type: string;
  source_id: string | null;
  contact_id: string | null;
  carrier_reference: string | null;
  carrier_error: string | null;
  submitted_at: Date | null;
  sent_at: Date | null;
  final_at: Date | null;
}

/** The texts that the sandbox's handsets received from a workspace, in order. */
export async function arrived(
  db: Db,
  workspaceId: string,
): Promise<{ phone: string; text: string; message_id: string }[]> {
  const { rows } = await db.asSystem((tx) =>
    sql<{ phone: string; text: string; message_id: string }>`
      select phone, text, message_id from sandbox_messages where workspace_id = ${workspaceId} and outbound order by id`.execute(
      tx,
    ),
  );
  return rows;
}

/** The quota period's figures, summed over periods. */
export async function quota(db: Db, workspaceId: string): Promise<{ used: number; reserved: number }> {
  const { rows } = await db.inWorkspace(workspaceId, (tx) =>
    sql<{ used: number; reserved: number }>`
      select coalesce(sum(used), 0)::bigint as used, coalesce(sum(reserved), 0)::bigint as reserved from quota_periods
      where workspace_id = ${workspaceId}`.execute(tx),
  );
  return rows[0] ?? { used: 0, reserved: 0 };
}

/** Waits until nothing is queued and every message has one of these final states. */
export async function untilFinal(
  db: Db,
  workspaceId: string,
  statuses = ["delivered", "undelivered", "failed", "expired", "skipped", "cancelled", "received"],
): Promise<void> {
  await vi.waitFor(
    async () => {
      const { rows } = await db.inWorkspace(workspaceId, (tx) =>
        sql<{ open: number }>`
          select (select count(*) from messages where workspace_id = ${workspaceId} and not status::text = any(${statuses}))
            + (select count(*) from message_queue where workspace_id = ${workspaceId}) as open`.execute(tx),
      );
      if (rows[0]?.open !== 0) throw new Error(`${rows[0]?.open} are still under way`);
    },
    { timeout: 15_000, interval: 20 },
  );
}
