/**
 * Whether a deliver_sm is one that came before. SMPP gives a text from a handset no id, and people write the same twice, so
 * content never tells. What tells is what an acknowledgement can have come to:
 *
 *  - a text that was refused for now comes again, under any sequence;
 *  - one whose acknowledgement the provider has certainly read does not (its row is gone then, see smpp-in-doubt.ts);
 *  - one whose connection ended before that comes again on another. It is certainly the same where it has the sequence that it
 *    had; under another it may as well be a new one.
 *
 * docs/decisions/smpp.md says what follows from each.
 */

/** A text, octet for octet the one that came, whose acknowledgement the provider may not have read. */
export interface Doubted {
  /** What the ledger knows it by. */
  reference: string;
  /** Of its deliver_sm; null: it was refused for now. */
  sequence: number | null;
  session_id: string;
  first_at: Date;
  /** Its connection: unknown where another process has it and was heard of a moment ago. */
  session: "stands" | "lost" | "unknown";
  /** Not acknowledged yet. */
  under_way: boolean;
}

/** again: certainly the same; perhaps: maybe, or another of the same words; undecided: ask again in a moment. */
export type Arrival =
  | { kind: "again"; of: Doubted }
  | { kind: "perhaps"; of: Doubted }
  | { kind: "new" }
  | { kind: "undecided" };

/** What hangs on it: a STOP acts at once, a START that may be an old one lifts nothing that came after. */
export type Weight = "stop" | "start" | "text";

/** Reads what came against those in doubt, oldest first. */
export function readArrival(
  doubted: readonly Doubted[],
  { sequence, session_id }: { sequence: number; session_id: string },
  weight: Weight,
): Arrival {
  const same = doubted.find(
    (each) =>
      each.sequence === null ||
      (each.sequence === sequence && (each.session === "lost" || (each.session_id === session_id && each.under_way))),
  );
  if (same) return { kind: "again", of: same };
  const asked = doubted.some(
    (each) => each.session === "unknown" && (weight === "start" || each.sequence === sequence),
  );
  if (asked && weight !== "stop") return { kind: "undecided" };
  const lost = doubted.find((each) => each.session === "lost");
  return lost ? { kind: "perhaps", of: lost } : { kind: "new" };
}
