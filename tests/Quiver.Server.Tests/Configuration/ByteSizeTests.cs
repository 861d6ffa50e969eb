using FsCheck;
using FsCheck.Fluent;
using Quiver.Server.Configuration;

namespace Quiver.Server.Tests.Configuration;

public sealed class ByteSizeTests
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("4096", 4096)]
    [InlineData("64MiB", 67_108_864)]
    [InlineData("64 mib", 67_108_864)]
    [InlineData("1GB", 1_000_000_000)]
    [InlineData("2KB", 2_000)]
    [InlineData("7B", 7)]
    public void Units_are_powers_of_1024_or_of_1000(string text, long bytes)
    {
        Assert.True(ByteSize.TryParse(text, out var read));
        Assert.Equal(bytes, read);
    }

    [Theory]
    [InlineData("")]
    [InlineData("MiB")]
    [InlineData("-1")]
    [InlineData("1.5GiB")]
    [InlineData("1e3")]
    [InlineData("1 TB")]
    [InlineData("9223372036854775808")]
    [InlineData("8589934592GiB")]
    public void Anything_else_is_no_size(string text) => Assert.False(ByteSize.TryParse(text, out _));

    [Fact]
    public void Every_size_reads_back() => Prop.ForAll(ArbMap.Default.ArbFor<NonNegativeInt>(), ArbMap.Default.ArbFor<byte>(), (number, shift) =>
    {
        var bytes = (long)number.Get << (shift % 32);
        return ByteSize.TryParse(ByteSize.Format(bytes), out var read) && read == bytes;
    }).QuickCheckThrowOnFailure();
}
