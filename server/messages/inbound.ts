/**
 * Texts from handsets: routed by the number they were written to, once each, into the ledger; STOP, START and HELP are
 * acted upon in the same transaction, so that none of them is acknowledged and then forgotten.
 */
import { sql } from "kysely";
import { countSegments, normaliseText } from "../../rules/gsm-segments.ts";
import { readKeyword } from "../../rules/opt-out-keywords.ts";
import { parsePhoneNumber } from "../../rules/phone-number.ts";
import type { InboundText } from "../carriers/carrier.ts";
import { recordOptIn, recordOptOut } from "../consent/opt-outs.ts";
import type { Clock } from "../kit/clock.ts";
import type { Db, Tx } from "../kit/db.ts";
import { newId } from "../kit/id.ts";
import type { Logger } from "../kit/log.ts";
import type { News } from "../kit/news.ts";
import type { Sender } from "../numbers/senders.ts";
import { getWorkspace, type WorkspaceRow } from "../workspaces/workspace.ts";
import { addCounts, counter } from "./counts.ts";
import { encodingCode } from "./messages-store.ts";
import { sendMessages } from "./send-messages.ts";

/** Takes inbound texts; resolves when they are on disk. */
export type InboundIntake = (texts: InboundText[]) => Promise<void>;

/** A STOP within this time after a marketing text counts as an answer to it. */
const answersWithin = 7 * 24 * 3_600_000;

interface Services {
  db: Db;
  clock: Clock;
  news: Pick<News, "tell">;
  log: Logger;
}

/**
 * An intake over this database. A text to a number that is nobody's is logged and dropped. Those of one workspace take
 * turns: a STOP waits for what is being handed over, and a hundred of them shall not keep a hundred connections waiting.
 */
export function createInboundIntake({ db, clock, news, log }: Services): InboundIntake {
  const turns = new Map<string, Promise<unknown>>();

  function inTurn<T>(workspaceId: string, work: () => Promise<T>): Promise<T> {
    const turn = (turns.get(workspaceId) ?? Promise.resolve()).then(work);
    const over = turn.then(
      () => {},
      () => {}, // whoever sent it is told
    );
    turns.set(workspaceId, over);
    void over.then(() => turns.get(workspaceId) === over && turns.delete(workspaceId));
    return turn;
  }

  return async (texts) => {
    for (const text of texts) {
      const sender = await db.inWorkspace(text.workspace_id, (tx) => findReceiver(tx, text));
      if (!sender) {
        log.warn(
          { workspace: text.workspace_id, to: text.to, carrier_reference: text.carrier_reference },
          "a text came for a number that is no sender of its workspace",
        );
        continue;
      }
      const workspaceId = sender.workspace_id;
      const told = await inTurn(workspaceId, () =>
        db.inWorkspace(workspaceId, (tx) => receive(tx, clock.now(), sender, text)),
      );
      if (told?.contact_id) news.tell(workspaceId, "contact", told.contact_id);
      if (told?.campaign_id) news.tell(workspaceId, "campaign", told.campaign_id);
    }
  };
}

async function findReceiver(tx: Tx, { workspace_id, to }: InboundText): Promise<Sender | undefined> {
  const { rows } = await sql<Sender>`
    select s.*, coalesce(c.name, 'sandbox') as carrier
    from senders s left join carriers c on c.workspace_id = s.workspace_id and c.id = s.carrier_id
    where s.workspace_id = ${workspace_id} and s.address = ${to} and s.can_receive`.execute(tx);
  return rows[0];
}

interface Received {
  workspace: WorkspaceRow;
  sender: Sender;
  message_id: string;
  number: string;
  contact_id: string | null;
  text: string;
  /** When it was sent, as far as the carrier knows, and not in the future. */
  at: Date;
  now: Date;
}

/** What changed, for whoever watches; null when it was here before. */
interface Told {
  contact_id: string | null;
  campaign_id: string | null;
}

async function receive(tx: Tx, now: Date, sender: Sender, inbound: InboundText): Promise<Told | null> {
  const messageId = newId(now);
  const seen = await sql`
    insert into inbound_seen (workspace_id, carrier, carrier_reference, message_id)
    values (${sender.workspace_id}, ${inbound.carrier}, ${inbound.carrier_reference}, ${messageId})
    on conflict do nothing returning 1`.execute(tx);
  if (seen.rows.length === 0) return null;
  const workspace = await getWorkspace(tx, sender.workspace_id);
  const parsed = parsePhoneNumber(inbound.from, workspace.country);
  const number = "number" in parsed ? parsed.number : inbound.from;
  const received: Received = {
    workspace,
    sender,
    message_id: messageId,
    number,
    contact_id: await findContact(tx, sender.workspace_id, number),
    text: normaliseText(inbound.text.replaceAll("\0", "")),
    at: new Date(Math.min(inbound.at.getTime(), now.getTime())),
    now,
  };
  const keyword = readKeyword(received.text);
  await insertReceived(tx, received, inbound.carrier_reference, keyword);
  let campaign: string | null = null;
  if (keyword === "stop") campaign = await stop(tx, received);
  else if (keyword === "start") await start(tx, received);
  else if (keyword === "help") await answer(tx, received, "help", workspace.help_text);
  return { contact_id: received.contact_id, campaign_id: campaign };
}

async function findContact(tx: Tx, workspaceId: string, number: string): Promise<string | null> {
  const { rows } = await sql<{ id: string }>`
    (select id from contacts where workspace_id = ${workspaceId} and mobile = ${number})
    union all
    (select id from contacts where workspace_id = ${workspaceId} and phone = ${number} order by id limit 1)
    limit 1`.execute(tx);
  return rows[0]?.id ?? null;
}

/** `reason` keeps the keyword that was read, `stop_perhaps` for a person to look at. */
async function insertReceived(tx: Tx, received: Received, reference: string, keyword: string | null): Promise<void> {
  const { workspace, sender, message_id, number, contact_id, text } = received;
  const { encoding, segments } = countSegments(text);
  await sql`
    insert into messages (workspace_id, id, status, encoding, segments, source_type, contact_id, sender_id, number, text,
      reason, carrier, carrier_reference)
    values (${workspace.workspace_id}, ${message_id}, 'received', ${encodingCode[encoding]}, ${segments}, 'inbound',
      ${contact_id}, ${sender.id}, ${number}, ${text}, ${keyword}, ${sender.carrier}, ${reference})`.execute(tx);
}

/** Opts out and confirms it, the first time. Answers the campaign that it was said to. */
async function stop(tx: Tx, received: Received): Promise<string | null> {
  const { first } = await recordOptOut(tx, optOutChange(received));
  if (!first) return null;
  const campaign = await attribute(tx, received);
  await answer(tx, received, "opt_out_confirmation", received.workspace.opt_out_confirmation);
  return campaign;
}

/** Lifts the opt-out and confirms it. A "yes" in a conversation lifts nothing and gets no answer. */
async function start(tx: Tx, received: Received): Promise<void> {
  const { lifted } = await recordOptIn(tx, optOutChange(received));
  if (lifted) await answer(tx, received, "opt_in_confirmation", received.workspace.opt_in_confirmation);
}

function optOutChange({ workspace, sender, number, text, at }: Received) {
  return { workspaceId: workspace.workspace_id, number, senderId: sender.id, source: "sms", evidence: text, at };
}

/** Counts the STOP for the source of the last marketing text that this sender sent the contact of late. */
async function attribute(tx: Tx, { workspace, sender, contact_id, now }: Received): Promise<string | null> {
  if (contact_id === null) return null;
  const since = new Date(now.getTime() - answersWithin);
  const { rows } = await sql<{ source_type: string; source_id: string | null }>`
    select source_type, source_id from messages
    where workspace_id = ${workspace.workspace_id} and contact_id = ${contact_id} and sender_id = ${sender.id}
      and class = 'marketing' and id >= first_id_at(${since}) and submitted_at is not null
    order by id desc limit 1`.execute(tx);
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
async function answer(tx: Tx, received: Received, type: string, text: string): Promise<void> {
  const { workspace, sender, number, message_id, now } = received;
  await sendMessages(tx, {
    workspace,
    // A millisecond later, since ledger and timeline go by the time within ids: an answer follows what it answers.
    source: { type, id: message_id, at: new Date(now.getTime() + 1) },
    class: "transactional",
    sender,
    subscription_type: null,
    template: { fields: [], render: () => text },
    opt_out_text: null,
    recipients: { numbers: [{ number }] },
    quota: { kind: "reserve-or-skip" },
    now,
  });
}
