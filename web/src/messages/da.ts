import { account } from "./da/account.ts";
import { alerts } from "./da/alerts.ts";
import { campaigns } from "./da/campaigns.ts";
import { composer } from "./da/composer.ts";
import { contacts } from "./da/contacts.ts";
import { frame } from "./da/frame.ts";
import { home } from "./da/home.ts";
import { lists } from "./da/lists.ts";
import { privacy } from "./da/privacy.ts";
import { problems } from "./da/problems.ts";
import { sandbox } from "./da/sandbox.ts";
import { settings } from "./da/settings.ts";
import { subscription } from "./da/subscription.ts";
import { ui } from "./da/ui.ts";
import { webhooks } from "./da/webhooks.ts";
import type { Messages, Translation } from "./languages.ts";

export const messages: Translation<Messages> = {
  account,
  alerts,
  campaigns,
  composer,
  contacts,
  frame,
  home,
  lists,
  privacy,
  problems,
  sandbox,
  settings,
  subscription,
  ui,
  webhooks,
};
