namespace Quiver.Storage;

/// <summary>The database engines that hold the same tables.</summary>
public enum SqlEngine
{
    Sqlite,
    PostgreSql,
}
