// Asks js-tiktoken about texts in cl100k_base. Standard input: one JSON list of texts. Standard output: one JSON line per text,
// {"ids", "text"}, special tokens taken as plain text.
import { readFileSync } from 'node:fs';
import { Tiktoken } from 'js-tiktoken/lite';
import cl100k from 'js-tiktoken/ranks/cl100k_base';

const encoding = new Tiktoken(cl100k);
for (const text of JSON.parse(readFileSync(0, 'utf8'))) {
  const ids = encoding.encode(text, [], []);
  console.log(JSON.stringify({ ids, text: encoding.decode(ids) }));
}
