// Runs before the first paint, so that a chosen theme never flashes the other one. A file, because the content security
// policy allows no inline script. The same key and attribute are used in src/lib/theme.ts.
try {
  const theme = localStorage.getItem("varsla.theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // Storage may be blocked; then the system's theme applies.
}
