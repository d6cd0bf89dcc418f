import { Box, Button, Group, Select, TextInput } from "@mantine/core";
import { useDebouncedCallback, useDisclosure } from "@mantine/hooks";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { type ReactNode, useEffect, useId, useState } from "react";
import type { Search } from "../search.ts";
import { useSinkNames } from "../sink-names.ts";

export type FilterName = Exclude<keyof Search, "tenant">;

/** The page's filters, and how to change some: they live in the address. */
export function useFilters() {
  const search: Search = useSearch({ strict: false });
  const navigate = useNavigate();
  const set = (changes: Partial<Record<FilterName, string | undefined>>) =>
    void navigate({ to: ".", search: { ...search, ...changes }, replace: true });
  return { search, set };
}

/**
 * Filters side by side, and a way to be rid of them all. Where there is no room beside each other,
 * the main one stands alone, and a button shows the others.
 */
export function Filters(props: { readonly main: TextFilterProps; readonly children: ReactNode }) {
  const { main, children } = props;
  const { search } = useFilters();
  const navigate = useNavigate();
  const [isOpen, { toggle }] = useDisclosure(false);
  const othersId = useId();
  const { tenant, ...filters } = search;
  const { [main.name]: _, ...others } = filters;
  const count = countSet(others);
  return (
    <Group align="flex-end" gap="sm" mb="md" role="search">
      <TextFilter {...main} isMain />
      <Button
        variant="default"
        hiddenFrom="xs"
        flex="none"
        aria-expanded={isOpen}
        aria-controls={othersId}
        onClick={toggle}
      >
        {count === 0 ? "Filters" : `Filters (${count})`}
      </Button>
      <Box id={othersId} className="others" data-folded={!isOpen || undefined}>
        {children}
      </Box>
      <Button
        variant="subtle"
        className="clear"
        disabled={countSet(filters) === 0}
        onClick={() => void navigate({ to: ".", search: { tenant }, replace: true })}
      >
        Clear
      </Button>
    </Group>
  );
}

/** A stretch of time is one filter, though the address says its two ends. */
function countSet({ since, until, ...others }: Omit<Search, "tenant">): number {
  return [since ?? until, ...Object.values(others)].filter((value) => value !== undefined).length;
}

interface FilterProps {
  readonly name: FilterName;
  readonly label: string;
}

interface Choice {
  readonly value: string;
  readonly label: string;
}

export function ChoiceFilter(
  props: FilterProps & { readonly choices: readonly (string | Choice)[]; readonly width?: number },
) {
  const { name, label, choices, width = 140 } = props;
  const { search, set } = useFilters();
  return (
    <Select
      label={label}
      data={[...choices]}
      value={search[name] ?? null}
      onChange={(value) => set({ [name]: value ?? undefined })}
      placeholder="Any"
      clearable
      searchable={choices.length > 10}
      w={{ base: "calc(50% - 0.5rem)", xs: width }}
    />
  );
}

export function SinkFilter() {
  const choices = [...useSinkNames()].map(([value, label]) => ({ value, label }));
  return <ChoiceFilter name="sink" label="Event sink" choices={choices} width={160} />;
}

const typingMs = 250;

interface TextFilterProps extends FilterProps {
  readonly placeholder?: string;
}

export function TextFilter(props: TextFilterProps & { readonly isMain?: boolean }) {
  const { name, label, isMain, placeholder } = props;
  const { search, set } = useFilters();
  const given = search[name] ?? "";
  const [text, setText] = useState(given);
  // A link, or the button that clears, changes the address without anybody having typed.
  useEffect(() => setText(given), [given]);
  const apply = useDebouncedCallback(
    (value: string) => set({ [name]: value === "" ? undefined : value }),
    typingMs,
  );
  return (
    <TextInput
      type={isMain === true ? "search" : "text"}
      label={label}
      placeholder={placeholder}
      value={text}
      className={isMain === true ? "main-filter" : ""}
      w={isMain === true ? { xs: 200 } : { base: "calc(50% - 0.5rem)", xs: 140 }}
      onChange={(event) => {
        setText(event.currentTarget.value);
        apply(event.currentTarget.value);
      }}
    />
  );
}
