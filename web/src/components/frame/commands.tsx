import { useQuery } from "@tanstack/react-query";
import { Bell, Cable, Gauge, Megaphone, Plus, Upload, User, Webhook } from "lucide-react";
import { Dialog as Radix } from "radix-ui";
import { type KeyboardEvent, type ReactNode, useEffect, useId, useMemo, useRef, useState } from "react";
import { useTranslations } from "use-intl";
import { query } from "../../api/queries.ts";
import { contactName } from "../../lib/contact-name.ts";
import { useGo } from "../../lib/location.ts";
import { useMay, useWorkspace } from "../../lib/session.ts";
import { useSettled } from "../../lib/settled.ts";
import { paths } from "../../paths.ts";
import { classes } from "../../ui/classes.ts";
import { Scrim } from "../../ui/scrim.tsx";
import { pages } from "./pages.ts";

interface Command {
  id: string;
  group: string;
  label: string;
  aside?: string;
  icon: ReactNode;
  path: string;
}

/** Ctrl/⌘ K: any page, the usual beginnings, and people and campaigns by name. */
export function Commands({ open, onOpenChange }: { open: boolean; onOpenChange: (open: boolean) => void }) {
  const t = useTranslations("frame");
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Scrim />
        <Radix.Content
          aria-describedby={undefined}
          className="appear fixed inset-x-3 top-3 z-50 mx-auto max-w-xl overflow-hidden rounded-xl border border-line bg-raised shadow-high outline-none sm:top-[12vh]"
        >
          <Radix.Title className="sr-only">{t("commandsTitle")}</Radix.Title>
          <Palette onDone={() => onOpenChange(false)} />
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

function Palette({ onDone }: { onDone: () => void }) {
  const t = useTranslations("frame");
  const go = useGo();
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  const [text, setText] = useState("");
  const [active, setActive] = useState(0);
  const { commands, searching } = useCommands(text.trim());
  useEffect(() => {
    list.current?.querySelector(`[data-index="${active}"]`)?.scrollIntoView({ block: "nearest" });
  }, [active]);

  const run = (command: Command | undefined) => {
    if (!command) return;
    onDone();
    go(command.path);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === "ArrowDown") setActive((now) => Math.min(commands.length - 1, now + 1));
    else if (event.key === "ArrowUp") setActive((now) => Math.max(0, now - 1));
    else if (event.key === "Enter") run(commands[active]);
    else return;
    event.preventDefault();
  };
  const groups = [...new Set(commands.map((command) => command.group))];
  return (
    <>
      <input
        role="combobox"
        aria-expanded="true"
        aria-controls={`${id}-list`}
        aria-activedescendant={commands[active] ? `${id}-${active}` : undefined}
        aria-autocomplete="list"
        aria-label={t("commandsTitle")}
        className="h-12 w-full border-b border-line bg-transparent px-4 text-lg text-ink outline-none placeholder:text-faint"
        placeholder={t("commandsHint")}
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          setActive(0);
        }}
        onKeyDown={onKeyDown}
      />
      <div
        ref={list}
        role="listbox"
        id={`${id}-list`}
        aria-label={t("commandsTitle")}
        className="max-h-[min(24rem,60dvh)] overflow-y-auto p-2"
      >
        {groups.map((group) => (
          // A group of options, not of fields.
          <div key={group} role="group" aria-label={group}>
            <p aria-hidden className="px-2 pt-2 pb-1 text-xs text-faint">
              {group}
            </p>
            {commands.map((command, index) =>
              command.group === group ? (
                // oxlint-disable-next-line jsx-a11y/click-events-have-key-events -- the keys are the input's, which keeps the focus
                <div
                  key={command.id}
                  id={`${id}-${index}`}
                  data-index={index}
                  role="option"
                  tabIndex={-1}
                  aria-selected={index === active}
                  onMouseMove={() => setActive(index)}
                  onClick={() => run(command)}
                  className={classes(
                    "flex h-9 cursor-pointer items-center gap-2.5 rounded-md px-2 [&_svg]:size-4 [&_svg]:shrink-0 [&_svg]:text-faint",
                    index === active && "bg-hover",
                  )}
                >
                  {command.icon}
                  <span className="min-w-0 flex-1 truncate">{command.label}</span>
                  {command.aside ? <span className="figures truncate text-sm text-faint">{command.aside}</span> : null}
                </div>
              ) : null,
            )}
          </div>
        ))}
      </div>
      <p role="status" className="px-4 pb-4 text-soft empty:hidden">
        {commands.length === 0 && !searching ? t("nothingFound", { text: text.trim() }) : null}
      </p>
    </>
  );
}

/** What fits the text: pages and beginnings at once, people and campaigns as the server finds them. */
function useCommands(text: string): { commands: Command[]; searching: boolean } {
  const t = useTranslations("frame");
  const may = useMay();
  const { country } = useWorkspace();
  const settled = useSettled(text, 150);
  const enabled = settled.length >= 2;
  const contacts = useQuery({
    ...query("contacts", "list", { query: { query: settled, limit: 6 } }),
    enabled: enabled && may("contacts:read"),
  });
  const campaigns = useQuery({
    ...query("campaigns", "list", { query: { query: settled, limit: 6 } }),
    enabled: enabled && may("campaigns:read"),
  });

  const fixed = useMemo(() => {
    const all: Command[] = pages
      .filter((page) => may(page.permission))
      .map((page) => ({
        id: page.name,
        group: t("goTo"),
        label: t(page.name),
        icon: <page.icon aria-hidden />,
        path: page.path,
      }));
    if (may("subscription:read")) {
      const gauge = { id: "subscription", group: t("goTo"), label: t("subscription"), path: paths.subscription() };
      all.push({ ...gauge, icon: <Gauge aria-hidden /> });
    }
    const bell = { id: "alerts", group: t("goTo"), label: t("alerts"), path: paths.alerts() };
    all.push({ ...bell, icon: <Bell aria-hidden /> });
    if (may("workspace:write")) {
      const hook = { id: "webhooks", group: t("goTo"), label: t("webhooks"), path: paths.webhooks() };
      all.push({ ...hook, icon: <Webhook aria-hidden /> });
    }
    if (may("sms-setup:write")) {
      const cable = { id: "carriers", group: t("goTo"), label: t("carriers"), path: paths.carriers() };
      all.push({ ...cable, icon: <Cable aria-hidden /> });
    }
    const make = (id: string, label: string, path: string, icon: ReactNode) =>
      all.push({ id, group: t("make"), label, path, icon });
    if (may("campaigns:write")) make("new-campaign", t("newCampaign"), paths.newCampaign(), <Plus aria-hidden />);
    if (may("contacts:write")) {
      make("new-contact", t("newContact"), paths.newContact(), <Plus aria-hidden />);
      make("import", t("importContacts"), paths.newImport(), <Upload aria-hidden />);
    }
    if (may("sms-setup:write")) make("new-carrier", t("newCarrier"), paths.newCarrier(), <Plus aria-hidden />);
    return all;
  }, [t, may]);

  const wanted = text.toLocaleLowerCase();
  const found = fixed.filter((command) => command.label.toLocaleLowerCase().includes(wanted));
  if (enabled && text !== "") {
    for (const contact of contacts.data?.items ?? []) {
      const { name, aside } = contactName(contact, country);
      const command = {
        id: contact.id,
        group: t("foundContacts"),
        label: name ?? "–",
        path: paths.contact(contact.id),
      };
      found.push({ ...command, aside, icon: <User aria-hidden /> });
    }
    for (const campaign of campaigns.data?.items ?? []) {
      const command = { id: campaign.id, group: t("foundCampaigns"), label: campaign.name };
      found.push({ ...command, path: paths.campaign(campaign.id), icon: <Megaphone aria-hidden /> });
    }
  }
  const searching = text !== settled || contacts.isFetching || campaigns.isFetching;
  return { commands: found, searching };
}
