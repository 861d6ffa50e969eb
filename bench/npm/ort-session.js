// One ONNX Runtime session behind a line protocol, so that the benchmark can time it without timing the pipe.
//
//   node ort-session.js MODEL.onnx INTRA_OP_THREADS
//
// A request is one line of JSON: {"batches": [[[id, …], …], …], "warmup": n, "passes": n, "seconds": s, "vectors": bool}.
// Each batch is padded to its longest row and runs as one session.run; a pass runs every batch once. Passes repeat until both `passes`
// and `seconds` are reached. The answer, one line: {"passes": [{"elapsed": ms, "cpu": ms}, …], "vectors": base64 of float32 rows}, elapsed
// being the time inside session.run and cpu what all threads of the process used meanwhile.
import { createInterface } from 'node:readline';
import * as ort from 'onnxruntime-node';

const [model, threads] = process.argv.slice(2);
const session = await ort.InferenceSession.create(model, {
  executionProviders: ['cpu'],
  intraOpNumThreads: Number(threads),
  interOpNumThreads: 1,
  executionMode: 'sequential',
  graphOptimizationLevel: 'all',
});

function feeds(rows) {
  const length = Math.max(...rows.map((row) => row.length));
  const ids = new Int32Array(rows.length * length);
  const mask = new Int32Array(ids.length);
  rows.forEach((row, i) => {
    ids.set(row, i * length);
    mask.fill(1, i * length, i * length + row.length);
  });
  const shape = [rows.length, length];
  return { input_ids: new ort.Tensor('int32', ids, shape), attention_mask: new ort.Tensor('int32', mask, shape) };
}

async function pass(batches, output) {
  const total = { elapsed: 0, cpu: 0 };
  for (const batch of batches) {
    const cpu = process.cpuUsage();
    const start = performance.now();
    const { embedding } = await session.run(batch);
    total.elapsed += performance.now() - start;
    const used = process.cpuUsage(cpu);
    total.cpu += (used.user + used.system) / 1000;
    output?.push(Buffer.from(embedding.data.buffer, embedding.data.byteOffset, embedding.data.byteLength));
  }
  return total;
}

async function answer(request) {
  const batches = request.batches.map(feeds);
  for (let i = 0; i < request.warmup; i++) await pass(batches);
  const passes = [];
  const began = performance.now();
  while (passes.length < request.passes || performance.now() - began < request.seconds * 1000) passes.push(await pass(batches));
  const rows = [];
  if (request.vectors) await pass(batches, rows);
  return { passes, vectors: Buffer.concat(rows).toString('base64') };
}

process.stdout.write(JSON.stringify({ ready: true, version: ort.env.versions.node }) + '\n');
for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(JSON.stringify(await answer(JSON.parse(line))) + '\n');
}
