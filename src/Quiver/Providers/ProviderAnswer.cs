using System.Text.Json;

namespace Quiver.Providers;

/// <summary>Takes the vectors out of what a provider answered, and believes nothing of it.</summary>
internal static class ProviderAnswer
{
    /// <summary>The widest vector that is taken; the widest model known has 8,192 elements.</summary>
    public const int MaxWidth = 16 * 1024;

    /// <summary>What a vector's element takes in JSON at most, blanks included.</summary>
    private const int ElementBytes = 32;

    private const int OtherBytes = 64 * 1024;

    /// <summary>Until the width is known, one text is asked for at a time.</summary>
    public static int MaxBytes(int texts, int? width) => (texts * (width ?? MaxWidth) * ElementBytes) + OtherBytes;

    /// <summary>Vector i for text i.</summary>
    /// <param name="width">What a vector must have, or null while that is not known.</param>
    /// <exception cref="ProviderFailure">The answer holds anything but that.</exception>
    public static float[][] Read(ReadOnlyMemory<byte> json, ProviderDefinition definition, int count, int? width)
    {
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { AllowDuplicateProperties = false });
            var found = Vectors(definition.ResponsePath.Find(document.RootElement), definition.Template.TakesLists);
            if (found.Count == 0)
                throw new ProviderFailure(ProviderFault.NoVectors);
            if (found.Count != count)
                throw new ProviderFailure(ProviderFault.WrongCount);

            var vectors = new float[count][];
            for (var i = 0; i < count; i++)
            {
                vectors[i] = Vector(found[i], width);
                width ??= vectors[i].Length;
            }

            return vectors;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // What is no JSON, or names members by half a surrogate pair.
            throw new ProviderFailure(ProviderFault.NoVectors, exception);
        }
    }

    /// <summary>For one text the first that the path finds counts; for many each of them, or each element of the one list it finds. A list may hold the one vector, too.</summary>
    private static IReadOnlyList<JsonElement> Vectors(IReadOnlyList<JsonPath.Match> found, bool takesLists)
    {
        if (found.Count > 0 && (!takesLists || found.Count == 1) && IsList(found[0].Value))
            return [.. found[0].Value.EnumerateArray()];
        return takesLists ? InOrder(found) : [.. found.Take(1).Select(match => match.Value)];
    }

    private static bool IsList(JsonElement value) =>
        value.ValueKind == JsonValueKind.Array && value.GetArrayLength() > 0 && value[0].ValueKind == JsonValueKind.Array;

    /// <summary>Where each vector stands beside an "index", as OpenAI and its kin answer, that says which text it is of.</summary>
    private static IReadOnlyList<JsonElement> InOrder(IReadOnlyList<JsonPath.Match> found)
    {
        var ordered = new JsonElement?[found.Count];
        foreach (var (value, parent) in found)
        {
            if (parent is not { ValueKind: JsonValueKind.Object } holder || !holder.TryGetProperty("index"u8, out var index))
                return [.. found.Select(match => match.Value)];
            if (index.ValueKind != JsonValueKind.Number || !index.TryGetInt32(out var place) || place < 0 || place >= ordered.Length || ordered[place] is not null)
                throw new ProviderFailure(ProviderFault.WrongCount);
            ordered[place] = value;
        }

        return [.. ordered.Select(value => value!.Value)];
    }

    private static float[] Vector(JsonElement value, int? width)
    {
        if (value.ValueKind != JsonValueKind.Array)
            throw new ProviderFailure(ProviderFault.NoVectors);
        var length = value.GetArrayLength();
        if (length is 0 or > MaxWidth || (width is { } expected && length != expected))
            throw new ProviderFailure(ProviderFault.WrongWidth);

        var vector = new float[length];
        var i = 0;
        foreach (var element in value.EnumerateArray())
        {
            if (element.ValueKind != JsonValueKind.Number || !element.TryGetSingle(out vector[i]))
                throw new ProviderFailure(ProviderFault.NoVectors);
            // 1e999 reads as infinity without complaint.
            if (!float.IsFinite(vector[i++]))
                throw new ProviderFailure(ProviderFault.NotFinite);
        }

        return vector;
    }
}
