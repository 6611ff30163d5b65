#!/usr/bin/env node
// Workers of the official TypeScript SDK for the scripted workflows, started and stopped as lines on stdin say, so that another SDK can hand runs over to them and take them back.
// Lines: `start QUEUE` and `stop QUEUE`; each is answered by the same line when it is done.
import { createInterface } from 'node:readline';
import { NativeConnection, Worker } from '@temporalio/worker';
import { act } from '../workflows/activities.mjs';
import { buildBundles, quiet } from '../workflows/environment.mjs';

quiet();
const connection = await NativeConnection.connect({ address: process.argv[2] });
const workflowBundle = (await buildBundles())('v1');
const workers = new Map();

async function create(taskQueue) {
  const worker = await Worker.create({
    connection, taskQueue, workflowBundle, activities: { act }, workflowThreadPoolSize: 1, shutdownGraceTime: '20 seconds',
    maxHeartbeatThrottleInterval: 100, defaultHeartbeatThrottleInterval: 100, maxConcurrentWorkflowTaskPolls: 2, maxConcurrentActivityTaskPolls: 2,
  });
  return { worker, done: worker.run() };
}

async function start(taskQueue) {
  const started = create(taskQueue);
  workers.set(taskQueue, started);
  await started;
}

async function stop(taskQueue) {
  // A scenario that failed may end before its worker was asked for, or while it starts.
  const started = workers.get(taskQueue);
  if (!started) return;
  workers.delete(taskQueue);
  const { worker, done } = await started;
  worker.shutdown();
  await done;
}

console.log('ready');
for await (const line of createInterface({ input: process.stdin })) {
  const [verb, taskQueue] = line.split(' ');
  (verb === 'start' ? start(taskQueue) : stop(taskQueue)).then(() => console.log(line), (error) => console.log(`${line} failed: ${error}`));
}
await Promise.all([...workers.keys()].map(stop));
await connection.close();
