using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using PodGate.Core.Health;

namespace PodGate.Control.Configuration.Reading;

/// <summary>One check of the gate's own: a connection, a request, or several requests one after the other.</summary>
internal sealed class CheckKind() : ObjectKind<CheckSettings>(
    "a check",
    "write an object, such as { \"Path\": \"/login\", \"Status\": [200] } or { \"Tcp\": true }",
    new CheckSettings(""),
    [
        ObjectMember<CheckSettings>.OfValueOrNull("Tcp", new TcpKind(), c => c.TcpPort, (c, v) => c with { TcpPort = v }),
        .. StepKind.Table.Select(member => member.Within<CheckSettings>(OnlyStep, (c, step) => c with { Steps = [step] }, c => c.Steps.Length == 1)),
        ObjectMember<CheckSettings>.Of(
            "Steps",
            new ListKind<CheckStep>(new StepKind(), "a list of steps", "write a list, such as [{ \"Path\": \"/login\" }]", 1, CheckSettings.MostSteps),
            c => c.Steps.Length > 1 ? c.Steps : [],
            (c, v) => c with { Steps = v }),
        ObjectMember<CheckSettings>.Of("Interval", DurationKind.Of("00:00:00.2", "01:00:00"), c => c.Interval, (c, v) => c with { Interval = v }),
        ObjectMember<CheckSettings>.Of("Timeout", DurationKind.Of("00:00:00.05", "00:01:00"), c => c.Timeout, (c, v) => c with { Timeout = v }),
        ObjectMember<CheckSettings>.Of("Rise", new WholeNumberKind(1, 100), c => c.Rise, (c, v) => c with { Rise = (int)v }),
        ObjectMember<CheckSettings>.Of("Fall", new WholeNumberKind(2, 100), c => c.Fall, (c, v) => c with { Fall = (int)v }),
    ])
{
    protected override bool HasShape(WrittenValue written, string key, Findings findings)
    {
        var steps = written.Find("Steps");
        var tcp = written.Find("Tcp") is { Value.IsNull: false } given ? given : null;
        var ofStep = written.Members.Find(member => StepKind.Keys.Contains(member.Name));
        if (tcp is null && steps is null && ofStep is null)
            return Refuse(written, key, findings, "has nothing to do", "write Path, Steps or Tcp");
        if (tcp is not null && (ofStep ?? steps) is { } request)
            return Complain(request.Name, "is for requests, and Tcp only connects", "keep one of the two");
        return steps is null || ofStep is null || Complain(ofStep.Name, "stands beside Steps", "put it into one of the steps");

        bool Complain(string name, string what, string remedy)
        {
            findings.Error(findings.PlaceOf($"{key}.{name}"), $"{key}.{name}", what, remedy);
            return false;
        }
    }

    protected override bool IsSound(CheckSettings value, WrittenValue written, string key, Findings findings)
    {
        // Steps of a list have been looked at one by one already.
        var isList = written.Find("Steps") is not null;
        var isWell = isList || value.Steps.IsEmpty || StepKind.Check(value.Steps[0], key, findings);
        for (var i = 0; i < value.Steps.Length; i++)
        {
            if (value.Steps[i].Slowest is { } slowest)
                isWell &= Relations.NotLonger(isList ? $"{key}.Steps[{i}].Slowest" : $"{key}.Slowest", slowest, $"{key}.Timeout", value.Timeout, findings);
        }

        Relations.WarnOfLonger($"{key}.Timeout", value.Timeout, $"{key}.Interval", value.Interval, "a slow run delays the next one", findings);
        return isWell;
    }

    private static CheckStep OnlyStep(CheckSettings check) => check.Steps is [var only] ? only : new CheckStep();

    /// <summary>The port of a check that only connects: true for the pod's own, or a number.</summary>
    private sealed class TcpKind : ValueKind<int>
    {
        public TcpKind() => OrNull = true;

        public override string Name => "true or a port";

        protected override string Example => "write true for the port of the pod's address, or 1 to 65535";

        public override bool TryRead(WrittenValue written, string key, Findings findings, out int value)
        {
            value = 0;
            var isPort = written.Kind == WrittenKind.Number && int.TryParse(written.Text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
            return written.Kind == WrittenKind.True || (isPort && value is >= 1 and <= 65535) || Refuse(written, key, findings);
        }

        public override string Show(int value) => value == 0 ? "true" : value.ToString(CultureInfo.InvariantCulture);
    }
}

/// <summary>Checks by name.</summary>
internal sealed class ChecksKind() : NamedKind<CheckSettings>(
    new CheckKind(),
    WrongNameOf,
    "an object of checks",
    "write checks with names, such as { \"login\": { \"Path\": \"/login\" } }",
    "checks",
    CheckSettings.MostChecks,
    StringComparer.Ordinal)
{
    private const string NameRule = "write 1 to 63 of a-z, 0-9 and -, beginning with a letter or digit, such as \"login\"";

    public override bool TryRead(
        WrittenValue written, string key, Findings findings, [NotNullWhen(true)] out ImmutableSortedDictionary<string, CheckSettings>? value)
    {
        var isWell = base.TryRead(written, key, findings, out value);
        value = value?.ToImmutableSortedDictionary(pair => pair.Key, pair => pair.Value with { Name = pair.Key }, StringComparer.Ordinal);
        return isWell && value is not null;
    }

    /// <summary>A pod's own checks: those with null are for all pods, and not for this one.</summary>
    public bool TryReadOfPod(WrittenValue written, string key, Findings findings, [NotNullWhen(true)] out PodChecks? value)
    {
        value = null;
        var own = new WrittenValue(written.Kind, written.Place, written.Text);
        own.Members.AddRange(written.Members.Where(member => !member.Value.IsNull));
        var isWell = TryRead(own, key, findings, out var checks);
        foreach (var member in written.Members.Where(member => member.Value.IsNull))
        {
            var path = WrittenValue.Join(key, member.Name);
            findings.Saw(path, member.Value.Place);
            if (WrongNameOf(member.Name) is not { } wrong)
                continue;
            findings.Error(member.Place, path, wrong.What, wrong.Remedy);
            isWell = false;
        }

        if (isWell && checks is not null)
            value = new PodChecks(
                checks,
                written.Members.Where(member => member.Value.IsNull).Select(member => member.Name).ToImmutableSortedSet(StringComparer.Ordinal));
        return value is not null;
    }

    /// <summary>A pod's own checks as they would be written.</summary>
    public string Show(PodChecks value)
    {
        var shown = value.Own.Select(check => (check.Key, Text: Item.Show(check.Value)))
            .Concat(value.Without.Select(name => (Key: name, Text: "null")))
            .OrderBy(check => check.Key, StringComparer.Ordinal)
            .Select(check => $"\"{check.Key}\": {check.Text}");
        return value == PodChecks.None ? "{}" : $"{{ {string.Join(", ", shown)} }}";
    }

    private static WrongName? WrongNameOf(string name) => Texts.IsPlainName(name) ? null : new("is not a check's name", NameRule);
}
