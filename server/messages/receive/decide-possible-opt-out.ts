/** A user's decision on a text that may be a STOP. */
import { sql } from "kysely";
import { recordAuditEvent } from "../../accounts/audit-events.ts";
import { recordOptOut } from "../../consent/opt-outs.ts";
import { takePossibleOptOut } from "../../consent/possible-opt-outs.ts";
import { takeSubmitLock } from "../../consent/submit-lock.ts";
import type { Tx } from "../../kit/db.ts";
import { notFound } from "../../kit/errors.ts";
import type { MessageSource } from "../../kit/live-updates.ts";
import { type ActedUpon, attributeStop } from "./act-upon-keyword.ts";
import { holdersOf } from "./contact-of-number.ts";

export interface Decision {
  workspaceId: string;
  /** Of the text. */
  id: string;
  decision: "opt_out" | "ignore";
  /** A person's or key's name. */
  recordedBy: string;
  source: "web" | "api";
  now: Date;
}

/** Opts out every number that may have written it, as a STOP would, or dismisses it; 404 when it is decided already. */
export async function decidePossibleOptOut(tx: Tx, given: Decision): Promise<ActedUpon> {
  const { workspaceId, id, decision, recordedBy, now } = given;
  const stops = decision === "opt_out";
  // Before any row lock: all transactions take the two in this order.
  if (stops) await takeSubmitLock(tx, workspaceId);
  const taken = await takePossibleOptOut(tx, workspaceId, id);
  if (!taken) throw notFound("undecided text", id);
  const { number, unclear, sender_id: senderId, at } = taken;
  const text = await textOf(tx, workspaceId, id);
  const contact_ids = await holdersOf(tx, workspaceId, [number, ...(unclear?.others ?? [])]);
  let source: MessageSource | null = null;
  if (stops) {
    const evidence = text?.text || null;
    const { first } = await recordOptOut(tx, {
      workspaceId,
      number,
      unclear,
      senderId,
      source: given.source,
      evidence,
      at,
      recordedBy,
    });
    if (first) source = await attributeStop(tx, { workspaceId, contactId: text?.contact_id ?? null, senderId, now });
  }
  const [contact] = contact_ids;
  await recordAuditEvent(tx, {
    workspaceId,
    at: now,
    action: stops ? "contact.opted_out" : "contact.opt_out_ignored",
    target: contact ? { type: "contact", id: contact } : { type: "message", id },
    after: { message: id, ...(stops ? { sender: senderId } : {}) },
  });
  return { contact_ids, source };
}

async function textOf(
  tx: Tx,
  workspaceId: string,
  id: string,
): Promise<{ text: string; contact_id: string | null } | undefined> {
  const { rows } = await sql<{ text: string; contact_id: string | null }>`
    select text, contact_id from messages where workspace_id = ${workspaceId} and id = ${id}`.execute(tx);
  return rows[0];
}
