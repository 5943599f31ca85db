/** Decisions as the API shows them, and what is ahead, which is no decision yet. */
import type { BookingDecision, Decision, DecisionReason } from "../../../contract/decisions.ts";
import type { Timing } from "../../../rules/booking-moments.ts";
import type { Tx } from "../../kit/db.ts";
import { getWorkspace, reminderHoursOf, type WorkspaceRow } from "../../workspaces/workspace.ts";
import { type Booking, isOff } from "../booking.ts";
import { loadBooking, loadBookings } from "../present-booking.ts";
import { type ShownDecision, selectOfBooking, selectOfWorkflow } from "./decisions-store.ts";
import { isAtShortNotice, momentFor, occasionOf } from "./occasion.ts";
import { nobodyGone, recipientsOf } from "./recipients.ts";
import { speaks } from "./texts.ts";
import { covers, isInState, isSwitchedOut, meetsConditions } from "./which-bookings.ts";
import { timingOf, type WorkflowRow } from "./workflow.ts";
import { selectEnabled } from "./workflows-store.ts";

/** What was decided about a booking, and what is ahead; latest moment first. 404 where there is no such booking. */
export async function decisionsOfBooking(tx: Tx, workspaceId: string, id: string, now: Date): Promise<Decision[]> {
  const booking = await loadBooking(tx, workspaceId, id);
  const workspace = await getWorkspace(tx, workspaceId);
  const decided = await selectOfBooking(tx, workspaceId, booking.id);
  const known = new Set(
    decided.filter(({ occurrence }) => isOfStart(occurrence, booking)).map((each) => each.workflow_id),
  );
  const ahead = (await selectEnabled(tx, workspaceId))
    .filter((workflow) => !known.has(workflow.id))
    .flatMap((workflow) => aheadOf(workflow, booking, workspace, now));
  return [...ahead, ...decided.map(presentDecision)].sort((a, b) =>
    a.due_at < b.due_at ? 1 : a.due_at > b.due_at ? -1 : 0,
  );
}

const isOfStart = (occurrence: Date, { start_at }: Booking) => occurrence.getTime() === start_at.getTime();

/** Moments that passed so recently may still be decided. */
const recent = 5 * 60_000;

/** What a timed workflow is going to do about a booking, or why it is not. */
export function aheadOf(workflow: WorkflowRow, booking: Booking, workspace: WorkspaceRow, now: Date): Decision[] {
  const timing = timingOf(workflow);
  if (!timing || !covers(workflow, booking) || !meetsConditions(workflow, booking)) return [];
  const due = momentFor(timing, booking, reminderHoursOf(workspace));
  // What came too late for the booking has its decision, and what was due before the workflow was enabled is not its own.
  if (due < booking.armed_at || (workflow.enabled_at !== null && due < workflow.enabled_at)) return [];
  const isPast = due.getTime() < now.getTime() - recent;
  if (isPast && !isOff(booking) && !isInState(timing, booking)) return [];
  const reason = isPast && !isOff(booking) ? "passed_over" : reasonAhead(workflow, timing, booking, due);
  const occasion = occasionOf(workflow, booking, booking.start_at, due, due);
  return workflow.do.flatMap((action): Decision[] => {
    const isSms = action.action === "send_sms";
    const common = {
      workflow: { id: workflow.id, name: workflow.name },
      action: action.action,
      channel: isSms ? ("sms" as const) : action.action === "send_email" ? ("email" as const) : ("none" as const),
      due_at: due.toISOString(),
      decided_at: null,
      message_id: null,
      mail_id: null,
      message_status: null,
    };
    const judge = (own: DecisionReason | null) =>
      own === null ? { state: "waiting" as const, reason: null } : { state: "skipped" as const, reason: own };
    if (action.action !== "send_sms" && action.action !== "send_email")
      return [{ ...common, to: null, recipient: "none", name: null, ...judge(reason) }];
    return recipientsOf(occasion, action.to, nobodyGone)
      .filter(({ locale }) => speaks(workflow.when.languages, locale, workspace))
      .map((recipient) => ({
        ...common,
        to: isSms ? (recipient.contact?.mobile ?? recipient.number) : (recipient.contact?.email ?? recipient.email),
        recipient: recipient.kind,
        name: recipient.name,
        ...judge(reason ?? (recipient.contact?.muted ? "muted" : null)),
      }));
  });
}

/** Why nothing will be sent, as the booking is now; null: something will, to those who can get it. */
function reasonAhead(workflow: WorkflowRow, timing: Timing, booking: Booking, due: Date): DecisionReason | null {
  if (isOff(booking)) return "booking_cancelled";
  // What waits for its confirmation may still get thanks.
  if (!isInState(timing, booking) && booking.stands_for !== "pending") return "status_not_meant";
  if (isSwitchedOut(workflow, booking)) return "booking_muted";
  return isAtShortNotice(workflow, booking, due) ? "booked_at_short_notice" : null;
}

/** What a workflow decided, last first, each with its booking. */
export async function decisionsOfWorkflow(
  tx: Tx,
  workspaceId: string,
  workflowId: string,
  page: { before: Date | null; skip: number; limit: number },
): Promise<{ items: BookingDecision[]; rows: ShownDecision[] }> {
  const rows = await selectOfWorkflow(tx, workspaceId, workflowId, page);
  const bookings = new Map(
    (
      await loadBookings(
        tx,
        workspaceId,
        rows.map(({ booking_id }) => booking_id),
      )
    ).map((each) => [each.id, each]),
  );
  const items = rows.map((row) => ({ ...presentDecision(row), booking: referenceTo(bookings.get(row.booking_id)) }));
  return { items, rows };
}

/** Enough of a booking to show which it is. */
export const referenceTo = (booking: Booking | undefined | null): BookingDecision["booking"] =>
  booking ? { id: booking.id, reference: booking.reference, start: booking.start_at.toISOString() } : null;

const kinds = ["customer", "attendee", "resource", "number", "address"] as const;

function presentDecision(row: ShownDecision): Decision {
  return {
    workflow: { id: row.workflow_id, name: row.workflow_name },
    action: row.action_kind,
    channel: row.channel,
    to: row.to,
    recipient: kinds.find((kind) => row.recipient.startsWith(`${kind}:`)) ?? "none",
    name: row.name,
    state: row.state,
    reason: row.reason,
    due_at: row.due_at.toISOString(),
    decided_at: row.decided_at.toISOString(),
    message_id: row.message_id,
    mail_id: row.mail_id,
    message_status: row.message_status,
  };
}
