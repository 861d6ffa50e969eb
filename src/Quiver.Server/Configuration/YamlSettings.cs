using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Quiver.Server.Configuration;

/// <summary>Reads quiver.yaml. Every mistake is named with its line; none is guessed at.</summary>
/// <remarks>Aliases, tags and further documents have no use here and are refused, and a value without text counts as not set.</remarks>
internal sealed class YamlSettings
{
    private const int MaxBytes = 1024 * 1024;

    private readonly string _file;
    private readonly Parser _parser;
    private readonly List<string> _problems;
    private readonly List<Assignment> _assignments = [];

    private YamlSettings(string file, TextReader text, List<string> problems)
    {
        (_file, _problems) = (file, problems);
        _parser = new Parser(new Scanner(text, skipComments: true));
    }

    /// <param name="problems">Gets what is wrong, a line each.</param>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static IReadOnlyList<Assignment> Read(string file, List<string> problems)
    {
        if (new FileInfo(file).Length > MaxBytes)
        {
            problems.Add($"{file} is larger than 1 MiB: that is no file of settings.");
            return [];
        }

        using var text = File.OpenText(file);
        var settings = new YamlSettings(file, text, problems);
        try
        {
            settings.ReadStream();
        }
        catch (YamlException exception)
        {
            settings.Report(exception.Start, $"not valid YAML. {exception.Message}");
        }

        return settings._assignments;
    }

    private void ReadStream()
    {
        _parser.Consume<StreamStart>();
        if (_parser.TryConsume<DocumentStart>(out _))
        {
            if (!IsEmptyScalar())
                ReadSection("", "the file");
            _parser.Consume<DocumentEnd>();
        }

        if (!_parser.Accept<StreamEnd>(out _))
            Report(_parser.Current!.Start, "one document is enough.");
    }

    /// <param name="path">"server", or "" for the whole file.</param>
    private void ReadSection(string path, string name)
    {
        if (IsEmptyScalar())
            return;
        if (!_parser.TryConsume<MappingStart>(out _))
        {
            Report(_parser.Current!.Start, $"{name} holds settings, each on a line of its own: NAME: VALUE.");
            _parser.SkipThisAndNestedEvents();
            return;
        }

        var lines = new Dictionary<string, long>(StringComparer.Ordinal);
        while (!_parser.TryConsume<MappingEnd>(out _))
        {
            if (ReadKey(lines) is not { } key)
                continue;
            var below = path.Length == 0 ? key.Value : $"{path}.{key.Value}";
            if (Settings.Find(below) is { } setting)
                ReadSetting(setting);
            else if (Settings.IsSection(below))
                ReadSection(below, below);
            else
                RefuseUnknown(below, key.Start);
        }
    }

    /// <summary>The next key of a mapping, or null where it and its value were skipped.</summary>
    private Scalar? ReadKey(Dictionary<string, long> lines)
    {
        if (!_parser.TryConsume<Scalar>(out var key))
        {
            Report(_parser.Current!.Start, "a name is one word.");
            _parser.SkipThisAndNestedEvents();
        }
        else if (lines.TryAdd(key.Value, key.Start.Line))
        {
            return key;
        }
        else
        {
            Report(key.Start, $"{key.Value} stands on line {lines[key.Value]} already.");
        }

        _parser.SkipThisAndNestedEvents();
        return null;
    }

    private void ReadSetting(Setting setting)
    {
        var start = _parser.Current!.Start;
        if (IsEmptyScalar())
            return;
        var isRight = setting.Shape switch
        {
            SettingShape.List => TryReadList(out var texts) && Assign(texts),
            SettingShape.Pairs => TryReadPairs(out var texts) && Assign(texts),
            _ => TryReadText(out var texts) && Assign(texts),
        };
        if (isRight)
            return;
        Report(start, $"{setting.Path} takes {setting.Expected}{(setting.Shape == SettingShape.Pairs ? ", written NAME: MODEL" : "")}.");

        bool Assign(IReadOnlyList<string> texts)
        {
            _assignments.Add(new Assignment(setting, texts, $"{_file}:{start.Line}"));
            return true;
        }
    }

    /// <summary>A sequence of scalars, or one scalar alone. Whatever it is, it is consumed.</summary>
    private bool TryReadList(out List<string> texts)
    {
        if (!_parser.TryConsume<SequenceStart>(out _))
            return TryReadText(out texts);

        texts = [];
        var isRight = true;
        while (!_parser.TryConsume<SequenceEnd>(out _))
        {
            isRight &= TryReadText(out var text);
            texts.AddRange(text);
        }

        return isRight;
    }

    /// <summary>A mapping of scalars, as texts NAME=VALUE. Whatever it is, it is consumed.</summary>
    private bool TryReadPairs(out List<string> texts)
    {
        texts = [];
        if (!_parser.TryConsume<MappingStart>(out _))
        {
            _parser.SkipThisAndNestedEvents();
            return false;
        }

        var (isRight, lines) = (true, new Dictionary<string, long>(StringComparer.Ordinal));
        while (!_parser.TryConsume<MappingEnd>(out _))
        {
            if (ReadKey(lines) is not { } key)
                continue;
            isRight &= TryReadText(out var value);
            texts.AddRange(value.Select(text => $"{key.Value}={text}"));
        }

        return isRight;
    }

    /// <summary>A scalar that is not empty. Whatever it is, it is consumed.</summary>
    private bool TryReadText(out List<string> texts)
    {
        texts = [];
        if (_parser.TryConsume<Scalar>(out var scalar))
            texts.Add(scalar.Value);
        else
            _parser.SkipThisAndNestedEvents();
        return texts is [{ Length: > 0 }];
    }

    /// <summary>Consumes "key:" without a value, and null as YAML writes it.</summary>
    private bool IsEmptyScalar()
    {
        var isEmpty = _parser.Accept<Scalar>(out var scalar)
            && (scalar.Value.Length == 0 || (scalar.Style == ScalarStyle.Plain && scalar.Value is "~" or "null"));
        if (isEmpty)
            _parser.Consume<Scalar>();
        return isEmpty;
    }

    private void RefuseUnknown(string path, Mark start)
    {
        var meant = Settings.Suggest(path) is { } near ? $" Did you mean {near}?" : "";
        Report(start, $"there is no setting {path}.{meant}");
        _parser.SkipThisAndNestedEvents();
    }

    private void Report(Mark at, string problem) => _problems.Add($"{_file}:{at.Line}: {problem}");
}
