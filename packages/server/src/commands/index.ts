import { backupCommand } from "./backup.ts";
import type { Command } from "./command.ts";
import { configCommand } from "./config.ts";
import { doctorCommand } from "./doctor.ts";
import { migrateCommand } from "./migrate.ts";
import { moveCommand } from "./move.ts";
import { rotateEncryptionKeyCommand } from "./rotate-encryption-key.ts";
import { serveCommand } from "./serve.ts";

/** In the order in which `--help` lists them; the first is what runs without a word. */
export const commands: readonly [Command, ...Command[]] = [
  serveCommand,
  configCommand,
  backupCommand,
  doctorCommand,
  migrateCommand,
  rotateEncryptionKeyCommand,
  moveCommand,
];
