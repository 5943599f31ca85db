import { useQueryClient } from "@tanstack/react-query";
import { Outlet } from "@tanstack/react-router";
import { Menu as MenuIcon, Search, WifiOff } from "lucide-react";
import { type ComponentProps, lazy, Suspense, useEffect, useState } from "react";
import { useTranslations } from "use-intl";
import { ApiError } from "../../api/api-error.ts";
import { useLiveUpdates } from "../../api/live-updates.ts";
import { chooseWorkspace, currentWorkspaceId } from "../../api/workspace-choice.ts";
import { useExplain } from "../../lib/explain.ts";
import { useLanguage } from "../../lib/language-provider.tsx";
import { loadPageTexts } from "../../lib/page-texts.ts";
import { useSessionQuery } from "../../lib/session.ts";
import { IconButton } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { ErrorState, PageSkeleton } from "../../ui/states.tsx";
import { DocumentTitle } from "../document-title.tsx";
import { PageTexts } from "../page-texts.tsx";
import { SandboxStripe } from "../sandbox.tsx";
import { AlertBanner, AlertBell } from "./alert-bell.tsx";
import { Navigation } from "./navigation.tsx";
import { Sends } from "./sends.tsx";
import { UserMenu } from "./user-menu.tsx";

const paletteTexts = ["commands"] as const;
const loadCommands = async () => {
  const [{ Commands: Palette }] = await Promise.all([import("./commands.tsx"), loadPageTexts(paletteTexts)]);
  return {
    default: (props: ComponentProps<typeof Palette>) => (
      <PageTexts of={paletteTexts}>
        <Palette {...props} />
      </PageTexts>
    ),
  };
};
const Commands = lazy(loadCommands);
/** After the page itself has loaded: what is typed right after opening the palette must not be lost. */
const loadAhead = 500; // milliseconds

/** Loads the session before anything inside the frame is shown. */
export function Frame() {
  const t = useTranslations("frame");
  const explain = useExplain();
  const session = useSessionQuery();
  const client = useQueryClient();
  const { adopt } = useLanguage();
  const { data, error } = session;
  const workspace = data?.workspace ?? null;

  useEffect(() => {
    if (workspace) adopt(workspace);
  }, [workspace, adopt]);

  // The workspace chosen last was deleted, or the person was removed from it: start with one that is left.
  const chosenIsGone = currentWorkspaceId() !== null && error instanceof ApiError && [403, 404].includes(error.status);
  useEffect(() => {
    if (!chosenIsGone) return;
    chooseWorkspace(null);
    client.clear();
    void client.invalidateQueries();
    void session.refetch();
    // oxlint-disable-next-line react/exhaustive-deps -- refetch is stable, the query around it is not
  }, [chosenIsGone, client, session.refetch]);

  if (!data) {
    const signingIn = error instanceof ApiError && error.status === 401;
    if (error && !signingIn && !chosenIsGone) {
      return <ErrorState message={explain(error)} onRetry={() => void session.refetch()} />;
    }
    return (
      <div className="p-6">
        <PageSkeleton />
      </div>
    );
  }
  if (!workspace) {
    return (
      <main className="flex flex-col items-center gap-3 px-6 py-20 text-center">
        <DocumentTitle>{t("noWorkspaceTitle")}</DocumentTitle>
        <h1 className="text-lg" tabIndex={-1} data-page-title>
          {t("noWorkspaceTitle")}
        </h1>
        <p className="max-w-md break-words text-soft">{t("noWorkspaceText", { email: data.user.email })}</p>
        <UserMenu />
      </main>
    );
  }
  return <Shell key={workspace.id} workspaceId={workspace.id} />;
}

function Shell({ workspaceId }: { workspaceId: string }) {
  const t = useTranslations("frame");
  const [drawer, setDrawer] = useState(false);
  const [commands, setCommands] = useState<"never" | boolean>("never");
  const { lost } = useLiveUpdates(workspaceId);

  useEffect(() => {
    const ahead = setTimeout(() => {
      // A failure here is ignored: opening the palette tries again and reports it.
      loadCommands().catch(() => undefined);
    }, loadAhead);
    return () => clearTimeout(ahead);
  }, []);

  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== "k" || !(event.metaKey || event.ctrlKey) || event.altKey) return;
      event.preventDefault();
      setCommands((open) => open !== true);
    };
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  }, []);

  return (
    <div className="min-h-dvh md:grid md:grid-cols-[14rem_minmax(0,1fr)]">
      <a
        href="#content"
        className="sr-only z-60 rounded-md bg-accent px-3 py-2 text-on-accent focus:not-sr-only focus:fixed focus:top-2 focus:left-2"
      >
        {t("skip")}
      </a>
      <div className="sticky top-0 hidden h-dvh border-r border-line bg-sunken md:block">
        <Navigation />
      </div>
      <Dialog open={drawer} onOpenChange={setDrawer} title={t("menu")} side="left" size="small">
        <div className="-mx-5 h-full">
          <Navigation onNavigate={() => setDrawer(false)} />
        </div>
      </Dialog>
      <div className="flex min-w-0 flex-col">
        <header className="sticky top-0 z-30">
          <SandboxStripe />
          <div className="flex h-12 items-center gap-2 border-b border-line bg-canvas px-3 md:px-6">
            <IconButton label={t("openMenu")} className="md:hidden" onClick={() => setDrawer(true)}>
              <MenuIcon aria-hidden />
            </IconButton>
            <button
              type="button"
              onClick={() => setCommands(true)}
              className="flex h-8 min-w-0 flex-1 items-center gap-2 rounded-md border border-line bg-surface px-2.5 text-left text-faint hover:border-line-strong md:max-w-80"
            >
              <Search className="size-4 shrink-0" aria-hidden />
              <span className="min-w-0 flex-1 truncate">{t("commands")}</span>
              <kbd className="hidden rounded-sm border border-line px-1 font-sans text-xs md:block">{shortcut}</kbd>
            </button>
            <div className="flex-1 max-md:hidden" />
            <AlertBell />
            <UserMenu />
          </div>
        </header>
        <AlertBanner />
        <div role="status" className="empty:hidden">
          {lost ? (
            <p className="flex items-center gap-2 border-b border-line bg-warn-soft px-3 py-1.5 text-sm text-warn-ink md:px-6">
              <WifiOff className="size-4" aria-hidden />
              {t("connectionLost")}
            </p>
          ) : null}
        </div>
        <main id="content" tabIndex={-1} className="w-full max-w-[80rem] flex-1 p-4 outline-none md:px-6 md:py-5">
          <Suspense fallback={<PageSkeleton />}>
            <Outlet />
          </Suspense>
        </main>
      </div>
      <Sends workspaceId={workspaceId} />
      {commands === "never" ? null : (
        <Suspense fallback={null}>
          <Commands open={commands} onOpenChange={setCommands} />
        </Suspense>
      )}
    </div>
  );
}

const shortcut = /Mac|iPhone|iPad/.test(navigator.userAgent) ? "⌘ K" : "Ctrl K";
