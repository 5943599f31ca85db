import { renderToStaticMarkup } from "react-dom/server";
import { IntlProvider } from "use-intl";
import { expect, test } from "vitest";
import { ui } from "../messages/en/ui.ts";
import { Table } from "./table.tsx";

test("an empty page that is not the last offers the next one", () => {
  const none: { id: string }[] = [];
  const shown = (has: boolean) =>
    renderToStaticMarkup(
      <IntlProvider locale="en" timeZone="UTC" messages={{ ui }}>
        <Table
          label="Phones"
          rows={none}
          rowId={(row) => row.id}
          columns={[]}
          empty="None"
          more={{ has, busy: false, fetch() {} }}
        />
      </IntlProvider>,
    );
  expect(shown(true)).toContain(ui.showMore);
  expect(shown(false)).toBe("None");
});
