using System.Diagnostics.CodeAnalysis;

namespace PodGate.Control.Configuration.Reading;

/// <summary>One row of the table of an object's members: how a member is read into a record, and shown from one.</summary>
internal sealed class ObjectMember<T>
{
    private readonly Reader _read;
    private readonly Func<T, string> _show;

    private ObjectMember(string name, object kind, Reader read, Func<T, string> show)
    {
        Name = name;
        Kind = kind;
        _read = read;
        _show = show;
    }

    private delegate bool Reader(T into, WrittenValue written, string key, Findings findings, [NotNullWhen(true)] out T? value);

    /// <summary>The member's name.</summary>
    public string Name { get; }

    /// <summary>The <see cref="ValueKind{T}"/>.</summary>
    public object Kind { get; }

    /// <summary>Null is right too.</summary>
    public bool IsNullRight { get; private init; }

    /// <summary>When it is shown although it says what would hold without it.</summary>
    public Func<T, bool> IsShownAlways { get; private init; } = _ => false;

    /// <summary>Reads a value into a record, or complains and returns false.</summary>
    public bool TryRead(T into, WrittenValue written, string key, Findings findings, [NotNullWhen(true)] out T? value) =>
        _read(into, written, key, findings, out value);

    /// <summary>The value in a record, as it would be written.</summary>
    public string Show(T from) => _show(from);

    /// <summary>A member whose value is always there.</summary>
    public static ObjectMember<T> Of<TValue>(string name, ValueKind<TValue> kind, Func<T, TValue> get, Func<T, TValue, T> set)
        where TValue : notnull =>
        new(name, kind, Through(kind, set), from => kind.Show(get(from)));

    /// <summary>A member whose value may be null; for values such as numbers.</summary>
    public static ObjectMember<T> OfValueOrNull<TValue>(string name, ValueKind<TValue> kind, Func<T, TValue?> get, Func<T, TValue?, T> set)
        where TValue : struct =>
        new(name, kind, OrNull(set, Through(kind, (into, value) => set(into, value))), from => get(from) is { } value ? kind.Show(value) : "null")
        {
            IsNullRight = true,
        };

    /// <summary>A member whose value may be null; for values such as texts.</summary>
    public static ObjectMember<T> OfTextOrNull<TValue>(string name, ValueKind<TValue> kind, Func<T, TValue?> get, Func<T, TValue?, T> set)
        where TValue : class =>
        new(name, kind, OrNull(set, Through<TValue>(kind, set)), from => get(from) is { } value ? kind.Show(value) : "null")
        {
            IsNullRight = true,
        };

    /// <summary>The same member, shown also when it says what would hold without it.</summary>
    public ObjectMember<T> Always() => new(Name, Kind, _read, _show) { IsNullRight = IsNullRight, IsShownAlways = _ => true };

    /// <summary>The same member of something that has such a record in it.</summary>
    /// <param name="get">The record, or its defaults when there is none.</param>
    /// <param name="set">Puts the record back.</param>
    /// <param name="isThere">Whether there is one.</param>
    public ObjectMember<TOuter> Within<TOuter>(Func<TOuter, T> get, Func<TOuter, T, TOuter> set, Func<TOuter, bool> isThere) =>
        new(
            Name,
            Kind,
            (TOuter into, WrittenValue written, string key, Findings findings, [NotNullWhen(true)] out TOuter? value) =>
            {
                value = TryRead(get(into), written, key, findings, out var inner) ? set(into, inner) : default;
                return value is not null;
            },
            from => Show(get(from)))
        {
            IsNullRight = IsNullRight,
            IsShownAlways = from => isThere(from) && IsShownAlways(get(from)),
        };

    private static Reader Through<TValue>(ValueKind<TValue> kind, Func<T, TValue, T> set) =>
        (T into, WrittenValue written, string key, Findings findings, [NotNullWhen(true)] out T? value) =>
        {
            value = kind.TryRead(written, key, findings, out var read) ? set(into, read) : default;
            return value is not null;
        };

    private static Reader OrNull<TValue>(Func<T, TValue?, T> set, Reader read) =>
        (T into, WrittenValue written, string key, Findings findings, [NotNullWhen(true)] out T? value) =>
        {
            if (!written.IsNull)
                return read(into, written, key, findings, out value);
            value = set(into, default);
            return value is not null;
        };
}
