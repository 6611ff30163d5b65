#!/usr/bin/env node
// From a cold process to the first workflow's result, with the official TypeScript SDK.
// Usage: cold.mjs bundle FILE (builds the bundle before), then cold.mjs ADDRESS FILE
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';

const [first, file] = process.argv.slice(2);
if (first === 'bundle') {
  const { writeFile } = await import('node:fs/promises');
  const { bundleWorkflowCode, DefaultLogger } = await import('@temporalio/worker');
  const { code } = await bundleWorkflowCode({ workflowsPath: fileURLToPath(new URL('./workflows.cjs', import.meta.url)), logger: new DefaultLogger('ERROR') });
  await writeFile(file, code);
  process.exit(0);
}

const { Client, Connection } = await import('@temporalio/client');
const { DefaultLogger, NativeConnection, Runtime, Worker } = await import('@temporalio/worker');
Runtime.install({ logger: new DefaultLogger('ERROR') });
const [connection, native] = await Promise.all([Connection.connect({ address: first }), NativeConnection.connect({ address: first })]);
const taskQueue = `cold-${randomUUID()}`;
const worker = await Worker.create({ connection: native, taskQueue, workflowBundle: { codePath: file }, activities: { noop: async (value) => value } });
const running = worker.run();
console.log(await new Client({ connection }).workflow.execute('oneActivity', { taskQueue, workflowId: `cold-${randomUUID()}`, args: ['done'] }));
worker.shutdown();
await running;
await native.close();
await connection.close();
