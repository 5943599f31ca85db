import { resolve } from "node:path";
import tailwind from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { compressedAssets } from "./compressed-assets.ts";
import { firstViewBudget } from "./first-view-budget.ts";

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react(), tailwind(), firstViewBudget(190_000), compressedAssets()],
  build: {
    outDir: resolve(import.meta.dirname, "dist"),
    emptyOutDir: true,
    // Data URIs would need a looser content security policy.
    assetsInlineLimit: 0,
    // light-dark() and similar as they are: these browsers have been available since 2024.
    cssTarget: ["chrome123", "firefox121", "safari17.5"],
    reportCompressedSize: false,
  },
  server: {
    host: "127.0.0.1",
    port: 5173,
    proxy: { "/api": { target: "http://127.0.0.1:3000" }, "/docs": { target: "http://127.0.0.1:3000" } },
  },
});
