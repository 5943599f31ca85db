import { Outlet, useRouterState } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { Toasts } from "../ui/toast.tsx";

/** What is around every page, signed in or not. */
export function RootLayout() {
  useFocusOnNavigation();
  return (
    <>
      <Outlet />
      <Toasts />
    </>
  );
}

/** After a navigation the new page's title gets the focus, so that a screen reader announces the page. */
function useFocusOnNavigation() {
  const pathname = useRouterState({ select: (state) => state.resolvedLocation?.pathname });
  const previous = useRef<string | undefined>(undefined);
  useEffect(() => {
    const first = previous.current === undefined;
    const same = previous.current === pathname;
    previous.current = pathname;
    if (pathname === undefined || first || same) return;
    const focusTitle = () => {
      const title = document.querySelector<HTMLElement>("[data-page-title]");
      if (!title) return false;
      // A page that set the focus on purpose keeps it.
      const held = document.activeElement;
      if (held && held !== document.body && held.closest("main")) return true;
      title.focus({ preventScroll: true });
      return true;
    };
    if (focusTitle()) return;
    // The title is rendered with the page's data; wait for it, or for the next navigation.
    const observer = new MutationObserver(() => {
      if (focusTitle()) observer.disconnect();
    });
    observer.observe(document.body, { childList: true, subtree: true });
    return () => observer.disconnect();
  }, [pathname]);
}
