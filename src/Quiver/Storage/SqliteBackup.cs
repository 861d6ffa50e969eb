using Microsoft.Data.Sqlite;

namespace Quiver.Storage;

/// <summary>Copies a file of SQLite while it is in use: the copy is the state of one instant, whole, checked and on the disk.</summary>
internal static class SqliteBackup
{
    /// <summary>Writers go on meanwhile: in WAL mode the copy reads its snapshot beside them.</summary>
    /// <param name="target">Appears when it is complete; what it replaces stays until then.</param>
    /// <exception cref="IOException">The source is missing or damaged, or the target cannot be written.</exception>
    public static async Task WriteAsync(Database source, string target, CancellationToken cancellationToken)
    {
        var temporary = $"{Path.GetFullPath(target)}.{Path.GetRandomFileName()}.tmp";
        try
        {
            await using (var reading = await source.OpenAsync(cancellationToken))
                Copy((SqliteConnection)reading, temporary);
            using (var written = new FileStream(temporary, FileMode.Open, FileAccess.ReadWrite))
                written.Flush(flushToDisk: true);
            File.Move(temporary, target, overwrite: true);
        }
        catch (SqliteException exception)
        {
            throw new IOException($"The backup failed: {exception.Message}", exception);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    private static void Copy(SqliteConnection source, string file)
    {
        SqliteFile.CreatePrivate(file);
        using var copy = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file, Mode = SqliteOpenMode.ReadWrite, Pooling = false }.ConnectionString);
        copy.Open();
        source.BackupDatabase(copy);
        using var command = copy.CreateCommand();
        // The copy is one file, without a log beside it.
        command.CommandText = "PRAGMA journal_mode = DELETE";
        command.ExecuteNonQuery();
        command.CommandText = "PRAGMA integrity_check(1)";
        if ((string?)command.ExecuteScalar() != "ok")
            throw new IOException("The database is damaged: the copy does not pass SQLite's integrity check. Nothing was written.");
    }
}
