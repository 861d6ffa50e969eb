using System.CommandLine;
using Quiver.Models;
using Quiver.Server.Commands.Formats;
using Quiver.Tokenization;

namespace Quiver.Server.Commands;

/// <summary><c>quiver tokenize</c>: what the model sees of a text.</summary>
internal static class TokenizeCommand
{
    private static readonly Option<string> Model = ModelOptions.Model();

    private static readonly Option<string?> TokenizerFile = new("--tokenizer")
    {
        HelpName = "FILE",
        Description = "A Hugging Face tokenizer.json, instead of a model's. It knows no limit: nothing is cut.",
    };

    private static readonly Option<bool> Json = new("--json")
    {
        Description = "Print {\"ids\", \"tokens\", \"offsets\", \"type_ids\"} per text; offsets are in code points.",
    };

    private static readonly Option<bool> NoTruncation = new("--no-truncation")
    {
        Description = "Print all tokens of a text over the model's limit.",
    };

    public static Command Create()
    {
        var command = new DocumentedCommand("tokenize", "Print the token ids of texts, one line per text.")
        {
            Examples = """
                echo "a quiver holds arrows" | quiver tokenize
                echo "a quiver holds arrows" | quiver tokenize --json
                # A pair, cut to 16 tokens, through a tokenizer of your own.
                echo '{"text":"what is it?","pair":"an arrow","max_length":16}' | quiver tokenize --tokenizer tokenizer.json --input-format jsonl
                """,
        };
        command.Add(Model);
        command.Add(TokenizerFile);
        var input = new InputOptions(command);
        command.Add(Json);
        command.Add(NoTruncation);
        command.SetAction((arguments, cancellationToken) => RunAsync(arguments, input, cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult arguments, InputOptions inputOptions, CancellationToken cancellationToken)
    {
        using var input = inputOptions.Open(arguments, textOnly: false);
        var (tokenizer, limit) = Open(arguments);
        if (arguments.GetValue(NoTruncation)) limit = null;

        using var output = new BufferedStream(StandardStreams.OpenOutput());
        using var writer = new TokenWriter(output);
        var json = arguments.GetValue(Json);
        var ids = new TokenIdBuffer();
        await foreach (var record in input.ReadAsync(cancellationToken))
        {
            var maxLength = record.MaxLength ?? limit;
            try
            {
                if (json)
                    writer.WriteObject(Encode(tokenizer, record, maxLength, input));
                else if (record is { Pair: null, Strategy: null, AddSpecialTokens: true })
                    WriteIds(tokenizer, record.Text, maxLength, ids, writer);
                else
                    writer.WriteIds([.. Encode(tokenizer, record, maxLength, input).Ids]);
            }
            catch (ArgumentOutOfRangeException)
            {
                throw input.Refuse(record, $"the special tokens alone are more than {maxLength} tokens");
            }
            catch (ArgumentException)
            {
                throw input.Refuse(record, $"cannot be cut to {maxLength} tokens: the text that \"strategy\" names is missing or too short");
            }
        }

        return ExitCode.Success;
    }

    /// <summary>Without tokens and offsets, which take longer to find than the ids.</summary>
    private static void WriteIds(Tokenizer tokenizer, string text, int? maxLength, TokenIdBuffer ids, TokenWriter writer)
    {
        tokenizer.EncodeIds(text, ids, maxLength ?? int.MaxValue);
        writer.WriteIds(ids.Ids);
    }

    private static TokenizedText Encode(Tokenizer tokenizer, InputRecord record, int? maxLength, InputReader input) =>
        tokenizer.Encode(record.Text, record.Pair, new EncodeOptions
        {
            AddSpecialTokens = record.AddSpecialTokens,
            MaxLength = maxLength,
            Strategy = ReadStrategy(record, input),
        });

    private static (Tokenizer Tokenizer, int? Limit) Open(ParseResult arguments)
    {
        if (arguments.GetValue(TokenizerFile) is not { } file)
        {
            var folder = ModelFolder.Open(LocalModels.Catalogue().Resolve(arguments.GetValue(Model)!));
            return (Tokenizer.Load(folder.TokenizerPath), folder.MaxTokens);
        }

        if (arguments.GetResult(Model) is { Implicit: false }) throw new UsageException("Give --model or --tokenizer, not both.");
        return (Tokenizer.Load(file), null);
    }

    private static TruncationStrategy ReadStrategy(InputRecord record, InputReader input) => record.Strategy switch
    {
        null or "longest_first" => TruncationStrategy.LongestFirst,
        "only_first" => TruncationStrategy.OnlyFirst,
        "only_second" => TruncationStrategy.OnlySecond,
        _ => throw input.Refuse(record, "\"strategy\" is not longest_first, only_first or only_second"),
    };
}
