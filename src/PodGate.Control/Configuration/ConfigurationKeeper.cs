using System.Security.Cryptography;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using PodGate.Control.Configuration.Reading;

namespace PodGate.Control.Configuration;

/// <summary>
/// Holds the configuration in force and takes over a better one while the gate runs. A new content of the file is read as a
/// whole: applied as a whole, or refused with all its errors while the old one goes on.
/// <para>
/// The file is looked at every second. A change counts when two looks in a row see the same content, so that an editor that
/// empties the file before writing it is not complained of. Whoever asks for a reload gets it at once.
/// </para>
/// All members may be called from any thread; one reload runs at a time.
/// </summary>
/// <param name="path">The file.</param>
/// <param name="initial">The configuration that the gate started with.</param>
/// <param name="loader">Reads it.</param>
/// <param name="environment">What lay over the file at the start; the same lies over it ever after.</param>
/// <param name="inTrafficWithout">How many pods would be in the traffic if these were gone.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Where outcomes go.</param>
public sealed class ConfigurationKeeper(
    string path,
    GateConfiguration initial,
    ConfigurationLoader loader,
    IReadOnlyDictionary<string, string> environment,
    Func<IReadOnlySet<string>, int> inTrafficWithout,
    TimeProvider time,
    ILogger<ConfigurationKeeper> logger) : IDisposable
{
    /// <summary>Time from look to look.</summary>
    internal static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(1);

    /// <summary>A file that differs at every look is judged at last, as it is then.</summary>
    private const int MostRestlessLooks = 10;

    private const int AskedFor = 1;
    private const int Confirmed = 2;

    private readonly string _file = Path.GetFileName(path);
    private readonly SemaphoreSlim _oneAtATime = new(1, 1);
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private volatile GateConfiguration _current = initial;
    private volatile Status _status = new(time.GetUtcNow(), null, []);
    private CancellationToken _lifetime = CancellationToken.None;
    private int _requested;

    // The rest is touched only by whoever holds _oneAtATime. Contents are told apart by their hash.
    private string? _settled;
    private string? _candidate;
    private string? _awaitingConfirmation;
    private int _restlessLooks;
    private bool _incomplete;

    /// <summary>Puts a configuration into force; the keeper calls it before <see cref="Current"/> changes. When it throws, it is
    /// called again with the old one.</summary>
    public Func<GateConfiguration, CancellationToken, Task> Applied { get; set; } = (_, _) => Task.CompletedTask;

    /// <summary>The configuration in force.</summary>
    public GateConfiguration Current => _current;

    /// <summary>What was wrong with the last reload; null when it was applied, or when there was none.</summary>
    public IReadOnlyList<string>? LastReload => _status.Errors;

    /// <summary>Whether the configuration in force is the one in the file, as far as is known.</summary>
    public bool LastReloadSuccessful => _status.Errors is null;

    /// <summary>When the last reload was decided; at first, when the keeper was made.</summary>
    public DateTimeOffset LastReloadAt => _status.At;

    /// <summary>What the last reload that was applied warned of.</summary>
    public IReadOnlyList<string> Warnings => _status.Warnings;

    /// <summary>Looks at the file until it is cancelled.</summary>
    /// <param name="cancel">Ends it, and what is being applied.</param>
    public async Task RunAsync(CancellationToken cancel)
    {
        _lifetime = cancel;
        using var timer = new PeriodicTimer(LookInterval, time);
        var tick = timer.WaitForNextTickAsync(cancel).AsTask();
        var wake = _wake.Reader.ReadAsync(cancel).AsTask();
        while (true)
        {
            var first = await Task.WhenAny(tick, wake).ConfigureAwait(false);
            if (cancel.IsCancellationRequested)
                return;
            try
            {
                if (first == wake)
                    await ReloadAsync((Interlocked.Exchange(ref _requested, 0) & Confirmed) != 0, cancel).ConfigureAwait(false);
                else
                    await LookAsync(cancel).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (cancel.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // Whatever fails here must not end the loop: a later, better file must still be picked up.
            catch (Exception e)
#pragma warning restore CA1031
            {
                ConfigurationLog.LookFailed(logger, e);
            }

            if (tick.IsCompleted)
                tick = timer.WaitForNextTickAsync(cancel).AsTask();
            if (wake.IsCompleted)
                wake = _wake.Reader.ReadAsync(cancel).AsTask();
        }
    }

    /// <summary>Asks for a reload without waiting for it, as SIGHUP does. <see cref="RunAsync"/> carries it out.</summary>
    /// <param name="confirm">What needs a confirmation has it.</param>
    public void RequestReload(bool confirm)
    {
        Interlocked.Or(ref _requested, AskedFor | (confirm ? Confirmed : 0));
        _wake.Writer.TryWrite(true);
    }

    /// <summary>Reads the file as it is now and applies or refuses it.</summary>
    /// <param name="confirm">What needs a confirmation has it. It counts for the content that was refused; when the file has
    /// changed since, it is refused again.</param>
    /// <param name="cancel">Gives up waiting for another reload; one that has begun is carried out.</param>
    public async Task<ReloadOutcome> ReloadAsync(bool confirm, CancellationToken cancel)
    {
        await _oneAtATime.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            var content = ConfigurationFile.Read(path);
            return await DecideAsync(content, Mark(content), confirm).ConfigureAwait(false);
        }
        finally
        {
            _oneAtATime.Release();
        }
    }

    /// <summary>Frees what waits for a turn. Only once <see cref="RunAsync"/> has ended and nobody asks any more.</summary>
    public void Dispose() => _oneAtATime.Dispose();

    /// <summary>One look at the file: null when there is nothing to decide (yet).</summary>
    internal async Task<ReloadOutcome?> LookAsync(CancellationToken cancel)
    {
        await _oneAtATime.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            // The content itself, not only its time and length: both may stay the same over a change, and it is a small file.
            var content = ConfigurationFile.Read(path);
            var mark = Mark(content);
            if (mark == _settled)
            {
                _candidate = null;
                _restlessLooks = 0;
                return null;
            }

            var isSteady = mark == _candidate;
            _candidate = mark;
            if (!isSteady && ++_restlessLooks < MostRestlessLooks)
                return null;
            return await DecideAsync(content, mark, confirm: false).ConfigureAwait(false);
        }
        finally
        {
            _oneAtATime.Release();
        }
    }

    private async Task<ReloadOutcome> DecideAsync(FileContent content, string mark, bool confirm)
    {
        var isFirst = _settled is null;
        _settled = mark;
        _candidate = null;
        _restlessLooks = 0;
        var loaded = loader.Load(content, path, environment);
        if (loaded.Configuration is not { } next)
            return Refuse([.. loaded.Errors.Select(error => error.ToString())]);

        var current = _current;
        var restart = ReloadRules.NeedRestart(current, next, _file);
        var questions = ReloadRules.NeedConfirmation(current, next, inTrafficWithout, _file);
        var isConfirmed = confirm && (_awaitingConfirmation is null || _awaitingConfirmation == mark);
        if (restart.Count > 0 || (questions.Count > 0 && !isConfirmed))
        {
            if (questions.Count > 0 && confirm && !isConfirmed)
            {
                questions =
                [
                    .. questions,
                    $"{_file}: it has changed since it was refused, and the confirmation was for what it said then; look at it and confirm again",
                ];
            }

            if (questions.Count > 0)
                _awaitingConfirmation = mark;
            return Refuse([.. restart, .. questions], needsConfirmation: restart.Count == 0);
        }

        _awaitingConfirmation = null;
        return await ApplyAsync(current, next, [.. loaded.Warnings.Select(ConfigurationText.Warning)], isFirst).ConfigureAwait(false);
    }

    private async Task<ReloadOutcome> ApplyAsync(
        GateConfiguration current,
        GateConfiguration next,
        IReadOnlyList<string> warnings,
        bool isFirst)
    {
        var changes = ReloadRules.Changes(current, next);
        if (changes.Count == 0 && !_incomplete)
        {
            var outcome = new ReloadOutcome(true, $"{_file} says what is in force already.", []);

            // The first look only learns what the gate was started with; that is no news.
            if (!isFirst)
                ConfigurationLog.Applied(logger, outcome.Sentence);
            _status = new(time.GetUtcNow(), null, warnings);
            return outcome;
        }

        try
        {
            // Not the caller's token: an operator who hangs up must not leave half a configuration.
            await Applied(next, _lifetime).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OperationCanceledException || !_lifetime.IsCancellationRequested)
        {
            ConfigurationLog.NotApplied(logger, e);
            await PutBackAsync(current).ConfigureAwait(false);
            return Refuse([$"{_file}: it is valid but could not be put into force ({e.Message}); try again with podgate reload"]);
        }

        _incomplete = false;
        _current = next;
        _status = new(time.GetUtcNow(), null, warnings);
        var sentence = changes.Count == 0 ? $"{_file} is in force again." : $"{_file} is in force: {ReloadRules.Sentence(changes)}.";
        ConfigurationLog.Applied(logger, sentence);
        foreach (var warning in warnings)
            ConfigurationLog.Finding(logger, warning);
        return new(true, sentence, []);
    }

    private async Task PutBackAsync(GateConfiguration current)
    {
        try
        {
            await Applied(current, _lifetime).ConfigureAwait(false);
            _incomplete = false;
        }
#pragma warning disable CA1031 // It is logged, and remembered: the next reload applies everything, also what did not change.
        catch (Exception e)
#pragma warning restore CA1031
        {
            _incomplete = true;
            ConfigurationLog.NotApplied(logger, e);
        }
    }

    private ReloadOutcome Refuse(IReadOnlyList<string> errors, bool needsConfirmation = false)
    {
        var sentence = needsConfirmation
            ? $"{_file} was not taken over: it wants a confirmation. The old configuration goes on."
            : $"{_file} was refused: {errors.Count} {(errors.Count == 1 ? "error" : "errors")}. The old configuration goes on.";
        _status = new(time.GetUtcNow(), errors, _status.Warnings);
        ConfigurationLog.Refused(logger, sentence);
        foreach (var error in errors)
            ConfigurationLog.Finding(logger, error);
        return new(false, sentence, errors, needsConfirmation);
    }

    private static string Mark(FileContent content) =>
        content.Bytes is { } bytes ? Convert.ToHexString(SHA256.HashData(bytes)) : content.Error ?? "";

    private sealed record Status(DateTimeOffset At, IReadOnlyList<string>? Errors, IReadOnlyList<string> Warnings);
}
