// Runs one scenario with the real Hugging Face client and prints what a caller of it sees, as JSON.
// Usage: node huggingface.mjs BASE_URL SCENARIO [API_KEY]
import { InferenceClient } from "@huggingface/inference";

const [base, scenario, accessToken] = process.argv.slice(2);
const client = new InferenceClient(accessToken);
const options = { retry_on_error: false };
const embed = (args, path = "/embed") => client.featureExtraction({ endpointUrl: base + path, ...args }, options);
const compare = (path, inputs) => client.sentenceSimilarity({ endpointUrl: base + path, inputs }, options);

/** What a failed call gives to a caller's catch block. */
async function failure(call) {
  try {
    await call();
    return { class: null };
  } catch (error) {
    return { class: error.constructor.name, status: error.httpResponse?.status, body: error.httpResponse?.body };
  }
}

const sentences = { source_sentence: "a first text", sentences: ["another", "a first text"] };
const scenarios = {
  async vectors() {
    return {
      one: await embed({ inputs: "a first text" }),
      many: await embed({ inputs: ["a first text", "another"] }),
      cut: await embed({ inputs: "another", dimensions: 3, normalize: true, truncate: true, truncation_direction: "left" }),
      atTheAddressItself: await embed({ inputs: "another" }, "/"),
    };
  },

  async similarity() {
    return { own: await compare("/similarity", sentences), atTheAddressItself: await compare("/", sentences) };
  },

  async errors() {
    return {
      empty: await failure(() => embed({ inputs: "" })),
      tooLong: await failure(() => embed({ inputs: "word ".repeat(100), truncate: false })),
      tooMany: await failure(() => embed({ inputs: Array(33).fill("a") })),
      wrongMember: await failure(() => embed({ input: "a" })),
    };
  },

  async key() {
    return failure(() => embed({ inputs: "a" }));
  },
};

console.log(JSON.stringify(await scenarios[scenario]()));
