/// <reference types="vite/client" />
import type { Messages } from "./messages/languages.ts";

declare module "use-intl" {
  interface AppConfig {
    Messages: Messages;
    Locale: string;
  }
}
