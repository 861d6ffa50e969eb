namespace Quiver.Server.Commands.Formats;

/// <summary>
/// A header <c>index,tokens,truncated,0,1,…</c>, then one line per text. RFC 4180, except that lines end in LF, as every reader
/// takes them; no field needs quotes.
/// </summary>
internal sealed class CsvVectorWriter : VectorWriter
{
    private readonly Stream _stream;
    private readonly TextRow _row = new();

    public CsvVectorWriter(Stream stream, int width)
    {
        _stream = stream;
        _row.Append("index,tokens,truncated"u8);
        for (var i = 0; i < width; i++)
        {
            _row.Append(","u8);
            _row.Append((long)i);
        }

        EndRow();
    }

    public override void Write(long index, ReadOnlySpan<float> vector, int tokens, bool truncated)
    {
        _row.Append(index);
        _row.Append(","u8);
        _row.Append((long)tokens);
        _row.Append(","u8);
        _row.Append(truncated);
        _row.Append(","u8);
        _row.Append(vector);
        EndRow();
    }

    public override void Flush() => _stream.Flush();

    public override void Complete()
    {
    }

    private void EndRow()
    {
        _row.Append("\n"u8);
        _row.WriteTo(_stream);
    }
}
