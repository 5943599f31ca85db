/**
 * Decides what becomes of occasions, and does it: texts and mails are queued, contacts and bookings changed, webhooks called, in the
 * transaction that keeps the decisions. For each recipient of an action there is one decision at most, so that nothing is done twice,
 * however often an occasion is looked at.
 */
import { sql } from "kysely";
import type { Tx } from "../../kit/db.ts";
import { getWorkspace, reminderHoursOf, type WorkspaceRow } from "../../workspaces/workspace.ts";
import { lockBookings, lockContacts } from "../lock-order.ts";
import { changeStatus, setContact, callWebhook } from "./change-things.ts";
import { type DecisionRow, insertDecisions, selectDecided } from "./decisions-store.ts";
import { minuteOf, takeAlong } from "./merge-moments.ts";
import type { Occasion } from "./occasion.ts";
import { type Gone, type RecipientOf, recipientsOf, selectGone } from "./recipients.ts";
import { sendMailsOf } from "./send-mails-of.ts";
import { sendTextsOf } from "./send-texts-of.ts";
import { type Deciding, type DecideServices, type Step, skip } from "./step.ts";
import { speaks } from "./texts.ts";
import type { StoredAction } from "./workflow.ts";
import { addSent } from "./workflows-store.ts";

/** The first half of an advisory lock's key. */
const decisionsLock = 0xb00c;

/**
 * Decides one thing after the other in a workspace: whoever comes second sees what the first has decided. Taken before bookings are read,
 * which would be out of date after the wait.
 */
export async function lockDecisions(tx: Tx, workspaceId: string): Promise<void> {
  const key = Number.parseInt(workspaceId.slice(-8), 16) | 0;
  await sql.raw(`select pg_advisory_xact_lock(${decisionsLock}, ${key})`).execute(tx);
}

/**
 * Decides occasions of a workspace, in their order, with its lock taken. `unsent`: what workflows have not sent after all, as negative
 * figures; workflows' rows are locked once, in their order. Answers how many decisions are new.
 */
export async function decide(
  services: DecideServices,
  tx: Tx,
  workspaceId: string,
  occasions: readonly Occasion[],
  now: Date,
  unsent: ReadonlyMap<string, number> = new Map(),
): Promise<number> {
  if (occasions.length === 0 && unsent.size === 0) return 0;
  const workspace = await getWorkspace(tx, workspaceId);
  const deciding: Deciding = { ...services, tx, workspace, now };
  const along = await takeAlong(tx, workspaceId, occasions, reminderHoursOf(workspace));
  const steps = await freshSteps(deciding, [...occasions, ...along]);
  // Each action for all its recipients, the first actions of workflows before their second ones.
  const open = steps.filter(({ decision }) => decision.state === "sent");
  const ofAction = Map.groupBy(open, ({ occasion, action }) => `${occasion.workflow.id} ${action.id}`);
  await lockChanged(tx, workspaceId, open);
  const inTurn = [...ofAction.values()].sort((a, b) => placeOf(a[0]) - placeOf(b[0]));
  const further: DecisionRow[] = [];
  for (const group of inTurn) further.push(...(await perform(deciding, group)));
  const rows = [...steps.map(({ decision }) => decision), ...further];
  await insertDecisions(tx, workspaceId, rows);
  await addSent(tx, workspaceId, sentBy(rows, unsent), now);
  return rows.length;
}

/** What actions change, in the order of all who change it: an action comes after others, and a booking after others. */
async function lockChanged(tx: Tx, workspaceId: string, steps: readonly Step[]): Promise<void> {
  const of = (kind: StoredAction["action"]) => steps.filter(({ action }) => action.action === kind);
  const bookings = of("change_status").flatMap(({ occasion }) => occasion.booking?.id ?? []);
  const customers = of("set_contact").map(({ occasion }) => occasion.booking?.customer ?? occasion.contact);
  await lockBookings(tx, workspaceId, bookings);
  await lockContacts(
    tx,
    workspaceId,
    customers.flatMap((customer) => customer?.id ?? []),
  );
}

const placeOf = (step: Step | undefined): number => (step ? step.occasion.workflow.do.indexOf(step.action) : 0);

/** What has not been decided yet. What is not to be done has its reason already. */
async function freshSteps({ tx, workspace, now }: Deciding, occasions: readonly Occasion[]): Promise<Step[]> {
  const { workspace_id: workspaceId } = workspace;
  const decided = await selectDecided(tx, workspaceId, occasions.map(keyOf));
  const gone = await selectGone(tx, workspaceId, occasions);
  const steps: Step[] = [];
  for (const occasion of occasions)
    for (const step of stepsOf(occasion, gone, workspace, now)) {
      if (occasion.along && !occasion.along.has(step.recipient?.contact?.id ?? "")) continue;
      if (decided.has(step.decision)) continue;
      decided.add(step.decision);
      steps.push(step);
    }
  mergeSteps(steps);
  return steps;
}

const keyOf = ({ booking, contact, workflow, occurrence }: Occasion) => ({
  booking_id: booking?.id ?? contact?.id ?? "",
  workflow_id: workflow.id,
  occurrence,
});

function stepsOf(occasion: Occasion, gone: Gone, workspace: WorkspaceRow, now: Date): Step[] {
  return occasion.workflow.do.flatMap((action): Step[] => {
    const step = (recipient: RecipientOf | null): Step => ({
      occasion,
      action,
      recipient,
      together: [],
      decision: newDecision(occasion, action, recipient, now),
    });
    if (action.action !== "send_sms" && action.action !== "send_email")
      return occasion.only === null ? [step(null)] : [];
    const recipients = recipientsOf(occasion, action.to, gone);
    const meant = recipients.filter(({ locale }) => speaks(occasion.workflow.when.languages, locale, workspace));
    if (recipients.length > 0) return meant.map((recipient) => judged(step(recipient)));
    return occasion.only === null ? [skip(step(null), "no_recipient")] : [];
  });
}

function newDecision(occasion: Occasion, action: StoredAction, recipient: RecipientOf | null, now: Date): DecisionRow {
  const { verdict, due_at } = occasion;
  return {
    ...keyOf(occasion),
    action: action.id,
    recipient: recipient?.key ?? "",
    contact_id: recipient?.contact?.id ?? null,
    name: recipient?.name ?? null,
    to: recipient?.number ?? recipient?.email ?? null,
    action_kind: action.action,
    channel: action.action === "send_sms" ? "sms" : action.action === "send_email" ? "email" : "none",
    state: verdict?.state ?? "sent",
    reason: verdict?.reason ?? null,
    due_at,
    decided_at: now,
    message_id: null,
    mail_id: null,
  };
}

/** A step with the reason that this recipient gives. */
function judged(step: Step): Step {
  return step.decision.state === "sent" && step.recipient?.contact?.muted ? skip(step, "muted") : step;
}

/** Where a workflow says so, a person's bookings that are due in one minute are told in the text of the first. */
function mergeSteps(steps: readonly Step[]): void {
  const first = new Map<string, Step>();
  for (const step of steps) {
    const { occasion, action, recipient, decision } = step;
    if (!occasion.workflow.merge || !recipient?.contact || decision.state !== "sent" || !occasion.booking) continue;
    const { after } = minuteOf(occasion.due_at);
    const key = [occasion.workflow.id, action.id, recipient.contact.id, after.getTime()].join(" ");
    const other = first.get(key);
    if (other) {
      other.together.push(occasion.booking);
      skip(step, "merged");
    } else first.set(key, step);
  }
}

/** Does an action for its recipients and notes what became of it. Answers further decisions that follow. */
async function perform(deciding: Deciding, steps: readonly Step[]): Promise<DecisionRow[]> {
  switch (steps[0]?.action.action) {
    case "send_sms":
      return sendTextsOf(deciding, steps);
    case "send_email":
      await sendMailsOf(deciding, steps);
      return [];
    case "change_status":
      await changeStatus(deciding, steps);
      return [];
    case "set_contact":
      await setContact(deciding, steps);
      return [];
    case "webhook":
      await callWebhook(deciding, steps);
      return [];
    case undefined:
      return [];
  }
}

function sentBy(rows: readonly DecisionRow[], unsent: ReadonlyMap<string, number>): Map<string, number> {
  const sent = new Map(unsent);
  for (const { workflow_id, state, channel } of rows)
    if (state === "sent" && channel !== "none") sent.set(workflow_id, (sent.get(workflow_id) ?? 0) + 1);
  return sent;
}
