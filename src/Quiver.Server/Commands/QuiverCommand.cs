namespace Quiver.Server.Commands;

/// <summary>The program: every command has its line here.</summary>
internal static class QuiverCommand
{
    public static DocumentedCommand Create() => new("quiver", "Self-hosted text embeddings: serve them, compute them, look inside them.")
    {
        Examples = """
            quiver serve
            echo "a quiver holds arrows" | quiver embed
            quiver embed --input texts.txt --format npy --output vectors.npy
            quiver models list
            """,
        Subcommands =
        {
            ServeCommand.Create(),
            EmbedCommand.Create(),
            TokenizeCommand.Create(),
            ModelsCommand.Create(),
            UsersCommand.Create(),
            KeysCommand.Create(),
            PlansCommand.Create(),
            CacheCommand.Create(),
            ConfigCommand.Create(),
            MigrateCommand.Create(),
            BackupCommand.Create(),
            SecretsCommand.Create(),
            DoctorCommand.Create(),
            BenchCommand.Create(),
        },
    };
}
