/** One action of a workflow for one recipient, on the way to its decision. */
import type { DecisionReason } from "../../../contract/decisions.ts";
import type { Tx } from "../../kit/db.ts";
import type { Seal } from "../../kit/seal.ts";
import type { WorkspaceRow } from "../../workspaces/workspace.ts";
import type { AccessLinks } from "../access-links.ts";
import type { Booking } from "../booking.ts";
import type { ManageLinks } from "../manage-links.ts";
import type { DecisionRow } from "./decisions-store.ts";
import type { Occasion } from "./occasion.ts";
import type { RecipientOf } from "./recipients.ts";
import type { StoredAction } from "./workflow.ts";

/** What deciding needs beside the transaction. */
export interface DecideServices {
  links: ManageLinks;
  access: AccessLinks;
  seal: Pick<Seal, "close">;
}

/** The state in which a whole batch is decided. */
export interface Deciding extends DecideServices {
  tx: Tx;
  workspace: WorkspaceRow;
  now: Date;
}

/** What an action means for one recipient, or for nobody in particular. */
export interface Step {
  occasion: Occasion;
  action: StoredAction;
  recipient: RecipientOf | null;
  /** Further bookings of this recipient that the text is about too. */
  together: Booking[];
  decision: DecisionRow;
}

/** Marks a step as not done, unless it is that already. */
export function skip(step: Step, reason: DecisionReason): Step {
  if (step.decision.state === "sent") Object.assign(step.decision, { state: "skipped", reason });
  return step;
}

/** What tells the texts and mails that a workflow sends somebody apart. */
export const occasionKey = ({ decision }: Step): string =>
  [decision.booking_id, decision.occurrence.toISOString(), decision.action, decision.recipient].join(" ");
