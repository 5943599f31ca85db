/**
 * A campaign: one text to many contacts. draft → (scheduled →) preparing → sending → sent, with pauses in between; or cancelled; or
 * failed before anything was written to the ledger: then it can be changed and sent again like a draft.
 */
import type { Campaign, CampaignCounts, CampaignStatus } from "../../contract/campaigns.ts";
import { parseLinkedTemplate } from "../../rules/linked-template.ts";
import { campaignScope } from "../../rules/placeholder-names.ts";
import { parseTemplate, type Template } from "../../rules/placeholders.ts";
import type { AudienceRefs } from "../audience/audience.ts";
import { Problem } from "../kit/errors.ts";
import type { ShortLinks } from "../links/short-links.ts";
import { registerSourceType } from "../quota/source-types.ts";

/** Why sending failed as a whole. */
export interface CampaignFault {
  code: string;
  message: string;
  /** The offending piece of text, if any. */
  value?: string;
}

/** A row of campaigns with columns of the rows that it refers to. */
export interface CampaignRow {
  workspace_id: string;
  id: string;
  name: string;
  status: CampaignStatus;
  text: string;
  sender_id: string | null;
  sender_address: string | null;
  subscription_type_id: string | null;
  subscription_type_key: string | null;
  subscription_type_name: string | null;
  include: AudienceRefs;
  exclude: AudienceRefs;
  opt_out_text: boolean;
  shorten_links: boolean;
  validity_seconds: number | null;
  created_by: string | null;
  created_by_name: string;
  changed_by: string | null;
  changed_by_name: string | null;
  error: CampaignFault | null;
  created_at: Date;
  updated_at: Date;
  sent_at: Date | null;
  sent_opt_out_text: string | null;
  period_start: Date | null;
  planned: number | null;
  skipped: number;
  reserved: number;
  prepared_to: string | null;
  prepared_at: Date | null;
  finished_at: Date | null;
  revision: number;
  scheduled_at: Date | null;
  /** The wall time of a campaign that each recipient gets at their own time. */
  scheduled_local: string | null;
}

/** What can be done with a campaign, and in which statuses. Nothing of a failed one was written to the ledger. */
export const allowedIn = {
  change: ["draft", "failed"],
  send: ["draft", "failed"],
  schedule: ["draft", "failed", "scheduled"],
  unschedule: ["scheduled"],
  pause: ["preparing", "sending"],
  resume: ["paused"],
  cancel: ["scheduled", "preparing", "sending", "paused"],
} as const satisfies Record<string, readonly CampaignStatus[]>;
export type CampaignAction = keyof typeof allowedIn;

export const isAllowed = (action: CampaignAction, status: CampaignStatus): boolean =>
  (allowedIn[action] as readonly CampaignStatus[]).includes(status);

/** Whether none of its texts was written to the ledger, so that it has no counts. */
export const isUnsent = (status: CampaignStatus): boolean => status === "scheduled" || isAllowed("change", status);

/** messages.source_type of campaigns' messages. */
export const sourceType = registerSourceType("campaign", "unasked");

/** A campaign's text, and whether its links are shortened. */
type LinkedText = Pick<CampaignRow, "text" | "shorten_links">;

/** Reads a text as its recipients get it, or says what is wrong with it. */
export function readText(
  { text, shorten_links: shorten }: LinkedText,
  shortLinks: ShortLinks,
): ReturnType<typeof parseTemplate> {
  const parsed = shorten
    ? parseLinkedTemplate(text, campaignScope, shortLinks.base)
    : parseTemplate(text, campaignScope);
  const problems = parsed.ok ? shortLinks.problemsOf(text, shorten) : parsed.problems;
  return problems.length > 0 ? { ok: false, problems } : parsed;
}

/** The text as a template, or 422 with its first problem and the problem's place in the text. */
export function parseText(text: LinkedText, shortLinks: ShortLinks): Template {
  const parsed = readText(text, shortLinks);
  if (parsed.ok) return parsed.template;
  const [problem] = parsed.problems;
  if (!problem) throw new Error("a text that does not parse has a problem");
  throw new Problem(422, problem.code, `${problem.message} (at character ${problem.position + 1})`, {
    field: "text",
    value: problem.value,
  });
}

/** A campaign as the API shows it. */
export function presentCampaign(
  row: CampaignRow,
  counts: CampaignCounts,
  waiting: Campaign["waiting"] = null,
): Campaign {
  return {
    id: row.id,
    name: row.name,
    status: row.status,
    text: row.text,
    sender: row.sender_address,
    subscription_type: row.subscription_type_id
      ? {
          id: row.subscription_type_id,
          key: row.subscription_type_key ?? "",
          name: row.subscription_type_name ?? "",
        }
      : null,
    include: row.include,
    exclude: row.exclude,
    opt_out_text: row.opt_out_text,
    links: { shorten: row.shorten_links },
    validity_seconds: row.validity_seconds,
    counts,
    waiting,
    owner: { id: row.created_by, name: row.created_by_name },
    changed_by: row.changed_by_name === null ? null : { id: row.changed_by, name: row.changed_by_name },
    error: row.error,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
    sent_at: row.sent_at?.toISOString() ?? null,
    finished_at: row.finished_at?.toISOString() ?? null,
    scheduled_at: row.scheduled_at?.toISOString() ?? null,
    schedule: row.scheduled_at && {
      at: row.scheduled_local ?? row.scheduled_at.toISOString(),
      local: row.scheduled_local !== null,
    },
    revision: row.revision,
  };
}
