// The results of one test run, read from its TRX files.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const decode = text => text
  .replace(/&#x([0-9a-f]+);/gi, (_, hex) => String.fromCodePoint(parseInt(hex, 16)))
  .replace(/&#(\d+);/g, (_, digits) => String.fromCodePoint(Number(digits)))
  .replace(/&lt;/g, '<').replace(/&gt;/g, '>').replace(/&quot;/g, '"').replace(/&apos;/g, "'").replace(/&amp;/g, '&');
const attribute = (tag, name) => decode(new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1] ?? '');
const element = (body, name) => decode(new RegExp(`<${name}>([\\s\\S]*?)</${name}>`).exec(body)?.[1] ?? '');

// {project, name, outcome, seconds, message, trace} of each test.
export function* testResults(folder) {
  for (const file of readdirSync(folder).filter(name => name.endsWith('.trx')).sort()) {
    const text = readFileSync(join(folder, file), 'utf8');
    for (const [, tag, body = ''] of text.matchAll(/<UnitTestResult((?:\s[\w:]+="[^"]*")*)\s*(?:\/>|>([\s\S]*?)<\/UnitTestResult>)/g)) {
      const [hours, minutes, seconds] = (attribute(tag, 'duration') || '0:0:0').split(':').map(Number);
      yield {
        project: file.replace(/\.trx$/, ''),
        name: attribute(tag, 'testName'),
        outcome: attribute(tag, 'outcome'),
        seconds: hours * 3600 + minutes * 60 + seconds,
        message: element(body, 'Message'),
        trace: element(body, 'StackTrace'),
      };
    }
  }
}
