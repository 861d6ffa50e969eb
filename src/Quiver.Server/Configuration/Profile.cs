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
    /// <summary>Its variables that would give other vectors or names, which is not done here: each with what to do instead.</summary>
    public IReadOnlyDictionary<string, string> Refused { get; private init; } = new Dictionary<string, string>();

    public static Profile FastEmbed { get; } = new("fastembed", "FastEmbed Query API", new Dictionary<string, string>
    {
        ["WORKERS"] = "one runner per core, in one process",
        ["MODEL_PATH"] = "models are safetensors folders: --model",
        ["EMBEDDING_DIM"] = "the model says its width",
        ["MAX_BATCH_SIZE"] = "batches are formed as requests arrive",
        ["REDIS_DB"] = "REDIS_URL names it: redis://host:6379/1",
        ["DATABASE_URL"] = "its tables are not read; --database names Quiver's own",
        ["SECRET_KEY"] = "needs no database",
        ["API_KEY_PREFIX"] = "one key: --api-key",
    });

    public static Profile Tei { get; } = new("tei", "Text Embeddings Inference", new Dictionary<string, string>
    {
        ["REVISION"] = "models are local folders",
        ["HF_TOKEN"] = "nothing is downloaded",
        ["HF_HUB_USER_AGENT_ORIGIN"] = "nothing is downloaded",
        ["HUGGINGFACE_HUB_CACHE"] = "nothing is downloaded; --model takes a folder of the cache",
        ["TOKENIZATION_WORKERS"] = "each request is tokenized as it arrives",
        ["MAX_BATCH_REQUESTS"] = "batches are bounded by tokens",
        ["MAX_BATCH_TOKENS"] = "the scheduler chooses its batches",
        ["MAX_CONCURRENT_REQUESTS"] = "what waits is bounded, not how many ask",
        ["UDS_PATH"] = "listens on TCP only",
        ["DISABLE_SPANS"] = "log lines carry no spans",
        ["OTLP_SERVICE_NAME"] = "OTEL_SERVICE_NAME says it",
    })
    {
        Refused = new Dictionary<string, string>
        {
            ["DEFAULT_PROMPT"] = "a model's prompts, and which one is the default, stand in its config_sentence_transformers.json",
            ["DEFAULT_PROMPT_NAME"] = "a model's default prompt stands in its config_sentence_transformers.json",
            ["DENSE_PATH"] = "the model's own modules.json says it. Unset the variable where it says the same",
            ["POOLING"] = "the model's own modules say it. Unset the variable where they say the same",
            ["SERVED_MODEL_NAME"] = "a further name is given by --alias NAME=MODEL",
        },
    };

    public static Profile EmbedCache { get; } = new("embed-cache", "Vector Embed Cache Server", new Dictionary<string, string>
    {
        ["GPU_DEVICE"] = "computes on the CPU, one runner per core",
        ["JWT_EXPIRY_SECONDS"] = "a log-in is good for 24 hours",
    });

    public static Profile TkrEmbed { get; } = new("tkr-embed", "tkr-embed", new Dictionary<string, string>
    {
        ["EMBEDDING_ENV"] = "without a key the server answers this machine alone, with one it is in production",
        ["EMBEDDING_DEBUG"] = "--log-level debug tells more; an error never holds a stack trace",
        ["EMBEDDING_MODEL_PATH"] = "models are safetensors folders: --model",
        ["EMBEDDING_QUANTIZATION"] = "--precision says how weights are computed with",
        ["EMBEDDING_DEVICE"] = "computes on the CPU, one runner per core",
        ["EMBEDDING_CACHE_SIZE"] = "the cache is bounded by its bytes: --cache-size",
    });

    public static IReadOnlyList<Profile> All { get; } = [FastEmbed, Tei, EmbedCache, TkrEmbed];

    /// <summary>Whether the service has a variable of this name.</summary>
    public bool Knows(string variable) => Unused.ContainsKey(variable) || Refused.ContainsKey(variable) || Meanings(variable).Any();

    /// <summary>The settings that a variable of this service means.</summary>
    public IEnumerable<(Setting Setting, ServiceVariable Name)> Meanings(string variable) =>
        from setting in Settings.All
        from name in setting.ServiceVariables
        where name.Profile == Name && name.Variable == variable
        select (setting, name);
}
