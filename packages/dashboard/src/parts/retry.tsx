import { Button, Group } from "@mantine/core";
import { type Delivery, isRefused, useChange } from "../api.ts";
import { Failure } from "./notices.tsx";
import { SendElsewhere } from "./send-elsewhere.tsx";

/** One delivery once more: where it went before, or to another sink. */
export function Retry({ delivery }: { readonly delivery: Delivery }) {
  const retry = useChange("POST /v1/delivery/{id}/retry");
  const path = { id: delivery.id };
  // What is delivered goes out again only on purpose: people see it twice.
  const label = delivery.state === "delivered" ? "Send again" : "Try again now";
  const isOvertaken = isRefused(retry.error) && retry.error.message.includes("include_overtaken");
  return (
    <>
      <Group gap="xs">
        <Button
          size="xs"
          variant={delivery.state === "failed" ? "filled" : "default"}
          loading={retry.isPending}
          onClick={() => retry.mutate({ path })}
        >
          {label}
        </Button>
        <SendElsewhere delivery={delivery} />
      </Group>
      {retry.isError ? <Failure error={retry.error} /> : null}
      {isOvertaken ? (
        <Group>
          <Button
            size="xs"
            variant="default"
            onClick={() => retry.mutate({ path, body: { include_overtaken: true } })}
          >
            Try it all the same
          </Button>
        </Group>
      ) : null}
    </>
  );
}
