// Writes src/Quiver/Tokenization/OpenAi/cl100k.br from the js-tiktoken package that the tests install (npm ci in tests/npm):
// every token in order of its rank as one length byte and its bytes, all of it compressed with Brotli.
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants } from 'node:zlib';

const require = createRequire(new URL('../../tests/npm/package.json', import.meta.url));
const { bpe_ranks } = require('js-tiktoken/ranks/cl100k_base');

const tokens = [];
for (const line of bpe_ranks.split('\n')) {
  const [, offset, ...encoded] = line.split(' ');
  encoded.forEach((token, i) => { tokens[Number(offset) + i] = Buffer.from(token, 'base64'); });
}
if (tokens.length !== 100256 || tokens.includes(undefined)) throw new Error(`${tokens.length} tokens, not 100256`);

const data = Buffer.concat(tokens.flatMap(token => [Buffer.from([token.length]), token]));
const packed = brotliCompressSync(data, { params: { [constants.BROTLI_PARAM_LGWIN]: 22, [constants.BROTLI_PARAM_SIZE_HINT]: data.length } });
writeFileSync(fileURLToPath(new URL('../../src/Quiver/Tokenization/OpenAi/cl100k.br', import.meta.url)), packed);
console.log(`${tokens.length} tokens, ${data.length} bytes, ${packed.length} compressed`);
