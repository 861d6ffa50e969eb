using Quiver.Server.Commands;

var quiver = new DocumentedCommand("quiver", "Self-hosted text embeddings: serve them, compute them, look inside them.")
{
    ServeCommand.Create(),
    EmbedCommand.Create(),
    ModelsCommand.Create(),
    BenchCommand.Create(),
};
quiver.Examples = """
    quiver serve
    echo "a quiver holds arrows" | quiver embed
    quiver embed --input texts.txt --format npy --output vectors.npy
    quiver models list
    """;

return await CommandLine.RunAsync(quiver, args);
