import { runSinkSuite } from "../../test/sink-suite.ts";

runSinkSuite();
