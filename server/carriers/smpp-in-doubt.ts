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
import { type Doubted, doubtLasts_ms, readArrival, readStart, saidByOthers } from "./smpp-redelivery.ts";

/** A text, and what is known of it. */
export interface Claim {
  reference: string;
  /** When it first came. */
  first_at: Date;
  /** To be called when it is durable; what that answers, when the provider has read the acknowledgement. */
  acknowledged(): () => void;
  /** To be called when it is refused: for now, or for good. */
  refused(for_now: boolean): void;
}

/** A text that came at `at`; of a START nothing but when it was said hangs on what is in doubt. */
export interface Claimed {
  digest: string;
  sequence: number;
  session: LinkSession;
  at: Date;
  start: boolean;
}

export interface InDoubt {
  claim(text: Claimed): Promise<Claim>;
  /** Writes down what has been learnt, and that this process's sessions stand. To be called every second or so. */
  beat(): Promise<void>;
}

interface Wish extends Claimed {
  /** The database's time when it was first asked about. */
  asked_at: Date | null;
  found: Found | null;
}
type Found = Pick<Claim, "reference" | "first_at">;

interface Own {
  digest: string;
  session: LinkSession;
  under_way: boolean;
  refused: boolean;
}

/** A START that was refused: it comes again, maybe more than once. */
interface RefusedStart {
  session_id: string;
  first_at: Date;
  refused_at: Date;
  written: boolean;
}

const mostTexts = 500;
/** A provider that offers again and again what cannot be written down shall not fill the memory. */
const mostRefused = 10_000;
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
  /** By digest. Kept here too, because the database may be away for as long as a START is refused. */
  const refusedStarts = new Map<string, RefusedStart>();
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
        const dropped: store.InDoubtRow[] = [];
        const added = new Map<string, store.InDoubtRow>();
        const found = batch.map((wish) => {
          const same = known.get(wish.digest) ?? [];
          const read = readWish(wish, same);
          if (read === null) return null;
          const { digest, sequence, session } = wish;
          const { reference, first_at, over } = read;
          const gone = same.filter((row) => over.has(row.reference));
          for (const row of gone) if (!added.delete(row.reference)) dropped.push(row);
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
          known.set(digest, [...same.filter((each) => !gone.includes(each)), row]);
          made.push(reference);
          own.set(reference, { digest, session, under_way: true, refused: false });
          return read;
        });
        await store.deleteDoubted(tx, workspace_id, carrier_id, dropped);
        await store.insertDoubted(tx, workspace_id, carrier_id, [...added.values()]);
        return found;
      });
      batch.forEach((wish, i) => (wish.found = found[i] ?? null));
    } catch (error) {
      undo();
      throw error;
    }
  }

  /** What a text is, and the references of those whose doubt is over with it; null: ask again. */
  function readWish(wish: Wish, same: readonly store.InDoubtRow[]): (Found & { over: ReadonlySet<string> }) | null {
    const fresh = { reference: newId(wish.at), first_at: wish.at, over: new Set<string>() };
    const refused = wish.start ? refusedStart(wish.digest) : null;
    if (same.length === 0 && !refused) return fresh;
    const doubted = same.map((row) => readRow(row, wish));
    if (refused) {
      doubted.push(refused);
      doubted.sort((a, b) => a.first_at.getTime() - b.first_at.getTime());
    }
    const arriving = { sequence: wish.sequence, session_id: wish.session.id };
    const read = wish.start ? readStart(doubted, arriving) : readArrival(doubted, arriving);
    if (read.kind === "new") return fresh;
    if (read.kind === "undecided") {
      wish.asked_at ??= same[0]?.now ?? null;
      return null;
    }
    const { reference, first_at } = read.of;
    // A text came again now, whichever it was, and will not once more for the same reason.
    const over = new Set(wish.start ? saidByOthers(doubted).map((each) => each.reference) : [reference]);
    return { reference: read.kind === "again" ? reference : fresh.reference, first_at, over };
  }

  function readRow(row: store.InDoubtRow, { asked_at }: Wish): Doubted {
    const mine = own.get(row.reference);
    return {
      reference: row.reference,
      sequence: mine?.refused ? null : row.sequence,
      session_id: row.session_id,
      first_at: row.first_at,
      heard_at: row.heard_at,
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

  /** Written down or not; with a `heard_at` that outlasts no row, since rows are for other processes too. */
  function refusedStart(digest: string): Doubted | null {
    const refused = refusedStarts.get(digest);
    if (!refused || isOver(refused)) return null;
    const { session_id, first_at } = refused;
    const heard_at = new Date(0);
    return { reference: "", sequence: null, session_id, first_at, heard_at, session: "lost", under_way: false };
  }

  const agoOf = ({ refused_at }: RefusedStart) => clock.now().getTime() - refused_at.getTime();
  const isOver = (refused: RefusedStart) => agoOf(refused) > doubtLasts_ms;

  function rememberRefused({ digest, session }: Claimed, first_at: Date): void {
    const before = refusedStarts.get(digest);
    refusedStarts.delete(digest);
    refusedStarts.set(digest, {
      session_id: session.id,
      first_at: before && before.first_at < first_at ? before.first_at : first_at,
      refused_at: clock.now(),
      written: false,
    });
    if (refusedStarts.size > mostRefused)
      for (const oldest of refusedStarts.keys().take(1)) refusedStarts.delete(oldest);
  }

  function settle(reference: string): void {
    const about = own.get(reference);
    if (!about) return;
    own.delete(reference);
    settled.set(reference, about.digest);
  }

  async function beat(): Promise<void> {
    for (const [digest, refused] of refusedStarts) if (isOver(refused)) refusedStarts.delete(digest);
    const starts = [...refusedStarts].filter(([, { written }]) => !written);
    const gone = [...settled].map(([reference, digest]) => ({ reference, digest }));
    const refused = [...own].flatMap(([reference, each]) => (each.refused ? [{ reference, ...each }] : []));
    const ended = new Set([...sessions.values()].filter((session) => !session.stands()));
    const standing = new Set([...own.values()].map(({ session }) => session).filter((each) => each.stands()));
    if (starts.length + gone.length + refused.length + ended.size + standing.size === 0) return;
    const idsOf = (some: Set<LinkSession>) => Array.from(some, ({ id }) => id);
    await preparedTransaction(db.workspacePool, scope, async (tx) => {
      await store.insertRefused(
        tx,
        workspace_id,
        carrier_id,
        starts.map(([digest, refused]) => {
          const { session_id, first_at } = refused;
          return { digest, reference: newId(clock.now()), session_id, first_at, ago_ms: agoOf(refused) };
        }),
      );
      await store.deleteDoubted(tx, workspace_id, carrier_id, gone);
      await store.markRefused(tx, workspace_id, carrier_id, refused);
      await store.markLost(tx, workspace_id, carrier_id, idsOf(ended));
      await store.markHeard(tx, workspace_id, carrier_id, idsOf(standing));
    });
    for (const [, start] of starts) start.written = true;
    for (const { reference } of gone) settled.delete(reference);
    // What is in the database now, need not be kept here.
    for (const [reference, { session, under_way, refused: again }] of own)
      if (!under_way && (ended.has(session) || (again && refused.some((each) => each.reference === reference))))
        own.delete(reference);
    const used = new Set([...own.values()].map(({ session }) => session));
    for (const session of ended) if (!used.has(session)) sessions.delete(session.id);
  }

  /** Answers once it is known what the text is. */
  async function find(wish: Wish): Promise<Found> {
    await wishes.add(wish);
    while (!wish.found) {
      await pause(askAgain_ms);
      await wishes.add(wish);
    }
    return wish.found;
  }

  return {
    async claim(text) {
      const found = await find({ ...text, asked_at: null, found: null }).catch((error: unknown) => {
        if (text.start) rememberRefused(text, text.at);
        throw error;
      });
      const { reference, first_at } = found;
      const about = own.get(reference);
      return {
        reference,
        first_at,
        acknowledged() {
          if (about) Object.assign(about, { under_way: false, refused: false });
          return () => settle(reference);
        },
        refused(for_now) {
          if (for_now && text.start) rememberRefused(text, first_at);
          if (!for_now || text.start) return settle(reference);
          if (about) Object.assign(about, { under_way: false, refused: true });
        },
      };
    },
    beat: () => inTurn(beat),
  };
}
