using System.Buffers.Binary;
using System.Security.Cryptography;
using Quiver.Diagnostics;

namespace Quiver.Providers;

/// <summary>What a tenant says of a provider, but for its key: all valid.</summary>
/// <remarks>Immutable.</remarks>
internal sealed class ProviderDefinition
{
    public const int MaxNameLength = 100;

    /// <summary>What one call takes at most, whatever the provider would.</summary>
    public const int MostTexts = 128;

    /// <summary>Cohere's own limit, and a safe one for providers that publish none.</summary>
    private const int DefaultTexts = 96;

    private ProviderDefinition(string name, Uri endpoint, RequestTemplate template, JsonPath responsePath, int? batchSize)
    {
        (Name, Endpoint, Template, ResponsePath, BatchSize) = (name, endpoint, template, responsePath, batchSize);
    }

    public string Name { get; }

    public Uri Endpoint { get; }

    public RequestTemplate Template { get; }

    public JsonPath ResponsePath { get; }

    /// <summary>The most texts of one call, as the tenant said; null where he did not.</summary>
    public int? BatchSize { get; }

    /// <summary>The most texts of one call.</summary>
    public int MaxTexts => !Template.TakesLists ? 1 : BatchSize ?? (Endpoint.Host is "api.openai.com" or "api.voyageai.com" ? MostTexts : DefaultTexts);

    /// <param name="template">JSON.</param>
    /// <exception cref="QuiverException"><see cref="ErrorKind.InvalidInput"/>, with the member at fault.</exception>
    public static ProviderDefinition Of(EndpointRule rule, string name, string endpoint, string template, string responsePath, int? batchSize)
    {
        var uri = rule.Require(endpoint);
        if (name.Length > MaxNameLength || name.Any(char.IsControl))
            throw Wrong("name", $"name has at most {MaxNameLength} characters, and no control characters");
        if (batchSize is < 1 or > MostTexts)
            throw Wrong("batch_size", $"batch_size is from 1 to {MostTexts}");
        return new ProviderDefinition(
            name, uri, Parse("request_template", template, RequestTemplate.Parse), Parse("response_path", responsePath, JsonPath.Parse), batchSize);
    }

    /// <summary>One that was valid when it was saved.</summary>
    public static ProviderDefinition OfStored(string name, string endpoint, string template, string responsePath, int? batchSize) =>
        new(name, new Uri(endpoint), RequestTemplate.Parse(template), JsonPath.Parse(responsePath), batchSize);

    /// <summary>32 bytes, of all that decides a vector: name, key and size of batches do not.</summary>
    public byte[] Identity(int width)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> number = stackalloc byte[sizeof(int)];
        foreach (var part in (ReadOnlySpan<string>)["provider", Endpoint.AbsoluteUri, Template.Text, ResponsePath.Text])
        {
            var bytes = System.Text.Encoding.UTF8.GetBytes(part);
            BinaryPrimitives.WriteInt32LittleEndian(number, bytes.Length);
            hash.AppendData(number);
            hash.AppendData(bytes);
        }

        BinaryPrimitives.WriteInt32LittleEndian(number, width);
        hash.AppendData(number);
        return hash.GetHashAndReset();
    }

    private static T Parse<T>(string parameter, string text, Func<string, T> parse)
    {
        try
        {
            return parse(text);
        }
        catch (FormatException exception)
        {
            throw Wrong(parameter, $"{parameter}: {exception.Message}");
        }
    }

    private static QuiverException Wrong(string parameter, string message) => new(ErrorKind.InvalidInput, message) { Parameter = parameter };
}
