import { useSyncExternalStore } from "react";

/** Light, dark, or the system's theme. public/theme.js applies the same choice before the first paint. */
export const themes = ["system", "light", "dark"] as const;
export type Theme = (typeof themes)[number];

const key = "varsla.theme";

export function chosenTheme(): Theme {
  try {
    const chosen = localStorage.getItem(key);
    return chosen === "light" || chosen === "dark" ? chosen : "system";
  } catch {
    return "system";
  }
}

const watchers = new Set<() => void>();

/** The chosen theme, updated wherever it is changed. */
export function useTheme(): Theme {
  return useSyncExternalStore((onChange) => {
    watchers.add(onChange);
    return () => watchers.delete(onChange);
  }, currentTheme);
}

// Where storage is blocked, the choice is kept on the page.
function currentTheme(): Theme {
  const shown = document.documentElement.dataset.theme;
  return shown === "light" || shown === "dark" ? shown : chosenTheme();
}

/** Applies and stores a theme. */
export function chooseTheme(theme: Theme): void {
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  try {
    if (theme === "system") localStorage.removeItem(key);
    else localStorage.setItem(key, theme);
  } catch {
    // Storage is blocked: the choice lasts until the page is closed.
  }
  for (const watch of watchers) watch();
}
