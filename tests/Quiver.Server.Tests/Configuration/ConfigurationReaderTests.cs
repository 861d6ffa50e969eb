using Quiver.Encoding;
using Quiver.Server.Configuration;
using Quiver.Server.Tests.Support;

namespace Quiver.Server.Tests.Configuration;

public sealed class ConfigurationReaderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_later_source_goes_over_the_earlier()
    {
        // Each source in its turn is the first of those that remain.
        var yaml = "compat: [fastembed]\nserver: { port: 1 }";
        string[] envFile = ["PORT=2", "QUIVER_PORT=4"];
        string[] process = ["PORT=3", "QUIVER_PORT=5"];

        Assert.Equal((6, "--port"), Port(Load(yaml, envFile, process, ("server.port", "6"))));
        Assert.Equal((5, "QUIVER_PORT"), Port(Load(yaml, envFile, process)));
        Assert.Equal((4, $"{_folder.File(".env")}:2 QUIVER_PORT"), Port(Load(yaml, envFile, process[..1])));
        Assert.Equal((3, "PORT (fastembed)"), Port(Load(yaml, envFile[..1], process[..1])));
        Assert.Equal((2, $"{_folder.File(".env")}:1 PORT (fastembed)"), Port(Load(yaml, envFile[..1], [])));
        Assert.Equal((1, $"{_folder.File("quiver.yaml")}:2"), Port(Load(yaml, [], [])));
        Assert.Equal((8000, "default"), Port(Load("", [], [])));
    }

    [Theory]
    [InlineData("HOST=192.0.2.1")]
    [InlineData("PORT=1")]
    [InlineData("API_KEY=0123456789abcdef")]
    [InlineData("MODEL_ID=other")]
    [InlineData("OPENAI_API_KEY=0123456789abcdef")]
    public void Names_of_other_services_count_for_nothing_without_a_profile(string variable)
    {
        var loaded = Load("", [], [variable]);
        Assert.Empty(loaded.Problems);
        Assert.All(loaded.Settings, setting => Assert.Equal("default", setting.Source));
    }

    [Fact]
    public void A_profile_brings_in_the_names_of_its_service_and_of_no_other()
    {
        string[] variables = ["HOST=127.0.0.1", "PORT=3000", "MODEL_NAME=sentence-transformers/all-MiniLM-L6-v2", "MODEL_ID=other", "API_KEY=0123456789abcdef", "WORKERS=4"];
        var loaded = Load("", [], variables, ("compat", "fastembed"));

        Assert.Empty(loaded.Problems);
        Assert.Equal(("127.0.0.1", 3000), (loaded.Options.Host, loaded.Options.Port));
        Assert.Equal(["all-MiniLM-L6-v2"], loaded.Options.Models);
        Assert.Null(loaded.Options.ApiKey);
        Assert.Equal(["WORKERS (fastembed) is not used: one runner per core, in one process."], loaded.Notices);
    }

    [Theory]
    [InlineData("DEFAULT_PROMPT=query: ")]
    [InlineData("DEFAULT_PROMPT_NAME=query")]
    [InlineData("DENSE_PATH=2_Dense")]
    [InlineData("POOLING=cls")]
    [InlineData("SERVED_MODEL_NAME=mine")]
    public void A_variable_that_would_give_other_vectors_or_names_is_refused_with_what_to_do_instead(string variable)
    {
        var loaded = Load("", [], [variable], ("compat", "tei"));
        Assert.StartsWith($"{variable.Split('=')[0]} (tei): not taken from here: ", Assert.Single(loaded.Problems), StringComparison.Ordinal);
        Assert.Empty(Load("", [], [variable]).Problems);
    }

    [Fact]
    public void OpenTelemetrys_own_variable_counts_in_a_file_too_and_without_a_notice()
    {
        var loaded = Load("", ["OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318"], []);
        Assert.Equal(new Uri("http://127.0.0.1:4318"), loaded.Options.OtlpEndpoint);
        Assert.Empty(loaded.Notices);
    }

    [Fact]
    public void A_variable_that_all_programs_read_says_less_than_the_service_s_own_and_that_less_than_Quivers()
    {
        string[] variables = ["OTLP_ENDPOINT=http://127.0.0.1:2", "OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:1"];
        Assert.Equal(1, Load("", [], variables).Options.OtlpEndpoint!.Port);
        Assert.Equal(2, Load("", [], variables, ("compat", "tei")).Options.OtlpEndpoint!.Port);
        Assert.Equal(3, Load("", [], [.. variables, "QUIVER_OTLP_ENDPOINT=http://127.0.0.1:3"], ("compat", "tei")).Options.OtlpEndpoint!.Port);
    }

    [Theory]
    [InlineData("http://127.0.0.1:4318/?token=secret")]
    [InlineData("http://me:secret@127.0.0.1:4318")]
    public void A_collectors_address_that_may_hold_a_secret_is_refused_and_not_repeated(string address)
    {
        var problem = Assert.Single(Load("", [], [$"QUIVER_OTLP_ENDPOINT={address}"]).Problems);
        Assert.DoesNotContain("secret", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Variables_of_TEI_mean_what_they_mean_there()
    {
        string[] variables = ["HOSTNAME=0.0.0.0", "PORT=80", "MODEL_ID=/data/model", "DTYPE=float32", "API_KEY=0123456789abcdef", "AUTO_TRUNCATE=true"];
        var options = Load("", [], variables, ("compat", "tei")).Options;

        Assert.Equal(("0.0.0.0", 80, Precision.F32, true), (options.Host, options.Port, options.Precision, options.AutoTruncate));
        Assert.Equal(["/data/model"], options.Models);
        Assert.Equal("0123456789abcdef", options.ApiKey);
    }

    [Theory]
    [InlineData("10000", "80000KiB")]
    [InlineData("0", "0")]
    public void Entries_of_FastEmbeds_cache_become_bytes(string entries, string size) =>
        Assert.Equal([size], Load("", [], [$"L1_CACHE_SIZE={entries}"], ("compat", "fastembed")).Settings.Single(setting => setting.Setting.Path == "cache.size").Texts);

    [Theory]
    [InlineData("-1")]
    [InlineData("many")]
    public void A_value_of_theirs_that_is_none_here_is_refused_under_their_name(string entries) =>
        Assert.StartsWith("L1_CACHE_SIZE (fastembed) takes a size", Assert.Single(Load("", [], [$"L1_CACHE_SIZE={entries}"], ("compat", "fastembed")).Problems), StringComparison.Ordinal);

    [Fact]
    public void The_name_of_a_container_is_no_address()
    {
        var loaded = Load("", [], ["HOSTNAME=3f2a9c1b77aa"], ("compat", "tei"));
        Assert.Empty(loaded.Problems);
        Assert.Equal("localhost", loaded.Options.Host);
        Assert.Equal(["HOSTNAME (tei) has a value that means nothing here."], loaded.Notices);
    }

    [Fact]
    public void A_file_of_variables_counts_whole_without_a_profile()
    {
        var loaded = Load("", ["HOST=127.0.0.1", "MODEL_ID=all-MiniLM-L6-v2", "WORKERS=canary", "NODE_ENV=production"], []);
        Assert.Empty(loaded.Problems);
        Assert.Equal("127.0.0.1", loaded.Options.Host);
        Assert.Equal(
            [
                $"{_folder.File(".env")}:3 WORKERS (fastembed) is not used: one runner per core, in one process.",
                $"{_folder.File(".env")}:4 NODE_ENV means nothing here.",
            ],
            loaded.Notices);
    }

    [Fact]
    public void A_file_of_variables_counts_only_for_the_profile_that_is_named()
    {
        var loaded = Load("", ["HOST=127.0.0.1", "API_KEY=0123456789abcdef"], [], ("compat", "fastembed"));
        Assert.Equal(("127.0.0.1", null), (loaded.Options.Host, loaded.Options.ApiKey));
    }

    [Theory]
    [InlineData("QUIVER_PROT=1", "QUIVER_PROT: there is no such variable. Did you mean QUIVER_PORT?")]
    [InlineData("QUIVER_APIKEY=canary", "QUIVER_APIKEY: there is no such variable. Did you mean QUIVER_API_KEY?")]
    [InlineData("QUIVER_ANYTHING_ELSE=canary", "QUIVER_ANYTHING_ELSE: there is no such variable.")]
    [InlineData("QUIVER_PORT=canary", "QUIVER_PORT takes a whole number from 0 to 65535.")]
    [InlineData("QUIVER_COMPAT=canary", "QUIVER_COMPAT takes names of services: fastembed, tei, embed-cache, tkr-embed.")]
    [InlineData("QUIVER_AUTO_TRUNCATE=canary", "QUIVER_AUTO_TRUNCATE takes true or false.")]
    public void A_variable_that_says_nothing_is_refused_without_its_value(string variable, string problem)
    {
        Assert.Equal([problem], Load("", [], [variable]).Problems);
        var inFile = Assert.Single(Load("", [variable], []).Problems);
        Assert.StartsWith($"{_folder.File(".env")}:1", inFile, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", inFile, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("QUIVER_PORT=tcp://10.0.0.1:8000")]
    [InlineData("QUIVER_SERVICE_HOST=10.0.0.1")]
    [InlineData("QUIVER_SERVICE_PORT=8000")]
    [InlineData("QUIVER_SERVICE_PORT_HTTP=8000")]
    [InlineData("QUIVER_PORT_8000_TCP=tcp://10.0.0.1:8000")]
    [InlineData("QUIVER_PORT_8000_TCP_ADDR=10.0.0.1")]
    public void What_Kubernetes_adds_beside_a_service_called_quiver_is_no_setting(string variable)
    {
        var loaded = Load("", [], [variable]);
        Assert.Empty(loaded.Problems);
        Assert.Equal(8000, loaded.Options.Port);
    }

    [Theory]
    [InlineData("QUIVER_PORT=")]
    [InlineData("QUIVER_API_KEY=")]
    [InlineData("QUIVER_CONFIG=")]
    [InlineData("QUIVER_DEBUG=1")]
    public void An_empty_variable_and_one_of_the_program_itself_set_nothing(string variable)
    {
        var loaded = Load("", [], [variable]);
        Assert.Empty(loaded.Problems);
        Assert.All(loaded.Settings, setting => Assert.Equal("default", setting.Source));
    }

    [Fact]
    public void A_value_that_is_wrong_is_told_also_where_another_goes_over_it()
    {
        var loaded = Load("server: { port: x }", [], ["QUIVER_PORT=1"]);
        Assert.Equal([$"{_folder.File("quiver.yaml")}:1: server.port takes a whole number from 0 to 65535."], loaded.Problems);
    }

    [Fact]
    public void A_reference_in_a_file_of_variables_is_refused_where_it_is_used_and_nowhere_else()
    {
        var loaded = Load("", ["QUIVER_API_KEY=${CANARY}", "JAVA_OPTS=${CANARY}"], []);
        Assert.Contains("references to other variables are not expanded", Assert.Single(loaded.Problems), StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_from_a_file_is_read_and_two_keys_are_refused()
    {
        var key = _folder.Write("key", "0123456789abcdef\n");
        Assert.Equal("0123456789abcdef", Load($"auth: {{ api_key_file: {key} }}", [], []).Options.ApiKey);
        Assert.Equal(
            ["Give the API key or a file that holds it, not both."],
            Load($"auth: {{ api_key_file: {key} }}", [], ["QUIVER_API_KEY=fedcba9876543210"]).Problems);
    }

    [Fact]
    public void A_secret_is_never_shown()
    {
        var loaded = Load("auth: { api_key: 0123456789-canary }", [], []);
        var key = loaded.Settings.Single(setting => setting.Setting.Path == "auth.api_key");
        Assert.Equal("***", key.Shown);
    }

    [Fact]
    public void The_variable_names_the_files_where_the_command_line_does_not()
    {
        var yaml = _folder.Write("other.yaml", "server: { port: 1 }");
        var env = _folder.Write("other.env", "HOST=127.0.0.1");
        var loaded = ConfigurationReader.Read(null, null, [], Variables([$"QUIVER_CONFIG={yaml}", $"QUIVER_ENV_FILE={env}"]));
        Assert.Equal(("127.0.0.1", 1), (loaded.Options.Host, loaded.Options.Port));
    }

    private LoadedConfiguration Load(string yaml, string[] envFile, string[] process, params (string Path, string Text)[] flags) => ConfigurationReader.Read(
        _folder.Write("quiver.yaml", yaml),
        _folder.Write(".env", string.Join('\n', envFile)),
        [.. flags.Select(flag => new Assignment(Settings.Find(flag.Path)!, [flag.Text], Settings.Find(flag.Path)!.Flag))],
        Variables(process));

    private static (int, string) Port(LoadedConfiguration loaded)
    {
        Assert.Empty(loaded.Problems);
        return (loaded.Options.Port, loaded.Settings.Single(setting => setting.Setting.Path == "server.port").Source);
    }

    private static IReadOnlyList<EnvironmentFile.Variable> Variables(string[] texts) =>
        [.. texts.Select(text => text.Split('=', 2)).Select(pair => new EnvironmentFile.Variable(pair[0], pair[1], pair[0], HasReference: false))];
}
