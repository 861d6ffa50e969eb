using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Quiver.Server.Configuration;

/// <summary>The types that settings have.</summary>
internal static class SettingTypes
{
    public static SettingType<bool> Switch { get; } = new ScalarType<bool>(
        "true|false",
        "true or false",
        text => text.ToUpperInvariant() switch
        {
            "TRUE" or "1" or "YES" or "ON" => (true, true),
            "FALSE" or "0" or "NO" or "OFF" => (true, false),
            _ => (false, false),
        },
        value => value ? "true" : "false",
        SettingShape.Switch);

    /// <summary>"localhost" for both loopback addresses, or one IP address.</summary>
    public static SettingType<string> ListenAddress { get; } = Text(
        "ADDRESS", "an IP address (0.0.0.0 for every interface) or localhost", text => text == "localhost" || TryReadAddress(text, out _));

    /// <summary>Addresses: 10.0.0.0/8, or a single one.</summary>
    public static SettingType<IPNetwork> Network { get; } = new ScalarType<IPNetwork>(
        "NETWORK",
        "addresses such as 10.0.0.0/8, or a single one",
        ReadNetwork,
        network => network.ToString());

    /// <summary>A web origin as browsers send it, without a path or a default port; or "*".</summary>
    public static SettingType<string> Origin { get; } = Text(
        "ORIGIN", "origins as browsers send them, such as https://app.example or http://localhost:3000; or *", text => text == "*" || IsOrigin(text));

    public static SettingType<string?> FilePath { get; } = Optional(Text("FILE", "the path of a file"));

    /// <param name="isRight">What beyond not being empty; null for nothing.</param>
    public static SettingType<string> Text(string placeholder, string expected, Func<string, bool>? isRight = null) =>
        new ScalarType<string>(placeholder, expected, text => (isRight?.Invoke(text) ?? true, text), value => value);

    public static SettingType<int> Integer(int least, int most) => new ScalarType<int>(
        "NUMBER",
        string.Create(CultureInfo.InvariantCulture, $"a whole number from {least} to {most}"),
        text => (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most, number),
        value => value.ToString(CultureInfo.InvariantCulture));

    /// <summary>A time in seconds, fractions allowed.</summary>
    public static SettingType<TimeSpan> Seconds(double least, double most) => new ScalarType<TimeSpan>(
        "SECONDS",
        string.Create(CultureInfo.InvariantCulture, $"seconds, from {least} to {most}"),
        text => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds) && seconds >= least && seconds <= most
            ? (true, TimeSpan.FromSeconds(seconds))
            : (false, default),
        value => value.TotalSeconds.ToString(CultureInfo.InvariantCulture));

    /// <summary>A number of bytes, with a unit or without: "64MiB", "1GB", "4096".</summary>
    public static SettingType<long> Bytes(long least, long most) => new ScalarType<long>(
        "BYTES",
        $"a size such as 64MiB or 4096, from {ByteSize.Format(least)} to {ByteSize.Format(most)}",
        text => (ByteSize.TryParse(text, out var bytes) && bytes >= least && bytes <= most, bytes),
        ByteSize.Format);

    /// <summary>One of a few words.</summary>
    public static SettingType<T> Choice<T>(params (string Word, T Value)[] choices)
        where T : struct => new ChoiceType<T>(Array.ConvertAll(choices, choice => choice.Word), Array.ConvertAll(choices, choice => choice.Value));

    /// <summary>The same, with null for "not set".</summary>
    public static SettingType<string?> Optional(SettingType<string> type) => new OptionalType<string, string?>(type, text => text, text => text!);

    /// <inheritdoc cref="Optional(SettingType{string})"/>
    public static SettingType<T?> Optional<T>(SettingType<T> type)
        where T : struct => new OptionalType<T, T?>(type, value => value, value => value!.Value);

    public static SettingType<IReadOnlyList<T>> List<T>(SettingType<T> element) => new ListType<T>(SettingShape.List, element);

    /// <summary>Names, each with a value.</summary>
    public static SettingType<IReadOnlyList<KeyValuePair<string, string>>> Pairs(string placeholder, string expected) => new ListType<KeyValuePair<string, string>>(
        SettingShape.Pairs,
        new ScalarType<KeyValuePair<string, string>>(
            placeholder,
            expected,
            text => text.Split('=') is [{ Length: > 0 } name, { Length: > 0 } value] ? (true, new(name, value)) : (false, default),
            pair => $"{pair.Key}={pair.Value}"));

    /// <summary>Without the short forms: "7" is 0.0.0.7 to the framework.</summary>
    private static bool TryReadAddress(string text, [NotNullWhen(true)] out IPAddress? address) =>
        IPAddress.TryParse(text, out address) && (address.AddressFamily == AddressFamily.InterNetworkV6 || address.ToString() == text);

    /// <summary>A network's own address has no bits beyond its prefix.</summary>
    private static (bool IsRight, IPNetwork Network) ReadNetwork(string text)
    {
        if (!TryReadAddress(text.Split('/')[0], out var address))
            return default;
        return text.Contains('/', StringComparison.Ordinal)
            ? (IPNetwork.TryParse(text, out var network) && network.BaseAddress.Equals(address), network)
            : (true, new IPNetwork(address, address.GetAddressBytes().Length * 8));
    }

    private static bool IsOrigin(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
        && uri.UserInfo.Length == 0 && uri.GetLeftPart(UriPartial.Authority).Equals(text, StringComparison.OrdinalIgnoreCase);

    private sealed class ScalarType<T>(
        string placeholder, string expected, Func<string, (bool IsRight, T Value)> parse, Func<T, string> format, SettingShape shape = SettingShape.Scalar)
        : SettingType<T>(shape, placeholder, expected)
    {
        public override bool TryParse(IReadOnlyList<string> texts, out T value)
        {
            (var isRight, value) = texts is [var text] ? parse(text) : default;
            return isRight;
        }

        public override IReadOnlyList<string> Format(T value) => [format(value)];
    }

    /// <remarks>Loops rather than queries: each type of value would have the queries compiled anew at every start.</remarks>
    private sealed class ChoiceType<T>(string[] words, T[] values) : SettingType<T>(SettingShape.Scalar, string.Join('|', words), string.Join(" or ", words))
        where T : struct
    {
        public override bool TryParse(IReadOnlyList<string> texts, out T value)
        {
            var choice = texts is [var text] ? Array.IndexOf(words, text) : -1;
            value = choice < 0 ? default : values[choice];
            return choice >= 0;
        }

        public override IReadOnlyList<string> Format(T value) => [words[Array.IndexOf(values, value)]];
    }

    private sealed class OptionalType<T, TOptional>(SettingType<T> type, Func<T, TOptional> wrap, Func<TOptional, T> unwrap)
        : SettingType<TOptional>(type.Shape, type.Placeholder, type.Expected)
    {
        public override bool TryParse(IReadOnlyList<string> texts, out TOptional value)
        {
            var isRight = type.TryParse(texts, out var inner);
            value = wrap(inner);
            return isRight;
        }

        public override IReadOnlyList<string> Format(TOptional value) => value is null ? [] : type.Format(unwrap(value));
    }

    private sealed class ListType<T>(SettingShape shape, SettingType<T> element) : SettingType<IReadOnlyList<T>>(shape, element.Placeholder, element.Expected)
    {
        public override bool TryParse(IReadOnlyList<string> texts, out IReadOnlyList<T> value)
        {
            var values = new List<T>(texts.Count);
            foreach (var text in texts)
            {
                if (element.TryParse([text], out var one))
                    values.Add(one);
            }

            value = values;
            return values.Count == texts.Count;
        }

        public override IReadOnlyList<string> Format(IReadOnlyList<T> value) => [.. value.SelectMany(element.Format)];
    }
}
