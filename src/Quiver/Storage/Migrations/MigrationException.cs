namespace Quiver.Storage.Migrations;

/// <summary>The tables of a database are not as this program needs them. The message says why, and what to do.</summary>
internal sealed class MigrationException(string message) : Exception(message);
