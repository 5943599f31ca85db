import { createRootRoute, createRoute, lazyRouteComponent } from "@tanstack/react-router";
import type { ComponentType } from "react";
import { CrashPage } from "./components/crash-page.tsx";
import { NotFoundPage } from "./components/not-found-page.tsx";
import { RootLayout } from "./components/root-layout.tsx";

type LoadPage = () => Promise<unknown>;

/** Every page's module and the component it exports; a test loads each and sees that the name exists. */
export const pages: { load: LoadPage; name: string }[] = [];

/** One page in a chunk of its own. `unknown` keeps the pages' types out of the router's, which the pages themselves use. */
function page(load: LoadPage, name: string) {
  pages.push({ load, name });
  return lazyRouteComponent(load as () => Promise<Record<string, ComponentType>>, name);
}

const root = createRootRoute({ component: RootLayout, notFoundComponent: NotFoundPage, errorComponent: CrashPage });

const open = (path: string, load: LoadPage, name: string) =>
  createRoute({ getParentRoute: () => root, path, component: page(load, name) });

/** Everything that asks for a signed-in person stands inside the frame. */
const frame = createRoute({
  getParentRoute: () => root,
  id: "frame",
  component: page(() => import("./components/frame/frame.tsx"), "Frame"),
});

const inside = (path: string, load: LoadPage, name: string) =>
  createRoute({
    getParentRoute: () => frame,
    path,
    component: page(load, name),
    errorComponent: CrashPage,
    notFoundComponent: NotFoundPage,
  });

const settings = createRoute({
  getParentRoute: () => frame,
  path: "/settings",
  component: page(() => import("./pages/settings/settings-layout.tsx"), "SettingsLayout"),
});

const setting = (path: string, load: LoadPage, name: string) =>
  createRoute({ getParentRoute: () => settings, path, component: page(load, name), errorComponent: CrashPage });

export const routeTree = root.addChildren([
  open("/setup", () => import("./pages/welcome/setup-page.tsx"), "SetupPage"),
  open("/sign-in", () => import("./pages/welcome/sign-in-page.tsx"), "SignInPage"),
  open("/forgot-password", () => import("./pages/welcome/forgot-password-page.tsx"), "ForgotPasswordPage"),
  open("/reset-password", () => import("./pages/welcome/reset-password-page.tsx"), "ResetPasswordPage"),
  open("/invitations/$token", () => import("./pages/welcome/invitation-page.tsx"), "InvitationPage"),
  frame.addChildren([
    inside("/", () => import("./pages/home/home-page.tsx"), "HomePage"),
    inside("/account", () => import("./pages/account/account-page.tsx"), "AccountPage"),
    inside("/workspaces/new", () => import("./pages/settings/new-workspace-page.tsx"), "NewWorkspacePage"),

    inside("/campaigns", () => import("./pages/campaigns/campaigns-page.tsx"), "CampaignsPage"),
    inside("/campaigns/new", () => import("./pages/campaigns/new-campaign-page.tsx"), "NewCampaignPage"),
    inside("/campaigns/$id", () => import("./pages/campaigns/campaign-page.tsx"), "CampaignPage"),
    inside("/campaigns/$id/edit", () => import("./pages/campaigns/edit-campaign-page.tsx"), "EditCampaignPage"),
    inside("/campaigns/$id/review", () => import("./pages/campaigns/review-campaign-page.tsx"), "ReviewCampaignPage"),
    inside(
      "/campaigns/$id/recipients",
      () => import("./pages/campaigns/campaign-recipients-page.tsx"),
      "CampaignRecipientsPage",
    ),

    inside("/contacts", () => import("./pages/contacts/contacts-page.tsx"), "ContactsPage"),
    inside("/contacts/new", () => import("./pages/contacts/new-contact-page.tsx"), "NewContactPage"),
    inside("/contacts/imports", () => import("./pages/contacts/imports-page.tsx"), "ImportsPage"),
    inside("/contacts/imports/new", () => import("./pages/contacts/new-import-page.tsx"), "NewImportPage"),
    inside("/contacts/imports/$id", () => import("./pages/contacts/import-page.tsx"), "ImportPage"),
    inside("/contacts/$id", () => import("./pages/contacts/contact-page.tsx"), "ContactPage"),
    inside("/contacts/$id/edit", () => import("./pages/contacts/edit-contact-page.tsx"), "EditContactPage"),

    inside("/tray", () => import("./pages/contacts/possible-opt-outs-page.tsx"), "PossibleOptOutsPage"),

    inside("/lists", () => import("./pages/lists/lists-page.tsx"), "ListsPage"),
    inside("/lists/$id", () => import("./pages/lists/list-page.tsx"), "ListPage"),

    settings.addChildren([
      setting("/", () => import("./pages/settings/workspace-page.tsx"), "WorkspacePage"),
      setting("/workspace", () => import("./pages/settings/workspace-page.tsx"), "WorkspacePage"),
      setting("/people", () => import("./pages/settings/people-page.tsx"), "PeoplePage"),
      setting("/api-keys", () => import("./pages/settings/api-keys-page.tsx"), "ApiKeysPage"),
      setting("/senders", () => import("./pages/settings/senders-page.tsx"), "SendersPage"),
      setting("/carriers", () => import("./pages/carriers/carriers-page.tsx"), "CarriersPage"),
      setting("/carriers/new", () => import("./pages/carriers/new-carrier-page.tsx"), "NewCarrierPage"),
      setting("/carriers/fallback", () => import("./pages/carriers/fallback-page.tsx"), "FallbackPage"),
      setting("/carriers/$id", () => import("./pages/carriers/carrier-page.tsx"), "CarrierPage"),
      setting(
        "/subscription-types",
        () => import("./pages/settings/subscription-types-page.tsx"),
        "SubscriptionTypesPage",
      ),
      setting("/webhooks", () => import("./pages/webhooks/webhooks-page.tsx"), "WebhooksPage"),
      setting("/webhooks/$id", () => import("./pages/webhooks/webhook-page.tsx"), "WebhookPage"),
      setting("/audit-log", () => import("./pages/audit/audit-page.tsx"), "AuditPage"),
      setting("/retention", () => import("./pages/settings/retention-page.tsx"), "RetentionPage"),
    ]),
    inside("/alerts", () => import("./pages/alerts/alerts-page.tsx"), "AlertsPage"),
    inside("/subscription", () => import("./pages/subscription/subscription-page.tsx"), "SubscriptionPage"),

    inside("/sandbox", () => import("./pages/sandbox/sandbox-page.tsx"), "SandboxPage"),
    inside("/sandbox/phones/$number", () => import("./pages/sandbox/phone-page.tsx"), "PhonePage"),
    inside("/sandbox/mailbox", () => import("./pages/sandbox/mailbox-page.tsx"), "MailboxPage"),
    // An address that is none keeps the frame around it, so that one can go on.
    createRoute({ getParentRoute: () => frame, path: "/$", component: NotFoundPage }),
  ]),
]);
