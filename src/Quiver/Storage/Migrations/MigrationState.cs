namespace Quiver.Storage.Migrations;

/// <summary>Where one migration stands in one database.</summary>
/// <param name="AppliedAt">null where it is not applied.</param>
internal sealed record MigrationState(Migration Migration, DateTimeOffset? AppliedAt);
