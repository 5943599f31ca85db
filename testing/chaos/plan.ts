/** The plan of a run: its traffic, its faults, and their moments. The same seed gives the same plan. */
import { type Random, seeded } from "../random.ts";

/** How many faults of each kind. */
export interface Faults {
  worker: number;
  api: number;
  database: number;
  network: number;
  /** Processes that receive mails, and the mail relay. */
  mail?: number;
  relay?: number;
}

/** One fault; `which` selects the victim among the processes that are ready at that moment. */
export interface Fault {
  /** Milliseconds after the traffic began. */
  at: number;
  kind: keyof Faults;
  which: number;
  /** Waits until texts are under way: a random moment seldom falls into a submission. */
  aimed: boolean;
  /** How the network fails. */
  how: "reset" | "half" | "silence";
}

/** How a campaign is sent, see campaign-traffic.ts. */
export const ways = [
  "send",
  "schedule",
  "pause",
  "local",
  "cancel",
  "local and paused",
  "local and cancelled",
  "paused and cancelled",
  "taken back",
] as const;
export type Way = (typeof ways)[number];

/** A campaign to one of the lists, from one of the senders. */
export interface PlannedCampaign {
  at: number;
  way: Way;
  /** From 0 to 1: when within its way something is done. */
  luck: number;
  list: number;
  sender: number;
  /** Index of its text, see traffic.ts. */
  text: number;
}

/** One text through the API. */
export interface PlannedText {
  at: number;
  /** Part of its Idempotency-Key and of its text. */
  index: number;
  sender: number;
  class: "transactional" | "marketing";
  text: number;
  contact: number;
}

export interface Traffic {
  campaigns: PlannedCampaign[];
  texts: PlannedText[];
}

export interface Scale {
  /** Texts for each carrier at least, cancelled ones included. */
  messages: number;
  lists: number;
  list_size: number;
  senders: number;
  /** Texts a second for each of the first senders; the others go as fast as they can. */
  rates: number[];
  texts: number;
}

/** A third of the texts is sent by API one by one, the rest in campaigns. */
const throughApi = 1 / 3;

/** Faults at random moments of `duration` milliseconds, in order. */
export function planFaults(seed: number, faults: Faults, duration: number): Fault[] {
  const random = seeded(seed);
  const planned: Fault[] = [];
  for (const kind of ["worker", "api", "database", "network", "mail", "relay"] as const) {
    for (let i = 0; i < (faults[kind] ?? 0); i++) {
      const how = random.pick(["reset", "reset", "half", "silence"] as const);
      planned.push({
        at: Math.floor(random.next() * duration),
        kind,
        which: random.whole(0, 1_000_000),
        aimed: random.next() < 0.5,
        how,
      });
    }
  }
  return planned.sort((a, b) => a.at - b.at);
}

/** Campaigns and single texts of one workspace, spread over `duration` milliseconds. */
export function planTraffic(seed: number, scale: Scale, duration: number): Traffic {
  const random = seeded(seed);
  const single = Math.ceil(scale.messages * throughApi);
  const campaigns: PlannedCampaign[] = [];
  const wanted = Math.ceil((scale.messages - single) / scale.list_size);
  for (let i = 0; i < wanted; i++) {
    // In turn, and from another one on for each tenant, so that few campaigns take all ways together.
    const way = ways[(i + seed * 4) % ways.length] as Way;
    campaigns.push({ at: 0, way, luck: random.next(), ...anyOf(random, scale), list: i % scale.lists });
  }
  // Evenly, so that something is always under way; each at a random moment of its share of the time.
  campaigns.forEach((each, i) => (each.at = Math.floor(((i + random.next()) / wanted) * duration * 0.95)));
  const texts = Array.from({ length: single }, (_, index): PlannedText => {
    const at = Math.floor((index / single) * duration);
    const contact = random.whole(0, scale.lists * scale.list_size - 1);
    const messageClass = random.next() < 0.75 ? "transactional" : "marketing";
    return { at, index, ...anyOf(random, scale), class: messageClass, contact };
  });
  return { campaigns, texts };
}

const anyOf = (random: Random, scale: Scale) => ({
  sender: random.whole(0, scale.senders - 1),
  text: random.whole(0, scale.texts - 1),
});
