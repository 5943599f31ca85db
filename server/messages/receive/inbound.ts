/**
 * Texts from handsets: routed by the number they were written to, once each, into the ledger; STOP, START and HELP take effect in
 * the same transaction, so that none is acknowledged without it.
 */
import { normaliseText } from "../../../rules/gsm-segments.ts";
import { standardKeywords } from "../../../rules/keyword-sets.ts";
import { mayBeKeyword } from "../../../rules/opt-out-keywords.ts";
import type { InboundText } from "../../carriers/carrier.ts";
import { takeSubmitLock } from "../../consent/submit-lock.ts";
import type { Clock } from "../../kit/clock.ts";
import { type Db, workspaceScope } from "../../kit/db.ts";
import { Problem } from "../../kit/errors.ts";
import { type Gatherer, gather } from "../../kit/gather.ts";
import { orderedIds } from "../../kit/id.ts";
import type { LiveUpdates } from "../../kit/live-updates.ts";
import type { Logger } from "../../kit/log.ts";
import { preparedTransaction } from "../../kit/prepared.ts";
import { readKeywordSets } from "../../workspaces/workspace.ts";
import { type ActedUpon, actUponKeyword } from "./act-upon-keyword.ts";
import type { Arrived, ReadKeyword, Received } from "./arrived-text.ts";
import { insertReceived, keywordBy, readReceived } from "./received-store.ts";

/** Takes inbound texts; resolves when they are on disk. */
export type InboundIntake = (texts: InboundText[]) => Promise<void>;

interface Services {
  db: Db;
  clock: Clock;
  liveUpdates: Pick<LiveUpdates, "publish" | "publishSources">;
  log: Logger;
}

const mostTexts = 500;
/** How many texts are remembered that may be keywords, could not be stored, and may be repeated. */
const mostRemembered = 50_000;
/** A few keywords in one transaction share the wait for the submit lock; more would block the quota for too long. */
const mostKeywords = 20;

/**
 * An intake over this database. A text through the sandbox to an address that is no sender is logged and dropped. Texts of one
 * workspace are written in turn, keywords apart from the others: a STOP waits for submissions under way, and a hundred of them must
 * not keep a hundred connections waiting, nor delay other texts.
 */
export function createInboundIntake({ db, clock, liveUpdates, log }: Services): InboundIntake {
  const nextId = orderedIds();
  /**
   * When each text first arrived that may be a STOP or START by the workspace's words and is not stored: it waits, or could not be
   * stored. If it is repeated it counts from then, so that a later STOP or START wins.
   */
  const firstArrived = new Map<string, Date>();
  const turns = new Map<string, { texts: Gatherer<Arrived>; keywords: Gatherer<Arrived> }>();

  function turnOf(workspaceId: string) {
    let turn = turns.get(workspaceId);
    if (!turn) {
      const writeTexts = (batch: Arrived[]) => receiveTexts(workspaceId, batch);
      const writeKeywords = (batch: Arrived[]) => receiveKeywords(workspaceId, batch);
      turn = {
        texts: gather({ most: mostTexts, write: writeTexts, mayBeOneItem }),
        keywords: gather({ most: mostKeywords, write: writeKeywords, mayBeOneItem }),
      };
      turns.set(workspaceId, turn);
    }
    return turn;
  }

  async function receiveTexts(workspaceId: string, batch: Arrived[]): Promise<void> {
    const { received, contacts } = await preparedTransaction(
      db.workspacePool,
      workspaceScope(workspaceId),
      async (tx) => {
        const read = await readReceived(tx, workspaceId, clock.now(), batch);
        const plain = read.filter(({ keyword }) => !isKeyword(keyword));
        return { received: read, contacts: await insertReceived(tx, workspaceId, plain) };
      },
    );
    dropRest(batch, received);
    const keywords = new Map(received.map(({ message_id, keyword }) => [message_id, keyword]));
    for (const each of batch) each.keyword = keywords.get(each.message_id) ?? null;
    publish(workspaceId, contacts);
  }

  /** In the order of arrival: of a STOP and a START from one number the later holds. */
  async function receiveKeywords(workspaceId: string, batch: Arrived[]): Promise<void> {
    const done = await db.inWorkspace(workspaceId, async (tx) => {
      const sets = await readKeywordSets(tx, workspaceId);
      // Before any lock that a holder of the submit lock could wait for, such as the quota's.
      if (batch.some((each) => keywordBy(sets, each) === "stop")) await takeSubmitLock(tx, workspaceId);
      const received = await readReceived(tx, workspaceId, clock.now(), batch);
      const acted: ActedUpon[] = [];
      for (const each of received) {
        const [contact] = await insertReceived(tx, workspaceId, [each]);
        if (contact !== undefined) acted.push(await actUponKeyword(tx, clock.now(), each, contact));
      }
      return { received, acted };
    });
    dropRest(batch, done.received);
    publish(
      workspaceId,
      done.acted.flatMap(({ contact_ids }) => contact_ids),
    );
    liveUpdates.publishSources(
      workspaceId,
      done.acted.flatMap(({ source }) => source ?? []),
    );
  }

  function publish(workspaceId: string, contacts: (string | null)[]): void {
    for (const id of new Set(contacts)) if (id) liveUpdates.publish(workspaceId, "contact", id);
  }

  function dropRest(batch: Arrived[], received: Received[]): void {
    if (received.length === batch.length) return;
    const known = new Set(received.map(({ message_id }) => message_id));
    for (const { message_id, inbound } of batch) {
      if (known.has(message_id)) continue;
      const { workspace_id: workspace, to, carrier_reference } = inbound;
      log.warn(
        { workspace, to, carrier_reference },
        "a text was dropped: it was written to no sender of its workspace",
      );
    }
  }

  async function write(arrived: Arrived): Promise<void> {
    const { workspace_id } = arrived.inbound;
    if (!isKeyword(arrived.keyword)) await turnOf(workspace_id).texts.add(arrived);
    // By the workspace's words, which are read by now, it may be a keyword. Then it waits among the keywords, and delays no other text.
    if (isKeyword(arrived.keyword)) await turnOf(workspace_id).keywords.add(arrived);
  }

  async function receive(arrived: Arrived): Promise<void> {
    const { inbound, words } = arrived;
    if (!inbound.handled && !mayBeKeyword(words)) return write(arrived);
    const name = nameOf(inbound);
    const before = firstArrived.get(name);
    const at = before && before < inbound.at ? before : inbound.at;
    firstArrived.delete(name);
    firstArrived.set(name, at);
    if (firstArrived.size > mostRemembered)
      for (const oldest of firstArrived.keys().take(1)) firstArrived.delete(oldest);
    await write(before ? { ...arrived, inbound: { ...inbound, at }, again: true } : arrived);
    firstArrived.delete(name);
  }

  return async (texts) => {
    const written = texts.map((inbound) => {
      const words = normaliseText(inbound.text.replaceAll("\0", ""));
      const keyword = keywordBy(standardKeywords, { inbound, words });
      const text = inbound.media ? withMedia(words, inbound.media) : words;
      return receive({ inbound, message_id: nextId(clock.now()), text, words, keyword, again: false });
    });
    const results = await Promise.allSettled(written);
    for (const workspaceId of new Set(texts.map((text) => text.workspace_id))) {
      const turn = turns.get(workspaceId);
      if (turn?.texts.idle() && turn.keywords.idle()) turns.delete(workspaceId);
    }
    for (const result of results) if (result.status === "rejected") throw result.reason;
  };
}

const isKeyword = (keyword: ReadKeyword): boolean => keyword !== null && keyword !== "stop_perhaps";

const nameOf = ({ workspace_id, carrier, carrier_reference }: InboundText) =>
  `${workspace_id} ${carrier} ${carrier_reference}`;

/** The text with a line for each picture; a picture may come without words. */
function withMedia(words: string, media: readonly string[]): string {
  return [words, ...media.map((url) => url.replaceAll("\0", ""))].filter((part) => part !== "").join("\n");
}

/** Errors that one text can cause, unlike an outage: a refusal, or SQLSTATE 22 (data) and 23 (integrity). */
function mayBeOneItem(error: unknown): boolean {
  return error instanceof Problem || /^2[23]/.test((error as { code?: string }).code ?? "");
}
