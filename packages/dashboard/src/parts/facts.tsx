import { Text } from "@mantine/core";
import { Fragment, type ReactNode } from "react";

/** Names and values, one below the other; what has no value is left out. */
export function Facts({ of }: { readonly of: readonly (readonly [string, ReactNode])[] }) {
  const known = of.filter(([, value]) => value !== null && value !== undefined && value !== "");
  return (
    <dl className="facts">
      {known.map(([name, value]) => (
        <Fragment key={name}>
          <Text component="dt" c="dimmed">
            {name}
          </Text>
          <dd className="wrap">{value}</dd>
        </Fragment>
      ))}
    </dl>
  );
}
