/** A test text through one connection, by the same pipeline as any other, and its progress. */
import { sql } from "kysely";
import type { TestStep } from "../../contract/carriers.ts";
import { recordAuditEvent } from "../accounts/audit-events.ts";
import type { Tx } from "../kit/db.ts";
import { invalid, notFound } from "../kit/errors.ts";
import { instantOf, newId } from "../kit/id.ts";
import type { Sender } from "../senders/senders.ts";
import { getWorkspace } from "../workspaces/workspace.ts";
import { isUnrecorded } from "./dispatch/unrecorded.ts";
import { sendMessages } from "./send/send-messages.ts";
import { ofCarrierTest } from "./source-types.ts";

interface CarrierLine {
  name: string;
  enabled: boolean;
}

async function findCarrier(tx: Tx, workspaceId: string, id: string): Promise<CarrierLine> {
  const { rows } = await sql<CarrierLine>`
    select name, enabled from carriers where workspace_id = ${workspaceId} and id = ${id}`.execute(tx);
  if (!rows[0]) throw notFound("carrier", id);
  return rows[0];
}

/**
 * Sends a test text and answers its id. 422 where the connection is off (`carrier_disabled`), no sender belongs to it
 * (`no_sender`, `unknown_sender`), or the text is skipped (the reason).
 */
export async function sendCarrierTest(
  tx: Tx,
  workspaceId: string,
  carrierId: string,
  input: { to: string; sender_id?: string | undefined },
  now: Date,
): Promise<string> {
  const carrier = await findCarrier(tx, workspaceId, carrierId);
  if (!carrier.enabled)
    throw invalid("carrier_disabled", `${carrier.name} is switched off.`, "enabled", carrier.enabled);
  const sender = await findTestSender(tx, workspaceId, carrierId, input.sender_id ?? null);
  if (!sender && input.sender_id) {
    const message = `Sender ${input.sender_id} does not belong to ${carrier.name}.`;
    throw invalid("unknown_sender", message, "sender_id", input.sender_id);
  }
  if (!sender) throw invalid("no_sender", `No sender belongs to ${carrier.name} yet.`, "sender_id", null);
  const workspace = await getWorkspace(tx, workspaceId);
  const time = now.toLocaleTimeString(workspace.language, {
    timeZone: workspace.time_zone,
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  });
  const text = `Test: ${workspace.name}, ${carrier.name}, ${time}`;
  const { messages } = await sendMessages(tx, {
    workspace,
    source: { type: ofCarrierTest, id: newId(now), at: now },
    class: "transactional",
    sender,
    subscription_type: null,
    template: { fields: [], needs: [], render: () => text },
    opt_out_text: null,
    recipients: { people: [{ number: input.to }] },
    quota: { kind: "reserve" },
    now,
  });
  const [message] = messages;
  if (!message) throw new Error("sendMessages returned no message for a test text");
  if (message.reason) throw invalid(message.reason, `The test text cannot go to ${input.to}.`, "to", input.to);
  const target = { type: "carrier", id: carrierId, name: carrier.name };
  // Without the message's id, which is derived from the recipient's number.
  await recordAuditEvent(tx, { workspaceId, at: now, action: "carrier.tested", target });
  return message.id;
}

async function findTestSender(
  tx: Tx,
  workspaceId: string,
  carrierId: string,
  senderId: string | null,
): Promise<Sender | undefined> {
  const { rows } = await sql<Sender>`
    select s.*, c.name as carrier from senders s
    join carriers c on c.workspace_id = ${workspaceId} and c.id = s.carrier_id
    where s.workspace_id = ${workspaceId} and s.carrier_id = ${carrierId} and (${senderId}::uuid is null or s.id = ${senderId})
    order by s.is_default desc, s.id limit 1`.execute(tx);
  return rows[0];
}

interface TestRow {
  status: string;
  reason: string | null;
  carrier: string | null;
  carrier_reference: string | null;
  carrier_error: string | null;
  submitted_at: Date | null;
  sent_at: Date | null;
  final_at: Date | null;
  state: string | null;
  last_error: string | null;
  unrecorded: boolean;
}

/**
 * The steps of a test text, and whether it is complete: a final receipt may be recorded before the submission, whose record is
 * then still to come. 404 where it is no test text.
 */
export async function carrierTestSteps(
  tx: Tx,
  workspaceId: string,
  carrierId: string,
  messageId: string,
): Promise<{ steps: TestStep[]; finished: boolean }> {
  await findCarrier(tx, workspaceId, carrierId);
  const { rows } = await sql<TestRow>`
    select m.status, m.reason, m.carrier, m.carrier_reference, m.carrier_error,
      m.submitted_at, m.sent_at, m.final_at, s.state, s.last_error, ${isUnrecorded(workspaceId)} as unrecorded
    from messages m left join lateral (
      select state, last_error from carrier_states
      where workspace_id = ${workspaceId} and carrier_id = ${carrierId} and updated_at > now() - interval '15 seconds'
      order by state = 'up' desc, last_error_at desc nulls last limit 1) s on true
    where m.workspace_id = ${workspaceId} and m.id = ${messageId} and m.source_type = ${ofCarrierTest}`.execute(tx);
  const row = rows[0];
  if (!row) throw notFound("test", messageId);
  return { steps: stepsOf(row, instantOf(messageId)), finished: row.final_at !== null && !row.unrecorded };
}

function stepsOf(row: TestRow, queuedAt: Date): TestStep[] {
  const broken = row.final_at !== null && row.status !== "delivered";
  const error = [row.reason, row.carrier_error].filter((each) => each !== null).join(" ") || null;
  const step = (name: TestStep["step"], at: Date | null, detail: string | null, failed = false): TestStep => ({
    step: name,
    state: failed ? "failed" : at ? "done" : "waiting",
    at: at?.toISOString() ?? null,
    detail,
  });
  // Ended by us or refused by the carrier. A text that a receipt ended got further, whether or not that is recorded yet.
  const refused = broken && row.sent_at === null && !row.unrecorded;
  const neverLeft = refused && row.carrier === null && row.submitted_at === null;
  const connected = row.state === "up" || row.sent_at !== null || row.unrecorded;
  return [
    { step: "connected", state: connected ? "done" : "waiting", at: null, detail: connected ? null : row.last_error },
    step("queued", queuedAt, null),
    step("handed_over", row.submitted_at ?? (refused ? row.final_at : null), row.carrier, neverLeft),
    step("accepted", row.sent_at ?? (refused ? row.final_at : null), refused ? error : row.carrier_reference, refused),
    step("delivered", row.final_at, broken ? error : null, broken),
  ];
}
