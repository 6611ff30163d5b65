// Starts a run of one task, approves the task, and waits for the result. Usage: node out/main.js REPOSITORY RUN-ID TASK-ID PROMPT
import { Client, Connection } from '@temporalio/client';
import { RunClient } from './orchestrate.js';

const [repository, id, task, prompt] = process.argv.slice(2);
const connection = await Connection.connect({ address: process.env.TEMPORAL_ADDRESS ?? 'localhost:7233' });
const plan = { tasks: [{ id: task, prompt, requires_approval: true }] };
const run = await new RunClient(new Client({ connection })).start({ repository, plan }, id);

while (!(await run.status(0, 100)).tasks?.some((one) => one.state === 'awaiting-approval')) {
  await new Promise((resolve) => setTimeout(resolve, 200));
}
console.log((await run.approve({ id: task, reason: 'the sample approves all', by: 'sample' })).message);
const result = await run.result();
console.log(`${result.state} ${result.landedCommit}`);
await connection.close();
