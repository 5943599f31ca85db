import { Check } from "lucide-react";
import { DropdownMenu } from "radix-ui";
import { type ReactElement, type ReactNode, useState } from "react";
import { classes } from "./classes.ts";

const item =
  "flex min-h-8 items-center gap-2 rounded-sm px-2 py-1 outline-none select-none data-disabled:text-faint data-highlighted:bg-hover [&_svg]:size-4 [&_svg]:shrink-0 [&_svg]:text-faint";

/** A menu under its trigger. The page stays scrollable: locking it would need an inline style. */
export function Menu({
  trigger,
  children,
  align = "end",
  opened = false,
  className,
}: {
  trigger: ReactElement;
  children: ReactNode;
  align?: "start" | "end";
  /** Whether it is open from the beginning. */
  opened?: boolean;
  className?: string;
}) {
  const [container, setContainer] = useState(() => (opened ? landmark() : undefined));
  return (
    <DropdownMenu.Root defaultOpen={opened} modal={false} onOpenChange={(open) => open && setContainer(landmark())}>
      <DropdownMenu.Trigger asChild>{trigger}</DropdownMenu.Trigger>
      <DropdownMenu.Portal container={container}>
        <DropdownMenu.Content
          align={align}
          sideOffset={4}
          collisionPadding={8}
          className={classes(
            "appear z-50 max-h-(--radix-dropdown-menu-content-available-height) min-w-44 overflow-y-auto rounded-lg border border-line bg-raised p-1 shadow-high",
            className,
          )}
        >
          {children}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

/** Where a menu is mounted: within a landmark, where screen readers look for things, but never under an open dialog. */
function landmark(): HTMLElement | undefined {
  if (document.querySelector("[data-holds-page]")) return undefined;
  return document.querySelector("main") ?? undefined;
}

/** One action. */
export function MenuItem({
  icon,
  children,
  onSelect,
  disabled,
  danger,
}: {
  icon?: ReactNode;
  children: ReactNode;
  onSelect: () => void;
  disabled?: boolean;
  danger?: boolean;
}) {
  return (
    <DropdownMenu.Item
      className={classes(item, danger && "text-bad-ink [&_svg]:text-bad-ink")}
      disabled={disabled}
      onSelect={onSelect}
    >
      {icon}
      {children}
    </DropdownMenu.Item>
  );
}

/** A group in which exactly one is chosen. */
export function MenuChoice<V extends string>({
  label,
  value,
  onChange,
  options,
}: {
  label: ReactNode;
  value: V;
  onChange: (value: V) => void;
  options: readonly { value: V; label: ReactNode }[];
}) {
  return (
    <DropdownMenu.Group>
      <DropdownMenu.Label className="px-2 pt-2 pb-1 text-xs text-faint">{label}</DropdownMenu.Label>
      <DropdownMenu.RadioGroup value={value} onValueChange={(chosen) => onChange(chosen as V)}>
        {options.map((option) => (
          <DropdownMenu.RadioItem key={option.value} value={option.value} className={classes(item, "pl-8")}>
            <DropdownMenu.ItemIndicator className="absolute -ml-6">
              <Check aria-hidden />
            </DropdownMenu.ItemIndicator>
            <span className="truncate">{option.label}</span>
          </DropdownMenu.RadioItem>
        ))}
      </DropdownMenu.RadioGroup>
    </DropdownMenu.Group>
  );
}

export function MenuLine() {
  return <DropdownMenu.Separator className="-mx-1 my-1 h-px bg-line" />;
}
