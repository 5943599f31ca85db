import { MutationCache, QueryCache, QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { ApiError, isPassing } from "./api/api-error.ts";
import { LanguageProvider } from "./lib/language-provider.tsx";
import { paths } from "./paths.ts";
import { router } from "./router.ts";
import "./styles.css";

/** The session has ended: sign in again and return to the same page. */
function onFailure(error: unknown) {
  if (!(error instanceof ApiError) || error.status !== 401) return;
  const { pathname, href } = router.state.location;
  if (open.some((path) => pathname.startsWith(path))) return;
  void router.navigate({ href: paths.signIn({ next: href === "/" ? undefined : href }), replace: true });
}

/** Pages that need no session. */
const open = [paths.signIn(), paths.setup(), paths.forgotPassword(), paths.resetPassword(), "/invitations/"];

const client = new QueryClient({
  queryCache: new QueryCache({ onError: onFailure }),
  mutationCache: new MutationCache({ onError: onFailure }),
  defaultOptions: {
    queries: {
      // The server's live updates make queries stale at once; this is for changes that it does not report.
      staleTime: 15_000,
      retry: (count, error) => isPassing(error) && count < 2,
    },
  },
});

const container = document.getElementById("root");
if (!container) throw new Error("index.html has no #root");
createRoot(container).render(
  <StrictMode>
    <QueryClientProvider client={client}>
      <LanguageProvider>
        <RouterProvider router={router} />
      </LanguageProvider>
    </QueryClientProvider>
  </StrictMode>,
);
