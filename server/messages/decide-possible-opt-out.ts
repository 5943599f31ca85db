/** A person's word on a text that looks like a STOP. */
import { sql } from "kysely";
import { closeGate } from "../carriers/hand-over-gate.ts";
import { recordOptOut } from "../consent/opt-outs.ts";
import { takePossibleOptOut } from "../consent/possible-opt-outs.ts";
import type { Tx } from "../kit/db.ts";
import { notFound } from "../kit/errors.ts";
import { recordAuditEvent } from "../workspaces/audit-events.ts";
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

/** Opts out every number that may have written it, as its STOP would have, or lets it be; 404 when that is decided already. */
export async function decidePossibleOptOut(tx: Tx, given: Decision): Promise<ActedUpon> {
  const { workspaceId, id, decision, recordedBy, source, now } = given;
  const stops = decision === "opt_out";
  // Before any row, as everybody takes the two.
  if (stops) await closeGate(tx, workspaceId);
  const taken = await takePossibleOptOut(tx, workspaceId, id);
  if (!taken) throw notFound("undecided text", id);
  const { number, others, sender_id: senderId, at } = taken;
  const text = await textOf(tx, workspaceId, id);
  const contact_ids = await holdersOf(tx, workspaceId, [number, ...others]);
  let campaign_id: string | null = null;
  if (stops) {
    const change = { workspaceId, senderId, source, evidence: text?.text || null, at, recordedBy };
    const { first } = await recordOptOut(tx, { ...change, number });
    for (const other of others) await recordOptOut(tx, { ...change, number: other });
    if (first)
      campaign_id = await attributeStop(tx, { workspaceId, contactId: text?.contact_id ?? null, senderId, now });
  }
  const [contact] = contact_ids;
  await recordAuditEvent(tx, {
    workspaceId,
    action: stops ? "contact.opted_out" : "contact.opt_out_ignored",
    target: contact ? { type: "contact", id: contact } : { type: "message", id },
    after: { message: id, ...(stops ? { sender: senderId } : {}) },
  });
  return { contact_ids, campaign_id };
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
