/** Reviews a campaign before sending. Errors prevent sending, warnings do not. */
import type { Finding, Review, Schedule } from "../../contract/campaigns.ts";
import { isBlank } from "../../rules/blank.ts";
import { usualValidity, validityShortfall } from "../../rules/campaign-validity.ts";
import { estimateSegments, type SegmentEstimate } from "../../rules/estimate.ts";
import { ucs2Causes } from "../../rules/gsm-segments.ts";
import type { KeywordSets } from "../../rules/keyword-sets.ts";
import { optOutByLink, tellsHowToStop } from "../../rules/opt-out-text.ts";
import { propertyOf } from "../../rules/placeholder-names.ts";
import type { Template } from "../../rules/placeholders.ts";
import { longestText, renderText } from "../../rules/render-text.ts";
import { codeLength } from "../../rules/short-link-code.ts";
import { type AudienceCount, countAudience } from "../audience/audience.ts";
import { countSegmentsOf } from "../audience/count-segments.ts";
import { findMissingValues, type MissingValue } from "../audience/missing-values.ts";
import { type CapRule, capRule, readFull, type SuppressionRule } from "../audience/suppress.ts";
import { everySender } from "../consent/every-sender.ts";
import { findSubscriptionType, type SubscriptionTypeRow } from "../consent/subscription-types.ts";
import { unusedPropertyKeys } from "../contacts/properties.ts";
import type { Clock } from "../kit/clock.ts";
import type { Db, Tx } from "../kit/db.ts";
import { Problem } from "../kit/errors.ts";
import type { ShortLinks } from "../links/short-links.ts";
import { forecastLane, type LaneForecast } from "../messages/send/lane-forecast.ts";
import { currentPeriod, type QuotaFigures, quotaExceeded } from "../quota/quota.ts";
import { requireSender, type Sender, fallbackSenderOf } from "../senders/senders.ts";
import { getWorkspace, keywordsOf, type WorkspaceRow } from "../workspaces/workspace.ts";
import { momentsOf, readMoment } from "./campaign-moments.ts";
import { type CampaignRow, readText } from "./campaign.ts";
import { getCampaign } from "./edit-campaign.ts";
import { type Beginning, countWaiting, type WaitingTexts, waitingWarnings } from "./waiting-texts.ts";

/** A campaign that raises the used share of the allowance to this or more gets a warning. */
const warnFrom = 0.6;

/** The most texts that are counted in the sender's lane before the campaign's. */
const mostCounted = 1_000_000;

/** What a review read, for sending the campaign. */
export interface Reviewed {
  campaign: CampaignRow;
  workspace: WorkspaceRow;
  sender: Sender | null;
  review: Review;
}

/**
 * Reviews a campaign as it would begin now, or by the schedule that it has or is asked about. It uses its own connections, so it must be
 * called outside of transactions.
 */
export async function reviewCampaign(
  { db, clock, shortLinks }: { db: Db; clock: Clock; shortLinks: ShortLinks },
  workspaceId: string,
  id: string,
  schedule?: Schedule,
): Promise<Reviewed> {
  const now = clock.now();
  const seen = await db.inWorkspace(workspaceId, async (tx) => {
    const campaign = await getCampaign(tx, workspaceId, id);
    const workspace = await getWorkspace(tx, workspaceId);
    return {
      cap: capRule(workspace, id, now),
      campaign,
      workspace,
      ...(await senderOf(tx, campaign)),
      type: campaign.subscription_type_id
        ? await findSubscriptionType(tx, workspaceId, campaign.subscription_type_id)
        : null,
      quota: await currentPeriod(tx, workspaceId, now),
    };
  });
  const { campaign, workspace, sender, fallback, type, quota, cap } = seen;
  const begins = beginningOf(seen, schedule, now);
  if (cap) cap.full = await readFull(db, workspaceId, cap);
  const optOutText = optOutTextOf(campaign, workspace, sender, shortLinks);
  // What a short link has is known here, as it is not in the composer.
  const links = campaign.shorten_links ? { length: shortLinks.base.length + codeLength } : null;
  const estimated = estimateSegments(campaign.text, { optOutText, links });
  const { segments } = estimated;
  const counted = type && (await count(db, seen, type));
  const { beyond_names, ...recipients } = counted ?? { will: 0, wont: 0, reasons: {}, beyond_names: 0 };
  const { allowance, used, reserved, remaining } = quota;
  const rough = recipients.will * segments;
  const estimate = rough * 2 > remaining ? await exactly(db, seen, rough, shortLinks) : rough;
  const parsed = readText(campaign, shortLinks);
  const template = parsed.ok ? parsed.template : null;
  const gaps = template && type && counted ? await missingValues(db, seen, type, template) : [];
  const unused = template ? await unusedProperties(db, workspaceId, template) : [];
  const lane = sender && (await db.inWorkspace(workspaceId, (tx) => forecastLane(tx, sender, mostCounted)));
  const waiting = type && counted?.will ? await countQuiet(db, seen, type, begins) : null;
  const errors = [
    ...textErrors(campaign, optOutText, shortLinks),
    ...propertyErrors(unused),
    ...typeErrors(type),
    ...audienceErrors(campaign, counted),
    ...senderErrors(campaign, sender, optOutText, keywordsOf(workspace)),
    ...quotaErrors(quota, estimate),
  ];
  const warnings = [
    ...quotaWarnings(quota, estimate),
    ...validityWarnings(campaign, recipients.will, lane),
    ...waitingWarnings(waiting),
    ...valueWarnings(gaps, unused),
    ...nameWarnings(sender, fallback, beyond_names),
    ...optOutWarnings(campaign.text, optOutText, keywordsOf(workspace)),
    ...segmentWarnings(campaign.text, optOutText, estimated),
  ];
  return {
    campaign,
    workspace,
    sender,
    review: {
      errors,
      warnings,
      recipients,
      revision: campaign.revision,
      segments_estimate: estimate,
      segments_per_message: segments,
      quota: { allowance, used, reserved, remaining },
    },
  };
}

/** The opt-out text that is added, or null. */
export function optOutTextOf(
  campaign: Pick<CampaignRow, "opt_out_text">,
  workspace: Pick<WorkspaceRow, "opt_out_text" | "language">,
  sender: Pick<Sender, "can_receive"> | null,
  { preferences }: ShortLinks,
): string | null {
  if (!campaign.opt_out_text) return null;
  if (sender && !sender.can_receive) return optOutByLink(workspace.language, preferences.filler);
  return workspace.opt_out_text.trim() || null;
}

/** The sender, and the fallback for countries without names as senders. */
interface Senders {
  sender: Sender | null;
  fallback: SuppressionRule["fallback"];
}

/** The campaign's sender, null where the workspace has none to send from. */
export async function senderOf(tx: Tx, campaign: CampaignRow): Promise<Senders> {
  try {
    const sender = await requireSender(tx, campaign.workspace_id, campaign.sender_id);
    return { sender, fallback: await fallbackSenderOf(tx, campaign.workspace_id, sender) };
  } catch (error) {
    if (error instanceof Problem) return { sender: null, fallback: undefined };
    throw error;
  }
}

/** What a review reads before it counts the audience. */
interface Seen extends Senders {
  /** With the numbers that have had enough. */
  cap: CapRule | undefined;
  campaign: CampaignRow;
  workspace: WorkspaceRow;
  type: SubscriptionTypeRow | null;
}

/**
 * Where the quota may be insufficient the estimate is not exact enough, so the segments are counted as the preparation counts
 * them. Returns `rough` where the text cannot be rendered.
 */
async function exactly(db: Db, seen: Seen, rough: number, shortLinks: ShortLinks): Promise<number> {
  const { campaign, workspace, sender, type } = seen;
  const parsed = readText(campaign, shortLinks);
  if (!parsed.ok || !sender || !type || rough === 0) return rough;
  const constant = {
    workspace: { name: workspace.name },
    sender: { address: sender.address },
    preferences_link: shortLinks.preferences.filler,
  };
  const audience = { ...campaign, sent_opt_out_text: optOutTextOf(campaign, workspace, sender, shortLinks) };
  const { segments } = await db.inWorkspace(campaign.workspace_id, (tx) =>
    countSegmentsOf(tx, ruleOf(seen, type), audience, parsed.template, constant),
  );
  return segments;
}

function ruleOf({ campaign, sender, fallback, cap }: Seen, type: SubscriptionTypeRow): SuppressionRule {
  return {
    fallback,
    workspaceId: campaign.workspace_id,
    class: "marketing",
    senderId: sender?.id ?? everySender,
    consentBit: type.bit,
    cap,
  };
}

/** 422 for a schedule that is no moment to begin. */
function beginningOf({ campaign, workspace }: Seen, schedule: Schedule | undefined, now: Date): Beginning {
  const { time_zone } = workspace;
  const { status, scheduled_at, scheduled_local } = campaign;
  // A failed campaign keeps the schedule that it had.
  if (!schedule && (status !== "scheduled" || !scheduled_at)) return { at: now, momentOf: null };
  const at = schedule ? readMoment(schedule, time_zone, now) : scheduled_at;
  const local = schedule ? (schedule.local ? schedule.at : null) : scheduled_local;
  return { at: at && at > now ? at : now, momentOf: momentsOf({ scheduled_local: local }, time_zone) };
}

/** As `missingValues`. */
function countQuiet(db: Db, seen: Seen, type: SubscriptionTypeRow, begins: Beginning): Promise<WaitingTexts | null> {
  const { campaign, workspace } = seen;
  const about = { ...begins, validity: campaign.validity_seconds ?? usualValidity };
  return db.inWorkspace(campaign.workspace_id, (tx) =>
    countWaiting(tx, workspace, ruleOf(seen, type), campaign, about),
  );
}

/** Uses its own connection, because it changes planner settings. */
function missingValues(db: Db, seen: Seen, type: SubscriptionTypeRow, template: Template): Promise<MissingValue[]> {
  const { campaign, workspace, sender } = seen;
  const constant = {
    workspace: { name: workspace.name },
    sender: { address: sender?.address ?? null },
    // Everybody has one; which does not matter here.
    preferences_link: "/p/",
  };
  return db.inWorkspace(campaign.workspace_id, (tx) =>
    findMissingValues(tx, ruleOf(seen, type), campaign, template, constant),
  );
}

/** The property keys in the text that no contact has. */
async function unusedProperties(db: Db, workspaceId: string, template: Template): Promise<string[]> {
  const keys = template.fields.flatMap((field) => propertyOf(field) ?? []);
  if (keys.length === 0) return [];
  return db.inWorkspace(workspaceId, (tx) => unusedPropertyKeys(tx, workspaceId, keys));
}

/** Null while the audience is not determined. */
async function count(db: Db, seen: Seen, type: SubscriptionTypeRow): Promise<AudienceCount | null> {
  const { lists, contacts } = seen.campaign.include;
  if (lists.length + contacts.length === 0) return null;
  return countAudience(db, ruleOf(seen, type), seen.campaign);
}

/** The errors of a text, for the review and the preview. */
export function textErrors(
  campaign: Pick<CampaignRow, "text" | "shorten_links">,
  optOutText: string | null,
  shortLinks: ShortLinks,
): Finding[] {
  if (isBlank(campaign.text)) return [finding("text_empty", "The campaign has no text.", "text")];
  const parsed = readText(campaign, shortLinks);
  if (!parsed.ok) return parsed.problems.map(({ code, message, value }) => finding(code, message, "text", value));
  const rendered = renderText(parsed.template, {}, optOutText);
  if (rendered.ok || rendered.reason !== "too_long") return [];
  const ending = optOutText ? ", the opt-out text included" : "";
  const message = `The text is longer than ${longestText} characters${ending}.`;
  return [
    finding("text_too_long", message, "text", parsed.template.render({}).length + (optOutText?.length ?? -1) + 1),
  ];
}

function propertyErrors(unused: readonly string[]): Finding[] {
  return unused.map((key) =>
    finding("unknown_placeholder", `No contact has a property "${key}".`, "text", `contact.properties.${key}`),
  );
}

function typeErrors(type: SubscriptionTypeRow | null): Finding[] {
  if (!type) return [finding("no_subscription_type", "Choose what recipients have consented to.", "subscription_type")];
  if (type.needs_consent) return [];
  const message = `A campaign is marketing, and nobody consents to "${type.name}". Choose a type that people consent to.`;
  return [finding("type_without_consent", message, "subscription_type", type.key)];
}

function audienceErrors({ include }: CampaignRow, counted: AudienceCount | null): Finding[] {
  if (include.lists.length + include.contacts.length === 0)
    return [finding("no_audience", "Choose the campaign's audience.", "include")];
  if (counted?.will !== 0) return [];
  const message =
    counted.wont === 0
      ? "Nobody is in the audience."
      : `None of the ${counted.wont} people in the audience can get it; the reasons are listed.`;
  return [finding("nobody", message, "include", counted.reasons)];
}

function senderErrors(
  { text }: CampaignRow,
  sender: Sender | null,
  optOutText: string | null,
  keywords: KeywordSets,
): Finding[] {
  if (!sender) return [finding("no_sender", "The workspace has no sender to send from.", "sender")];
  if (sender.can_receive) return [];
  if (![text, optOutText ?? ""].some((part) => tellsHowToStop(part, keywords))) return [];
  const message = `The text asks for a reply, but ${sender.address} cannot receive any. Choose a number, or word the opt-out differently.`;
  return [finding("sender_cannot_receive", message, "sender", sender.address)];
}

function quotaErrors(quota: QuotaFigures, needed: number): Finding[] {
  if (needed <= quota.remaining) return [];
  const problem = quotaExceeded({ needed, ...quota });
  const { allowance, used, reserved, remaining } = quota;
  return [finding(problem.code, problem.message, null, { needed, allowance, used, reserved, remaining })];
}

function quotaWarnings({ allowance, used, reserved }: QuotaFigures, needed: number): Finding[] {
  const after = used + reserved + needed;
  if (needed === 0 || after < warnFrom * allowance) return [];
  const percent = Math.floor((100 * after) / allowance);
  const message = `With this campaign ${percent} % of the period's ${allowance} segments are used.`;
  return [finding("quota_60", message, null, percent)];
}

function validityWarnings({ validity_seconds }: CampaignRow, will: number, lane: LaneForecast | null): Finding[] {
  const short = lane && validityShortfall(will, lane, validity_seconds ?? usualValidity);
  if (!short) return [];
  const message =
    `At ${short.rate} a second it takes ${short.hours} hours until the last text is submitted, but a text is valid ` +
    `${short.validity_hours} hours at most: about ${short.count} would expire. Give the campaign longer, or its sender a higher rate.`;
  return [finding("validity_short", message, "validity_seconds", short)];
}

/** Properties that no contact has are reported as errors only. */
function valueWarnings(gaps: readonly MissingValue[], unused: readonly string[]): Finding[] {
  return gaps.flatMap(({ fields, count, example }) => {
    if (fields.some((field) => unused.includes(propertyOf(field) ?? ""))) return [];
    const what = `${count} of the recipients ${count === 1 ? "has" : "have"} no ${fields.join(" and no ")}`;
    const get = example === null ? "and get nothing" : `and get "${example}"`;
    const message = `${what}, ${get}. Give the placeholder a default.`;
    return [finding("missing_value", message, "text", { fields, count, example })];
  });
}

/** The sender in countries whose networks show no names. */
function nameWarnings(sender: Sender | null, fallback: Seen["fallback"], count: number): Finding[] {
  if (!sender || fallback === undefined || count === 0) return [];
  const where = `${count} of the recipients are in countries whose networks show no names as senders`;
  const name = sender.address;
  if (fallback) {
    const message = `${where}: they get it from ${fallback.address} instead of ${name}.`;
    return [finding("name_replaced", message, "sender", { count, name, number: fallback.address })];
  }
  const message = `${where}: they get nothing, because no number of the same connection can be used instead of ${name}.`;
  return [finding("name_refused", message, "sender", { count, name })];
}

function optOutWarnings(text: string, optOutText: string | null, keywords: KeywordSets): Finding[] {
  if (optOutText || isBlank(text) || tellsHowToStop(text, keywords)) return [];
  const message = "The text does not say how to opt out. Switch the opt-out text on, or write your own.";
  return [finding("no_opt_out_text", message, "opt_out_text", false)];
}

function segmentWarnings(text: string, optOutText: string | null, { segments, encoding }: SegmentEstimate): Finding[] {
  if (encoding === "UCS-2") {
    const causes = [...new Set(ucs2Causes(`${text}${optOutText ?? ""}`).map(({ character }) => character))];
    const shown = causes.slice(0, 10).join(" ");
    const are = causes.length === 1 ? "is" : "are";
    const message = `${shown} ${are} not in the GSM alphabet, so a segment holds 70 characters instead of 160: each message takes ${segments} ${segments === 1 ? "segment" : "segments"}.`;
    return [finding("ucs2", message, "text", shown)];
  }
  if (segments <= 1) return [];
  return [finding("several_segments", `Each message takes about ${segments} segments.`, "text", segments)];
}

const finding = (code: string, message: string, field: string | null, value?: unknown): Finding => ({
  code,
  message,
  field,
  ...(value === undefined ? {} : { value }),
});
