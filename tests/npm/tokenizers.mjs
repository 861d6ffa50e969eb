// Asks the reference (Hugging Face tokenizers) about texts. Standard input: one JSON line {"tokenizer": a tokenizer.json as an object,
// "texts": [...], "decode": bool}. Standard output: one JSON line per text, {"ids", "tokens", "offsets"} and with decode "text".
import { createInterface } from 'node:readline';
import tokenizers from 'tokenizers';

for await (const line of createInterface({ input: process.stdin })) {
  const { tokenizer, texts, decode } = JSON.parse(line);
  const reference = tokenizers.Tokenizer.fromString(JSON.stringify(tokenizer));
  for (const text of texts) {
    const encoding = await reference.encode(text, null, { addSpecialTokens: true });
    const answer = { ids: encoding.getIds(), tokens: encoding.getTokens(), offsets: encoding.getOffsets() };
    if (decode) answer.text = await reference.decode(answer.ids, false);
    console.log(JSON.stringify(answer));
  }
}
