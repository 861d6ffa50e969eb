using System.CommandLine;
using System.Globalization;
using Quiver.Encoding;

namespace Quiver.Server.Commands;

/// <summary><c>quiver bench</c>: what this machine does, in a few seconds.</summary>
internal static class BenchCommand
{
    private static readonly Option<string> Model = ModelOptions.Model();

    private static readonly Option<double> Seconds = new("--seconds")
    {
        HelpName = "NUMBER",
        Description = "How long to measure each cell of the table.",
        DefaultValueFactory = _ => 0.4,
    };

    private static readonly int[] Lengths = [5, 20, 50, 120, 250];

    public static Command Create()
    {
        var command = new DocumentedCommand("bench", "Measure the encoder on this machine: texts and tokens per second by length and precision.")
        {
            Examples = """
                quiver bench
                quiver bench --model ./my-model --seconds 2
                """,
        };
        Seconds.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && !(double.TryParse(token.Value, CultureInfo.InvariantCulture, out var seconds) && seconds is > 0 and <= 60))
                result.AddError("--seconds takes a number above 0, up to 60.");
        });
        command.Add(Model);
        command.Add(Seconds);
        command.SetAction((arguments, cancellationToken) =>
            Task.Run(() => Run(arguments.GetValue(Model)!, TimeSpan.FromSeconds(arguments.GetValue(Seconds)), cancellationToken), cancellationToken));
        return command;
    }

    private static int Run(string name, TimeSpan duration, CancellationToken cancellationToken)
    {
        var cores = Environment.ProcessorCount;
        var table = new TextTable(
            "precision",
            TextColumn.Number("tokens"),
            TextColumn.Number("ms"),
            TextColumn.Number("texts/s"),
            TextColumn.Number("tokens/s"),
            TextColumn.Number($"texts/s on {cores} cores"),
            TextColumn.Number("tokens/s"));
        foreach (var precision in Enum.GetValues<Precision>())
        {
            using var model = LocalModels.Load(name, precision);
            var measurement = new EncoderMeasurement(model, duration, TimeProvider.System);
            foreach (var length in Lengths.Where(length => length <= model.MaxTokens))
            {
                cancellationToken.ThrowIfCancellationRequested();
                var one = measurement.TextsPerSecond(length, runners: 1);
                var all = measurement.TextsPerSecond(length, runners: cores);
                table.Add(
                    precision.ToString().ToLowerInvariant(),
                    $"{length}",
                    $"{1000 / one:F2}",
                    $"{one:N0}",
                    $"{one * length:N0}",
                    $"{all:N0}",
                    $"{all * length:N0}");
            }
        }

        table.WriteTo(Console.Out);
        return ExitCode.Success;
    }
}
