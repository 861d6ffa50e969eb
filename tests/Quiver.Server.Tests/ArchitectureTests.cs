using System.Reflection;
using Quiver.Tests.Support;

namespace Quiver.Server.Tests;

/// <summary>The rules inside the server; those of the engine are in Quiver.Tests.</summary>
public sealed class ArchitectureTests
{
    private static readonly Assembly Server = Assembly.Load("Quiver.Server");

    /// <summary>What two dialects share belongs to the engine, or beside them: one may then be changed without reading another.</summary>
    [Fact]
    public void Dialects_do_not_see_each_other()
    {
        Assert.Contains(Server.GetTypes(), type => TypeReferences.FolderOf(type, "Quiver.Server.Dialects") is not null);
        var crossings = TypeReferences.BetweenFolders(Server, "Quiver.Server.Dialects").Select(edge => $"{edge.From} sees {edge.To}");
        Assert.Empty(crossings);
    }

    [Fact]
    public void At_least_three_quarters_of_the_classes_are_sealed_or_static()
    {
        var classes = TypeReferences.OwnClasses(Server);
        Assert.NotEmpty(classes);
        var open = classes.Where(type => !type.IsSealed).Select(type => type.FullName).ToList();

        Assert.True(4 * open.Count <= classes.Count, $"{open.Count} of {classes.Count} are open: {string.Join(", ", open)}");
    }
}
