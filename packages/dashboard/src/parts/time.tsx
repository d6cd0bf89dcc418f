const near = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });

/** An instant in the viewer's zone; UTC, as logs have it, on hover. */
export function Time({ at }: { readonly at: string | null | undefined }) {
  if (at === null || at === undefined) return <span>–</span>;
  return (
    <time dateTime={at} title={at.replace("T", " ").replace("Z", " UTC")}>
      {near.format(new Date(at))}
    </time>
  );
}
