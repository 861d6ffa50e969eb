// Writes src/Quiver/Tokenization/Unicode/unicode.bin: the Unicode properties that tokenization asks for, each in the version that
// the reference implementation (Hugging Face tokenizers 0.23) was built with. See README.md beside this file for how to run it.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);
const ucd = process.argv[2] ?? '/usr/share/unicode';
const output = fileURLToPath(new URL('../../src/Quiver/Tokenization/Unicode/unicode.bin', import.meta.url));
const codePoints = 0x110000;
const blockSize = 128;

async function property(version, path) {
  const folder = fileURLToPath(new URL(`node_modules/@unicode/unicode-${version}/${path}/`, import.meta.url));
  return existsSync(folder + 'code-points.mjs')
    ? (await import(folder + 'code-points.mjs')).default
    : require(folder + 'code-points.js');
}

// ---- flags: one 16-bit word a code point; the bit numbers are those of CharacterClass in UnicodeTables.cs.
const flags = new Uint16Array(codePoints);
async function mark(bit, version, path) {
  for (const codePoint of await property(version, path)) flags[codePoint] |= 1 << bit;
}
await mark(0, '16.0.0', 'General_Category/Letter');
await mark(1, '16.0.0', 'General_Category/Number');
for (const path of ['Binary_Property/Alphabetic', 'General_Category/Mark', 'General_Category/Decimal_Number',
  'General_Category/Connector_Punctuation', 'Binary_Property/Join_Control']) await mark(2, '16.0.0', path);
await mark(3, '17.0.0', 'Binary_Property/White_Space');
await mark(4, '17.0.0', 'General_Category/Number');
await mark(5, '8.0.0', 'General_Category/Punctuation');
await mark(6, '8.0.0', 'General_Category/Nonspacing_Mark');
for (const path of ['Control', 'Format', 'Private_Use']) await mark(7, '8.0.0', `General_Category/${path}`);
await mark(8, '9.0.0', 'General_Category/Mark');

// ---- grapheme cluster break, 4 bits on top; Hangul syllables LV and LVT are computed by the reader.
const breaks = ['Control', 'CR', 'LF', 'Extend', 'ZWJ', 'Regional_Indicator', 'Prepend', 'SpacingMark', 'L', 'V', 'T'];
for (let i = 0; i < breaks.length; i++) {
  for (const codePoint of await property('17.0.0', `Grapheme_Cluster_Break/${breaks[i]}`)) flags[codePoint] |= (i + 1) << 12;
}
for (const codePoint of await property('17.0.0', 'Binary_Property/Extended_Pictographic')) flags[codePoint] |= 12 << 12;

// ---- lower case: the difference to the lower-case letter. The one letter with two (U+0130) is written in code.
const lower = new Int32Array(codePoints);
for (const [from, to] of await property('17.0.0', 'Simple_Case_Mapping/Lowercase')) lower[from] = to - from;

// ---- normalization, Unicode 9.0: a later UnicodeData.txt cut to what was assigned then, which the stability policy allows.
const unassigned = new Set(await property('9.0.0', 'General_Category/Unassigned'));
const classes = new Uint8Array(codePoints);
const mappings = new Map();
for (const line of readFileSync(`${ucd}/UnicodeData.txt`, 'utf8').split('\n')) {
  const field = line.split(';');
  const codePoint = parseInt(field[0], 16);
  if (!field[0] || unassigned.has(codePoint)) continue;
  classes[codePoint] = Number(field[3]);
  if (!field[5]) continue;
  const compatible = field[5].startsWith('<');
  mappings.set(codePoint, { compatible, to: field[5].replace(/^<[^>]*> /, '').split(' ').map(hex => parseInt(hex, 16)) });
}
function decompose(codePoint, compatible) {
  const mapping = mappings.get(codePoint);
  if (!mapping || (mapping.compatible && !compatible)) return [codePoint];
  return mapping.to.flatMap(next => decompose(next, compatible));
}
const excluded = new Set(readFileSync(`${ucd}/CompositionExclusions.txt`, 'utf8').split('\n')
  .map(line => parseInt(line.split('#')[0], 16)).filter(codePoint => !Number.isNaN(codePoint)));
const pool = [0];
const canonical = new Uint16Array(codePoints);
const compatible = new Uint16Array(codePoints);
const compositions = [];
function store(sequence) {
  const at = pool.length;
  pool.push(sequence.length, ...sequence);
  return at;
}
for (const [codePoint, mapping] of mappings) {
  const c = decompose(codePoint, false);
  const k = decompose(codePoint, true);
  if (!mapping.compatible) canonical[codePoint] = store(c);
  compatible[codePoint] = !mapping.compatible && c.join() === k.join() ? canonical[codePoint] : store(k);
  const primary = !mapping.compatible && mapping.to.length === 2 && !excluded.has(codePoint)
    && classes[codePoint] === 0 && classes[mapping.to[0]] === 0;
  if (primary) compositions.push([mapping.to[0], mapping.to[1], codePoint]);
}
compositions.sort((a, b) => a[0] - b[0] || a[1] - b[1]);

// ---- the file: thirteen section lengths in bytes, then the sections, little-endian.
function twoStage(values) {
  const blocks = new Map();
  const stage1 = new Uint16Array(codePoints / blockSize);
  const stage2 = [];
  for (let block = 0; block < stage1.length; block++) {
    const part = values.subarray(block * blockSize, (block + 1) * blockSize);
    const key = part.join();
    if (!blocks.has(key)) {
      blocks.set(key, blocks.size);
      stage2.push(...part);
    }
    stage1[block] = blocks.get(key);
  }
  return [stage1, stage2];
}
function bytes(values, width) {
  const buffer = Buffer.alloc(values.length * width);
  values.forEach((value, i) => buffer.writeUIntLE(value, i * width, width));
  return buffer;
}
const deltas = [...new Set(lower)];
const lowerIndex = Uint16Array.from(lower, delta => deltas.indexOf(delta));
const sections = [];
for (const values of [flags, classes, lowerIndex, canonical, compatible]) {
  const [stage1, stage2] = twoStage(values);
  sections.push(bytes([...stage1], 2), bytes(stage2, 2));
}
sections.push(bytes(deltas.map(delta => delta >>> 0), 4), bytes(pool, 4), bytes(compositions.flat(), 4));
const header = bytes(sections.map(section => section.length), 4);
writeFileSync(output, Buffer.concat([header, ...sections]));
console.log(sections.map(section => section.length).join(' '), 'bytes');
