import type { contract } from "../../../contract/contract.ts";
import type { Endpoint } from "../../../contract/endpoint.ts";

export type Contract = typeof contract;
export type ResourceName = keyof Contract;
export type EndpointName<R extends ResourceName> = keyof Contract[R] & string;

type Line<E> = E extends Endpoint ? `${E["method"]} ${E["path"]}` : never;

/**
 * Method and path of every endpoint. The contract itself would bring its schemas and zod into the first bundle; here the
 * compiler checks each line against it.
 */
export const routeTable: { [R in ResourceName]: { [N in keyof Contract[R]]: Line<Contract[R][N]> } } = {
  accounts: {
    installation: "GET /installation",
    setup: "POST /setup",
    session: "GET /session",
    updateAccount: "PATCH /account",
    sessions: "GET /account/sessions",
    endSessions: "DELETE /account/sessions",
    invitation: "GET /invitations/:token",
    acceptInvitation: "POST /invitations/:token/accept",
  },
  workspaces: { create: "POST /workspaces", get: "GET /workspace", update: "PATCH /workspace" },
  people: {
    list: "GET /people",
    invite: "POST /people",
    update: "PATCH /people/:id",
    remove: "DELETE /people/:id",
  },
  apiKeys: { list: "GET /api-keys", create: "POST /api-keys", remove: "DELETE /api-keys/:id" },
  subscription: { get: "GET /subscription", update: "PATCH /subscription" },
  usage: { get: "GET /usage", segments: "GET /usage/segments" },
  contacts: {
    create: "POST /contacts",
    list: "GET /contacts",
    get: "GET /contacts/:id",
    update: "PATCH /contacts/:id",
    remove: "DELETE /contacts/:id",
    timeline: "GET /contacts/:id/timeline",
    startImport: "POST /contacts/imports",
    previewImport: "POST /contacts/imports/preview",
    imports: "GET /contacts/imports",
    getImport: "GET /contacts/imports/:id",
    startHeldImport: "POST /contacts/imports/:id/start",
    giveUpImport: "DELETE /contacts/imports/:id",
    heldRows: "GET /contacts/imports/:id/rows",
    rejectedRows: "GET /contacts/imports/:id/rejected.csv",
  },
  lists: {
    create: "POST /lists",
    list: "GET /lists",
    get: "GET /lists/:id",
    rename: "PATCH /lists/:id",
    remove: "DELETE /lists/:id",
    addMembers: "POST /lists/:id/members",
    removeMembers: "DELETE /lists/:id/members",
  },
  properties: { list: "GET /properties" },
  tray: { list: "GET /tray", decide: "POST /tray/:id" },
  consent: {
    types: "GET /subscription-types",
    createType: "POST /subscription-types",
    record: "POST /consent-events",
    ofContact: "GET /contacts/:id/consent",
    optOut: "POST /contacts/:id/opt-outs",
    liftOptOut: "DELETE /contacts/:id/opt-outs",
  },
  erasures: {
    create: "POST /contacts/:id/erasure",
    list: "GET /erasures",
    export: "GET /contacts/:id/export",
  },
  alerts: { list: "GET /alerts", summary: "GET /alerts/summary", see: "POST /alerts/seen" },
  webhooks: {
    list: "GET /webhooks",
    create: "POST /webhooks",
    update: "PATCH /webhooks/:id",
    remove: "DELETE /webhooks/:id",
    rotate: "POST /webhooks/:id/secret",
    test: "POST /webhooks/:id/test",
    deliveries: "GET /webhooks/:id/deliveries",
    redeliver: "POST /webhooks/:id/deliveries/:delivery_id/redeliver",
  },
  audit: { list: "GET /audit-events", export: "GET /audit-events/export" },
  quietHours: { get: "GET /quiet-hours", update: "PUT /quiet-hours" },
  retention: { get: "GET /retention", update: "PATCH /retention" },
  senders: { list: "GET /senders", create: "POST /senders", update: "PATCH /senders/:id" },
  segments: { count: "POST /segments" },
  messages: { send: "POST /messages", get: "GET /messages/:id", list: "GET /messages" },
  campaigns: {
    create: "POST /campaigns",
    list: "GET /campaigns",
    get: "GET /campaigns/:id",
    update: "PATCH /campaigns/:id",
    remove: "DELETE /campaigns/:id",
    review: "POST /campaigns/:id/review",
    preview: "POST /campaigns/preview",
    send: "POST /campaigns/:id/send",
    schedule: "POST /campaigns/:id/schedule",
    unschedule: "POST /campaigns/:id/unschedule",
    pause: "POST /campaigns/:id/pause",
    resume: "POST /campaigns/:id/resume",
    cancel: "POST /campaigns/:id/cancel",
    performance: "GET /campaigns/:id/performance",
    recipients: "GET /campaigns/:id/recipients",
  },
  carriers: {
    list: "GET /carriers",
    create: "POST /carriers",
    get: "GET /carriers/:id",
    update: "PATCH /carriers/:id",
    remove: "DELETE /carriers/:id",
    test: "POST /carriers/:id/tests",
    testSteps: "GET /carriers/:id/tests/:message_id",
    routes: "GET /carrier-routes",
    setRoutes: "PUT /carrier-routes",
  },
  carrierWebhooks: {
    twilioStatus: "POST /carriers/:id/twilio/status",
    twilioInbound: "POST /carriers/:id/twilio/inbound",
  },
  sandbox: {
    phones: "GET /sandbox/phones",
    messages: "GET /sandbox/phones/:number/messages",
    reply: "POST /sandbox/phones/:number/reply",
    phone: "GET /sandbox/phones/:number",
    behave: "PUT /sandbox/phones/:number",
    mailbox: "GET /sandbox/mailbox",
  },
  news: { stream: "GET /news" },
};
