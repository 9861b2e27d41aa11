using System.Globalization;
using Speed.Rig;

namespace Speed;

/// <summary>Contenders that run at the same time; at any moment one of them is under load.</summary>
internal sealed class Field(IReadOnlyList<Contender> running) : IAsyncDisposable
{
    public IReadOnlyList<Contender> Running => running;

    public async ValueTask DisposeAsync()
    {
        foreach (var contender in running) await contender.DisposeAsync();
    }
}

/// <summary>One run: what is there, what was measured, and how a measurement is taken.</summary>
internal sealed class Bench(Options options, Ground ground, CancellationToken cancel) : IAsyncDisposable
{
    private readonly Dictionary<ulong, Field> _fields = [];
    private readonly HashSet<Contender> _warm = [];

    public Options Options => options;

    public Ground Ground => ground;

    public Figures Figures { get; } = new();

    /// <summary>Rows that were broken off, and why.</summary>
    public Dictionary<string, string> BrokenOff { get; } = new(StringComparer.Ordinal);

    public CancellationToken Cancel => cancel;

    public IReadOnlyList<ContenderKind> Kinds { get; } = [.. options.Contenders.Where(kind => kind.IsInstalled)];

    /// <summary>All contenders with three pods on these processors; the same ones for every row, and warm.</summary>
    public async Task<Field> FieldAsync(ulong cores)
    {
        if (!_fields.TryGetValue(cores, out var field)) _fields[cores] = field = await StartFieldAsync(cores, ground.Pods(3));
        foreach (var contender in field.Running) await WarmAsync(contender);
        return field;
    }

    /// <summary>New ones.</summary>
    public async Task<Field> StartFieldAsync(ulong cores, IReadOnlyList<string> pods, Func<ContenderKind, bool>? which = null)
    {
        var running = new List<Contender>();
        try
        {
            foreach (var kind in Kinds.Where(which ?? (_ => true))) running.Add(await Contender.StartAsync(kind, ground, cores, pods, cancel));
            return new Field(running);
        }
        catch
        {
            await new Field(running).DisposeAsync();
            throw;
        }
    }

    /// <summary>Puts it under load until compilers and pools have settled; once.</summary>
    public async Task WarmAsync(Contender contender)
    {
        if (options.Warm == 0 || !_warm.Add(contender)) return;
        await Load.H2LoadAsync(new Uri(contender.Plain, "/small"), options.Warm, ["--h1"], Cores.Second, null, null, cancel);
        await Load.H2LoadAsync(new Uri(contender.Secure, "/small"), Math.Max(1, options.Warm / 5), [], Cores.Second, null, null, cancel);
    }

    /// <summary>One after the other, and again, round by round: what disturbs the machine for a while disturbs all.</summary>
    public async Task InTurnAsync(Row row, Field field, Func<Contender, Task> measure)
    {
        for (var round = 0; round < options.Rounds; round++)
        {
            foreach (var contender in field.Running) await measure(contender);
        }

        foreach (var contender in field.Running) Say(row, contender.Kind.Name);
    }

    /// <summary>What a load cost its contender.</summary>
    public async Task MeterAsync(Row row, Contender contender, Func<Task<Met>> load)
    {
        var before = contender.Cpu;
        var met = (await load()).Well(row.Name, contender.Kind.Name);
        var taken = contender.Cpu - before;
        Figures.Add(row.Name, contender.Kind.Name, Row.Cpu, taken.TotalMicroseconds / met.Requests);
        Figures.Add(row.Name, contender.Kind.Name, Row.Rate, met.Requests / met.Seconds);
        Figures.Add(row.Name, contender.Kind.Name, "% of a core", taken.TotalSeconds / met.Seconds * 100);
        if (met.Failed > 0) Figures.Add(row.Name, contender.Kind.Name, "failed", met.Failed);
    }

    /// <summary>A line for who watches: middle values, and the smallest in brackets.</summary>
    public void Say(Row row, string contender)
    {
        var quantities = Figures.Quantities(row.Name).Where(quantity => Figures.Of(row.Name, contender, quantity).Count > 0)
            .Select(quantity => string.Create(
                CultureInfo.InvariantCulture, $"{quantity} {Figures.Median(row.Name, contender, quantity):0.##} ({Figures.Least(row.Name, contender, quantity):0.##})"));
        Console.WriteLine($"  {contender,-22} {string.Join(", ", quantities)}");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var field in _fields.Values) await field.DisposeAsync();
    }
}
