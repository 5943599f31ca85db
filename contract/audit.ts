/** The audit log: who did what, when, to what and from where. */
import { z } from "zod";
import { endpoint, type Resource } from "./endpoint.ts";
import { Id, Instant, Paging, page } from "./shapes.ts";

/** The actions that are recorded, by the kind of thing they affect. */
export const auditActions = [
  "session.opened",
  "session.refused",
  "session.ended",
  "password.changed",
  "password.reset_requested",
  "password.reset",
  "workspace.created",
  "workspace.updated",
  "person.invited",
  "person.joined",
  "person.updated",
  "person.removed",
  "invitation.updated",
  "invitation.withdrawn",
  "api_key.created",
  "api_key.revoked",
  "api_key.taken_over",
  "subscription.updated",
  "contact.created",
  "contact.updated",
  "contact.deleted",
  "contact.exported",
  "contact.erased",
  "contact.opted_out",
  "contact.opt_out_lifted",
  "contact.opt_out_ignored",
  "consent.granted",
  "consent.withdrawn",
  "subscription_type.created",
  "import.held",
  "import.started",
  "import.given_up",
  "import.rejections_exported",
  "bulk.started",
  "bulk.finished",
  "list.created",
  "list.renamed",
  "list.deleted",
  "list.members_added",
  "list.members_removed",
  "sender.created",
  "sender.updated",
  "booking.created",
  "booking.updated",
  "booking.cancelled",
  "booking_import.started",
  "event.created",
  "event.updated",
  "event.cancelled",
  "event.deleted",
  "ticket_type.created",
  "ticket_type.updated",
  "ticket_type.archived",
  "ticket_type.restored",
  "product.created",
  "product.updated",
  "product.archived",
  "product.restored",
  "order.created",
  "order.updated",
  "order.cancelled",
  "ticket.checked_in",
  "ticket.check_in_undone",
  "order_import.started",
  "workflow.created",
  "workflow.updated",
  "workflow.deleted",
  "workflow.tested",
  "template.created",
  "template.updated",
  "template.archived",
  "template.restored",
  "campaign.created",
  "campaign.deleted",
  "campaign.sent",
  "campaign.scheduled",
  "campaign.unscheduled",
  "campaign.paused",
  "campaign.resumed",
  "campaign.cancelled",
  "service.created",
  "service.updated",
  "service.archived",
  "service.restored",
  "location.created",
  "location.updated",
  "location.archived",
  "location.restored",
  "resource.created",
  "resource.updated",
  "resource.archived",
  "resource.restored",
  "resource.calendar_link_renewed",
  "booking_statuses.updated",
  "carrier.created",
  "carrier.updated",
  "carrier.removed",
  "carrier.tested",
  "carrier_routes.updated",
  "webhook.created",
  "webhook.updated",
  "webhook.deleted",
  "webhook.secret_rotated",
  "webhook.tested",
  "webhook.redelivered",
  "mail.bounce_lifted",
  "quiet_hours.updated",
  "quiet_hours.switched_on",
  "retention.updated",
  "audit.exported",
] as const;
export type AuditAction = (typeof auditActions)[number];

/** Kinds of things that actions affect: the first half of each action's name. */
export type AuditSubject = AuditAction extends `${infer Subject}.${string}` ? Subject : never;
export const auditSubjects = [...new Set(auditActions.map((action) => action.split(".")[0]))] as AuditSubject[];

const Named = z.object({ id: Id, name: z.string().describe("at the time of the event") });

export const AuditEvent = z.object({
  id: Id,
  at: Instant,
  actor: z.object({
    type: z
      .enum(["person", "api_key", "anonymous", "system"])
      .describe("anonymous: a caller who had not signed in; system: Varsla itself, without a call"),
    id: Id.nullable(),
    name: z.string().describe("at the time of the event"),
    maker: Named.nullable().describe("of an API key: who created it; null for a key of the workspace itself"),
  }),
  action: z.enum(auditActions),
  target: z
    .object({ type: z.string(), id: z.string().nullable(), name: z.string().nullable() })
    .nullable()
    .describe("contacts have no name here, only their id"),
  ip: z.string().nullable().describe("null where the event came from no call"),
  before: z
    .record(z.string(), z.unknown())
    .nullable()
    .describe("the changed fields before the change; of secrets only that they changed"),
  after: z.record(z.string(), z.unknown()).nullable(),
});
export type AuditEvent = z.infer<typeof AuditEvent>;

const Moment = z.union([Instant, z.iso.date()]);

const Filter = {
  from: Moment.optional().describe("from this instant on, or from the beginning of this day (UTC)"),
  to: Moment.optional().describe("before this instant or day"),
  who: z
    .string()
    .trim()
    .min(1)
    .max(254)
    .optional()
    .describe("a person's or key's id, a person's e-mail address, or part of a name"),
  action: z.string().max(60).optional().describe("one action, or all of a kind: api_key"),
};

export const audit = {
  list: endpoint({
    method: "GET",
    path: "/audit-events",
    summary: "Who did what in the workspace, newest first.",
    permission: "audit:read",
    query: z.object({ ...Filter, ...Paging }),
    answer: page(AuditEvent),
  }),
  export: endpoint({
    method: "GET",
    path: "/audit-events/export",
    summary: "All matching events as CSV; the export itself is recorded as an event.",
    permission: "audit:read",
    query: z.object(Filter),
    answerType: "text/csv",
  }),
} satisfies Resource;
