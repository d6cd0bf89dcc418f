import { runStoreSuite } from "../../../test/store-suite.ts";
import { openFreshStore } from "../../../test/support/fresh-store.ts";

runStoreSuite("SQLite", openFreshStore);
