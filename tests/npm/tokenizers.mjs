// Asks the reference (Hugging Face tokenizers) about texts. Standard input: JSON lines {"tokenizer": a tokenizer.json as an object (a line
// without one goes on with the last), "texts": [...], "pairs": [...] or nothing, "plain": true for no special tokens, "truncation" and
// "padding": the package's options, "decode" and "skip": bool}. Standard output: one JSON line per text, {"ids", "types", "tokens",
// "offsets", "special", "attention"}, with decode also "text" (with skip, without special tokens), or {"error"}.
import { createInterface } from 'node:readline';
import tokenizers from 'tokenizers';

let reference;
for await (const line of createInterface({ input: process.stdin })) {
  const { tokenizer, texts, pairs, plain, truncation, padding, decode, skip } = JSON.parse(line);
  if (tokenizer) reference = tokenizers.Tokenizer.fromString(JSON.stringify(tokenizer));
  if (truncation) reference.setTruncation(truncation.maxLength, truncation);
  else reference.disableTruncation();
  if (padding) reference.setPadding(padding);
  else reference.disablePadding();
  for (const [i, text] of texts.entries()) console.log(JSON.stringify(await answer(text, pairs ? pairs[i] : null)));

  async function answer(text, pair) {
    try {
      const encoding = await reference.encode(text, pair, { addSpecialTokens: !plain });
      const ids = encoding.getIds();
      return {
        ids, types: encoding.getTypeIds(), tokens: encoding.getTokens(), offsets: encoding.getOffsets(),
        special: encoding.getSpecialTokensMask(), attention: encoding.getAttentionMask(),
        ...decode && { text: await reference.decode(ids, skip ?? false) },
      };
    } catch (error) {
      return { error: error.message };
    }
  }
}
