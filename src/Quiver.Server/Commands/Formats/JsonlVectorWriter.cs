namespace Quiver.Server.Commands.Formats;

/// <summary><c>{"index":0,"embedding":[…],"tokens":5,"truncated":false}</c>, one object a line.</summary>
internal sealed class JsonlVectorWriter(Stream stream) : VectorWriter
{
    private readonly TextRow _row = new();

    public override void Write(long index, ReadOnlySpan<float> vector, int tokens, bool truncated)
    {
        _row.Append("{\"index\":"u8);
        _row.Append(index);
        _row.Append(",\"embedding\":["u8);
        _row.Append(vector);
        _row.Append("],\"tokens\":"u8);
        _row.Append(tokens);
        _row.Append(",\"truncated\":"u8);
        _row.Append(truncated);
        _row.Append("}\n"u8);
        _row.WriteTo(stream);
    }

    public override void Flush() => stream.Flush();

    public override void Complete()
    {
    }
}
