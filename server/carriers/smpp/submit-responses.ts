/** What the provider's responses to submit_sm mean for the texts that they are about. */
import type { FailureReason } from "../../../contract/messages.ts";
import type { Pace } from "./pace.ts";
import { readMessageId } from "./pdu.ts";
import { closePart, failPart, finish, type PendingPart, type PendingText } from "./pending-text.ts";
import { meaningOf, statusCode } from "./status.ts";

/** The provider's id of one text, or of each of its parts. */
export interface Accepted {
  message_id: string;
  ids: string[];
}

export interface ResponseHandlerOptions {
  pace: Pick<Pace, "accepted" | "throttled">;
  /** A text was accepted; also when the response came too late for its outcome. */
  onAccepted(accepted: Accepted): void;
  note(message: string): void;
  /** Offers a part again that was not accepted. */
  again(part: PendingPart): void;
}

export interface ResponseHandler {
  handle(part: PendingPart, status: number, pdu: Buffer): void;
  /** The response to a part that was overdue and has its outcome. */
  handleOverdue(part: PendingPart, status: number, pdu: Buffer): void;
}

/** After an internal error of the provider a text waits, and is refused after so many of them. */
const errorPause = 1_000;
const mostErrors = 5;
const mostRemembered = 10_000;
/** How long texts wait where the provider takes nothing, or no connection is bound. */
export const downFor = 1_000;

export function createResponseHandler({ pace, onAccepted, note, again }: ResponseHandlerOptions): ResponseHandler {
  const errors = new Map<string, number>();

  function handle(part: PendingPart, status: number, pdu: Buffer): void {
    if (status !== 0) return refusedWith(part, status);
    const { pending } = part;
    pace.accepted(performance.now());
    const id = readMessageId(pdu);
    if (pending.parts.length === 1) {
      onAccepted({ message_id: pending.text.message_id, ids: [id] });
      finish(pending, { kind: "accepted", carrier_reference: id });
      return;
    }
    pending.ids[part.part] = id;
    if (pending.open === 1 && !pending.failure) onAccepted({ message_id: pending.text.message_id, ids: pending.ids });
    closePart(pending);
  }

  function refusedWith(part: PendingPart, status: number): void {
    const { pending } = part;
    const meaning = meaningOf(status);
    if (meaning.kind === "refused") {
      refuse(pending, status, meaning.reason, meaning.elsewhere);
      return;
    }
    if (meaning.kind === "down") {
      failPart(pending, { kind: "later", after_ms: downFor, down: true });
      return;
    }
    if (meaning.kind === "internal_error") {
      if (failedTooOften(pending.text.message_id)) {
        refuse(pending, status, "unknown", true);
        return;
      }
      if (pending.parts.length === 1) {
        failPart(pending, { kind: "later", after_ms: errorPause });
        return;
      }
    }
    note(`the provider throttles: ${statusCode(status)}`);
    pace.throttled(performance.now());
    again(part);
  }

  function refuse(pending: PendingText, status: number, reason: FailureReason, elsewhere: boolean): void {
    failPart(pending, { kind: "refused", code: statusCode(status), reason, ...(elsewhere && { elsewhere: true }) });
  }

  /** Counts the provider's internal errors with a text. */
  function failedTooOften(messageId: string): boolean {
    const times = (errors.get(messageId) ?? 0) + 1;
    errors.delete(messageId);
    if (times >= mostErrors) return true;
    errors.set(messageId, times);
    const [oldest] = errors.keys();
    if (errors.size > mostRemembered && oldest !== undefined) errors.delete(oldest);
    return false;
  }

  function handleOverdue({ pending, part }: PendingPart, status: number, pdu: Buffer): void {
    if (status !== 0) return;
    pending.ids[part] = readMessageId(pdu);
    const complete = pending.parts.every((_, i) => pending.ids[i] !== undefined);
    if (complete) onAccepted({ message_id: pending.text.message_id, ids: pending.ids });
  }

  return { handle, handleOverdue };
}
