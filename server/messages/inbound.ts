/**
 * Texts from handsets: routed by the number they were written to, once each, into the ledger; STOP, START and HELP are
 * acted upon in the same transaction, so that none of them is acknowledged and then forgotten.
 */
import { normaliseText } from "../../rules/gsm-segments.ts";
import { type Keyword, readKeyword } from "../../rules/opt-out-keywords.ts";
import type { InboundText } from "../carriers/carrier.ts";
import { closeGate } from "../carriers/hand-over-gate.ts";
import type { Clock } from "../kit/clock.ts";
import { type Db, workspaceScope } from "../kit/db.ts";
import { Problem } from "../kit/errors.ts";
import { type Gatherer, gather } from "../kit/gather.ts";
import { orderedIds } from "../kit/id.ts";
import type { Logger } from "../kit/log.ts";
import type { News } from "../kit/news.ts";
import { preparedTransaction } from "../kit/prepared.ts";
import { type ActedUpon, actUponKeyword } from "./act-upon-keyword.ts";
import { insertReceived, type Received, readReceived } from "./received-store.ts";

/** Takes inbound texts; resolves when they are on disk. */
export type InboundIntake = (texts: InboundText[]) => Promise<void>;

/** A text as it arrived. Its id is made then, and ids rise: the ledger lists texts in the order they came. */
export interface Arrived {
  inbound: InboundText;
  message_id: string;
  text: string;
  keyword: Keyword | "stop_perhaps" | null;
  /** It certainly came before, and was not written down then. */
  again: boolean;
}

interface Services {
  db: Db;
  clock: Clock;
  news: Pick<News, "tell">;
  log: Logger;
}

const mostTexts = 500;
/** STOPs and STARTs that are not written down, and may come again: so many are remembered. */
const mostRemembered = 10_000;
/** Acting upon a few in one transaction shares the wait for the gate; while it lasts, the quota waits for it. */
const mostKeywords = 20;

/**
 * An intake over this database. What the sandbox brings to no sender of its workspace is logged and dropped. Those of one
 * workspace take turns, keywords apart from all others: a STOP waits for what is being handed over, and a hundred of them shall not keep
 * a hundred connections waiting, nor anybody else's text.
 */
export function createInboundIntake({ db, clock, news, log }: Services): InboundIntake {
  const nextId = orderedIds();
  /**
   * When each STOP and START first came that is not written down: it waits, or could not be written. It may come again, and what
   * was done since was done later.
   */
  const firstCame = new Map<string, Date>();
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
        return { received: read, contacts: await insertReceived(tx, workspaceId, read) };
      },
    );
    dropRest(batch, received);
    tell(workspaceId, contacts);
  }

  /** In the order in which they came: of a STOP and a START from one number the later holds. */
  async function receiveKeywords(workspaceId: string, batch: Arrived[]): Promise<void> {
    const stops = batch.some(({ keyword }) => keyword === "stop");
    const done = await db.inWorkspace(workspaceId, async (tx) => {
      // Before anything that whoever holds the gate open could be waiting for, such as the quota.
      if (stops) await closeGate(tx, workspaceId);
      const received = await readReceived(tx, workspaceId, clock.now(), batch);
      const acted: ActedUpon[] = [];
      for (const each of received) {
        const [contact] = await insertReceived(tx, workspaceId, [each]);
        if (contact !== undefined) acted.push(await actUponKeyword(tx, clock.now(), each, contact));
      }
      return { received, acted };
    });
    dropRest(batch, done.received);
    tell(
      workspaceId,
      done.acted.flatMap(({ contact_ids }) => contact_ids),
    );
    for (const { campaign_id } of done.acted) if (campaign_id) news.tell(workspaceId, "campaign", campaign_id);
  }

  function tell(workspaceId: string, contacts: (string | null)[]): void {
    for (const id of new Set(contacts)) if (id) news.tell(workspaceId, "contact", id);
  }

  function dropRest(batch: Arrived[], received: Received[]): void {
    if (received.length === batch.length) return;
    const known = new Set(received.map(({ message_id }) => message_id));
    for (const { message_id, inbound } of batch) {
      if (known.has(message_id)) continue;
      const { workspace_id: workspace, to, carrier_reference } = inbound;
      log.warn({ workspace, to, carrier_reference }, "a text came for a number that is no sender of its workspace");
    }
  }

  async function remembering(arrived: Arrived, turn: Gatherer<Arrived>): Promise<void> {
    if (arrived.keyword !== "stop" && arrived.keyword !== "start") return turn.add(arrived);
    const { inbound } = arrived;
    const name = nameOf(inbound);
    const before = firstCame.get(name);
    const at = before && before < inbound.at ? before : inbound.at;
    firstCame.delete(name);
    firstCame.set(name, at);
    if (firstCame.size > mostRemembered) for (const oldest of firstCame.keys().take(1)) firstCame.delete(oldest);
    await turn.add(before ? { ...arrived, inbound: { ...inbound, at }, again: true } : arrived);
    firstCame.delete(name);
  }

  return async (texts) => {
    const written = texts.map((inbound) => {
      const words = normaliseText(inbound.text.replaceAll("\0", ""));
      const keyword = inbound.handled ?? readKeyword(words);
      const text = inbound.media ? withMedia(words, inbound.media) : words;
      const turn = turnOf(inbound.workspace_id);
      const plain = keyword === null || keyword === "stop_perhaps";
      const arrived = { inbound, message_id: nextId(clock.now()), text, keyword, again: false };
      return remembering(arrived, plain ? turn.texts : turn.keywords);
    });
    const results = await Promise.allSettled(written);
    for (const workspaceId of new Set(texts.map((text) => text.workspace_id))) {
      const turn = turns.get(workspaceId);
      if (turn?.texts.idle() && turn.keywords.idle()) turns.delete(workspaceId);
    }
    for (const result of results) if (result.status === "rejected") throw result.reason;
  };
}

const nameOf = ({ workspace_id, carrier, carrier_reference }: InboundText) =>
  `${workspace_id} ${carrier} ${carrier_reference}`;

/** A line for each picture; a picture may come without words. */
function withMedia(words: string, media: readonly string[]): string {
  return [words, ...media.map((url) => url.replaceAll("\0", ""))].filter((part) => part !== "").join("\n");
}

/** What one text can be guilty of, unlike an outage: a refusal, or SQLSTATE 22 (data) and 23 (integrity). */
function mayBeOneItem(error: unknown): boolean {
  return error instanceof Problem || /^2[23]/.test((error as { code?: string }).code ?? "");
}
