using System.Text.Json;
using System.Text.Unicode;
using Quiver.Server.Hosting;

namespace Quiver.Server.FastApi;

/// <summary>Reads a body as services made with FastAPI do: first whether it is JSON, then all its members, then what they are together.</summary>
/// <remarks>Unknown members are skipped, the last of equal ones counts, a byte order mark is passed over.</remarks>
/// <param name="invalid">The dialect's error for a body that is not what the route reads; never with anything that was sent.</param>
/// <param name="unreadable">The dialect's error for bytes that are no text.</param>
internal sealed class BodyReader(Func<IReadOnlyList<FieldError>, Exception> invalid, Func<string, Exception> unreadable)
{
    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    public T Read<T>(HttpRequest request, ReadOnlySpan<byte> bytes, T target)
        where T : FastApiBody
    {
        if (bytes.IsEmpty)
            throw Invalid(FieldError.MissingBody);
        if (!RequestBody.IsDeclaredAsJson(request) || RequestBody.IsCompressed(request))
            throw Invalid(FieldError.NotAnObject);
        if (!Utf8.IsValid(bytes))
            throw unreadable("There was an error parsing the body");

        var json = bytes.StartsWith(ByteOrderMark) ? bytes[ByteOrderMark.Length..] : bytes;
        ReadMembers(json, target);
        if (target.FieldErrors.OfType<FieldError>().ToList() is { Count: > 0 } errors)
            throw Invalid(errors);
        return target.RuleError is { } error ? throw Invalid(error) : target;
    }

    private void ReadMembers(ReadOnlySpan<byte> json, FastApiBody target)
    {
        try
        {
            var reader = new FieldReader(json);
            reader.Next();
            if (reader.Token != JsonTokenType.StartObject)
            {
                reader.Skip();
                reader.Next();
                throw Invalid(FieldError.NotAnObject);
            }

            while (reader.Next() && reader.Token == JsonTokenType.PropertyName)
            {
                var name = reader.Name();
                reader.Next();
                target.Read(name, ref reader);
                reader.Skip();
            }

            // Behind the object nothing may stand: the reader says so when it is asked for more.
            reader.Next();
        }
        catch (JsonException exception)
        {
            throw Invalid(new FieldError("json_invalid", "JSON decode error", "body")
            {
                Index = CharactersBefore(exception, json),
                Context = $$"""{"error":"Not JSON at line {{exception.LineNumber + 1}}, byte {{exception.BytePositionInLine + 1}}"}""",
            });
        }
    }

    private static int CharactersBefore(JsonException exception, ReadOnlySpan<byte> json)
    {
        var start = 0;
        for (var line = exception.LineNumber; line > 0; line--)
            start += json[start..].IndexOf((byte)'\n') + 1;
        var end = Math.Clamp(start + (int)(exception.BytePositionInLine ?? 0), 0, json.Length);
        return System.Text.Encoding.UTF8.GetCharCount(json[..end]);
    }

    private Exception Invalid(params IReadOnlyList<FieldError> errors) => invalid(errors);
}
