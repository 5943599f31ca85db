import { useQuery } from "@tanstack/react-query";
import {
  Bell,
  CalendarPlus,
  Gauge,
  Languages,
  List,
  Megaphone,
  Plus,
  Settings,
  SunMoon,
  Upload,
  User,
  UserRound,
  Workflow,
} from "lucide-react";
import { Dialog as Radix } from "radix-ui";
import { type KeyboardEvent, type ReactNode, useEffect, useId, useMemo, useRef, useState } from "react";
import { useTranslations } from "use-intl";
import { query } from "../../api/queries.ts";
import { contactName } from "../../lib/contact-name.ts";
import { useDebounced } from "../../lib/debounced.ts";
import { useLanguage } from "../../lib/language-provider.tsx";
import { useGo } from "../../lib/location.ts";
import { useMay, useWorkspace } from "../../lib/session.ts";
import { chooseTheme, themes } from "../../lib/theme.ts";
import { languageNames, languages } from "../../locales/languages.ts";
import { paths } from "../../paths.ts";
import { classes } from "../../ui/classes.ts";
import { Scrim } from "../../ui/dialog.tsx";
import { type Findable, findCommands } from "./find-commands.ts";
import { pages, settingsSections } from "./pages.ts";

interface Command extends Findable {
  id: string;
  group: string;
  aside?: string;
  icon: ReactNode;
  run: () => void;
}

/** Ctrl/⌘ K: every page and setting, frequent actions, and contacts, lists, campaigns and workflows by name. */
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
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
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
    command.run();
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
        ref={input}
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

/** The matches of the text: pages, settings and actions at once; contacts, lists, campaigns and workflows as the server finds them. */
function useCommands(text: string): { commands: Command[]; searching: boolean } {
  const t = useTranslations("frame");
  const go = useGo();
  const may = useMay();
  const { country } = useWorkspace();
  const debounced = useDebounced(text, 150);
  const enabled = debounced.length >= 2;
  const contacts = useQuery({
    ...query("contacts", "list", { query: { query: debounced, limit: 6 } }),
    enabled: enabled && may("contacts:read"),
  });
  const lists = useQuery({
    ...query("lists", "list", { query: { query: debounced, limit: 6 } }),
    enabled: enabled && may("contacts:read"),
  });
  const campaigns = useQuery({
    ...query("campaigns", "list", { query: { query: debounced, limit: 6 } }),
    enabled: enabled && may("campaigns:read"),
  });
  const workflows = useQuery({
    ...query("workflows", "list", { query: { query: debounced, limit: 6 } }),
    enabled: enabled && may("bookings:read"),
  });

  const ranked = findCommands(useFixedCommands(), text);
  // In the order in which they are shown, so that the arrow keys follow it.
  const groups = [...new Set(ranked.map((command) => command.group))];
  const found = groups.flatMap((group) => ranked.filter((command) => command.group === group));
  if (enabled && text !== "") {
    const add = (group: string, id: string, label: string, path: string, icon: ReactNode, aside = "") =>
      found.push({ id, group, label, aside, icon, usual: false, run: () => go(path) });
    for (const contact of contacts.data?.items ?? []) {
      const { name, aside } = contactName(contact, country);
      add(t("foundContacts"), contact.id, name ?? "–", paths.contact(contact.id), <User aria-hidden />, aside);
    }
    for (const { id, name } of lists.data?.items ?? [])
      add(t("foundLists"), id, name, paths.list(id), <List aria-hidden />);
    for (const { id, name } of campaigns.data?.items ?? [])
      add(t("foundCampaigns"), id, name, paths.campaign(id), <Megaphone aria-hidden />);
    for (const { id, name } of workflows.data?.items ?? [])
      add(t("workflows"), id, name, paths.workflow(id), <Workflow aria-hidden />);
  }
  const searching = [contacts, lists, campaigns, workflows].some(({ isFetching }) => isFetching) || text !== debounced;
  return { commands: found, searching };
}

/** The pages, settings and actions that the person may use. */
function useFixedCommands(): Command[] {
  const t = useTranslations("frame");
  const section = useTranslations("frame.sections");
  const words = useTranslations("commands.words");
  const go = useGo();
  const may = useMay();
  const { choose } = useLanguage();
  return useMemo(() => {
    const to = (path: string) => () => go(path);
    const all: Command[] = pages
      .filter((page) => may(page.permission))
      .map((page) => ({
        id: page.name,
        group: t("goTo"),
        label: t(page.name),
        words: words(page.name),
        icon: <page.icon aria-hidden />,
        usual: true,
        run: to(page.path),
      }));
    const page = (name: "subscription" | "alerts" | "account", label: string, path: string, icon: ReactNode) =>
      all.push({ id: name, group: t("goTo"), label, words: words(name), icon, usual: true, run: to(path) });
    if (may("subscription:read")) page("subscription", t("subscription"), paths.subscription(), <Gauge aria-hidden />);
    page("alerts", t("alerts"), paths.alerts(), <Bell aria-hidden />);
    page("account", t("myAccount"), paths.account(), <UserRound aria-hidden />);
    for (const { name, path } of settingsSections.filter(({ permission }) => may(permission))) {
      const icon = <Settings aria-hidden />;
      const id = `settings-${name}`;
      all.push({
        id,
        group: t("settings"),
        label: section(name),
        words: words(name),
        icon,
        usual: false,
        run: to(path),
      });
    }

    const make = (
      name:
        | "newCampaign"
        | "newWorkflow"
        | "newBooking"
        | "importBookings"
        | "newContact"
        | "importContacts"
        | "newCarrier",
      path: string,
      icon: ReactNode,
    ) => all.push({ id: name, group: t("make"), label: t(name), words: words(name), icon, usual: true, run: to(path) });
    if (may("campaigns:write")) make("newCampaign", paths.newCampaign(), <Plus aria-hidden />);
    if (may("bookings:write")) {
      make("newBooking", paths.newBooking(), <CalendarPlus aria-hidden />);
      make("importBookings", paths.importBookings(), <Upload aria-hidden />);
    }
    if (may("workflows:write")) make("newWorkflow", paths.newWorkflow(), <Plus aria-hidden />);
    if (may("contacts:write")) {
      make("newContact", paths.newContact(), <Plus aria-hidden />);
      make("importContacts", paths.newImport(), <Upload aria-hidden />);
    }
    if (may("sms-setup:write")) make("newCarrier", paths.newCarrier(), <Plus aria-hidden />);

    for (const theme of themes) {
      const command = { id: `theme-${theme}`, group: t("theme"), label: t(`themes.${theme}`), words: words(theme) };
      all.push({ ...command, icon: <SunMoon aria-hidden />, usual: false, run: () => chooseTheme(theme) });
    }
    for (const language of languages) {
      const command = { id: `language-${language}`, group: t("language"), label: languageNames[language] };
      const icon = <Languages aria-hidden />;
      all.push({ ...command, words: words("language"), icon, usual: false, run: () => choose(language) });
    }
    return all;
  }, [t, section, words, go, may, choose]);
}
