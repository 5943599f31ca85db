/** The draft as its editor knows the server has it, so that nothing of somebody else's is overwritten and nothing typed is lost. */
import type { Campaign } from "../../../../contract/campaigns.ts";
import { ApiError, isPassing } from "../../api/api-error.ts";

/** Somebody else's change that the editor has not taken over. */
export class Conflict extends Error {
  override name = "Conflict";
  readonly theirs: Campaign;
  constructor(theirs: Campaign) {
    super(`the campaign is of revision ${theirs.revision}`);
    this.theirs = theirs;
  }
}

export interface BoundDraft<V extends object> {
  /** Saves changes on top of what the editor knows. Throws a Conflict where somebody else has changed it since. */
  save(changes: Partial<V>): Promise<Campaign>;
  /** Whether the server has something newer than the editor knows. */
  isNewer(campaign: Campaign): boolean;
  /** Takes what the server has as known: the next save overwrites it. */
  know(campaign: Campaign): void;
}

/** `patch` saves changes of one revision, `fetch` reads the campaign, `fieldsOf` its fields as the editor has them. */
export function bindDraft<V extends object>(options: {
  campaign: Campaign;
  patch: (changes: Partial<V>, revision: number) => Promise<Campaign>;
  fetch: () => Promise<Campaign>;
  fieldsOf: (campaign: Campaign) => V;
}): BoundDraft<V> {
  const { patch, fetch, fieldsOf } = options;
  let known = options.campaign;
  /** Changes of which it is not known whether they were saved: their answer was lost. */
  let attempted: Partial<V>[] = [];

  const know = (campaign: Campaign) => {
    // Answers may come in another order than they were made.
    if (campaign.revision >= known.revision) known = campaign;
    attempted = [];
    return campaign;
  };
  /** Whether the campaign is what this editor has made of it itself. */
  const isOwn = (campaign: Campaign) => {
    const now = JSON.stringify(fieldsOf(campaign));
    let fields = fieldsOf(known);
    return attempted.some((changes) => {
      fields = { ...fields, ...changes };
      return JSON.stringify(fields) === now;
    });
  };

  return {
    async save(changes) {
      try {
        return know(await patch(changes, known.revision));
      } catch (error) {
        if (!(error instanceof ApiError) || error.code !== "campaign_changed") {
          if (isPassing(error)) attempted.push(changes);
          throw error;
        }
        const theirs = await fetch();
        if (!isOwn(theirs)) throw new Conflict(theirs);
        know(theirs);
        return know(await patch(changes, theirs.revision));
      }
    },
    isNewer: (campaign) => campaign.revision > known.revision,
    know,
  };
}
