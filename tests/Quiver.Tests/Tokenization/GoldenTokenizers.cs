using System.Collections.Concurrent;
using Quiver.Tests.Support;
using Quiver.Tokenization;

namespace Quiver.Tests.Tokenization;

/// <summary>The golden tokenizers, each loaded once: tests may share them, as callers do.</summary>
internal static class GoldenTokenizers
{
    private static readonly ConcurrentDictionary<string, Lazy<Tokenizer>> Loaded = new(StringComparer.Ordinal);

    public static Tokenizer Load(string kind) => Loaded.GetOrAdd(
        kind, name => new Lazy<Tokenizer>(() => Tokenizer.Parse(TestData.ReadAll($"tokenizers/{name}/tokenizer.json"), name))).Value;
}
