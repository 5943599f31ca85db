import { z } from "zod";
import { longestValidity, shortestValidity } from "../rules/campaign-validity.ts";
import { endpoint, type Resource } from "./endpoint.ts";
import { Message, SkipReason } from "./messages.ts";
import { ById, Id, Instant, Paging, page, name as nameOf } from "./shapes.ts";

/**
 * scheduled: it begins by itself; preparing: recipients are being written to the ledger; sending: the dispatcher submits; paused:
 * nothing leaves until it is resumed; sent: every recipient has an outcome; cancelled: what had not left does not leave; failed:
 * nothing was sent, and it can be changed, sent again and deleted like a draft.
 */
export const CampaignStatus = z.enum([
  "draft",
  "scheduled",
  "preparing",
  "sending",
  "paused",
  "sent",
  "cancelled",
  "failed",
]);
export type CampaignStatus = z.infer<typeof CampaignStatus>;

const Audience = z.object({
  lists: z.array(Id).max(100).default([]),
  contacts: z.array(Id).max(10_000).default([]),
});

const Links = z.object({ shorten: z.boolean() });

const fields = {
  name: nameOf(200),
  text: z.string().max(20_000).describe("a draft may be incomplete; its review lists what is missing"),
  sender: z
    .string()
    .trim()
    .max(40)
    .nullish()
    .describe(
      "a sender's id, number or name; default: the workspace's default sender. An address that is not a sender of the workspace is refused (`unknown_sender`): add it under Settings → Senders or with POST /senders. Only while the sandbox is the default connection is it registered on first use",
    ),
  subscription_type: z.string().max(100).nullish().describe("id, key or name"),
  include: Audience,
  exclude: Audience,
  opt_out_text: z.boolean().describe("adds the workspace's opt-out text at the end"),
  links: Links.describe(
    "`shorten`: every http or https link in the text is replaced by a short link of each recipient's own, and clicks are counted",
  ),
  validity_seconds: z
    .number()
    .int()
    .min(shortestValidity)
    .max(longestValidity)
    .nullish()
    .describe("texts not submitted this long after Send expire; null: a day"),
};

export const CampaignInput = z.object({
  ...fields,
  text: fields.text.default(""),
  include: Audience.default({ lists: [], contacts: [] }),
  exclude: Audience.default({ lists: [], contacts: [] }),
  opt_out_text: fields.opt_out_text.default(true),
  links: fields.links.default({ shorten: false }),
});
export type CampaignInput = z.infer<typeof CampaignInput>;

/** Without the defaults of a new campaign, which would overwrite fields that the caller did not give. */
export const CampaignChange = z.object(fields).partial();
export type CampaignChange = z.infer<typeof CampaignChange>;

export const CampaignCounts = z.object({
  recipients: z.number().int().describe("how many will receive it, known once sending has begun"),
  sent: z.number().int().describe("submitted to the carrier and accepted"),
  not_sent: z.number().int().describe("skipped, cancelled, or rejected before the network accepted them"),
  delivered: z.number().int(),
  not_delivered: z.number().int(),
  pending: z.number().int().describe("queued, not submitted yet"),
});
export type CampaignCounts = z.infer<typeof CampaignCounts>;

/** When a campaign begins. */
export const Schedule = z.object({
  at: z
    .string()
    .max(40)
    .describe(
      "an instant (2026-12-03T10:00:00+01:00), or a wall time without offset (2026-12-03T10:00), which is the workspace's zone's. A time that the clocks skip is as long after the jump; of one that they show twice the first counts",
    ),
  local: z
    .boolean()
    .default(false)
    .describe(
      "each recipient gets it at this wall time where they are: by the contact's zone, else the number's, else the workspace's. Whoever's clock has passed it gets it at once",
    ),
});
export type Schedule = z.infer<typeof Schedule>;

export const Campaign = z.object({
  id: Id,
  name: z.string(),
  status: CampaignStatus,
  text: z.string(),
  sender: z.string().nullable().describe("the address that recipients see"),
  subscription_type: z.object({ id: Id, key: z.string(), name: z.string() }).nullable(),
  include: Audience,
  exclude: Audience,
  opt_out_text: z.boolean(),
  links: Links,
  validity_seconds: z.number().int().nullable(),
  counts: CampaignCounts,
  waiting: z
    .object({
      count: z.number().int().describe("how many texts wait; part of `counts.pending`"),
      until: Instant.describe("when the first of them may leave"),
    })
    .nullable()
    .describe(
      "texts of a campaign that is being sent which wait for quiet hours to end, or for their recipient's own time; null where none waits. Those that expire before are not among them",
    ),
  owner: z.object({ id: Id.nullable(), name: z.string() }).nullable(),
  changed_by: z
    .object({ id: Id.nullable(), name: z.string() })
    .nullable()
    .describe("who changed what is sent last; null where that is not known"),
  /** Why the last attempt to send failed as a whole. */
  error: z.object({ code: z.string(), message: z.string(), value: z.string().optional() }).nullable(),
  created_at: Instant,
  updated_at: Instant,
  sent_at: Instant.nullable().describe("when Send was pressed; of a scheduled one, when it began"),
  finished_at: Instant.nullable().describe("when the last recipient had an outcome"),
  scheduled_at: Instant.nullable().describe(
    "when it begins by itself; for a time of each recipient, when the first of their zones has it",
  ),
  schedule: Schedule.nullable().describe("as it was scheduled; null where it was not"),
  revision: z.number().int().describe("counts the changes of the campaign; a review and Send can be bound to it"),
});
export type Campaign = z.infer<typeof Campaign>;

/** One thing to check before sending. `field` is the campaign's field that it is about. */
export const Finding = z.object({
  code: z.string(),
  message: z.string(),
  field: z.string().nullable(),
  value: z.unknown().optional(),
});
export type Finding = z.infer<typeof Finding>;

export const Review = z.object({
  errors: z.array(Finding),
  warnings: z.array(Finding),
  recipients: z.object({
    will: z.number().int(),
    wont: z.number().int(),
    reasons: z.partialRecord(SkipReason, z.number().int()),
  }),
  revision: z.number().int().describe("of the campaign that was reviewed; Send takes it as `reviewed`"),
  segments_estimate: z.number().int(),
  segments_per_message: z.number().int(),
  quota: z.object({
    allowance: z.number().int(),
    used: z.number().int(),
    reserved: z.number().int(),
    remaining: z.number().int(),
  }),
});
export type Review = z.infer<typeof Review>;

export const RecipientView = z.enum(["sent", "not_sent", "not_delivered", "delivered", "clicked", "all"]);
/** One contact of an audience. */
export const AudienceMember = z.object({
  contact_id: Id,
  name: z.string().nullable(),
  number: z.string().nullable().describe("the number that would be texted"),
  reason: SkipReason.nullable(),
});
export type AudienceMember = z.infer<typeof AudienceMember>;

export type RecipientView = z.infer<typeof RecipientView>;

export const campaigns = {
  create: endpoint({
    method: "POST",
    path: "/campaigns",
    summary: "Creates a draft.",
    permission: "campaigns:write",
    body: CampaignInput,
    status: 201,
    answer: Campaign,
  }),
  list: endpoint({
    method: "GET",
    path: "/campaigns",
    summary: "Campaigns, last changed first.",
    permission: "campaigns:read",
    query: z.object({ ...Paging, query: z.string().trim().max(100).optional(), status: CampaignStatus.optional() }),
    answer: page(Campaign),
  }),
  get: endpoint({
    method: "GET",
    path: "/campaigns/:id",
    summary: "One campaign with its counts so far.",
    permission: "campaigns:read",
    params: ById,
    answer: Campaign,
  }),
  update: endpoint({
    method: "PATCH",
    path: "/campaigns/:id",
    summary:
      "Changes the given fields of a draft or a failed campaign (409 otherwise, and 409 `campaign_changed` where it is not of the given revision).",
    permission: "campaigns:write",
    params: ById,
    body: CampaignChange.extend({
      revision: z
        .number()
        .int()
        .optional()
        .describe(
          "the revision that the caller saw: what somebody else has changed since is not overwritten. Without it the last change wins",
        ),
    }),
    answer: Campaign,
  }),
  remove: endpoint({
    method: "DELETE",
    path: "/campaigns/:id",
    summary: "Deletes a draft or a failed campaign for good (409 otherwise).",
    permission: "campaigns:write",
    params: ById,
    status: 204,
  }),
  review: endpoint({
    method: "POST",
    path: "/campaigns/:id/review",
    summary:
      "Checks a campaign before sending: errors, which prevent sending, warnings, and how many will and will not receive it and why.",
    permission: "campaigns:read",
    params: ById,
    body: z
      .object({
        schedule: Schedule.optional().describe(
          "when it is to begin, for the texts that would wait for quiet hours; default: as it is scheduled, else now",
        ),
      })
      .prefault({}),
    answer: Review,
  }),
  audience: endpoint({
    method: "GET",
    path: "/campaigns/:id/audience",
    summary:
      "The people behind the figures of the review: who would get the campaign now (`will`), or who would not and why (`wont`). A page may have fewer people than its limit.",
    permission: "campaigns:read",
    params: ById,
    query: z.object({
      ...Paging,
      view: z.enum(["will", "wont"]),
      reason: SkipReason.optional().describe("with `wont`: only those of this reason"),
    }),
    answer: page(AudienceMember),
  }),
  explain: endpoint({
    method: "GET",
    path: "/campaigns/:id/explain",
    summary:
      "Why one contact gets the campaign, or not: before it is sent by its audience of now, afterwards by the ledger. 404 for a contact that the workspace does not have.",
    permission: "campaigns:read",
    params: ById,
    query: z.object({ contact: Id }),
    answer: z.object({
      will: z.boolean().describe("whether a text is or was sent to them, whether or not it arrived"),
      reason: z
        .string()
        .nullable()
        .describe(
          "a skip or failure reason of messages; `not_in_audience`: nothing chose them; `cancelled`: the campaign was cancelled before their turn; `purged`: its messages are no longer kept",
        ),
      message_id: Id.nullable(),
    }),
  }),
  preview: endpoint({
    method: "POST",
    path: "/campaigns/preview",
    summary: "A text as a contact would receive it, with the opt-out text, and its segments.",
    permission: "campaigns:read",
    body: z.object({
      text: z.string().max(20_000),
      sender: z.string().max(40).nullish(),
      opt_out_text: z.boolean().default(true),
      links: Links.default({ shorten: false }).describe("a shortened link is shown with a code that leads nowhere"),
      contact_id: Id.nullish(),
    }),
    answer: z.object({
      text: z.string(),
      encoding: z.enum(["GSM-7", "UCS-2"]),
      segments: z.number().int(),
      errors: z.array(Finding),
    }),
  }),
  send: endpoint({
    method: "POST",
    path: "/campaigns/:id/send",
    summary:
      "Sends the campaign now: 202 once the audience's segments are reserved or being reserved; 409 while it is being sent or after it was sent (a failed one can be sent again); 422 with the errors of the review.",
    permission: "campaigns:send",
    params: ById,
    body: z
      .object({
        reviewed: z
          .number()
          .int()
          .optional()
          .describe(
            "the revision that was reviewed: 409 `campaign_changed` if it was changed since. Without it what stands now is sent",
          ),
        undo_seconds: z
          .number()
          .int()
          .min(0)
          .max(300)
          .default(0)
          .describe("so long it is scheduled only, and /unschedule takes it back"),
      })
      .prefault({}),
    status: 202,
    answer: Campaign,
    idempotent: true,
  }),
  schedule: endpoint({
    method: "POST",
    path: "/campaigns/:id/schedule",
    summary:
      "Schedules a draft or failed campaign, or reschedules one: audience, consent and quota are read when it begins. 422 with the errors of the review, except of audience and quota.",
    permission: "campaigns:send",
    params: ById,
    body: Schedule.extend({ reviewed: z.number().int().optional().describe("as for Send") }),
    answer: Campaign,
  }),
  unschedule: endpoint({
    method: "POST",
    path: "/campaigns/:id/unschedule",
    summary: "Makes a scheduled campaign a draft again (409 once it has begun).",
    permission: "campaigns:send",
    params: ById,
    answer: Campaign,
  }),
  pause: endpoint({
    method: "POST",
    path: "/campaigns/:id/pause",
    summary:
      "Pauses a campaign that is being prepared or sent: once this is answered, none of its texts leaves. What has left is in the counts.",
    permission: "campaigns:send",
    params: ById,
    answer: Campaign,
  }),
  resume: endpoint({
    method: "POST",
    path: "/campaigns/:id/resume",
    summary: "Lets a paused campaign go on where it was. Texts whose validity has ended meanwhile expire.",
    permission: "campaigns:send",
    params: ById,
    answer: Campaign,
  }),
  cancel: endpoint({
    method: "POST",
    path: "/campaigns/:id/cancel",
    summary:
      "Cancels a campaign that is scheduled, prepared, sent or paused: once this is answered, none of its texts leaves, and the segments of the others are given back.",
    permission: "campaigns:send",
    params: ById,
    answer: Campaign,
  }),
  performance: endpoint({
    method: "GET",
    path: "/campaigns/:id/performance",
    summary: "The campaign's results: counts, rates and a time series.",
    permission: "campaigns:read",
    params: ById,
    answer: z.object({
      sent: z.number().int(),
      not_sent: z.number().int(),
      delivered: z.number().int(),
      not_delivered: z.number().int(),
      clicked: z.number().int().describe("people who clicked a link, each once"),
      clicked_people: z.number().int().describe("the same figure"),
      robot_clicks: z.number().int().describe("hits of programs that look at links, which count nowhere else"),
      opted_out: z.number().int(),
      delivery_rate: z.number().nullable().describe("delivered ÷ sent; null before anything was sent"),
      click_rate: z.number().nullable().describe("clicked ÷ sent; null before anything was sent"),
      reasons: z.record(z.string(), z.number().int()).describe("why not sent or not delivered"),
      series_step: z
        .enum(["minute", "hour", "day"])
        .describe("the length of a point of the series: minutes up to 3 hours, hours up to 10 days, then days"),
      series: z.array(
        z.object({ at: Instant, sent: z.number().int(), delivered: z.number().int(), not_delivered: z.number().int() }),
      ),
    }),
  }),
  clicks: endpoint({
    method: "GET",
    path: "/campaigns/:id/clicks",
    summary:
      "Clicks by shortened link, most clicked first: those of people (the same person once in ten seconds), how many people, and hits of robots, such as previews and scanners of links.",
    permission: "campaigns:read",
    params: ById,
    answer: z.object({
      items: z.array(
        z.object({
          url: z.string().describe("as it is written in the text"),
          clicks: z.number().int(),
          people: z.number().int(),
          robots: z.number().int(),
        }),
      ),
    }),
  }),
  recipients: endpoint({
    method: "GET",
    path: "/campaigns/:id/recipients",
    summary: "The recipients of one view, with the reason where one did not receive it.",
    permission: "campaigns:read",
    params: ById,
    query: z.object({ ...Paging, view: RecipientView.default("all") }),
    answer: page(Message.extend({ contact_name: z.string().nullable() })),
  }),
} satisfies Resource;
