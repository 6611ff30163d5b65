#!/usr/bin/env node
// Replays long recorded histories with the official TypeScript SDK. The bundle is built and the files are parsed before the clock starts.
// Usage: replay-long.mjs FOLDER REPETITIONS   (FOLDER holds NAME.json)
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Worker } from '@temporalio/worker';
import { buildBundles, quiet } from '../workflows/environment.mjs';
import { fromJson } from '../workflows/history.mjs';

const [folder, repetitions] = process.argv.slice(2);
quiet();
const workflowBundle = (await buildBundles())('v1');
const histories = [];
for (const file of (await readdir(folder)).sort()) {
  const history = fromJson(JSON.parse(await readFile(join(folder, file))));
  histories.push({ workflowId: history.events[0].workflowExecutionStartedEventAttributes.workflowId || file, history });
}
const times = [];
for (let round = 0; round < Number(repetitions); round++) {
  const began = performance.now();
  for await (const result of Worker.runReplayHistories({ workflowBundle }, histories)) {
    if (result.error) throw result.error;
  }
  times.push(performance.now() - began);
}
console.log(JSON.stringify({ milliseconds: times.sort((a, b) => a - b)[Math.floor(times.length / 2)] }));
process.exit(0);
