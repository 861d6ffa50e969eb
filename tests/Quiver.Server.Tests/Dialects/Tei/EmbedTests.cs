using System.Globalization;
using System.Net;
using Quiver.Embedding;
using Quiver.Embedding.Scheduling;
using Quiver.Server.Configuration;
using Quiver.Server.Tests.Support;
using Quiver.Tests.Support;

namespace Quiver.Server.Tests.Dialects.Tei;

/// <summary>What the recorded exchanges do not show, or not with this model: see Replay/TeiReplayTests for the rest.</summary>
public sealed class EmbedTests
{
    private static readonly Dictionary<string, string> Prompts = new() { ["query"] = "query: ", ["passage"] = "passage: " };

    [Fact]
    public async Task Texts_and_ids_of_one_list_come_back_in_order()
    {
        await using var server = await TestServer.StartAsync();
        var answer = await server.EmbedAsync("""{"inputs":["a first text",[1,8,2],[8]]}""", "/embed");

        var complete = server.Model.FromTokenIds([8], complete: true);
        Assert.Equal([server.Model.UnitVectorOf("a first text"), server.Model.UnitVectorOf(server.Model.FromTokenIds([8])), server.Model.UnitVectorOf(complete)], Vectors(answer));
    }

    [Fact]
    public async Task A_named_prompt_stands_before_texts_and_before_what_ids_spell()
    {
        var model = new WordEmbedder { Prompts = Prompts };
        await using var server = await TestServer.StartAsync(model: model);
        var answer = await server.EmbedAsync("""{"inputs":["some text",[1,8,9,2]],"prompt_name":"passage"}""", "/embed");

        Assert.Equal([model.UnitVectorOf("passage: some text"), model.UnitVectorOf("passage: 8 9")], Vectors(answer));
    }

    [Fact]
    public async Task Headers_count_characters_before_the_cut_and_tokens_after_it()
    {
        await using var server = await TestServer.StartAsync();
        var text = "\U0001F600 " + string.Concat(Enumerable.Repeat("word ", 60));
        var answer = await server.EmbedAsync($$"""{"inputs":["{{text}}",[1,8,2]]}""", "/embed");

        Assert.Equal("305", answer.Header("x-compute-characters"));
        Assert.Equal("35", answer.Header("x-compute-tokens"));
        Assert.Equal("cpu", answer.Header("x-compute-type"));
        Assert.All(
            new[] { "x-compute-time", "x-total-time", "x-tokenization-time", "x-queue-time", "x-inference-time" },
            name => Assert.True(int.TryParse(answer.Header(name), NumberStyles.None, CultureInfo.InvariantCulture, out _), name));
    }

    [Fact]
    public async Task The_time_of_each_part_is_no_longer_than_the_whole_and_held_work_shows_in_it()
    {
        var model = new WordEmbedder { OnEmbed = _ => Thread.SpinWait(20_000_000) };
        await using var server = await TestServer.StartAsync(model: model);
        var answer = await server.EmbedAsync("""{"inputs":"a"}""", "/embed");

        var (inference, total) = (int.Parse(answer.Header("x-inference-time")!, null), int.Parse(answer.Header("x-total-time")!, null));
        Assert.InRange(inference, 1, total);
    }

    [Theory]
    [InlineData("Left", "b c")]
    [InlineData("Right", "a b")]
    public async Task The_end_that_is_cut_off_is_the_callers_choice(string direction, string kept)
    {
        var model = new WordEmbedder(maxTokens: 4);
        await using var server = await TestServer.StartAsync(model: model);
        var answer = await server.EmbedAsync($$"""{"inputs":"a b c","truncation_direction":"{{direction}}"}""", "/embed");

        Assert.Equal([model.UnitVectorOf(kept)], Vectors(answer));
    }

    [Fact]
    public async Task A_server_that_is_told_not_to_cut_refuses_unless_the_request_says_otherwise()
    {
        await using var server = await TestServer.StartAsync(new ServeOptions { AutoTruncate = false }, new WordEmbedder(maxTokens: 4));

        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await server.EmbedAsync("""{"inputs":"a b c d"}""", "/embed")).Status);
        Assert.Equal(HttpStatusCode.OK, (await server.EmbedAsync("""{"inputs":"a b c d","truncate":true}""", "/embed")).Status);
    }

    [Fact]
    public async Task Every_token_has_its_own_vector_and_the_tokens_of_one_request_are_limited()
    {
        await using var server = await TestServer.StartAsync(serviceOptions: new EmbeddingServiceOptions { MaxTokenVectors = 9 });
        var answer = await server.EmbedAsync("""{"inputs":["a b",[8]]}""", "/embed_all");

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal([4, 1], answer.Json.EnumerateArray().Select(tokens => tokens.GetArrayLength()));
        Assert.Equal("5", answer.Header("x-compute-tokens"));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await server.EmbedAsync("""{"inputs":["a b","c d","e"]}""", "/embed_all")).Status);
    }

    [Fact]
    public async Task The_instances_of_one_call_have_a_limit_together()
    {
        await using var server = await TestServer.StartAsync();

        Assert.Equal(HttpStatusCode.OK, (await server.EmbedAsync(Instances(2048), "/vertex")).Status);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await server.EmbedAsync(Instances(2049), "/vertex")).Status);

        static string Instances(int count) => $$"""{"instances":[{{string.Join(',', Enumerable.Repeat("""{"inputs":"a","dimensions":1}""", count))}}]}""";
    }

    [Fact]
    public async Task An_overloaded_server_says_so_in_TEIs_words_and_when_to_come_back()
    {
        using var release = new ManualResetEventSlim();
        var started = new TaskCompletionSource();
        var model = new WordEmbedder { OnEmbed = _ => { started.TrySetResult(); release.Wait(TestContext.Current.CancellationToken); } };
        var options = new EmbeddingServiceOptions { Scheduler = new SchedulerOptions { Runners = 1, QueueTexts = 1 } };
        await using var server = await TestServer.StartAsync(model: model, serviceOptions: options);
        var running = server.EmbedAsync("""{"inputs":"runs"}""", "/embed");
        await started.Task;
        var waiting = server.EmbedAsync("""{"inputs":["fills","the","lane"]}""", "/embed");

        await server.WaitForQueuedAsync(3);

        var refused = await server.EmbedAsync("""{"inputs":"one too many","truncate":true}""", "/embed");
        release.Set();
        await Task.WhenAll(running, waiting);

        Assert.Equal(HttpStatusCode.TooManyRequests, refused.Status);
        Assert.Equal("""{"error":"Model is overloaded","error_type":"Overloaded"}""", refused.Json.GetRawText());
        Assert.InRange(int.Parse(refused.Header("Retry-After")!, null), 1, 30);
    }

    [Fact]
    public async Task A_fault_of_the_model_is_a_backend_error_without_details()
    {
        await using var server = await TestServer.StartAsync(model: new WordEmbedder { Scale = float.NaN });
        var answer = await server.EmbedAsync("""{"inputs":"a secret text"}""", "/embed");

        Assert.Equal(HttpStatusCode.FailedDependency, answer.Status);
        Assert.Equal("Backend", answer.Json.GetProperty("error_type").GetString());
        Assert.DoesNotContain("secret", answer.Json.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_string_in_the_wrong_place_is_not_repeated_in_the_error()
    {
        await using var server = await TestServer.StartAsync();
        var answer = await server.EmbedAsync("""{"inputs":"secret text"}""", "/similarity");

        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.Status);
        Assert.DoesNotContain("secret", answer.Json.GetRawText(), StringComparison.Ordinal);
    }

    private static float[][] Vectors(Answer answer)
    {
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        return [.. answer.Json.EnumerateArray().Select(vector => vector.EnumerateArray().Select(x => x.GetSingle()).ToArray())];
    }
}
