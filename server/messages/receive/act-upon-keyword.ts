/** The effects of STOP, START and HELP, in the transaction that stores them. */
import { sql } from "kysely";
import { type OptOutChange, recordOptIn, recordOptOut } from "../../consent/opt-outs.ts";
import type { Tx } from "../../kit/db.ts";
import type { MessageSource } from "../../kit/live-updates.ts";
import { getWorkspace, type WorkspaceRow } from "../../workspaces/workspace.ts";
import { addCounts, counter } from "../counts.ts";
import { endedByReceipt } from "../dispatch/unrecorded.ts";
import { sendMessages } from "../send/send-messages.ts";
import { answerToHelp, answerToStart, answerToStop } from "../source-types.ts";
import type { Received } from "./arrived-text.ts";
import { holdersOf } from "./contact-of-number.ts";

/** What changed, for live updates. */
export interface ActedUpon {
  /** All contacts with the number. */
  contact_ids: string[];
  /** What sent the text that a STOP answers. */
  source: MessageSource | null;
}

interface Context {
  workspace: WorkspaceRow;
  received: Received;
  contact_id: string | null;
  now: Date;
}

/** A STOP within this time after a marketing text counts as an answer to it. */
const answersWithin = 7 * 24 * 3_600_000;

/** Opts out, opts in or answers, by the text's keyword. */
export async function actUponKeyword(
  tx: Tx,
  now: Date,
  received: Received,
  contact_id: string | null,
): Promise<ActedUpon> {
  const workspace = await getWorkspace(tx, received.inbound.workspace_id);
  const context = { workspace, received, contact_id, now };
  let source: MessageSource | null = null;
  if (received.keyword === "stop") source = await stop(tx, context);
  else if (received.keyword === "start") await start(tx, context);
  else if (received.keyword === "help") await answer(tx, context, answerToHelp, workspace.help_text);
  const contact_ids = await holdersOf(tx, workspace.workspace_id, [
    received.number,
    ...(received.unclear?.others ?? []),
  ]);
  return { contact_ids, source };
}

/**
 * Opts out every number that may have written it, and confirms it, the first time. Returns the source of the text that it answers. A repeat
 * that was not obeyed when it first arrived counts from then: a START since then wins.
 */
async function stop(tx: Tx, context: Context): Promise<MessageSource | null> {
  const { received, now } = context;
  const { first } = await recordOptOut(tx, { ...optOutChange(context), unlessLiftedSince: received.again });
  if (!first) return null;
  const source = await attributeStop(tx, {
    workspaceId: context.workspace.workspace_id,
    contactId: context.contact_id,
    senderId: received.sender.id,
    now,
  });
  await answer(tx, context, answerToStop, context.workspace.opt_out_confirmation);
  return source;
}

/**
 * Lifts the opt-out and confirms it. A "yes" in a conversation lifts nothing and gets no answer.
 */
async function start(tx: Tx, context: Context): Promise<void> {
  const { lifted } = await recordOptIn(tx, optOutChange(context));
  if (lifted) await answer(tx, context, answerToStart, context.workspace.opt_in_confirmation);
}

function optOutChange({ workspace, received }: Context): OptOutChange {
  const { number, unclear, sender, text, at } = received;
  const senderId = sender.id;
  return { workspaceId: workspace.workspace_id, number, unclear, senderId, source: "sms", evidence: text, at };
}

/** Counts a STOP for the source of the last marketing text that the sender recently sent the contact, and returns it. */
export async function attributeStop(
  tx: Tx,
  {
    workspaceId,
    contactId,
    senderId,
    now,
  }: { workspaceId: string; contactId: string | null; senderId: string; now: Date },
): Promise<MessageSource | null> {
  if (contactId === null) return null;
  const since = new Date(now.getTime() - answersWithin);
  const { rows } = await sql<MessageSource>`
    select m.source_type, m.source_id from messages m
    where m.workspace_id = ${workspaceId} and m.contact_id = ${contactId} and m.sender_id = ${senderId}
      and m.class = 'marketing' and m.id >= first_id_at(${since}) and (m.submitted_at is not null or ${endedByReceipt})
    order by m.id desc limit 1`.execute(tx);
  const source = rows[0];
  if (!source) return null;
  const { add, counts } = counter();
  add(source, "opted_out", null);
  await addCounts(tx, workspaceId, now, counts);
  return source;
}

/**
 * Answers from the number that was written to. The answer needs quota like every text and may not overdraw; where none is left the
 * keyword takes effect nevertheless, and the missing answer is a skip in the ledger.
 */
async function answer(tx: Tx, { workspace, received, now }: Context, type: string, text: string): Promise<void> {
  // The carrier has answered this keyword itself.
  if (received.inbound.handled === received.keyword) return;
  await sendMessages(tx, {
    workspace,
    // A millisecond later, since ledger and timeline sort by the time within ids: an answer follows its text.
    source: { type, id: received.message_id, at: new Date(now.getTime() + 1) },
    class: "transactional",
    sender: received.sender,
    subscription_type: null,
    template: { fields: [], needs: [], render: () => text },
    opt_out_text: null,
    recipients: { people: [{ number: received.number }] },
    quota: { kind: "reserve-or-skip" },
    now,
  });
}
