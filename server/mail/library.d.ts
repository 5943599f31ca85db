/** Types of the parts of html-to-text 10 that Varsla uses; the library has none. */
declare module "html-to-text" {
  export interface SelectorOptions {
    selector: string;
    format?: string;
    options?: Record<string, unknown>;
  }

  export interface ConvertOptions {
    wordwrap?: number | false;
    limits?: { maxDepth?: number; maxInputLength?: number; ellipsis?: string };
    selectors?: readonly SelectorOptions[];
  }

  export function compile(options: ConvertOptions): (html: string) => string;
}
