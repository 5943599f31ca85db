/// <reference types="vite/client" />
import type { AllMessages } from "./locales/languages.ts";

declare module "use-intl" {
  interface AppConfig {
    Messages: AllMessages;
    Locale: string;
  }
}
