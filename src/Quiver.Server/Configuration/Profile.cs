namespace Quiver.Server.Configuration;

/// <summary>
/// A service whose clients and installations Quiver takes over. In force (<c>compat</c>), its variables count under their own names; which
/// setting each one means stands with the setting (<see cref="Setting.ServiceVariables"/>).
/// </summary>
/// <param name="Name">As <c>--compat</c> takes it.</param>
/// <param name="Title">As documentation calls it.</param>
/// <param name="Unused">Its variables that have no meaning here, each with what is so instead.</param>
internal sealed record Profile(string Name, string Title, IReadOnlyDictionary<string, string> Unused)
{
    public static Profile FastEmbed { get; } = new("fastembed", "FastEmbed Query API", new Dictionary<string, string>
    {
        ["WORKERS"] = "one runner per core, in one process",
        ["MODEL_PATH"] = "models are safetensors folders: --model",
        ["EMBEDDING_DIM"] = "the model says its width",
        ["MAX_BATCH_SIZE"] = "batches are formed as requests arrive",
        ["REDIS_URL"] = "needs no Redis",
        ["REDIS_DB"] = "needs no Redis",
        ["L2_CACHE_TTL"] = "needs no Redis",
        ["DATABASE_URL"] = "needs no database",
        ["SECRET_KEY"] = "needs no database",
        ["API_KEY_PREFIX"] = "one key: --api-key",
        ["FREE_TIER_LIMIT"] = "no plans",
        ["PRO_TIER_LIMIT"] = "no plans",
        ["SCALE_TIER_LIMIT"] = "no plans",
    });

    public static Profile Tei { get; } = new("tei", "Text Embeddings Inference", new Dictionary<string, string>
    {
        ["REVISION"] = "models are local folders",
        ["HF_TOKEN"] = "nothing is downloaded",
        ["HF_HUB_USER_AGENT_ORIGIN"] = "nothing is downloaded",
        ["HUGGINGFACE_HUB_CACHE"] = "nothing is downloaded; --model takes a folder of the cache",
        ["DENSE_PATH"] = "the model's own modules say it",
        ["POOLING"] = "the model's own modules say it",
        ["TOKENIZATION_WORKERS"] = "each request is tokenized as it arrives",
        ["MAX_BATCH_REQUESTS"] = "batches are bounded by tokens",
        ["UDS_PATH"] = "listens on TCP only",
        ["DISABLE_SPANS"] = "log lines carry no spans",
        ["OTLP_SERVICE_NAME"] = "OTEL_SERVICE_NAME says it",
    });

    public static IReadOnlyList<Profile> All { get; } = [FastEmbed, Tei];

    /// <summary>The settings that a variable of this service means.</summary>
    public IEnumerable<(Setting Setting, ServiceVariable Name)> Meanings(string variable) =>
        from setting in Settings.All
        from name in setting.ServiceVariables
        where name.Profile == Name && name.Variable == variable
        select (setting, name);
}
