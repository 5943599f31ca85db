/** Layouts of texts and mails, with a place for a message. */
import { z } from "zod";
import { endpoint, type Resource } from "./endpoint.ts";
import { ById, Id, Instant, Paging, page, name as nameOf } from "./shapes.ts";

export const TemplateChannel = z.enum(["sms", "email"]);
export type TemplateChannel = z.infer<typeof TemplateChannel>;

/** Lengths are checked by the server, whose refusal says how long the text is and how long it may be. */
const texts = {
  subject: z.string().nullable().describe("of a mail, where it has one; 500 characters at most. A text has none"),
  text: z
    .string()
    .describe(
      "20,000 characters at most, with placeholders of events. `#CUSTOMTEXT#`, in any case, is where the message of a dispatch stands. Of a mail with HTML it may be empty: it is then made of the HTML",
    ),
  html: z
    .string()
    .nullable()
    .describe(
      "of a mail, 256 kB at most: a whole document or a part of one. What mail programs do not take is removed (scripts, event handlers, forms, style sheets and fonts from elsewhere, addresses other than of the web, mail and telephone), so the answer may differ from what was given; `warnings` say what. Values and the message are escaped",
    ),
};

const Said = z.object({
  code: z.string(),
  message: z.string(),
  field: z.enum(["name", "subject", "text", "html", "custom_text"]),
  position: z.number().int().nullable().describe("index into the field; null where it is about the whole of it"),
  value: z.string(),
});

export const TemplateInput = z.object({
  name: nameOf(200, 1),
  channel: TemplateChannel,
  subject: texts.subject.optional(),
  text: texts.text.default(""),
  html: texts.html.optional(),
});
export type TemplateInput = z.infer<typeof TemplateInput>;

export const TemplateChange = z
  .object({ name: nameOf(200, 1), ...texts, archived: z.boolean() })
  .partial()
  .extend({
    revision: z
      .number()
      .int()
      .optional()
      .describe("the revision that the caller saw: 409 `template_changed` where somebody has changed it since"),
  });
export type TemplateChange = z.infer<typeof TemplateChange>;

const kept = {
  id: Id,
  name: z.string(),
  channel: TemplateChannel,
  subject: z.string().nullable(),
  text: z.string(),
  custom_text: z.boolean().describe("whether text or HTML has a place for a message"),
  archived: z.boolean(),
  revision: z.number().int(),
  created_at: Instant,
  updated_at: Instant,
};

export const TemplateSummary = z.object({ ...kept, has_html: z.boolean() });
export type TemplateSummary = z.infer<typeof TemplateSummary>;

export const Template = z.object({
  ...kept,
  html: z.string().nullable(),
  warnings: z
    .array(Said)
    .describe(
      "what may go wrong with it in mail programs: broken links, images without alt text or without encryption, more than 100 kB, which Gmail cuts off; and, where it was just saved, what was removed",
    ),
});
export type Template = z.infer<typeof Template>;

const Preview = z.object({
  subject: z.string().nullable(),
  text: z.string().describe("of a mail, its plain text"),
  html: z.string().nullable(),
  encoding: z.enum(["GSM-7", "UCS-2"]).nullable().describe("of a text; null of a mail"),
  segments: z.number().int().nullable(),
  typical_segments: z
    .number()
    .int()
    .nullable()
    .describe("with a name of middle length among the newest 10,000 contacts"),
  longest_segments: z.number().int().nullable().describe("with the longest of them"),
  longest_name: z.string().nullable(),
  problems: z.array(Said).describe("what keeps it from being saved, or the message from being sent with it"),
  warnings: z.array(Said),
});
export type TemplatePreview = z.infer<typeof Preview>;

export const templates = {
  create: endpoint({
    method: "POST",
    path: "/templates",
    summary: "Creates a template; 409 when another of its channel that is not archived has the name.",
    permission: "events:write",
    body: TemplateInput,
    bodies: "layout",
    status: 201,
    answer: Template,
  }),
  list: endpoint({
    method: "GET",
    path: "/templates",
    summary: "The workspace's templates by name, without their HTML.",
    permission: "events:read",
    query: z.object({
      ...Paging,
      query: z.string().trim().max(100).optional().describe("a part of the name"),
      channel: TemplateChannel.optional(),
      archived: z.enum(["true", "false"]).default("false").describe("true: the archived ones too"),
    }),
    answer: page(TemplateSummary),
  }),
  get: endpoint({
    method: "GET",
    path: "/templates/:id",
    summary: "One template, also an archived one.",
    permission: "events:read",
    params: ById,
    answer: Template,
  }),
  update: endpoint({
    method: "PATCH",
    path: "/templates/:id",
    summary:
      "Changes the given fields; null clears one. What is sent from then on has the change. With `archived`: false an archived one is offered again.",
    permission: "events:write",
    params: ById,
    body: TemplateChange,
    bodies: "layout",
    answer: Template,
  }),
  remove: endpoint({
    method: "DELETE",
    path: "/templates/:id",
    summary: "Archives a template: it is not offered any more, and its name does not find it. What uses it keeps it.",
    permission: "events:write",
    params: ById,
    status: 204,
  }),
  preview: endpoint({
    method: "POST",
    path: "/templates/preview",
    summary: "A template as it would be sent with a message, filled with an example. Nothing is stored.",
    permission: "events:read",
    body: z.object({
      channel: TemplateChannel,
      subject: texts.subject.optional(),
      text: texts.text.default(""),
      html: texts.html.optional(),
      custom_text: z.string().max(20_000).nullish().describe("the message, which may have placeholders"),
    }),
    bodies: "layout",
    answer: Preview,
  }),
} satisfies Resource;
