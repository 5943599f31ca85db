/**
 * Whether a deliver_sm is one that came before. SMPP gives a text from a handset no id, and people write the same twice, so
 * content never tells. What tells is what an acknowledgement can have come to:
 *
 *  - a text that was refused for now comes again, under any sequence;
 *  - one whose acknowledgement the provider has certainly read does not (its row is gone then, see smpp-in-doubt.ts);
 *  - one whose connection ended before that comes again on another. It is taken for the same where it has the sequence that it
 *    had; under another it may as well be a new one.
 *
 * Sequences begin anew with each bind, so even the same one is no proof. STOP, START and HELP are therefore never taken for one
 * that came before: a STOP and a HELP need not be asked about at all, and a START is only dated. docs/decisions/smpp.md says
 * what follows from each.
 */

/**
 * How long a text may be one that came before, from when it was refused last, or its connection was lost. Providers offer it again
 * within their retry interval. Jasmin does after 30 seconds (user guide, "Receiving SMS-MO", deliversm-thrower/retry_delay), Kannel
 * after 60 (user guide, sms-resend-freq), Restcomm SMSC first after five minutes (secondduedelay), and Vonage after 5 seconds,
 * then twice as long each time until it is 15 minutes ("How long does Vonage retry inbound messages"). A quarter of an hour, and
 * some minutes for a connection that is only just found to be lost.
 */
export const doubtLasts_ms = 20 * 60_000;

/** A text, octet for octet the one that came, whose acknowledgement the provider may not have read. */
export interface Doubted {
  /** What the ledger knows it by. */
  reference: string;
  /** Of its deliver_sm; null: it was refused for now. */
  sequence: number | null;
  session_id: string;
  first_at: Date;
  /** Until when, in effect: the doubt ends so long after. */
  heard_at: Date;
  /** Its connection: unknown where another process has it and was heard of a moment ago. */
  session: "stands" | "lost" | "unknown";
  /** Not acknowledged yet. */
  under_way: boolean;
}

/** again: taken for the same; perhaps: maybe, or another of the same words; undecided: ask again in a moment. */
export type Arrival =
  | { kind: "again"; of: Doubted }
  | { kind: "perhaps"; of: Doubted }
  | { kind: "new" }
  | { kind: "undecided" };

interface Arriving {
  sequence: number;
  session_id: string;
}

const isSame = (each: Doubted, { sequence, session_id }: Arriving) =>
  each.sequence === null ||
  (each.sequence === sequence && (each.session === "lost" || (each.session_id === session_id && each.under_way)));

/** Reads a text that is no keyword against those in doubt, oldest first. */
export function readArrival(doubted: readonly Doubted[], arriving: Arriving): Arrival {
  const same = doubted.find((each) => isSame(each, arriving));
  if (same) return { kind: "again", of: same };
  if (doubted.some((each) => each.session === "unknown" && each.sequence === arriving.sequence))
    return { kind: "undecided" };
  const lost = doubted.find((each) => each.session === "lost");
  return lost ? { kind: "perhaps", of: lost } : { kind: "new" };
}

/** Reads a START against those in doubt, oldest first: whichever it may be the same as, it was said when the first of them was. */
export function readStart(doubted: readonly Doubted[], arriving: Arriving): Exclude<Arrival, { kind: "again" }> {
  if (doubted.some((each) => each.session === "unknown" && each.sequence !== null)) return { kind: "undecided" };
  const [oldest] = doubted.filter((each) => each.session === "lost" || isSame(each, arriving));
  return oldest ? { kind: "perhaps", of: oldest } : { kind: "new" };
}

/**
 * STARTs in doubt that say nothing that another does not say for longer. None is taken out of doubt by one that comes: nobody can
 * tell which of two it was, and the other may still come.
 */
export function saidByOthers(doubted: readonly Doubted[]): Doubted[] {
  const open = doubted.filter((each) => each.sequence === null || each.session === "lost");
  return open.filter((each, i) =>
    open.some(
      (other, j) =>
        other.first_at <= each.first_at &&
        (other.heard_at > each.heard_at || (other.heard_at.getTime() === each.heard_at.getTime() && j < i)),
    ),
  );
}
