/**
 * Which texts from handsets are new, and which came before: written down before a text is, and kept until the provider has
 * certainly read its acknowledgement. So it is known to whichever process gets a text again, after any crash. What follows
 * from what is known stands in smpp-redelivery.ts.
 */
import { setTimeout as pause } from "node:timers/promises";
import type { Clock } from "../kit/clock.ts";
import { type Db, workspaceScope } from "../kit/db.ts";
import { gather } from "../kit/gather.ts";
import { newId } from "../kit/id.ts";
import { preparedTransaction } from "../kit/prepared.ts";
import * as store from "./smpp-in-doubt-store.ts";
import type { LinkSession } from "./smpp-link.ts";
import { type Doubted, readArrival, type Weight } from "./smpp-redelivery.ts";

/** A text, and what is known of it. */
export interface Claim {
  reference: string;
  /** When it first came. */
  first_at: Date;
  /** It came before: certainly, or perhaps. */
  again: "certainly" | "perhaps" | null;
  /** To be called when it is durable; what that answers, when the provider has read the acknowledgement. */
  acknowledged(): () => void;
  /** To be called when it is refused: for now, or for good. */
  refused(for_now: boolean): void;
}

export interface InDoubt {
  /** `weigh` is asked only where the same octets are in doubt. */
  claim(text: { digest: string; sequence: number; session: LinkSession; weigh(): Weight }): Promise<Claim>;
  /** Writes down what has been learnt, and that this process's sessions stand. To be called every second or so. */
  beat(): Promise<void>;
}

interface Wish {
  digest: string;
  sequence: number;
  session: LinkSession;
  weigh(): Weight;
  at: Date;
  /** The database's time when it was first asked about. */
  asked_at: Date | null;
  found: Found | null;
}
type Found = Pick<Claim, "reference" | "first_at" | "again">;

interface Own {
  digest: string;
  session: LinkSession;
  under_way: boolean;
  refused: boolean;
}

const mostTexts = 500;
const askAgain_ms = 100;

export function createInDoubt(services: {
  workspace_id: string;
  carrier_id: string;
  db: Db;
  clock: Clock;
  /** A process that has been silent for so long is dead, and its sessions with it. */
  silent_ms: number;
  mayBeOneItem(error: unknown): boolean;
}): InDoubt {
  const { workspace_id, carrier_id, db, clock, silent_ms, mayBeOneItem } = services;
  // Nobody's answer depends on it alone: the text itself is written later, by a commit that brings this to disk before it.
  const scope = `${workspaceScope(workspace_id)}; set local synchronous_commit = off`;
  let turn: Promise<unknown> = Promise.resolve();
  /** By reference: what this process answers for. */
  const own = new Map<string, Own>();
  const sessions = new Map<string, LinkSession>();
  /** No longer in doubt, and still in the database. */
  const settled = new Map<string, string>();
  const wishes = gather<Wish>({ most: mostTexts, write: (batch) => inTurn(() => decide(batch)), mayBeOneItem });

  /** One at a time: what has been learnt of a text must not be written over what it has become since. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = turn.then(work);
    turn = done.catch(() => {});
    return done;
  }

  async function decide(batch: Wish[]): Promise<void> {
    for (const { session } of batch) sessions.set(session.id, session);
    let made: string[] = [];
    const undo = () => {
      for (const reference of made) own.delete(reference);
      made = [];
    };
    try {
      const found = await preparedTransaction(db.workspacePool, scope, async (tx) => {
        undo();
        const digests = batch.map(({ digest }) => digest);
        const rows = await store.lockDoubted(tx, workspace_id, carrier_id, digests);
        const known = Map.groupBy(
          rows.filter((row) => !settled.has(row.reference)),
          (row) => row.digest,
        );
        const replaced: store.InDoubtRow[] = [];
        const added = new Map<string, store.InDoubtRow>();
        const found = batch.map((wish) => {
          const same = known.get(wish.digest) ?? [];
          const read = readWish(wish, same);
          if (read === null) return null;
          const { digest, sequence, session } = wish;
          const { reference, first_at } = read;
          // Whatever it was, it came again now, and will not once more for the same reason.
          const before = same.find((row) => row.reference === read.of);
          if (before && !added.delete(before.reference)) replaced.push(before);
          const now = clock.now();
          const row = {
            digest,
            reference,
            sequence,
            session_id: session.id,
            lost: false,
            first_at,
            heard_at: now,
            now,
          };
          added.set(reference, row);
          known.set(digest, [...same.filter((each) => each !== before), row]);
          made.push(reference);
          own.set(reference, { digest, session, under_way: true, refused: false });
          return read;
        });
        await store.deleteDoubted(tx, workspace_id, carrier_id, replaced);
        await store.insertDoubted(tx, workspace_id, carrier_id, [...added.values()]);
        return found;
      });
      batch.forEach((wish, i) => (wish.found = found[i] ?? null));
    } catch (error) {
      undo();
      throw error;
    }
  }

  function readWish(wish: Wish, same: readonly store.InDoubtRow[]): (Found & { of: string | null }) | null {
    const fresh = { reference: newId(wish.at), first_at: wish.at, again: null, of: null };
    if (same.length === 0) return fresh;
    const doubts = same.map((row) => doubted(row, wish));
    const read = readArrival(doubts, { sequence: wish.sequence, session_id: wish.session.id }, wish.weigh());
    if (read.kind === "new") return fresh;
    if (read.kind === "undecided") {
      wish.asked_at ??= same[0]?.now ?? null;
      return null;
    }
    const { reference, first_at } = read.of;
    return read.kind === "again"
      ? { reference, first_at, again: "certainly", of: reference }
      : { reference: fresh.reference, first_at, again: "perhaps", of: reference };
  }

  function doubted(row: store.InDoubtRow, { asked_at }: Wish): Doubted {
    const mine = own.get(row.reference);
    return {
      reference: row.reference,
      sequence: mine?.refused ? null : row.sequence,
      session_id: row.session_id,
      first_at: row.first_at,
      session: standingOf(row, asked_at),
      under_way: mine?.under_way ?? false,
    };
  }

  function standingOf({ session_id, lost, heard_at, now }: store.InDoubtRow, asked_at: Date | null) {
    const mine = sessions.get(session_id);
    if (mine) return mine.stands() ? "stands" : "lost";
    if (lost || now.getTime() - heard_at.getTime() > silent_ms) return "lost";
    return asked_at && heard_at > asked_at ? "stands" : "unknown";
  }

  function settle(reference: string): void {
    const about = own.get(reference);
    if (!about) return;
    own.delete(reference);
    settled.set(reference, about.digest);
  }

  async function beat(): Promise<void> {
    const gone = [...settled].map(([reference, digest]) => ({ reference, digest }));
    const refused = [...own].flatMap(([reference, each]) => (each.refused ? [{ reference, ...each }] : []));
    const ended = new Set([...sessions.values()].filter((session) => !session.stands()));
    const standing = new Set([...own.values()].map(({ session }) => session).filter((each) => each.stands()));
    if (gone.length + refused.length + ended.size + standing.size === 0) return;
    const idsOf = (some: Set<LinkSession>) => Array.from(some, ({ id }) => id);
    await preparedTransaction(db.workspacePool, scope, async (tx) => {
      await store.deleteDoubted(tx, workspace_id, carrier_id, gone);
      await store.markRefused(tx, workspace_id, carrier_id, refused);
      await store.markLost(tx, workspace_id, carrier_id, idsOf(ended));
      await store.markHeard(tx, workspace_id, carrier_id, idsOf(standing));
    });
    for (const { reference } of gone) settled.delete(reference);
    // What is in the database now, need not be kept here.
    for (const [reference, { session, under_way, refused: again }] of own)
      if (!under_way && (ended.has(session) || (again && refused.some((each) => each.reference === reference))))
        own.delete(reference);
    const used = new Set([...own.values()].map(({ session }) => session));
    for (const session of ended) if (!used.has(session)) sessions.delete(session.id);
  }

  return {
    async claim({ digest, sequence, session, weigh }) {
      const wish: Wish = { digest, sequence, session, weigh, at: clock.now(), asked_at: null, found: null };
      await wishes.add(wish);
      while (!wish.found) {
        await pause(askAgain_ms);
        await wishes.add(wish);
      }
      const { reference } = wish.found;
      const about = own.get(reference);
      return {
        ...wish.found,
        acknowledged() {
          if (about) Object.assign(about, { under_way: false, refused: false });
          return () => settle(reference);
        },
        refused(for_now) {
          if (!for_now) return settle(reference);
          if (about) Object.assign(about, { under_way: false, refused: true });
        },
      };
    },
    beat: () => inTurn(beat),
  };
}
