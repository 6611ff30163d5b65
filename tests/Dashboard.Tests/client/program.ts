// A program of a user: it is checked against the types that are generated from the description, and has no others for the API.
import createClient from "openapi-fetch";
import type { components, paths } from "./api.js";

type Stream = paths["/api/v1/repositories/{repository}/runs/{run}/stream"]["get"]["responses"]["200"]["content"]["text/event-stream"];

const [, , baseUrl = "", token = ""] = process.argv;
const headers = { Authorization: `Bearer ${token}` };
const api = createClient<paths>({ baseUrl, headers });

async function main(): Promise<string> {
  const { data: known } = await api.GET("/api/v1/repositories");
  const repository = known?.repositories[0]?.id ?? "";

  const started = await api.POST("/api/v1/repositories/{repository}/runs", {
    params: { path: { repository } },
    body: { request: "a shop" },
  });
  if (!started.data) return `not started: ${started.error.title}`;
  const path = { repository, run: started.data.runId };
  const begun: components["schemas"]["RunStatus"]["state"] = started.data.state;

  const run = await api.GET("/api/v1/repositories/{repository}/runs/{run}", { params: { path } });
  if (!run.data) return `no run: ${run.error.title}`;
  const state: components["schemas"]["RunStatus"]["state"] = run.data.state;
  const question = run.data.questions[0];
  if (!question) return "no question";

  const answered = await api.POST("/api/v1/repositories/{repository}/runs/{run}/questions/{task}/approve", {
    params: { path: { ...path, task: question.id } },
  });
  if (!answered.data) return `not answered: ${answered.error.title}`;

  const seen = await watch(path.run, repository);

  let after: string | undefined;
  let count = 0;
  do {
    const page = await api.GET("/api/v1/repositories/{repository}/runs/{run}/events", { params: { path, query: { limit: 2, after } } });
    count += page.data?.events.length ?? 0;
    after = page.data?.next ?? undefined;
  } while (after !== undefined);

  const task = run.data.tasks[0]?.id ?? "";
  const log = await api.GET("/api/v1/repositories/{repository}/runs/{run}/tasks/{task}/log", { params: { path: { ...path, task } } });
  const gates = await api.GET("/api/v1/repositories/{repository}/runs/{run}/gates", { params: { path } });
  const gate = gates.data?.gates[0];
  const output = await api.GET("/api/v1/repositories/{repository}/runs/{run}/gates/{gate}/log", {
    params: { path: { ...path, gate: gate?.id ?? "" } },
  });
  const diff = await api.GET("/api/v1/repositories/{repository}/runs/{run}/diff", { params: { path } });
  const refused = await api.GET("/api/v1/repositories/{repository}/runs/{run}", { params: { path: { repository, run: "none" } } });

  return [
    begun,
    state,
    seen,
    count,
    log.data?.lines.join(" "),
    gate?.verdict.result,
    output.data?.lines.join(" "),
    diff.data?.patch,
    refused.error?.title,
  ].join("|");
}

async function watch(run: string, repository: string): Promise<string> {
  const answer = await fetch(`${baseUrl}/api/v1/repositories/${repository}/runs/${run}/stream`, { headers });
  const seen: string[] = [];
  for await (const event of read(answer)) {
    if (event.event === "transition") {
      seen.push(`${event.data.sequence} ${event.data.task} ${event.data.state}`);
      if (event.data.state === "merged") break;
    }
  }
  return seen.join(",");
}

async function* read(answer: Response): AsyncGenerator<Stream> {
  let rest = "";
  for await (const part of answer.body!.pipeThrough(new TextDecoderStream())) {
    const blocks = (rest + part).split("\n\n");
    rest = blocks.pop() ?? "";
    for (const block of blocks) {
      const fields = new Map(block.split("\n").map((line): [string, string] => {
        const [name = "", ...value] = line.split(": ");
        return [name, value.join(": ")];
      }));
      if (fields.has("event")) {
        yield { id: fields.get("id"), event: fields.get("event"), data: JSON.parse(fields.get("data") || "null") } as Stream;
      }
    }
  }
}

console.log(await main());
process.exit(0);
