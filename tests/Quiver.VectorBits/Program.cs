using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;
using Quiver.Encoding;
using Quiver.Models;

// Arguments: a model folder and a precision. Input: one text per line, as token ids with spaces between. Output: which vectors this
// process has in hardware, then per text the digest of its vector's bytes. Run with vector instructions switched off, it tells whether
// the narrower paths give the same bits.
using var encoder = TextEncoder.Load(ModelFolder.Open(args[0]), Enum.Parse<Precision>(args[1]));
using var workspace = encoder.CreateWorkspace();
await Console.Out.WriteLineAsync($"512={Vector512.IsHardwareAccelerated} 256={Vector256.IsHardwareAccelerated} 128={Vector128.IsHardwareAccelerated}");

var vector = new float[encoder.Width];
while (await Console.In.ReadLineAsync() is { } line)
{
    var ids = line.Split(' ').Select(id => int.Parse(id, provider: null)).ToArray();
    encoder.Encode(new TokenBatch(ids, [ids.Length]), vector, workspace);
    await Console.Out.WriteLineAsync(Convert.ToHexString(SHA256.HashData(MemoryMarshal.AsBytes<float>(vector))));
}
