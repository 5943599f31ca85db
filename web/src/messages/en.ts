import { account } from "./en/account.ts";
import { alerts } from "./en/alerts.ts";
import { campaigns } from "./en/campaigns.ts";
import { composer } from "./en/composer.ts";
import { contacts } from "./en/contacts.ts";
import { frame } from "./en/frame.ts";
import { home } from "./en/home.ts";
import { lists } from "./en/lists.ts";
import { privacy } from "./en/privacy.ts";
import { problems } from "./en/problems.ts";
import { sandbox } from "./en/sandbox.ts";
import { settings } from "./en/settings.ts";
import { subscription } from "./en/subscription.ts";
import { ui } from "./en/ui.ts";
import { webhooks } from "./en/webhooks.ts";

export const messages = {
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
