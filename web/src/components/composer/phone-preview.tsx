import { BatteryFull, Signal, Wifi } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import { classes } from "../../ui/classes.ts";

export interface Bubble {
  id: string;
  /** From the handset's side: `in` is what the workspace sent. */
  direction: "in" | "out";
  content: ReactNode;
  /** Under the bubble: a time, a status. */
  note?: ReactNode;
}

/**
 * A handset with one conversation on it. Its colours are a phone's, not the page's: `dark` is the phone's own setting.
 * `children` is shown at the bottom, in place of the phone's own input.
 */
export function PhonePreview({
  sender,
  bubbles,
  dark = false,
  fontSize = 16,
  empty,
  children,
  live = false,
}: {
  sender: string;
  bubbles: readonly Bubble[];
  dark?: boolean;
  /** Font size of the bubbles, in px. */
  fontSize?: number;
  /** Shown while there is no bubble. */
  empty?: ReactNode;
  children?: ReactNode;
  /** Announces new bubbles to screen readers. */
  live?: boolean;
}) {
  const t = useTranslations("composer.preview");
  const faint = dark ? "text-[#a1a1aa]" : "text-[#5f5f69]";
  return (
    <section
      aria-label={t("phone", { sender })}
      className={classes(
        "mx-auto flex w-full max-w-80 flex-col overflow-hidden rounded-[2.25rem] border-[6px] shadow-high",
        dark ? "border-[#3a3a40] bg-[#0b0b0d] text-[#f4f4f5]" : "border-[#1f1f24] bg-[#ffffff] text-[#18181b]",
      )}
    >
      <div aria-hidden className="flex items-center justify-between px-6 pt-2.5 pb-1 text-xs font-semibold">
        <span className="figures">9:41</span>
        <span className={classes("h-4 w-20 rounded-full", dark ? "bg-[#26262b]" : "bg-[#1f1f24]")} />
        <span className="flex items-center gap-1">
          <Signal className="size-3" />
          <Wifi className="size-3" />
          <BatteryFull className="size-3.5" />
        </span>
      </div>
      <div
        className={classes(
          "flex flex-col items-center gap-1 border-b px-4 pt-2 pb-3",
          dark ? "border-[#2a2a2f]" : "border-[#e4e4e7]",
        )}
      >
        <span
          aria-hidden
          className={classes(
            "grid size-10 place-items-center rounded-full text-lg font-medium",
            dark ? "bg-[#3a3a40] text-[#f4f4f5]" : "bg-[#e4e4e7] text-[#3f3f46]",
          )}
        >
          {/^\p{L}/u.test(sender) ? sender.slice(0, 1).toUpperCase() : "#"}
        </span>
        <span className="max-w-full truncate text-sm font-semibold">{sender}</span>
      </div>
      <div
        aria-live={live ? "polite" : undefined}
        className="flex min-h-72 flex-1 flex-col gap-2 overflow-y-auto px-3 py-4"
      >
        {bubbles.length === 0 && empty ? <p className={classes("m-auto text-center text-sm", faint)}>{empty}</p> : null}
        {bubbles.map((bubble) => (
          <div
            key={bubble.id}
            className={classes("flex max-w-[85%] flex-col gap-1", bubble.direction === "out" && "items-end self-end")}
          >
            <div
              className={classes(
                "rounded-2xl px-3 py-2 leading-snug break-words whitespace-pre-wrap [overflow-wrap:anywhere]",
                bubble.direction === "out"
                  ? "rounded-br-sm bg-[#1d63d8] text-[#ffffff]"
                  : dark
                    ? "rounded-bl-sm bg-[#26262b]"
                    : "rounded-bl-sm bg-[#e9e9ee]",
              )}
              style={{ fontSize }}
            >
              {bubble.content}
            </div>
            {bubble.note ? <span className={classes("px-1 text-xs", faint)}>{bubble.note}</span> : null}
          </div>
        ))}
      </div>
      {children ? <div className="px-3 pb-3">{children}</div> : null}
      <span
        aria-hidden
        className={classes("mx-auto mb-2 h-1 w-24 rounded-full", dark ? "bg-[#52525b]" : "bg-[#18181b]")}
      />
    </section>
  );
}

/** A campaign's text in its bubble, as each recipient receives it, with the opt-out text greyed at the end. */
export function BubbleText({
  pieces,
  optOutText,
  dark,
}: {
  pieces: readonly { kind: "text" | "blank"; text: string }[];
  optOutText: string | null;
  dark: boolean;
}) {
  return (
    <>
      {pieces.map((piece, index) =>
        piece.kind === "blank" ? (
          <span
            // Pieces have no identity other than their position.
            key={index}
            className={classes("rounded-sm px-1", dark ? "bg-[#3f3d6b]" : "bg-[#d6d4f7]")}
          >
            {piece.text}
          </span>
        ) : (
          piece.text
        ),
      )}
      {optOutText ? (
        <span className={dark ? "text-[#a1a1aa]" : "text-[#5a5a63]"}>
          {pieces.length > 0 ? "\n" : ""}
          {optOutText}
        </span>
      ) : null}
    </>
  );
}
