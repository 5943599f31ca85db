/**
 * Remembers each text from a handset whose acknowledgement the provider may not have read, since the provider may send it again:
 * a row of smpp_in_doubt, written before the message itself, and deleted once the provider has certainly read the acknowledgement.
 * So whichever process gets the text again finds the row, after any crash. redelivery.ts decides by these rows whether a text
 * that arrives is a new one.
 */
import { setTimeout as pause } from "node:timers/promises";
import { type Keyword, standardKeywords } from "../../../rules/keyword-sets.ts";
import { keywordOf, mayBeKeyword } from "../../../rules/opt-out-keywords.ts";
import type { Clock } from "../../kit/clock.ts";
import { type Db, workspaceScope } from "../../kit/db.ts";
import { gather } from "../../kit/gather.ts";
import { newId } from "../../kit/id.ts";
import { pipelined, preparedTransaction } from "../../kit/prepared.ts";
import { readKeywordSets } from "../../workspaces/workspace.ts";
import * as store from "./in-doubt-store.ts";
import type { LinkSession } from "./link.ts";
import { type Doubted, doubtLasts_ms, readArrival, readPart, readStart, supersededStarts } from "./redelivery.ts";

/** What an arriving text was found to be: new, or a repeat. */
export interface Claim {
  reference: string;
  /** When it first arrived. */
  first_at: Date;
  /** To be called when the message is durable. Answers a function to be called when the provider has read the acknowledgement. */
  acknowledged(): () => void;
  /** To be called when it is refused: for now, or for good. */
  refused(for_now: boolean): void;
}

/** A text that arrived at `at`. */
export interface Claimed {
  digest: string;
  sequence: number;
  session: LinkSession;
  at: Date;
  /**
   * Its text. Which keyword of the workspace it is decides what is in doubt: nothing of a STOP or HELP, the time of a START, and of other
   * texts whether they are stored already. Null: a part of a long text.
   */
  words: string | null;
}

export interface InDoubt {
  claim(text: Claimed): Promise<Claim>;
  /** Stores what has changed, and that this process's sessions are open. To be called every second or so. */
  beat(): Promise<void>;
}

interface Wish extends Claimed {
  /** The database's time when it was first looked up. */
  asked_at: Date | null;
  /** Undefined: the workspace's words could not be read yet. */
  keyword: Keyword | null | undefined;
  found: Found | null;
}
type Found = Pick<Claim, "reference" | "first_at">;

interface Own {
  digest: string;
  session: LinkSession;
  under_way: boolean;
  refused: boolean;
}

/** A START that was refused for now: the provider sends it again, maybe more than once. */
interface RefusedStart {
  /** The text, where the workspace's words could not be read, so that it may be another; null: it is a START. */
  unread: string | null;
  session_id: string;
  first_at: Date;
  refused_at: Date;
  written: boolean;
}

const mostTexts = 500;
/** Bounds the memory for STARTs that are refused again and again while the database is away. */
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
  // No acknowledgement depends on this commit alone: the message's own commit follows, and PostgreSQL's log is written to disk in
  // order, so it brings this one to disk too.
  const scope = [workspaceScope(workspace_id), "set local synchronous_commit = off"];
  let turn: Promise<unknown> = Promise.resolve();
  /** By reference: texts that this process took, until they are no longer in doubt. */
  const own = new Map<string, Own>();
  const sessions = new Map<string, LinkSession>();
  /** By reference, the digests of texts that are no longer in doubt, whose rows the next beat deletes. */
  const resolved = new Map<string, string>();
  /** By digest. Kept in memory too, because the database may be away for as long as a START is refused. */
  const refusedStarts = new Map<string, RefusedStart>();
  const wishes = gather<Wish>({ most: mostTexts, write: (batch) => inTurn(() => decide(batch)), mayBeOneItem });

  /** One transaction at a time: a beat must not overwrite a row that `decide` is changing. */
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
        const [sets, rows] = await pipelined(
          tx,
          async () =>
            batch.some(({ words }) => words !== null) ? readKeywordSets(tx, workspace_id) : standardKeywords,
          () => store.lockDoubted(tx, workspace_id, carrier_id, digests),
        );
        const known = Map.groupBy(
          rows.filter((row) => !resolved.has(row.reference)),
          (row) => row.digest,
        );
        const dropped: store.InDoubtRow[] = [];
        const added = new Map<string, store.InDoubtRow>();
        const found = batch.map((wish) => {
          wish.keyword = wish.words === null ? null : keywordOf(wish.words, sets);
          if (wish.keyword === "stop" || wish.keyword === "help") return freshOf(wish);
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

  const freshOf = ({ at }: Claimed): Found => ({ reference: newId(at), first_at: at });

  /** Whether a text is new; `over`: references of rows that it makes superfluous. Null: not decidable yet, look again. */
  function readWish(wish: Wish, same: readonly store.InDoubtRow[]): (Found & { over: ReadonlySet<string> }) | null {
    const fresh = { ...freshOf(wish), over: new Set<string>() };
    const start = wish.keyword === "start";
    const refused = start ? refusedStart(wish.digest) : null;
    if (same.length === 0 && !refused) return fresh;
    const doubted = same.map((row) => readRow(row, wish));
    if (refused) {
      doubted.push(refused);
      doubted.sort((a, b) => a.first_at.getTime() - b.first_at.getTime());
    }
    const arriving = { sequence: wish.sequence, session_id: wish.session.id };
    const read = (start ? readStart : wish.words === null ? readPart : readArrival)(doubted, arriving);
    if (read.kind === "new") return fresh;
    if (read.kind === "undecided") {
      wish.asked_at ??= same[0]?.now ?? null;
      return null;
    }
    const { reference, first_at } = read.of;
    // This is the repeat that the row waited for, so the row can go. Of several STARTs it is not known which one was repeated.
    const maybeStart = start || (wish.words === null && read.kind === "perhaps");
    const over = new Set(maybeStart ? supersededStarts(doubted).map((each) => each.reference) : [reference]);
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
      session: stateOf(row, asked_at),
      under_way: mine?.under_way ?? false,
    };
  }

  function stateOf({ session_id, lost, heard_at, now }: store.InDoubtRow, asked_at: Date | null) {
    const mine = sessions.get(session_id);
    if (mine) return mine.isOpen() ? "open" : "lost";
    if (lost || now.getTime() - heard_at.getTime() > silent_ms) return "lost";
    return asked_at && heard_at > asked_at ? "open" : "unknown";
  }

  /** A START that was refused, whether its row is written already or not. Its `heard_at` is older than any row's, so that `supersededStarts` never drops a row for it. */
  function refusedStart(digest: string): Doubted | null {
    const refused = refusedStarts.get(digest);
    if (!refused || isOver(refused)) return null;
    const { session_id, first_at } = refused;
    const heard_at = new Date(0);
    return { reference: "", sequence: null, session_id, first_at, heard_at, session: "lost", under_way: false };
  }

  const agoOf = ({ refused_at }: RefusedStart) => clock.now().getTime() - refused_at.getTime();
  const isOver = (refused: RefusedStart) => agoOf(refused) > doubtLasts_ms;

  function rememberRefused({ digest, session, words, keyword }: Wish, first_at: Date): void {
    const before = refusedStarts.get(digest);
    refusedStarts.delete(digest);
    refusedStarts.set(digest, {
      unread: keyword === "start" ? null : words,
      session_id: session.id,
      first_at: before && before.first_at < first_at ? before.first_at : first_at,
      refused_at: clock.now(),
      written: false,
    });
    if (refusedStarts.size > mostRefused)
      for (const oldest of refusedStarts.keys().take(1)) refusedStarts.delete(oldest);
  }

  function resolve(reference: string): void {
    const about = own.get(reference);
    if (!about) return;
    own.delete(reference);
    resolved.set(reference, about.digest);
  }

  async function beat(): Promise<void> {
    for (const [digest, refused] of refusedStarts) if (isOver(refused)) refusedStarts.delete(digest);
    await readUnread();
    const starts = [...refusedStarts].filter(([, { written }]) => !written);
    const gone = [...resolved].map(([reference, digest]) => ({ reference, digest }));
    const refused = [...own].flatMap(([reference, each]) => (each.refused ? [{ reference, ...each }] : []));
    const ended = new Set([...sessions.values()].filter((session) => !session.isOpen()));
    const open = new Set([...own.values()].map(({ session }) => session).filter((each) => each.isOpen()));
    if (starts.length + gone.length + refused.length + ended.size + open.size === 0) return;
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
      await store.markHeard(tx, workspace_id, carrier_id, idsOf(open));
    });
    for (const [, start] of starts) start.written = true;
    for (const { reference } of gone) resolved.delete(reference);
    // The rows hold it now, so it need not be kept in memory.
    for (const [reference, { session, under_way, refused: again }] of own)
      if (!under_way && (ended.has(session) || (again && refused.some((each) => each.reference === reference))))
        own.delete(reference);
    const used = new Set([...own.values()].map(({ session }) => session));
    for (const session of ended) if (!used.has(session)) sessions.delete(session.id);
  }

  /** Finds out which of the texts that were refused unread are STARTs. */
  async function readUnread(): Promise<void> {
    const unread = [...refusedStarts].filter(([, refused]) => refused.unread !== null);
    if (unread.length === 0) return;
    const sets = await preparedTransaction(db.workspacePool, scope, (tx) => readKeywordSets(tx, workspace_id));
    for (const [digest, refused] of unread) {
      if (keywordOf(refused.unread ?? "", sets) === "start") refused.unread = null;
      else refusedStarts.delete(digest);
    }
  }

  /** Looks up a text until it is decided whether it is new. */
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
      const wish: Wish = { ...text, asked_at: null, keyword: undefined, found: null };
      const found = await find(wish).catch((error: unknown) => {
        const unread = wish.keyword === undefined && text.words !== null && mayBeKeyword(text.words);
        if (wish.keyword === "start" || unread) rememberRefused(wish, text.at);
        throw error;
      });
      const start = wish.keyword === "start";
      const { reference, first_at } = found;
      const about = own.get(reference);
      return {
        reference,
        first_at,
        acknowledged() {
          if (about) Object.assign(about, { under_way: false, refused: false });
          return () => resolve(reference);
        },
        refused(for_now) {
          if (for_now && start) rememberRefused(wish, first_at);
          if (!for_now || start) return resolve(reference);
          if (about) Object.assign(about, { under_way: false, refused: true });
        },
      };
    },
    beat: () => inTurn(beat),
  };
}
