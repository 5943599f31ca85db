/**
 * Who clicked: a human, or a program that looks at links. What the request says is read at once; what follows from other hits and
 * from the receipt is known a few seconds later, and may be corrected by a hit that is recorded late.
 *
 * hit      a request for a short link
 * verdict  human; repeat: a human again, on the same link within ten seconds; robot
 */

export type Verdict = "human" | "repeat" | "robot";

/** Why a hit is a robot's: the first four the request says itself. */
export const requestReasons = ["head", "prefetch", "no_agent", "robot_agent"] as const;
export type RequestReason = (typeof requestReasons)[number];
export type RobotReason = RequestReason | "all_links" | "after_receipt";

/** A hit on one message's links. */
export interface Hit {
  id: string;
  link_id: string;
  /** Unix milliseconds. */
  at: number;
  reason: string | null;
}

export interface Judged {
  id: string;
  verdict: Verdict;
  reason: string | null;
}

/** All links of a message within this time: nobody reads so fast. */
export const allLinksWithin = 2_000;
/** A hit so soon after the receipt: a scanner on the handset or at its operator. */
export const afterReceiptWithin = 2_000;
/** A person's second click on the same link counts again after this. */
export const countedEvery = 10_000;

const isRequestReason = (reason: string | null): boolean => requestReasons.some((each) => each === reason);

/**
 * Judges the hits on one message, whatever order they are given in. `links` is how many links the message has, `delivered_at` when
 * its receipt came (Unix milliseconds), `counted` for each link the last counted click before these.
 */
export function judgeHits(
  hits: readonly Hit[],
  message: { links: number; delivered_at: number | null; counted?: ReadonlyMap<string, number> },
): Judged[] {
  const ordered = hits.toSorted((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1));
  const covering = message.links < 2 ? new Set<Hit>() : hitsOfAllLinks(ordered, message.links);
  const last = new Map(message.counted);
  return ordered.map((hit): Judged => {
    const { id, link_id, at } = hit;
    const reason = robotReason(hit, covering, message.delivered_at);
    if (reason !== null) return { id, verdict: "robot", reason };
    const before = last.get(link_id);
    if (before !== undefined && at - before < countedEvery) return { id, verdict: "repeat", reason: null };
    last.set(link_id, at);
    return { id, verdict: "human", reason: null };
  });
}

function robotReason(hit: Hit, covering: ReadonlySet<Hit>, deliveredAt: number | null): string | null {
  if (isRequestReason(hit.reason)) return hit.reason;
  if (covering.has(hit)) return "all_links";
  const since = deliveredAt === null ? -1 : hit.at - deliveredAt;
  return since >= 0 && since <= afterReceiptWithin ? "after_receipt" : null;
}

/** The hits of every stretch of two seconds in which each link was hit. */
function hitsOfAllLinks(ordered: readonly Hit[], links: number): Set<Hit> {
  const covering = new Set<Hit>();
  const within = new Map<string, number>();
  /** Hits before this one are in no open stretch any more. */
  let from = 0;
  let taken = 0;
  for (const [i, hit] of ordered.entries()) {
    within.set(hit.link_id, (within.get(hit.link_id) ?? 0) + 1);
    for (; (ordered[from] as Hit).at < hit.at - allLinksWithin; from++) {
      const { link_id } = ordered[from] as Hit;
      const left = (within.get(link_id) as number) - 1;
      if (left === 0) within.delete(link_id);
      else within.set(link_id, left);
    }
    if (within.size < links) continue;
    for (let at = Math.max(from, taken); at <= i; at++) covering.add(ordered[at] as Hit);
    taken = i + 1;
  }
  return covering;
}
