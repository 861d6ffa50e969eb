namespace Quiver.Server.FastApi;

/// <summary>A member of a body: its value, or what is wrong with it.</summary>
/// <param name="name">As JSON has it.</param>
/// <param name="required">Whether its absence is an error.</param>
/// <param name="absent">Its value where it may be absent, and is.</param>
internal sealed class Field<T>(string name, bool required, T absent)
{
    private FieldError? _error;
    private bool _given;

    public T Value { get; private set; } = absent;

    /// <summary>Whether the body has it with a value other than null.</summary>
    public bool HasValue => _given && _error is null;

    /// <summary>What is wrong with it, or null.</summary>
    public FieldError? Error => _error ?? (required && !_given ? FieldError.Missing(name) : null);

    /// <summary>Given twice, the last one counts.</summary>
    public void Set(T value) => (Value, _error, _given) = (value, null, true);

    public void Fail(string type, string message, string? context = null, int? index = null) =>
        (_error, _given) = (new FieldError(type, message, "body", name) { Context = context, Index = index }, true);
}
