using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using PodGate.TestKit;

namespace Demo;

/// <summary>Three real pods, a receiver of alerts, and a gate with its real configuration in front.</summary>
internal sealed class Stage : IAsyncDisposable
{
    public static readonly string[] Names = ["pod-a", "pod-b", "pod-c"];

    private readonly string _directory = Directory.CreateTempSubdirectory("podgate-demo-").FullName;

    private Stage() => Gate = new GateProcess(Path.Combine(_directory));

    public List<PodProcess> Pods { get; } = [];

    public GateProcess Gate { get; }

    public Receiver Receiver { get; private set; } = null!;

    private Monitoring? Monitoring { get; set; }

    public static async Task<Stage> SetAsync(bool anyPorts)
    {
        var stage = new Stage();
        try
        {
            await stage.StartAsync(anyPorts);
            return stage;
        }
        catch
        {
            await stage.DisposeAsync();
            throw;
        }
    }

    public PodProcess Pod(string name) => Pods.Single(pod => pod.Name == name);

    /// <summary>Every order that any pod carried out, over all its lives.</summary>
    public IEnumerable<string> OrdersCarriedOut() =>
        Names.Select(OrdersFile).Where(File.Exists).SelectMany(File.ReadLines);

    /// <summary>Starts Prometheus and Alertmanager beside the gate.</summary>
    public async Task MonitorAsync()
    {
        Monitoring = await Monitoring.StartAsync(Gate.Admin, new Uri(Receiver.Url, "/alertmanager"));
        Receiver.Notified += alert => Console.WriteLine($"ALERTMANAGER  {(string?)alert["status"]}: {(string?)alert["annotations"]?["summary"]}");
    }

    public void Explain()
    {
        var podgate = $"dotnet {Built.Find("src/PodGate", "podgate.dll")}";
        var sample = $"dotnet {Built.Find("samples/SelfMonitoringPod", "SelfMonitoringPod.dll")}";
        var access = $"--url {Root(Gate.Admin)} --token-file {Gate.TokenFile}";
        var pod = Pod("pod-b");
        Console.WriteLine($"""

            Three pods and a gate are running, each a process of its own.

              data port    {Root(Gate.Data)}    what customers use
              admin port   {Root(Gate.Admin)}    API and metrics
              pods         {string.Join(", ", Pods.Select(p => $"{p.Name} {Root(p.Url)} (process {p.Id})"))}
              files        {_directory}{(Monitoring is null ? "" : $"\n  Prometheus   {Root(Monitoring.Prometheus)}\n  Alertmanager {Root(Monitoring.Alertmanager)}")}

            Try this in another terminal:

              who serves me (X-Pod says it)?      curl -i {Root(Gate.Data)}/echo
              be another customer                 curl -i --interface 127.0.0.7 {Root(Gate.Data)}/echo
              see the fleet                       {podgate} status {access}
              kill a pod                          kill -9 {pod.Id}
              see why it is out                   {podgate} status {pod.Name} {access}
              start it again                      {sample} --name {pod.Name} --port {pod.Url.Port}
              put it back into the traffic        {podgate} enable {pod.Name} --reason "looked at it, it is well" {access}
              what happened                       {podgate} events {access}
              drain a pod for an update           {podgate} drain pod-c --reason "update" --wait {access}
              metrics                             curl {Root(Gate.Admin)}/metrics

            Alerts that the gate posts to its webhook are shown here. Ctrl-C ends everything.

            """);
        Receiver.Arrived += alert => Console.WriteLine($"ALERT  {(string?)alert["severity"]}: {(string?)alert["sentence"]}");
    }

    public async ValueTask DisposeAsync()
    {
        if (Monitoring is not null) await Monitoring.DisposeAsync();
        await Gate.DisposeAsync();
        foreach (var pod in Pods) await pod.DisposeAsync();
        if (Receiver is not null) await Receiver.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    internal static string Root(Uri address) => address.GetLeftPart(UriPartial.Authority);

    private async Task StartAsync(bool anyPorts)
    {
        Console.WriteLine("starting three pods, a receiver of alerts and the gate ...");
        Receiver = await Receiver.StartAsync();
        Pods.AddRange(await Task.WhenAll(Names.Select((name, i) => PodProcess.StartAsync(name, anyPorts ? 0 : Free(9101 + i), ordersFile: OrdersFile(name)))));

        var configuration = GateProcess.Configuration(Pods.Select(pod => (pod.Name, pod.Url)));
        if (!anyPorts)
        {
            configuration["Listen"] = new JsonArray($"http://127.0.0.1:{Free(8080)}");
            configuration["Admin"] = new JsonObject { ["Listen"] = $"http://127.0.0.1:{Free(9090)}" };
        }

        configuration["Ramp"] = new JsonObject { ["Duration"] = "00:00:10" };
        configuration["Alerts"] = new JsonObject { ["Webhook"] = Receiver.Url.ToString() };
        Gate.Write(configuration);
        await Gate.StartAsync("--init");
        foreach (var name in Names) await Gate.UntilAsync(name, "Open");
    }

    private string OrdersFile(string name) => Path.Combine(_directory, $"{name}.orders");

    /// <summary>The wanted port, or any free one when somebody has it.</summary>
    private static int Free(int wanted)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, wanted);
            listener.Start();
            return wanted;
        }
        catch (SocketException)
        {
            return 0;
        }
    }
}
