import { readConfig } from "../config.ts";
import { describeConfig } from "../settings-text.ts";
import { type Command, refuseSettings } from "./command.ts";

export const configCommand: Command = {
  name: "config",
  summary: "print every setting with its value, default and meaning",
  words: [],
  flags: {},
  help: "Secrets are masked. Settings come from the environment and from a file .env in the working directory.",
  async run({ environment, say, warn }) {
    const settings = readConfig(environment);
    if (!settings.ok) return refuseSettings(settings.problems, warn);
    say(describeConfig(settings.config));
    return 0;
  },
};
