using Quiver.Server.Tests.Support;

namespace Quiver.Server.Tests.Documentation;

/// <summary>What developers who come from another server are told to type does what they are told.</summary>
public sealed class DeveloperPageTests
{
    [Fact]
    public async Task The_commands_of_coming_from_FastEmbed_work() => Assert.Equal(4, await DeveloperPage.RunAsync("coming-from-fastembed.md"));

    [Fact]
    public async Task The_commands_of_coming_from_EmbedCache_work() => Assert.Equal(3, await DeveloperPage.RunAsync("coming-from-embed-cache.md"));

    [Fact]
    public async Task The_commands_of_coming_from_TEI_work() => Assert.Equal(7, await DeveloperPage.RunAsync("coming-from-tei.md"));
}
