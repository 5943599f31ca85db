import { z } from "zod";
import { trimBlank } from "../rules/blank.ts";
import { mostKeywords } from "../rules/keyword-sets.ts";
import { endpoint, type Resource } from "./endpoint.ts";
import { everything, permissions, roles } from "./permissions.ts";
import { ById, Country, Id, Instant, Language, TimeZone, name as nameOf, Named } from "./shapes.ts";

/** Ten characters, as a person counts them: an emoji is one, though it takes two units of a string. */
const Password = z
  .string()
  .min(10)
  .max(128)
  .refine((text) => [...text].length >= 10, "Too small: expected string to have >=10 characters");
const Name = nameOf(100);
/** At most as long as a text message may be. */
const Text = z.string().overwrite(trimBlank).min(1).max(1600);

/** The first person of an installation. */
export const Admin = z.object({ name: Name, email: z.email().max(254), password: Password });

export const WorkspaceInput = z.object({
  name: Name,
  country: Country,
  time_zone: TimeZone,
  language: Language,
});

const Words = z.array(z.string().max(100)).max(mostKeywords);

/** What a received text means that consists of one of these words alone, in any case and with any punctuation. */
export const Keywords = z.object({
  stop: Words.describe(
    "opt out; STOP, STOPALL, UNSUBSCRIBE, CANCEL, END, QUIT, REVOKE and OPTOUT cannot be removed (`keyword_required`)",
  ),
  start: Words.describe("opt in again; START cannot be removed"),
  help: Words.describe("are answered with help_text; HELP cannot be removed"),
});

const UndoSeconds = z
  .number()
  .int()
  .min(0)
  .max(60)
  .describe("how long the browser lets Send be taken back; calls of the API say it themselves");

/** A price, such as 0.49 NOK. */
export const SegmentPrice = z.object({
  amount: z.number().positive().max(1_000),
  currency: z.string().regex(/^[A-Z]{3}$/, "Invalid string: expected a code of ISO 4217, such as NOK"),
});
export type SegmentPrice = z.infer<typeof SegmentPrice>;
export const FrequencyCap = z
  .object({ messages: z.number().int().min(1).max(1000), days: z.number().int().min(1).max(90) })
  .nullable()
  .describe(
    "at most so many marketing messages to a number within so many times 24 hours, whatever sends them; more are skipped (`frequency_cap`). null: no limit",
  );
export type FrequencyCap = z.infer<typeof FrequencyCap>;

const TimeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, "Invalid string: expected a time of day such as 08:00");
/** When reminders and thanks may go, in the zone of the booking. */
export const ReminderHours = z
  .object({ from: TimeOfDay, to: TimeOfDay })
  .nullable()
  .describe(
    "when reminders and thanks may go, in the zone of the booking; `from` after `to` is over midnight. A reminder that is due at another time goes at the last allowed moment before, thanks at the first one after; null: at any hour",
  );
export type ReminderHours = z.infer<typeof ReminderHours>;
const CancelLimit = z
  .number()
  .int()
  .min(0)
  .max(527_040)
  .describe(
    "how long before the start a customer may still cancel. It is kept and has no effect yet: the page of a booking only shows it",
  );

export const Workspace = WorkspaceInput.extend({
  id: Id,
  opt_out_text: z.string().describe("added at the end of campaign texts"),
  help_text: z.string().describe("the answer to HELP"),
  opt_out_confirmation: z.string(),
  opt_in_confirmation: z.string(),
  keywords: Keywords,
  undo_seconds: UndoSeconds,
  segment_price: SegmentPrice.nullable().describe("what a segment costs the business; null: reviews show no price"),
  frequency_cap: FrequencyCap,
  workflow_sender: z
    .string()
    .nullable()
    .describe(
      "the address of the sender of workflows; null: a name in the workspace's language, such as Reservasjon, or the default sender where the country's networks show no names",
    ),
  reminder_hours: ReminderHours,
  cancel_limit_minutes: CancelLimit,
  customer_access: z
    .boolean()
    .describe("whether customers have a page of their own, to which `access.link` in a text or mail signs them in"),
  created_at: Instant,
});
export type Workspace = z.infer<typeof Workspace>;

export const Person = z.object({
  id: Id,
  name: z.string(),
  email: z.string(),
  role: z.enum(roles),
  sms_setup: z.boolean(),
  joined_at: Instant.nullable().describe("null while invited"),
});

const KeyScope = z
  .enum([...permissions, everything])
  .describe("a permission, or `everything` its maker may do at the moment, also what later versions add");

export const ApiKey = z.object({
  id: Id,
  name: z.string(),
  prefix: z.string().describe("the first characters of the key, to recognise it by"),
  scopes: z.array(KeyScope),
  effective_scopes: z
    .array(z.enum(permissions))
    .describe("what the key may do now: those of its scopes that its maker still has; none once it has expired"),
  maker: z
    .object({ id: Id, name: z.string() })
    .nullable()
    .describe(
      "the person whose permissions limit the key; null for a key of the workspace itself, which only super admins create and revoke",
    ),
  created_at: Instant,
  expires_at: Instant.nullable(),
  last_used_at: Instant.nullable().describe("to the minute"),
});

/** What happens to the API keys of a person who is removed. */
const KeysOfRemoved = z.enum(["revoke", "take_over"]).optional();

export const Session = z.object({
  user: z.object({ id: Id, name: z.string(), email: z.string() }),
  workspace: Workspace.nullable(),
  role: z.enum(roles).nullable(),
  permissions: z.array(z.enum(permissions)),
  workspaces: z.array(Named),
  link_origin: z.string().describe("what the installation's links in texts begin with, such as `https://sms.example`"),
});
export type Session = z.infer<typeof Session>;

/** One open session of a person. */
export const SessionSeat = z.object({
  id: Id,
  current: z.boolean().describe("whether it is the session of this request"),
  ip: z.string().nullable(),
  user_agent: z.string().nullable(),
  signed_in_at: Instant,
  seen_at: Instant.describe("to the day"),
});

/**
 * Signing in and out, under /api/auth and with the names of better-auth, which implements them, so that its clients can be used.
 * There is no sign-up; people join by set-up or invitation.
 */
export const authentication = {
  signIn: endpoint({
    method: "POST",
    path: "/sign-in/email",
    summary: "Opens a session and sets its cookie; 401 for a wrong address and a wrong password alike.",
    permission: "anyone",
    body: z.object({
      email: z.string().trim().min(1).max(254),
      password: z.string().min(1).max(128),
      rememberMe: z.boolean().default(true).describe("false: the session ends when the browser is closed"),
    }),
    answer: z.object({ user: z.object({ id: Id, name: z.string(), email: z.string() }) }),
  }),
  signOut: endpoint({
    method: "POST",
    path: "/sign-out",
    summary: "Ends the session and clears its cookie.",
    permission: "anyone",
    answer: z.object({ success: z.literal(true) }),
  }),
  requestPasswordReset: endpoint({
    method: "POST",
    path: "/request-password-reset",
    summary:
      "Mails a link that is valid for an hour and invalidates earlier ones; the answer is the same whether or not the address has an account.",
    permission: "anyone",
    body: z.object({ email: z.email().max(254) }),
    answer: z.object({ status: z.literal(true) }),
  }),
  resetPassword: endpoint({
    method: "POST",
    path: "/reset-password",
    summary:
      "Sets a new password with the mailed token, ends all sessions and reset links of the person, and notifies them by mail.",
    permission: "anyone",
    body: z.object({ token: z.string().min(1).max(200), newPassword: Password }),
    answer: z.object({ status: z.literal(true) }),
  }),
  changePassword: endpoint({
    method: "POST",
    path: "/change-password",
    summary:
      "Changes the signed-in person's password, ends their other sessions and reset links, and notifies them by mail.",
    permission: "signed-in",
    body: z.object({ currentPassword: z.string().min(1).max(128), newPassword: Password }),
    answer: z.object({ status: z.literal(true) }),
  }),
} satisfies Resource;

export const accounts = {
  installation: endpoint({
    method: "GET",
    path: "/installation",
    summary: "What the sign-in page needs, such as whether the first workspace has yet to be created.",
    permission: "anyone",
    answer: z.object({ needs_setup: z.boolean(), version: z.string(), mail: z.enum(["relay", "sandbox"]) }),
  }),
  setup: endpoint({
    method: "POST",
    path: "/setup",
    summary:
      "Creates the first workspace and its super admin and signs them in; 403 without the token from the link that the server prints at start, 409 once a workspace exists.",
    permission: "anyone",
    body: z.object({
      token: z.string().max(200).default("").describe("from the link that the server prints at start"),
      workspace: WorkspaceInput,
      admin: Admin,
    }),
    status: 201,
    answer: Session,
  }),
  session: endpoint({
    method: "GET",
    path: "/session",
    summary: "Who is signed in, in which workspace (header X-Workspace, else their first), and what they may do.",
    permission: "signed-in",
    answer: Session,
  }),
  updateAccount: endpoint({
    method: "PATCH",
    path: "/account",
    summary: "Changes the signed-in person's own name.",
    permission: "signed-in",
    body: z.object({ name: Name }),
    answer: z.object({ id: Id, name: z.string(), email: z.string() }),
  }),
  sessions: endpoint({
    method: "GET",
    path: "/account/sessions",
    summary: "The signed-in person's open sessions, newest first.",
    permission: "signed-in",
    answer: z.object({ items: z.array(SessionSeat), next_cursor: z.null() }),
  }),
  endSessions: endpoint({
    method: "DELETE",
    path: "/account/sessions",
    summary: "Ends one session of the signed-in person, or without `id` all but the current one.",
    permission: "signed-in",
    query: z.object({ id: Id.optional() }),
    status: 204,
  }),
  invitation: endpoint({
    method: "GET",
    path: "/invitations/:token",
    summary: "The invitation of a mailed link; 404 when it is used, withdrawn or older than 7 days.",
    permission: "anyone",
    params: z.object({ token: z.string().max(200) }),
    answer: z.object({ email: z.string(), workspace: z.string(), has_account: z.boolean() }),
  }),
  acceptInvitation: endpoint({
    method: "POST",
    path: "/invitations/:token/accept",
    summary: "Joins the workspace, signing up with name and password where the address has no account yet.",
    permission: "anyone",
    params: z.object({ token: z.string().max(200) }),
    body: z.object({ name: Name.optional(), password: Password }),
    answer: Session,
  }),
} satisfies Resource;

export const workspaces = {
  create: endpoint({
    method: "POST",
    path: "/workspaces",
    summary: "Creates another workspace with the caller as its super admin; allowed to super admins only.",
    permission: "signed-in",
    body: WorkspaceInput,
    status: 201,
    answer: Workspace,
  }),
  get: endpoint({
    method: "GET",
    path: "/workspace",
    summary: "The workspace of this key or session.",
    permission: "workspace:read",
    answer: Workspace,
  }),
  update: endpoint({
    method: "PATCH",
    path: "/workspace",
    summary:
      "Changes the given fields; of `keywords` the given kinds, each replaced as a whole. 422 `keyword_twice` for a word of two kinds, `keyword_in_use` for removing one that the workspace's texts ask people to reply with.",
    permission: "workspace:write",
    body: WorkspaceInput.extend({
      opt_out_text: Text,
      help_text: Text,
      opt_out_confirmation: Text,
      opt_in_confirmation: Text,
      keywords: Keywords.partial(),
      undo_seconds: UndoSeconds,
      segment_price: SegmentPrice.nullable(),
      frequency_cap: FrequencyCap,
      workflow_sender: z.string().trim().min(1).max(40).nullable().describe("a sender's id, number or name"),
      reminder_hours: ReminderHours,
      cancel_limit_minutes: CancelLimit,
      customer_access: z.boolean(),
    }).partial(),
    answer: Workspace,
  }),
} satisfies Resource;

export const people = {
  list: endpoint({
    method: "GET",
    path: "/people",
    summary: "Members and open invitations of the workspace.",
    permission: "people:read",
    answer: z.object({ items: z.array(Person), next_cursor: z.null() }),
  }),
  invite: endpoint({
    method: "POST",
    path: "/people",
    summary:
      "Mails an invitation, which replaces an earlier one to the same address; callers cannot give a role above their own. 429 beyond 30 an hour for a person, 100 a day for a workspace, or 5 a day for an address.",
    permission: "people:write",
    body: z.object({ email: z.email().max(254), role: z.enum(roles), sms_setup: z.boolean().default(false) }),
    status: 201,
    answer: Person,
  }),
  update: endpoint({
    method: "PATCH",
    path: "/people/:id",
    summary:
      "Changes a person's role or SMS set-up permission; the last super admin's role cannot be changed. The person's open invitations that give more than they may do now are withdrawn.",
    permission: "people:write",
    params: ById,
    body: z.object({ role: z.enum(roles).optional(), sms_setup: z.boolean().optional() }),
    answer: Person,
  }),
  remove: endpoint({
    method: "DELETE",
    path: "/people/:id",
    summary:
      "Ends a membership or withdraws an invitation; the last super admin cannot be removed. `keys`, in the query or the body, says what happens to the API keys that the person created: take_over transfers them to the caller, with the permissions that they have at that moment. The person's open invitations are withdrawn.",
    permission: "people:write",
    params: ById,
    query: z.object({ keys: KeysOfRemoved.describe("default: revoke") }),
    body: z.object({ keys: KeysOfRemoved }).nullish(),
    status: 204,
  }),
} satisfies Resource;

export const apiKeys = {
  list: endpoint({
    method: "GET",
    path: "/api-keys",
    summary: "The workspace's API keys, without their secrets.",
    permission: "api-keys:write",
    answer: z.object({ items: z.array(ApiKey), next_cursor: z.null() }),
  }),
  create: endpoint({
    method: "POST",
    path: "/api-keys",
    summary:
      "Creates a key with some of the caller's own permissions; `key` is shown only in this answer. A key can never do more than its maker may do at the moment.",
    permission: "api-keys:write",
    body: z.object({
      name: Name,
      scopes: z.array(KeyScope).min(1),
      expires_at: Instant.nullable().optional().describe("absent or null: never"),
    }),
    status: 201,
    answer: ApiKey.extend({ key: z.string() }),
  }),
  remove: endpoint({
    method: "DELETE",
    path: "/api-keys/:id",
    summary: "Revokes a key at once; 403 for a key with permissions that the caller lacks.",
    permission: "api-keys:write",
    params: ById,
    status: 204,
  }),
} satisfies Resource;
