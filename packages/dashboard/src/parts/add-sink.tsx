import { Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useTenant } from "../tenant.ts";

/** The way to the form of a new sink. */
export function AddSink() {
  const tenant = useTenant() ?? undefined;
  return (
    <Button renderRoot={(props) => <Link to="/sinks/new" search={{ tenant }} {...props} />}>
      Add a sink
    </Button>
  );
}
