import { createRootRoute, createRoute, lazyRouteComponent } from "@tanstack/react-router";
import type { FunctionComponent } from "react";
import { CrashPage } from "./components/crash-page.tsx";
import { NotFoundPage } from "./components/not-found-page.tsx";
import { PageTexts } from "./components/page-texts.tsx";
import { RootLayout } from "./components/root-layout.tsx";
import { loadPageTexts } from "./lib/page-texts.ts";
import type { PageArea } from "./locales/languages.ts";

type LoadPage = () => Promise<unknown>;

/** Every page: its module, the component that it exports, and the catalogues that are loaded with it. Tests read it. */
export const pages: { load: LoadPage; name: string; texts: readonly PageArea[] }[] = [];

/** One page in a chunk of its own, loaded together with its texts. `unknown` keeps the pages' types out of the router's, which the pages use. */
function page(texts: readonly PageArea[], load: LoadPage, name: string) {
  pages.push({ load, name, texts });
  const Page = lazyRouteComponent(async () => {
    const module = (await load()) as Record<string, FunctionComponent>;
    return { default: module[name] as FunctionComponent };
  });
  const WithTexts = () => (
    <PageTexts of={texts}>
      <Page />
    </PageTexts>
  );
  return { component: Object.assign(WithTexts, { preload: Page.preload }), loader: () => loadPageTexts(texts) };
}

const root = createRootRoute({ component: RootLayout, notFoundComponent: NotFoundPage, errorComponent: CrashPage });

const open = (path: string, texts: readonly PageArea[], load: LoadPage, name: string) =>
  createRoute({ getParentRoute: () => root, path, ...page(texts, load, name) });

/** Around every page that asks for a signed-in person. */
const frame = createRoute({
  getParentRoute: () => root,
  id: "frame",
  ...page(["alerts", "statuses"], () => import("./components/frame/frame.tsx"), "Frame"),
});

/** A page in the frame; the frame's texts are there already. */
const inside = (path: string, texts: readonly PageArea[], load: LoadPage, name: string) =>
  createRoute({
    getParentRoute: () => frame,
    path,
    ...page(texts, load, name),
    errorComponent: CrashPage,
    notFoundComponent: NotFoundPage,
  });

const settings = createRoute({
  getParentRoute: () => frame,
  path: "/settings",
  ...page(["settings"], () => import("./pages/settings/settings-layout.tsx"), "SettingsLayout"),
});

/** A page of the settings; the texts of the settings are there already. */
const setting = (path: string, texts: readonly PageArea[], load: LoadPage, name: string) =>
  createRoute({ getParentRoute: () => settings, path, ...page(texts, load, name), errorComponent: CrashPage });

export const routeTree = root.addChildren([
  open("/setup", ["account", "settings"], () => import("./pages/welcome/setup-page.tsx"), "SetupPage"),
  open("/sign-in", ["account"], () => import("./pages/welcome/sign-in-page.tsx"), "SignInPage"),
  open("/forgot-password", ["account"], () => import("./pages/welcome/forgot-password-page.tsx"), "ForgotPasswordPage"),
  open("/reset-password", ["account"], () => import("./pages/welcome/reset-password-page.tsx"), "ResetPasswordPage"),
  open("/invitations/$token", ["account"], () => import("./pages/welcome/invitation-page.tsx"), "InvitationPage"),
  frame.addChildren([
    inside("/", ["home", "subscription"], () => import("./pages/home/home-page.tsx"), "HomePage"),
    inside("/account", ["account"], () => import("./pages/account/account-page.tsx"), "AccountPage"),
    inside(
      "/workspaces/new",
      ["settings"],
      () => import("./pages/settings/new-workspace-page.tsx"),
      "NewWorkspacePage",
    ),

    inside(
      "/campaigns",
      ["campaigns", "composer"],
      () => import("./pages/campaigns/campaigns-page.tsx"),
      "CampaignsPage",
    ),
    inside("/campaigns/new", ["campaigns"], () => import("./pages/campaigns/new-campaign-page.tsx"), "NewCampaignPage"),
    inside(
      "/campaigns/$id",
      ["campaigns", "composer"],
      () => import("./pages/campaigns/campaign-page.tsx"),
      "CampaignPage",
    ),
    inside(
      "/campaigns/$id/edit",
      ["campaigns", "composer"],
      () => import("./pages/campaigns/edit-campaign-page.tsx"),
      "EditCampaignPage",
    ),
    inside(
      "/campaigns/$id/review",
      ["campaigns", "composer"],
      () => import("./pages/campaigns/review-campaign-page.tsx"),
      "ReviewCampaignPage",
    ),
    inside(
      "/campaigns/$id/recipients",
      ["campaigns", "composer", "privacy"],
      () => import("./pages/campaigns/campaign-recipients-page.tsx"),
      "CampaignRecipientsPage",
    ),

    inside("/bookings", ["bookings"], () => import("./pages/bookings/agenda-page.tsx"), "AgendaPage"),
    inside("/bookings/list", ["bookings"], () => import("./pages/bookings/bookings-page.tsx"), "BookingsPage"),
    inside("/bookings/new", ["bookings"], () => import("./pages/bookings/new-booking-page.tsx"), "NewBookingPage"),
    inside(
      "/bookings/import",
      ["bookings", "contacts"],
      () => import("./pages/bookings/import-bookings-page.tsx"),
      "ImportBookingsPage",
    ),
    inside("/bookings/$id", ["bookings"], () => import("./pages/bookings/booking-page.tsx"), "BookingPage"),
    inside(
      "/bookings/$id/edit",
      ["bookings"],
      () => import("./pages/bookings/edit-booking-page.tsx"),
      "EditBookingPage",
    ),

    inside("/contacts", ["contacts"], () => import("./pages/contacts/contacts-page.tsx"), "ContactsPage"),
    inside("/contacts/new", ["contacts"], () => import("./pages/contacts/new-contact-page.tsx"), "NewContactPage"),
    inside("/contacts/imports", ["contacts"], () => import("./pages/contacts/imports-page.tsx"), "ImportsPage"),
    inside(
      "/contacts/imports/new",
      ["contacts"],
      () => import("./pages/contacts/new-import-page.tsx"),
      "NewImportPage",
    ),
    inside("/contacts/imports/$id", ["contacts"], () => import("./pages/contacts/import-page.tsx"), "ImportPage"),
    inside(
      "/contacts/$id",
      ["bookings", "contacts", "privacy", "composer"],
      () => import("./pages/contacts/contact-page.tsx"),
      "ContactPage",
    ),
    inside(
      "/contacts/$id/edit",
      ["contacts"],
      () => import("./pages/contacts/edit-contact-page.tsx"),
      "EditContactPage",
    ),

    inside("/tray", ["contacts"], () => import("./pages/contacts/possible-opt-outs-page.tsx"), "PossibleOptOutsPage"),

    inside("/lists", ["lists"], () => import("./pages/lists/lists-page.tsx"), "ListsPage"),
    inside("/lists/$id", ["contacts", "lists"], () => import("./pages/lists/list-page.tsx"), "ListPage"),

    settings.addChildren([
      setting("/", [], () => import("./pages/settings/workspace-page.tsx"), "WorkspacePage"),
      setting("/workspace", [], () => import("./pages/settings/workspace-page.tsx"), "WorkspacePage"),
      setting("/people", [], () => import("./pages/settings/people-page.tsx"), "PeoplePage"),
      setting("/api-keys", [], () => import("./pages/settings/api-keys-page.tsx"), "ApiKeysPage"),
      setting("/senders", [], () => import("./pages/settings/senders-page.tsx"), "SendersPage"),
      setting("/carriers", ["carriers"], () => import("./pages/carriers/carriers-page.tsx"), "CarriersPage"),
      setting(
        "/carriers/new",
        ["account", "carriers"],
        () => import("./pages/carriers/new-carrier-page.tsx"),
        "NewCarrierPage",
      ),
      setting("/carriers/fallback", ["carriers"], () => import("./pages/carriers/fallback-page.tsx"), "FallbackPage"),
      setting(
        "/carriers/$id",
        ["account", "carriers"],
        () => import("./pages/carriers/carrier-page.tsx"),
        "CarrierPage",
      ),
      setting("/services", ["places"], () => import("./pages/places/services-page.tsx"), "ServicesPage"),
      setting("/locations", ["places"], () => import("./pages/places/locations-page.tsx"), "LocationsPage"),
      setting("/resources", ["places"], () => import("./pages/places/resources-page.tsx"), "ResourcesPage"),
      setting(
        "/booking-statuses",
        ["places"],
        () => import("./pages/places/booking-statuses-page.tsx"),
        "BookingStatusesPage",
      ),
      setting("/bookings", ["places"], () => import("./pages/places/booking-settings-page.tsx"), "BookingSettingsPage"),
      setting(
        "/subscription-types",
        [],
        () => import("./pages/settings/subscription-types-page.tsx"),
        "SubscriptionTypesPage",
      ),
      setting("/webhooks", ["webhooks"], () => import("./pages/webhooks/webhooks-page.tsx"), "WebhooksPage"),
      setting("/webhooks/$id", ["webhooks"], () => import("./pages/webhooks/webhook-page.tsx"), "WebhookPage"),
      setting("/audit-log", ["audit"], () => import("./pages/audit/audit-page.tsx"), "AuditPage"),
      setting("/quiet-hours", ["hours"], () => import("./pages/settings/quiet-hours-page.tsx"), "QuietHoursPage"),
      setting("/retention", ["privacy"], () => import("./pages/settings/retention-page.tsx"), "RetentionPage"),
    ]),
    inside("/alerts", [], () => import("./pages/alerts/alerts-page.tsx"), "AlertsPage"),
    inside(
      "/subscription",
      ["subscription"],
      () => import("./pages/subscription/subscription-page.tsx"),
      "SubscriptionPage",
    ),

    inside("/sandbox", ["sandbox"], () => import("./pages/sandbox/sandbox-page.tsx"), "SandboxPage"),
    inside(
      "/sandbox/phones/$number",
      ["composer", "sandbox"],
      () => import("./pages/sandbox/phone-page.tsx"),
      "PhonePage",
    ),
    inside("/sandbox/mailbox", ["sandbox"], () => import("./pages/sandbox/mailbox-page.tsx"), "MailboxPage"),
    // An unknown address keeps the frame, whose navigation leads on.
    createRoute({ getParentRoute: () => frame, path: "/$", component: NotFoundPage }),
  ]),
]);
