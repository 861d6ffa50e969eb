using System.Data;
using System.Data.Common;

namespace Quiver.Caching;

/// <summary>
/// Runs one statement for many rows, as fast as the engine does it: on PostgreSQL all in one round, on SQLite one compiled statement again and again.
/// </summary>
/// <param name="sql">With the parameters @a, @b … in the order of a row's values.</param>
internal sealed class EntryRows(string sql)
{
    /// <returns>For each row how many it changed.</returns>
    public Task<int[]> RunAsync(DbTransaction transaction, IReadOnlyList<object?[]> rows, CancellationToken cancellationToken)
    {
        var connection = transaction.Connection!;
        if (rows.Count == 0)
            return Task.FromResult(Array.Empty<int>());
        return connection.CanCreateBatch ? RunBatchAsync(connection, transaction, rows, cancellationToken) : Task.FromResult(RunEach(connection, transaction, rows));
    }

    private async Task<int[]> RunBatchAsync(DbConnection connection, DbTransaction transaction, IReadOnlyList<object?[]> rows, CancellationToken cancellationToken)
    {
        await using var batch = connection.CreateBatch();
        batch.Transaction = transaction;
        foreach (var row in rows)
        {
            var command = batch.CreateBatchCommand();
            command.CommandText = sql;
            for (var i = 0; i < row.Length; i++)
            {
                var parameter = command.CreateParameter();
                parameter.ParameterName = NameOf(i);
                SetValue(parameter, row[i]);
                command.Parameters.Add(parameter);
            }

            batch.BatchCommands.Add(command);
        }

        await batch.ExecuteNonQueryAsync(cancellationToken);
        return [.. batch.BatchCommands.Select(command => command.RecordsAffected)];
    }

    private int[] RunEach(DbConnection connection, DbTransaction transaction, IReadOnlyList<object?[]> rows)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.Transaction = transaction;
        for (var i = 0; i < rows[0].Length; i++)
        {
            var parameter = command.CreateParameter();
            parameter.ParameterName = NameOf(i);
            command.Parameters.Add(parameter);
        }

        var changed = new int[rows.Count];
        for (var r = 0; r < changed.Length; r++)
        {
            for (var i = 0; i < rows[r].Length; i++)
                SetValue(command.Parameters[i], rows[r][i]);
            changed[r] = command.ExecuteNonQuery();
        }

        return changed;
    }

    private static void SetValue(DbParameter parameter, object? value)
    {
        // A missing value says nothing of its type, which PostgreSQL wants to know; ours that may be missing are texts.
        if (value is null)
            parameter.DbType = DbType.String;
        parameter.Value = value ?? DBNull.Value;
    }

    private static string NameOf(int index) => $"@{(char)('a' + index)}";
}
