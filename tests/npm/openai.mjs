// Runs one scenario with the real OpenAI client and prints what a caller of it sees, as JSON.
// Usage: node openai.mjs BASE_URL SCENARIO [API_KEY]
import OpenAI from "openai";

const [baseURL, scenario, apiKey = "any"] = process.argv.slice(2);
const client = (options = {}) => new OpenAI({ baseURL, apiKey, timeout: 60_000, ...options });
const embed = (body, options) => client(options).embeddings.create({ model: "fake", ...body });

/** What a failed call gives to a caller's catch block. */
async function failure(call) {
  try {
    await call();
    return { class: null };
  } catch (error) {
    const { status, code, type, param, requestID, message } = error;
    return { class: error.constructor.name, status, code, type, param, requestID, message };
  }
}

const once = { maxRetries: 0 };
const scenarios = {
  async vectors() {
    const input = ["a first text", "another"];
    const [byDefault, float, base64, cut, tokens] = await Promise.all([
      embed({ input }),
      embed({ input, encoding_format: "float" }),
      embed({ input, encoding_format: "base64" }),
      embed({ input, dimensions: 3 }),
      embed({ input: [[5, 6, 7], [8]] }),
    ]);
    return {
      byDefault: byDefault.data.map((item) => Array.from(item.embedding)),
      float: float.data.map((item) => item.embedding),
      base64: base64.data.map((item) => item.embedding),
      cut: cut.data.map((item) => Array.from(item.embedding)),
      tokens: tokens.data.map((item) => Array.from(item.embedding)),
      usage: byDefault.usage,
      model: byDefault.model,
      indexes: byDefault.data.map((item) => item.index),
      requestId: byDefault._request_id,
    };
  },

  async many() {
    const input = Array.from({ length: 2048 }, (_, i) => `text number ${i}`);
    const [byDefault, float] = [await embed({ input }), await embed({ input, encoding_format: "float" })];
    return {
      count: byDefault.data.length,
      same: byDefault.data.every((item, i) => item.index === i && Array.from(item.embedding).every((x, k) => x === Math.fround(float.data[i].embedding[k]))),
      last: Array.from(byDefault.data[2047].embedding),
    };
  },

  async errors() {
    return {
      unknownModel: await failure(() => embed({ input: "x", model: "gpt-99" }, once)),
      emptyInput: await failure(() => embed({ input: "" }, once)),
      tooLong: await failure(() => embed({ input: "w ".repeat(100) }, once)),
      tooMany: await failure(() => embed({ input: Array(2049).fill("x") }, once)),
      dimensions: await failure(() => embed({ input: "x", dimensions: 1000 }, once)),
      path: await failure(() => client(once).post("/nothing", { body: {} })),
      method: await failure(() => client(once).put("/embeddings", { body: {} })),
    };
  },

  async extras() {
    const cut = await embed({ input: ["short", "w ".repeat(40)], truncate: true, input_type: "query" });
    const perItem = await embed({ input: ["a", "", "b"], error_policy: "per_item", encoding_format: "float" });
    return {
      cut: cut.data.map((item) => ({ embedding: Array.from(item.embedding), truncated: item.truncated ?? false })),
      perItem: perItem.data.map((item) => ({ index: item.index, embedding: item.embedding ?? null, error: item.error?.message ?? null })),
      failed: perItem.failed,
      usage: perItem.usage,
    };
  },

  async failure() {
    return failure(() => embed({ input: "x" }, once));
  },

  async retried() {
    const start = performance.now();
    const { data } = await embed({ input: "x" });
    return { count: data.length, milliseconds: performance.now() - start };
  },

  async models() {
    const ids = [];
    for await (const model of client().models.list()) ids.push(model.id);
    return { ids, retrieved: (await client().models.retrieve("org/alias")).id, unknown: await failure(() => client(once).models.retrieve("none")) };
  },
};

console.log(JSON.stringify(await scenarios[scenario]()));
