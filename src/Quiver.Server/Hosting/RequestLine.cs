using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Unicode;

namespace Quiver.Server.Hosting;

/// <summary>The one log line of a request. It holds no text of a caller's but a harmless id.</summary>
/// <param name="Client">Whence it came, or null if that is not an IP address.</param>
/// <param name="Route">The pattern of its route, or "-".</param>
internal readonly record struct RequestLine(
    string Id, IPAddress? Client, string Method, string Route, int Status, double Milliseconds, int Items, long Tokens, int Hits)
{
    /// <summary>Writes the line as text, without a line end.</summary>
    /// <returns>false where it does not fit.</returns>
    public bool TryWrite(Span<byte> destination, out int written)
    {
        written = 0;
        if (!Utf8.TryWrite(destination, CultureInfo.InvariantCulture, $"{Id} ", out var head))
            return false;
        var client = 1;
        if (Client is null)
            destination[head] = (byte)'-';
        else if (!Client.TryFormat(destination[head..], out client))
            return false;
        if (!Utf8.TryWrite(
            destination[(head + client)..],
            CultureInfo.InvariantCulture,
            $" {Method} {Route} {Status} {Milliseconds:0.##} ms, {Items} items, {Tokens} tokens, {Hits} hits",
            out var rest))
            return false;
        written = head + client + rest;
        return true;
    }

    /// <summary>Writes the members of the line's JSON object.</summary>
    public void Write(Utf8JsonWriter json)
    {
        json.WriteString("id"u8, Id);
        json.WriteString("client"u8, Client?.ToString());
        json.WriteString("method"u8, Method);
        json.WriteString("route"u8, Route);
        json.WriteNumber("status"u8, Status);
        json.WriteNumber("ms"u8, Milliseconds);
        json.WriteNumber("items"u8, Items);
        json.WriteNumber("tokens"u8, Tokens);
        json.WriteNumber("hits"u8, Hits);
    }

    public override string ToString()
    {
        Span<byte> line = stackalloc byte[1024];
        return TryWrite(line, out var written) ? System.Text.Encoding.UTF8.GetString(line[..written]) : Id;
    }
}
