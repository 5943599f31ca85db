/** Every URL of the application. Links and redirects are built here and nowhere else. */

type Query = Record<string, string | undefined>;

/** Appends the query values that are not empty. */
function withQuery(path: string, query: Query = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value) search.set(name, value);
  return search.size > 0 ? `${path}?${search}` : path;
}

const segment = encodeURIComponent;

export const paths = {
  home: () => "/",
  setup: () => "/setup",
  signIn: (query: { next?: string } = {}) => withQuery("/sign-in", query),
  forgotPassword: () => "/forgot-password",
  resetPassword: (query: { token?: string } = {}) => withQuery("/reset-password", query),
  invitation: (token: string) => `/invitations/${segment(token)}`,
  account: () => "/account",
  newWorkspace: () => "/workspaces/new",

  campaigns: (query: { query?: string; status?: string } = {}) => withQuery("/campaigns", query),
  newCampaign: () => "/campaigns/new",
  campaign: (id: string) => `/campaigns/${segment(id)}`,
  campaignEdit: (id: string, query: { field?: string } = {}) => withQuery(`/campaigns/${segment(id)}/edit`, query),
  campaignReview: (id: string) => `/campaigns/${segment(id)}/review`,
  campaignRecipients: (id: string, query: { view?: string } = {}) =>
    withQuery(`/campaigns/${segment(id)}/recipients`, query),

  bookings: (query: { date?: string; view?: string } = {}) => withQuery("/bookings", query),
  bookingList: (query: { from?: string; customer?: string; status?: string; query?: string } = {}) =>
    withQuery("/bookings/list", query),
  newBooking: (query: { start?: string; resource?: string; location?: string; customer?: string } = {}) =>
    withQuery("/bookings/new", query),
  importBookings: (query: { id?: string } = {}) => withQuery("/bookings/import", query),
  booking: (id: string, query: { tab?: string } = {}) => withQuery(`/bookings/${segment(id)}`, query),
  bookingEdit: (id: string) => `/bookings/${segment(id)}/edit`,

  contacts: (query: { query?: string; list?: string; sort?: string } = {}) => withQuery("/contacts", query),
  newContact: () => "/contacts/new",
  contact: (id: string, query: { tab?: string } = {}) => withQuery(`/contacts/${segment(id)}`, query),
  contactEdit: (id: string) => `/contacts/${segment(id)}/edit`,
  imports: () => "/contacts/imports",
  newImport: (query: { list?: string } = {}) => withQuery("/contacts/imports/new", query),
  import: (id: string) => `/contacts/imports/${segment(id)}`,

  tray: () => "/tray",

  lists: (query: { query?: string } = {}) => withQuery("/lists", query),
  list: (id: string, query: { query?: string } = {}) => withQuery(`/lists/${segment(id)}`, query),

  alerts: (query: { state?: string } = {}) => withQuery("/alerts", query),

  settings: () => "/settings",
  workspaceSettings: () => "/settings/workspace",
  people: () => "/settings/people",
  apiKeys: () => "/settings/api-keys",
  senders: () => "/settings/senders",
  carriers: () => "/settings/carriers",
  newCarrier: () => "/settings/carriers/new",
  carrierFallback: () => "/settings/carriers/fallback",
  carrier: (id: string, query: { tab?: string } = {}) => withQuery(`/settings/carriers/${segment(id)}`, query),
  webhooks: () => "/settings/webhooks",
  webhook: (id: string) => `/settings/webhooks/${segment(id)}`,
  services: (query: { query?: string; archived?: string } = {}) => withQuery("/settings/services", query),
  locations: (query: { query?: string; archived?: string } = {}) => withQuery("/settings/locations", query),
  resources: (query: { query?: string; archived?: string } = {}) => withQuery("/settings/resources", query),
  bookingStatuses: () => "/settings/booking-statuses",
  bookingSettings: () => "/settings/bookings",
  subscriptionTypes: () => "/settings/subscription-types",
  quietHours: () => "/settings/quiet-hours",
  retention: () => "/settings/retention",
  audit: (query: { from?: string; to?: string; who?: string; action?: string } = {}) =>
    withQuery("/settings/audit-log", query),
  subscription: () => "/subscription",

  sandbox: () => "/sandbox",
  sandboxPhone: (number: string) => `/sandbox/phones/${segment(number)}`,
  sandboxMailbox: (query: { to?: string } = {}) => withQuery("/sandbox/mailbox", query),
} as const;

/** A path within the application to return to after sign-in; anything else becomes home. */
export function returnPath(next: string | null | undefined): string {
  if (!next?.startsWith("/")) return paths.home();
  // Browsers treat "//host" and "/\host" as other sites.
  const url = new URL(next, "http://varsla.invalid");
  if (url.origin !== "http://varsla.invalid" || url.pathname === "/sign-in") return paths.home();
  return `${url.pathname}${url.search}${url.hash}`;
}
