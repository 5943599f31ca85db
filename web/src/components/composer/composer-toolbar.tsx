import { Braces, Link2, Omega, Smile } from "lucide-react";
import { lazy, type ReactNode, Suspense, useState } from "react";
import { useTranslations } from "use-intl";
import { buttonLooks } from "../../ui/button.tsx";
import { Skeleton } from "../../ui/states.tsx";
import { Popover } from "./popover.tsx";

// The pickers' characters and names are loaded when one is first opened.
const EmojiPicker = lazy(() => import("./emoji-picker.tsx").then((module) => ({ default: module.EmojiPicker })));
const SymbolPicker = lazy(() => import("./symbol-picker.tsx").then((module) => ({ default: module.SymbolPicker })));

/** Inserts into the text. Picking leaves the picker open: several emoji are often added in a row. */
export function ComposerToolbar({
  disabled,
  insert,
  onLink,
  onPersonalise,
  onPick,
  onDone,
}: {
  disabled: boolean;
  /** The words of the button that inserts a field. */
  insert: string;
  onLink: () => void;
  onPersonalise: () => void;
  onPick: (character: string) => void;
  /** A picker was closed: the text gets the focus back. */
  onDone: () => void;
}) {
  const t = useTranslations("composer");
  return (
    <fieldset
      aria-label={t("insert")}
      className="flex flex-wrap items-center gap-0.5 rounded-t-md border-b border-line bg-sunken p-1"
    >
      <Tool label={t("link")} icon={<Link2 aria-hidden />} disabled={disabled} onClick={onLink} />
      <Picker label={t("emoji")} icon={<Smile aria-hidden />} disabled={disabled} onDone={onDone}>
        <EmojiPicker onPick={onPick} />
      </Picker>
      <Picker label={t("symbol")} icon={<Omega aria-hidden />} disabled={disabled} onDone={onDone}>
        <SymbolPicker onPick={onPick} />
      </Picker>
      <button
        type="button"
        className={buttonLooks("quiet", "small")}
        disabled={disabled}
        aria-haspopup="dialog"
        onClick={onPersonalise}
      >
        <Braces aria-hidden />
        {insert}
      </button>
    </fieldset>
  );
}

function Tool({ label, icon, ...rest }: { label: string; icon: ReactNode; disabled: boolean; onClick?: () => void }) {
  return (
    <button
      type="button"
      title={label}
      aria-label={label}
      aria-haspopup="dialog"
      className={`${buttonLooks("quiet", "small")} w-8 px-0`}
      {...rest}
    >
      {icon}
    </button>
  );
}

function Picker({
  label,
  icon,
  disabled,
  onDone,
  children,
}: {
  label: string;
  icon: ReactNode;
  disabled: boolean;
  onDone: () => void;
  children: ReactNode;
}) {
  const [open, setOpen] = useState(false);
  return (
    <Popover
      open={open}
      onOpenChange={(next) => {
        setOpen(next);
        if (!next) onDone();
      }}
      label={label}
      trigger={
        <button
          type="button"
          title={label}
          aria-label={label}
          disabled={disabled}
          className={`${buttonLooks("quiet", "small")} w-8 px-0`}
        >
          {icon}
        </button>
      }
    >
      <Suspense fallback={<Skeleton className="m-3 h-40" />}>{children}</Suspense>
    </Popover>
  );
}
