import { useQueryClient } from "@tanstack/react-query";
import { useBlocker } from "@tanstack/react-router";
import { useEffect, useState, useSyncExternalStore } from "react";
import type { Campaign, CampaignInput } from "../../../../contract/campaigns.ts";
import { firstUnclosed, readTemplateTokens } from "../../../../rules/template-tokens.ts";
import { ApiError, isPassing } from "../../api/api-error.ts";
import { call } from "../../api/client.ts";
import { query, refresh } from "../../api/queries.ts";
import { type Autosave, type AutosaveStatus, createAutosave, type SaveFailure } from "./autosave.ts";
import { type BoundDraft, bindDraft } from "./bound-draft.ts";

/** The fields of a draft, as its editor keeps them. */
export type Draft = Required<
  Pick<CampaignInput, "name" | "text" | "include" | "exclude" | "opt_out_text" | "links">
> & {
  sender: string | null;
  subscription_type: string | null;
};

/** A draft that is saved automatically while it is edited, on top of what its editor knows only. */
export function useAutosave(
  campaign: Campaign,
  fieldsOf: (campaign: Campaign) => Draft,
): { autosave: Autosave<Draft>; status: AutosaveStatus; bound: BoundDraft<Draft> } {
  const client = useQueryClient();
  const [{ autosave, bound }] = useState(() => {
    const params = { id: campaign.id };
    const bound = bindDraft<Draft>({
      campaign,
      fieldsOf,
      patch: (changes, revision) => call("campaigns", "update", { params, body: { ...changes, revision } }),
      fetch: () => call("campaigns", "get", { params }),
    });
    const autosave = createAutosave<Draft>({
      save: async (changes) => {
        refuseUnclosed(changes.text);
        const saved = await bound.save(changes);
        client.setQueryData(query("campaigns", "get", { params }).queryKey, saved);
        void refresh(client, "campaigns");
      },
      readFailure,
      delay: 700,
      retryAfter: 5000,
    });
    return { autosave, bound };
  });
  useEffect(() => () => autosave.stop(), [autosave]);
  const status = useSyncExternalStore(autosave.subscribe, autosave.status);
  return { autosave, status, bound };
}

/** Saves before another page opens. Comes before LeaveGuard, which then asks only when the save failed. */
export function SaveBeforeLeaving({ autosave, isGone }: { autosave: Autosave<Draft>; isGone: () => boolean }) {
  useBlocker({
    shouldBlockFn: async () => {
      if (!isGone()) await autosave.flush();
      return false;
    },
    enableBeforeUnload: false,
  });
  return null;
}

/** Throws what the server would answer while a placeholder is being typed, so that no such text is sent. */
function refuseUnclosed(text: string | undefined): void {
  const unclosed = firstUnclosed(readTemplateTokens(text ?? ""));
  if (unclosed) throw new ApiError(422, "not_closed", "", { field: "text", value: text?.slice(unclosed.start).trim() });
}

function readFailure(error: unknown): SaveFailure {
  // "include.lists.0" is about the field include.
  const field = error instanceof ApiError ? (error.field?.split(".")[0] ?? null) : null;
  return {
    field: error instanceof ApiError && error.status === 422 ? field : null,
    passing: isPassing(error),
    unfinished: error instanceof ApiError && error.code === "not_closed",
    error,
  };
}
