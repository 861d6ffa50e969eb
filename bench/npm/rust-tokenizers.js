// Times the Rust tokenizers over texts: a tokenizer.json as the argument, a JSON list of texts on standard input, CPU seconds of each
// pass as a JSON list on standard output. encodeBatch runs on one thread when TOKENIZERS_PARALLELISM=false.
import { readFileSync } from 'node:fs';
import tokenizers from 'tokenizers';

const passes = 7;
const tokenizer = tokenizers.Tokenizer.fromFile(process.argv[2]);
tokenizer.disablePadding();
tokenizer.disableTruncation();
const texts = JSON.parse(readFileSync(0, 'utf8'));

const seconds = [];
for (let pass = 0; pass <= passes; pass++) {
  const before = process.cpuUsage();
  await tokenizer.encodeBatch(texts);
  const used = process.cpuUsage(before);
  if (pass > 0) seconds.push((used.user + used.system) / 1e6);
}
console.log(JSON.stringify(seconds));
