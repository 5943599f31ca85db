/**
 * Whether a deliver_sm repeats an earlier one. SMPP gives a text from a handset no id, and people write the same text twice, so the
 * content does not decide. What happened to the acknowledgement of the earlier one does:
 *
 *  - a text that was refused for now is sent again, under any sequence;
 *  - one whose acknowledgement the provider has certainly read does not (its row is gone then, see in-doubt.ts);
 *  - one whose connection ended before that is sent again on another. With the same sequence it is taken for the same text; with
 *    another it may be a new one.
 *
 * Sequences restart with each bind, so even the same one is no proof. STOP, START and HELP are therefore never dropped as repeats:
 * a STOP and a HELP are not looked up at all, and a START is only dated. docs/decisions/smpp.md says what follows from each.
 */

/**
 * How long a text may still be repeated, from when it was last refused or its connection was lost. Providers send it again within
 * their retry interval. Jasmin does after 30 seconds (user guide, "Receiving SMS-MO", deliversm-thrower/retry_delay), Kannel
 * after 60 (user guide, sms-resend-freq), Restcomm SMSC first after five minutes (secondduedelay), and Vonage after 5 seconds,
 * then twice as long each time until it is 15 minutes ("How long does Vonage retry inbound messages"). A quarter of an hour, and
 * some minutes until a lost connection is noticed.
 */
export const doubtLasts_ms = 20 * 60_000;

/** A text with the same octets as the arriving one, whose acknowledgement the provider may not have read. */
export interface Doubted {
  /** Its reference in the ledger. */
  reference: string;
  /** The sequence of its deliver_sm; null: it was refused for now. */
  sequence: number | null;
  session_id: string;
  first_at: Date;
  /** When it was refused, or its connection was last known to be open: the doubt ends `doubtLasts_ms` later. */
  heard_at: Date;
  /** The state of its connection. Unknown: it is another process's, which reported a moment ago. */
  session: "open" | "lost" | "unknown";
  /** Not acknowledged yet. */
  under_way: boolean;
}

/** again: a repeat; perhaps: a repeat, or a new text of the same words; undecided: look again in a moment. */
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

/** Reads a START against those in doubt, oldest first. It is dated by the oldest that it may repeat. */
export function readStart(doubted: readonly Doubted[], arriving: Arriving): Exclude<Arrival, { kind: "again" }> {
  if (doubted.some((each) => each.session === "unknown" && each.sequence !== null)) return { kind: "undecided" };
  const [oldest] = doubted.filter((each) => each.session === "lost" || isSame(each, arriving));
  return oldest ? { kind: "perhaps", of: oldest } : { kind: "new" };
}

/**
 * Reads a part of a long text against those in doubt, oldest first. Whether it is a repeat is decided as of any text; but as it may belong
 * to a START, it is dated by the oldest that it may repeat.
 */
export function readPart(doubted: readonly Doubted[], arriving: Arriving): Arrival {
  const start = readStart(doubted, arriving);
  if (start.kind !== "perhaps") return start;
  const read = readArrival(doubted, arriving);
  return "of" in read ? { ...read, of: { ...read.of, first_at: start.of.first_at } } : read;
}

/**
 * STARTs in doubt that need not be kept, because another is as old or older and stays in doubt longer: it dates later repeats just as
 * well. An arriving START removes no other: it is unknown which of two it repeats, and the other may still be repeated too.
 */
export function supersededStarts(doubted: readonly Doubted[]): Doubted[] {
  const open = doubted.filter((each) => each.sequence === null || each.session === "lost");
  return open.filter((each, i) =>
    open.some(
      (other, j) =>
        other.first_at <= each.first_at &&
        (other.heard_at > each.heard_at || (other.heard_at.getTime() === each.heard_at.getTime() && j < i)),
    ),
  );
}
