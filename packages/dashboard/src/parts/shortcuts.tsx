import { Modal, Table } from "@mantine/core";
import { useDisclosure, useHotkeys } from "@mantine/hooks";
import { useNavigate } from "@tanstack/react-router";
import { useTenant } from "../tenant.ts";

const keys = [
  ["/", "search: this page, or all alerts"],
  ["j", "next row"],
  ["k", "row before"],
  ["Enter", "open the row"],
  ["Esc", "leave a field or a dialog"],
  ["?", "this list"],
] as const;

/** Moves the focus among the rows' links. */
function step(by: 1 | -1) {
  const links = [...document.querySelectorAll<HTMLElement>(".rows tbody a[data-row]")];
  const at = links.indexOf(document.activeElement as HTMLElement);
  const next = links[at < 0 ? 0 : Math.min(Math.max(at + by, 0), links.length - 1)];
  next?.focus({ preventScroll: true });
  next?.closest("tr")?.scrollIntoView({ block: "nearest" });
}

function leaveField() {
  const field = document.activeElement;
  if (field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement) field.blur();
}

const framesMax = 120;

/** The page that has the field may have to be fetched first. */
function focusSearch(frame = 0) {
  const field = document.querySelector<HTMLElement>("input[type=search]");
  if (field !== null) field.focus();
  else if (frame < framesMax) requestAnimationFrame(() => focusSearch(frame + 1));
}

export function Shortcuts() {
  const [isOpen, { open, close }] = useDisclosure();
  const tenant = useTenant() ?? undefined;
  const navigate = useNavigate();
  function search() {
    if (document.querySelector("input[type=search]") === null)
      void navigate({ to: "/alerts", search: { tenant } });
    focusSearch();
  }
  useHotkeys([
    ["/", search],
    ["j", () => step(1)],
    ["k", () => step(-1)],
    ["shift+?", open],
  ]);
  // Also where it is typed into a field; what has been typed stays.
  useHotkeys([["Escape", leaveField]], []);
  return (
    <Modal opened={isOpen} onClose={close} title="Keys">
      <Table>
        <Table.Tbody>
          {keys.map(([key, deed]) => (
            <Table.Tr key={key}>
              <Table.Td>
                <kbd>{key}</kbd>
              </Table.Td>
              <Table.Td>{deed}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Modal>
  );
}
