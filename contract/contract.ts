/** Every endpoint of Varsla, by resource. */
import { accounts, apiKeys, people, workspaces } from "./accounts.ts";
import { alerts } from "./alerts.ts";
import { audit } from "./audit.ts";
import { bookingStatuses, locations, resources, services } from "./booking-places.ts";
import { bookings } from "./bookings.ts";
import { campaigns } from "./campaigns.ts";
import { carrierWebhooks } from "./carrier-webhooks.ts";
import { carriers } from "./carriers.ts";
import { consent } from "./consent.ts";
import { contacts, properties } from "./contacts.ts";
import { editors } from "./editors.ts";
import type { Resource } from "./endpoint.ts";
import { erasures } from "./erasures.ts";
import { events, products, ticketTypes } from "./events.ts";
import { lists } from "./lists.ts";
import { liveUpdates } from "./live-updates.ts";
import { mails } from "./mails.ts";
import { messages, segments } from "./messages.ts";
import { orders } from "./orders.ts";
import { quietHours } from "./quiet-hours.ts";
import { retention } from "./retention.ts";
import { sandbox } from "./sandbox.ts";
import { senders } from "./senders.ts";
import { templates } from "./templates.ts";
import { tray } from "./tray.ts";
import { subscription, usage } from "./usage.ts";
import { webhooks } from "./webhooks.ts";
import { workflows } from "./workflows.ts";

export const contract = {
  accounts,
  workspaces,
  people,
  apiKeys,
  subscription,
  usage,
  contacts,
  erasures,
  properties,
  lists,
  consent,
  tray,
  senders,
  segments,
  messages,
  mails,
  services,
  locations,
  resources,
  bookingStatuses,
  bookings,
  workflows,
  events,
  ticketTypes,
  products,
  orders,
  templates,
  campaigns,
  editors,
  carriers,
  carrierWebhooks,
  alerts,
  webhooks,
  quietHours,
  retention,
  audit,
  sandbox,
  news: liveUpdates,
} satisfies Record<string, Resource>;
