import { Button, Group, Select, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { type ReactNode, useEffect, useState } from "react";
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

/** Filters side by side, and a way to be rid of them all. */
export function Filters({ children }: { readonly children: ReactNode }) {
  const { search } = useFilters();
  const navigate = useNavigate();
  const { tenant, ...others } = search;
  const isAny = Object.values(others).some((value) => value !== undefined);
  return (
    <Group align="flex-end" gap="sm" mb="md" role="search">
      {children}
      <Button
        variant="subtle"
        disabled={!isAny}
        onClick={() => void navigate({ to: ".", search: { tenant }, replace: true })}
      >
        Clear
      </Button>
    </Group>
  );
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
  return <ChoiceFilter name="sink" label="Event sink" choices={choices} width={180} />;
}

const typingMs = 250;

export function TextFilter(
  props: FilterProps & { readonly isMain?: boolean; readonly placeholder?: string },
) {
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
      w={isMain === true ? { base: "100%", xs: 240 } : { base: "calc(50% - 0.5rem)", xs: 140 }}
      onChange={(event) => {
        setText(event.currentTarget.value);
        apply(event.currentTarget.value);
      }}
    />
  );
}
