using PodGate.Core.Routing;

namespace PodGate.Control.Configuration.Reading;

/// <summary>A network whose clients belong to one pod.</summary>
internal sealed class PinKind() : ObjectKind<Pin>(
    "a pin",
    "write an object, such as { \"Network\": \"203.0.113.0/24\", \"Pod\": \"pod-a\" }",
    new Pin(default, ""),
    ObjectMember<Pin>.Of("Network", NetworkKind.OfClients, p => p.Network, (p, v) => p with { Network = v }).Always(),
    ObjectMember<Pin>.Of("Pod", Texts.UpTo("a pod's name", "write the name of one of the pods", 63), p => p.Pod, (p, v) => p with { Pod = v }).Always(),
    ObjectMember<Pin>.Of(
        "Otherwise",
        new ChoiceKind<PinOtherwise>("a choice of what is done otherwise", ("Spread", PinOtherwise.Spread), ("Refuse", PinOtherwise.Refuse)),
        p => p.Otherwise,
        (p, v) => p with { Otherwise = v }))
{
    protected override bool HasShape(WrittenValue written, string key, Findings findings)
    {
        var hasNetwork = written.Find("Network") is not null || Refuse(written, key, findings, "has no Network", "add \"Network\": \"203.0.113.0/24\"");
        return (written.Find("Pod") is not null || Refuse(written, key, findings, "has no Pod", "add \"Pod\": \"pod-a\"")) && hasNetwork;
    }
}
