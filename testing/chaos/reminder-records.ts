/**
 * Compares what workflows decided and what the sandbox's handsets got with the states in which each booking was.
 *
 * A text is wrong only where the booking was certainly otherwise when it was decided: a change that was answered before `decided_at` must
 * have been seen; one that was still under way then, or came between the decision and the carrier, may have been or not.
 */
import { instantOf } from "../../server/kit/id.ts";
import { type BookingState, lead, type LoggedBooking } from "./booking-traffic.ts";
import type { Queries } from "./records.ts";

/** A decision about a booking's customer; each has one booking. */
export interface Decided {
  number: string;
  occurrence: number;
  decided_at: number;
  state: string;
  reason: string | null;
  message_id: string | null;
}

/** What a handset got. */
export interface HandsetText {
  number: string;
  text: string;
  message_id: string;
  at: number;
}

export interface ReminderEvidence {
  bookings: readonly LoggedBooking[];
  reminders: readonly Decided[];
  confirmations: readonly Decided[];
  texts: readonly HandsetText[];
}

/** The texts of the workflows, as handsets show them: the hour and minute of the start in the workspace's zone. */
export const reminderText = (start: number) => `Welcome at ${clock.format(start)}`;
export const confirmationText = (start: number) => `Booked for ${clock.format(start)}`;
/** Those who live elsewhere read the zone behind the time. */
const withoutZone = (text: string) => text.replace(/ \(Oslo time\)$/, "");
const timeZone = "Europe/Oslo";
const clock = new Intl.DateTimeFormat("en-GB", { timeZone, hour: "2-digit", minute: "2-digit" });

export interface ReminderFindings {
  /** What must never happen and did. */
  violations: string[];
  sent: number;
  skipped: number;
  /** Queued reminders that a change took back before they left. */
  withdrawn: number;
  /** Texts that were decided before a change was answered, and reached the carrier after it; and the longest time between, in milliseconds. */
  overtaken: number;
  overtakenBy: number;
}

/** Compares. Nothing may be under way any more, and all moments but those of tomorrow have passed by `now`. */
export function compareReminders(evidence: ReminderEvidence, now: number): ReminderFindings {
  const { bookings, reminders, confirmations, texts } = evidence;
  const found: ReminderFindings = { violations: [], sent: 0, skipped: 0, withdrawn: 0, overtaken: 0, overtakenBy: 0 };
  const byMessage = Map.groupBy(texts, ({ message_id }) => message_id);
  const ofNumber = Map.groupBy(reminders, ({ number }) => number);
  const confirmed = Map.groupBy(confirmations, ({ number }) => number);
  const known = new Set([...reminders, ...confirmations].map(({ message_id }) => message_id));
  for (const { number, text, message_id } of texts)
    if (!known.has(message_id)) found.violations.push(`${number} got "${text}", which nothing decided`);
  for (const booking of bookings) {
    const decisions = ofNumber.get(booking.number) ?? [];
    const blame = (what: string, detail: unknown) =>
      found.violations.push(`${what} ${booking.number} (${booking.change ?? "unchanged"}): ${JSON.stringify(detail)}`);
    for (const decision of decisions) {
      const got = byMessage.get(decision.message_id ?? "") ?? [];
      if (decision.state === "sent") judgeSent(booking, decision, got, found, blame);
      else if (decision.state === "skipped" && decision.reason === "booked_too_late") found.skipped++;
      else if (decision.state === "skipped" && takenBack.includes(decision.reason ?? ""))
        judgeWithdrawn(booking, decision, got, found, blame);
      else blame("neither sent nor too late:", decision);
    }
    judgeLast(booking, decisions, now, blame);
    if (booking.change === "late") judgeConfirmation(booking, confirmed.get(booking.number) ?? [], byMessage, blame);
  }
  return found;
}

type Blame = (what: string, detail: unknown) => void;

/** A reminder that was sent is with the carrier once, and the booking may have been so when it was decided. */
function judgeSent(
  { states }: LoggedBooking,
  decision: Decided,
  got: readonly HandsetText[],
  found: ReminderFindings,
  blame: Blame,
): void {
  found.sent++;
  const [text] = got;
  if (!text || got.length > 1) return blame(`${got.length} times with the carrier:`, decision);
  if (withoutZone(text.text) !== reminderText(decision.occurrence)) blame("with another time:", text);
  const moment = decision.occurrence - lead;
  const isMeant = (state: BookingState, i: number) =>
    state.live &&
    state.start === decision.occurrence &&
    // Asked for after the moment it is too late for the reminder.
    state.asked <= moment &&
    state.asked <= text.at &&
    (states[i + 1]?.answered ?? Number.POSITIVE_INFINITY) >= decision.decided_at;
  const meant = states.findLastIndex(isMeant);
  if (meant < 0) return blame("sent though it was otherwise:", { decision, states });
  const next = states[meant + 1];
  if (next && next.answered < text.at) {
    found.overtaken++;
    found.overtakenBy = Math.max(found.overtakenBy, text.at - next.answered);
  }
}

/** Why a queued reminder does not leave after all. */
const takenBack = ["booking_cancelled", "superseded"];

/** A reminder that was taken back never reached the carrier, and the booking was cancelled or moved. */
function judgeWithdrawn(
  { states }: LoggedBooking,
  decision: Decided,
  got: readonly HandsetText[],
  found: ReminderFindings,
  blame: Blame,
): void {
  found.withdrawn++;
  if (got.length > 0) blame("taken back, and with the carrier:", { decision, got });
  if (states.every(({ live, start }) => live && start === decision.occurrence))
    blame("taken back though nothing changed:", { decision, states });
}

/** Of what a booking ended as there is one decision, if that is due, and it is sent where it was so before its moment. */
function judgeLast({ states }: LoggedBooking, decisions: readonly Decided[], now: number, blame: Blame): void {
  const last = states.at(-1);
  if (!last?.live || last.start - lead > now) return;
  const own = decisions.filter(({ occurrence }) => occurrence === last.start);
  if (own.length !== 1) return blame(`${own.length} decisions about`, { states, own });
  if (last.answered <= last.start - lead && own[0]?.state !== "sent") blame("not sent to", { states, own });
}

function judgeConfirmation(
  { states }: LoggedBooking,
  decisions: readonly Decided[],
  byMessage: ReadonlyMap<string, readonly HandsetText[]>,
  blame: Blame,
): void {
  const got = decisions.flatMap(({ message_id }) => byMessage.get(message_id ?? "") ?? []);
  if (decisions.length === 1 && got.length === 1 && got[0]?.text === confirmationText(states[0]?.start ?? 0)) return;
  blame("not confirmed once:", { decisions, got });
}

/** What was decided by a workflow, by the numbers of the customers. */
export async function readDecisions(client: Queries, workspaceId: string, workflowId: string): Promise<Decided[]> {
  const { rows } = await client.query<
    Omit<Decided, "occurrence" | "decided_at"> & { occurrence: Date; decided_at: Date }
  >(
    `select c.mobile as number, d.occurrence, d.decided_at, d.state, d.reason, d.message_id
     from workflow_decisions d
     join bookings b on b.workspace_id = d.workspace_id and b.id = d.booking_id
     join contacts c on c.workspace_id = b.workspace_id and c.id = b.customer_id
     where d.workspace_id = $1 and d.workflow_id = $2`,
    [workspaceId, workflowId],
  );
  return rows.map((row) => ({
    ...row,
    occurrence: row.occurrence.getTime(),
    decided_at: row.decided_at.getTime(),
  }));
}

/** What the sandbox's handsets got. */
export async function readHandsets(client: Queries, workspaceId: string): Promise<HandsetText[]> {
  const { rows } = await client.query<{ number: string; text: string; message_id: string; id: string }>(
    "select phone as number, text, message_id, id from sandbox_messages where workspace_id = $1 and outbound",
    [workspaceId],
  );
  return rows.map(({ id, ...rest }) => ({ ...rest, at: instantOf(id).getTime() }));
}
