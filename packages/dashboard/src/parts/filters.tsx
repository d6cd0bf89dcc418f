import { Select, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import type { Search } from "../search.ts";

export type FilterName = Exclude<keyof Search, "tenant">;

/** The page's filters, and how to change one: they live in the address. */
export function useFilters() {
  const search: Search = useSearch({ strict: false });
  const navigate = useNavigate();
  const set = (name: FilterName, value: string | null) =>
    void navigate({ to: ".", search: { ...search, [name]: value ?? undefined }, replace: true });
  return { search, set };
}

interface FilterProps {
  readonly name: FilterName;
  readonly label: string;
}

export function ChoiceFilter({
  name,
  label,
  choices,
}: FilterProps & { readonly choices: readonly string[] }) {
  const { search, set } = useFilters();
  return (
    <Select
      label={label}
      data={[...choices]}
      value={search[name] ?? null}
      onChange={(value) => set(name, value)}
      placeholder="Any"
      clearable
      w={160}
    />
  );
}

const typingMs = 250;

export function TextFilter({ name, label, isMain }: FilterProps & { readonly isMain?: boolean }) {
  const { search, set } = useFilters();
  const [text, setText] = useState(search[name] ?? "");
  const apply = useDebouncedCallback(
    (value: string) => set(name, value === "" ? null : value),
    typingMs,
  );
  return (
    <TextInput
      type={isMain === true ? "search" : "text"}
      label={label}
      value={text}
      w={isMain === true ? 260 : 160}
      onChange={(event) => {
        setText(event.currentTarget.value);
        apply(event.currentTarget.value);
      }}
    />
  );
}
