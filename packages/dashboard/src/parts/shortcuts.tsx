import { Modal, Table } from "@mantine/core";
import { useDisclosure, useHotkeys } from "@mantine/hooks";

const keys = [
  ["/", "to the search field"],
  ["j", "next row"],
  ["k", "row before"],
  ["Enter", "open the row"],
  ["?", "this list"],
] as const;

/** Moves the focus among the rows' links. */
function step(by: 1 | -1) {
  const links = [...document.querySelectorAll<HTMLElement>(".rows tbody a[data-row]")];
  const at = links.indexOf(document.activeElement as HTMLElement);
  links[Math.min(Math.max(at + by, 0), links.length - 1)]?.focus();
}

export function Shortcuts() {
  const [isOpen, { open, close }] = useDisclosure();
  useHotkeys([
    ["/", () => document.querySelector<HTMLElement>("input[type=search]")?.focus()],
    ["j", () => step(1)],
    ["k", () => step(-1)],
    ["shift+?", open],
  ]);
  return (
    <Modal
      opened={isOpen}
      onClose={close}
      title="Keys"
      closeButtonProps={{ "aria-label": "Close" }}
    >
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
