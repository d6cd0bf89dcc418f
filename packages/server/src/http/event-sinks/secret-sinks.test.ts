/** Sinks whose target is a secret (Teams, Discord) and e-mail, from the API to the wire and back. */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import {
  type DiscordSimulator,
  type SmtpReceiver,
  startDiscordSimulator,
  startSmtpReceiver,
  startTeamsSimulator,
  type TeamsSimulator,
} from "@event-sinks/simulators";
import { type FreshHttp, openFreshHttp } from "../../../test/support/fresh-http.ts";
import { createMailer } from "../../outbound/mailer.ts";
import { Secret } from "../../secret.ts";

const path = "/v1/event_sink";
const nowhere = { slackApi: "http://127.0.0.1:9/api/", pagerduty: "http://127.0.0.1:9" };
const smtpPassword = "smtp-password-of-the-operator";

let http: FreshHttp;
let teams: TeamsSimulator;
let discord: DiscordSimulator;
let smtp: SmtpReceiver;

before(async () => {
  [teams, discord, smtp] = await Promise.all([
    startTeamsSimulator(),
    startDiscordSimulator(),
    startSmtpReceiver({ login: { user: "operator", password: smtpPassword } }),
  ]);
  const smtpUrl = `smtp://operator:${smtpPassword}@127.0.0.1:${smtp.port}`;
  const vendors = { ...nowhere, mailFrom: "Event Sinks <alerts@example.com>" };
  http = await openFreshHttp({
    mailer: createMailer(new Secret(smtpUrl)),
    settings: { vendors },
    resolve: async () => ["127.0.0.1"],
  });
});
after(() => Promise.all([http.close(), teams.stop(), discord.stop(), smtp.stop()]));

const sinkOf = (args: object, tenant_id = "acme") => ({
  tenant_id,
  name: "Sink",
  description: "",
  event_sink_args: args,
});

async function create(args: object, key?: string): Promise<{ id: string; configuration: object }> {
  const answer = await http.call("POST", path, sinkOf(args), key === undefined ? {} : { key });
  assert.equal(answer.status, 200, answer.text);
  return answer.json.event_sink;
}

const put = (id: string, body: object, options = {}) =>
  http.call("PUT", `${path}/${id}`, { id, ...body }, options);

async function sendTest(id: string) {
  const answer = await http.call("POST", `${path}/${id}/test`);
  assert.equal(answer.status, 200, answer.text);
  return answer.json.attempt;
}

test("each is made, shown, edited as it was shown, tested and listed", async () => {
  const made: [object, () => number][] = [
    [{ MicrosoftTeams: { url: teams.url } }, () => teams.cards.length],
    [{ Discord: { url: discord.url } }, () => discord.messages.length],
    [{ Email: { to: ["security@example.com"] } }, () => smtp.mails.length],
  ];
  for (const [args, countOf] of made) {
    const wireName = Object.keys(args)[0] ?? "";
    const sink = await create(args);
    const got = (await http.call("GET", `${path}/${sink.id}`)).json.event_sink;
    assert.equal(got.event_sink_type, wireName);
    const edited = await put(sink.id, { name: "Renamed", event_sink_args: got.configuration });
    assert.equal(edited.status, 200, edited.text);
    const attempt = await sendTest(sink.id);
    assert.equal(attempt.outcome, "delivered", JSON.stringify(attempt));
    assert.equal(countOf(), 1, wireName);
    const listed = await http.call("GET", `${path}?tenant_id=acme`);
    assert.ok(listed.text.includes(String(sink.id)));
  }
  assert.deepEqual(teams.failedRuns, []);
  assert.equal(smtp.mails[0]?.subject.startsWith("["), true);
});

test("no answer, stored record, log line or metric shows a secret", async () => {
  const { pathname, searchParams } = new URL(teams.url);
  const cases: [object, string[]][] = [
    [
      { MicrosoftTeams: { url: teams.url } },
      [String(pathname.split("/")[2]), String(searchParams.get("sig"))],
    ],
    [{ Discord: { url: discord.url } }, [String(discord.url.split("/").at(-1))]],
    [{ Email: { to: ["security@example.com"] } }, [smtpPassword]],
  ];
  const texts: string[] = [];
  for (const [args, own] of cases) {
    const { id } = await create(args);
    const said = own.join(" ");
    const echo = { status: 500, body: said, headers: { "x-echo": said } };
    teams.answerNext(1, echo);
    discord.answerNext(1, echo);
    smtp.behave();
    smtp.refuseNext(1, "data", 554, said);
    texts.push(JSON.stringify(await sendTest(id)));
    texts.push((await http.call("GET", `${path}/${id}`)).text);
    texts.push(JSON.stringify(await http.fresh.store.getEventSink({ tenantId: null, id })));
    teams.behave();
    discord.behave();
    smtp.behave();
  }
  const wrong = { Discord: { url: `${discord.url}/slack` } };
  texts.push((await http.call("POST", path, sinkOf(wrong))).text);
  texts.push((await http.call("GET", `${path}?tenant_id=acme`)).text);
  texts.push((await http.call("GET", "/metrics")).text, ...http.log);
  for (const text of texts) {
    for (const [, own] of cases) {
      for (const secret of own) assert.ok(!text.includes(secret), text);
    }
  }
});

test("an e-mail sink is refused where there is no SMTP server to send through", async (t) => {
  const without = await openFreshHttp({ settings: { vendors: nowhere } });
  t.after(() => without.close());
  const refused = await without.call("POST", path, sinkOf({ Email: { to: ["a@example.com"] } }));
  assert.equal(refused.status, 400);
  assert.match(refused.json.error, /EVENT_SINKS_SMTP_URL/);
});

test("plain http is refused where https is required", async (t) => {
  const strict = await openFreshHttp({ settings: { requireHttps: true } });
  t.after(() => strict.close());
  for (const [wireName, url] of [
    ["MicrosoftTeams", teams.url],
    ["Discord", discord.url],
  ] as const) {
    const refused = await strict.call("POST", path, sinkOf({ [wireName]: { url } }));
    assert.equal(refused.status, 400);
    assert.equal(refused.json.details[0].path, `event_sink_args.${wireName}.url`);
    const taken = sinkOf({ [wireName]: { url: url.replace("http:", "https:") } });
    assert.equal((await strict.call("POST", path, taken)).status, 200);
  }
});

test("an operator who edits a tenant's sink does not vouch for its URL", async () => {
  const key = await http.tenantKey("acme-tenant");
  // A name, since a private address would be refused when the tenant saves it.
  const args = { Discord: { url: discord.url.replace("127.0.0.1", "discord.test") } };
  const made = await http.call("POST", path, sinkOf(args, "acme-tenant"), { key });
  const { id, configuration } = made.json.event_sink;
  const isVouchedFor = async () =>
    (await http.fresh.store.getEventSink({ tenantId: null, id }))?.savedByOperator;
  for (const change of [{ name: "x" }, { event_sink_args: configuration }]) {
    assert.equal((await put(id, change)).status, 200);
    assert.equal(await isVouchedFor(), false, JSON.stringify(change));
  }
  assert.equal((await sendTest(id)).reason, "blocked_address");
  assert.equal((await put(id, { event_sink_args: args })).status, 200);
  assert.equal(await isVouchedFor(), true);
});
