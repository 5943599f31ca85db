/** What STOP, START and HELP make happen, in the transaction that writes them down. */
import { sql } from "kysely";
import type { SourceType } from "../../contract/messages.ts";
import { type OptOutChange, recordOptIn, recordOptOut } from "../consent/opt-outs.ts";
import type { Tx } from "../kit/db.ts";
import { getWorkspace, type WorkspaceRow } from "../workspaces/workspace.ts";
import { holdersOf } from "./contact-of-number.ts";
import { addCounts, counter } from "./counts.ts";
import type { Received } from "./received-store.ts";
import { sendMessages } from "./send-messages.ts";
import { endedByReceipt } from "./unrecorded.ts";

/** What changed, for whoever watches. */
export interface ActedUpon {
  /** All who have the number. */
  contact_ids: string[];
  campaign_id: string | null;
}

interface Context {
  workspace: WorkspaceRow;
  received: Received;
  contact_id: string | null;
  now: Date;
}

/** A STOP within this time after a marketing text counts as an answer to it. */
const answersWithin = 7 * 24 * 3_600_000;

/** Opts out, opts in or answers, as the text's keyword says. */
export async function actUponKeyword(
  tx: Tx,
  now: Date,
  received: Received,
  contact_id: string | null,
): Promise<ActedUpon> {
  const workspace = await getWorkspace(tx, received.inbound.workspace_id);
  const context = { workspace, received, contact_id, now };
  let campaign_id: string | null = null;
  if (received.keyword === "stop") campaign_id = await stop(tx, context);
  else if (received.keyword === "start") await start(tx, context);
  else if (received.keyword === "help") await answer(tx, context, "help", workspace.help_text);
  const contact_ids = await holdersOf(tx, workspace.workspace_id, [
    received.number,
    ...(received.unclear?.others ?? []),
  ]);
  return { contact_ids, campaign_id };
}

/**
 * Opts out every number that may have written it, and confirms it, the first time. Answers the campaign that it was said to.
 * One that certainly came before, and was not acted upon then, stands where it stood: before what was asked for since.
 */
async function stop(tx: Tx, context: Context): Promise<string | null> {
  const { again } = context.received;
  const { first } = await recordOptOut(tx, { ...optOutChange(context), unlessLiftedSince: again });
  if (!first) return null;
  const campaign = await attribute(tx, context);
  await answer(tx, context, "opt_out_confirmation", context.workspace.opt_out_confirmation);
  return campaign;
}

/**
 * Lifts the opt-out and confirms it. A "yes" in a conversation lifts nothing and gets no answer.
 */
async function start(tx: Tx, context: Context): Promise<void> {
  const { lifted } = await recordOptIn(tx, optOutChange(context));
  if (lifted) await answer(tx, context, "opt_in_confirmation", context.workspace.opt_in_confirmation);
}

function optOutChange({ workspace, received }: Context): OptOutChange {
  const { number, unclear, sender, text, at } = received;
  const senderId = sender.id;
  return { workspaceId: workspace.workspace_id, number, unclear, senderId, source: "sms", evidence: text, at };
}

/** Counts the STOP for the source of the last marketing text that this sender sent the contact of late. */
async function attribute(tx: Tx, { workspace, received, contact_id, now }: Context): Promise<string | null> {
  if (contact_id === null) return null;
  const since = new Date(now.getTime() - answersWithin);
  const { rows } = await sql<{ source_type: string; source_id: string | null }>`
    select m.source_type, m.source_id from messages m
    where m.workspace_id = ${workspace.workspace_id} and m.contact_id = ${contact_id} and m.sender_id = ${received.sender.id}
      and m.class = 'marketing' and m.id >= first_id_at(${since}) and (m.submitted_at is not null or ${endedByReceipt})
    order by m.id desc limit 1`.execute(tx);
  const source = rows[0];
  if (!source) return null;
  const { add, counts } = counter();
  add(source, "opted_out", null);
  await addCounts(tx, workspace.workspace_id, now, counts);
  return source.source_type === "campaign" ? source.source_id : null;
}

/**
 * Answers from the number that was written to. It needs quota like every text and may not overdraw; where none is left
 * what was asked for is done all the same, and the missing answer is a skip in the ledger.
 */
async function answer(tx: Tx, { workspace, received, now }: Context, type: SourceType, text: string): Promise<void> {
  if (received.inbound.handled) return;
  await sendMessages(tx, {
    workspace,
    // A millisecond later, since ledger and timeline go by the time within ids: an answer follows what it answers.
    source: { type, id: received.message_id, at: new Date(now.getTime() + 1) },
    class: "transactional",
    sender: received.sender,
    subscription_type: null,
    template: { fields: [], render: () => text },
    opt_out_text: null,
    recipients: { numbers: [{ number: received.number }] },
    quota: { kind: "reserve-or-skip" },
    now,
  });
}
