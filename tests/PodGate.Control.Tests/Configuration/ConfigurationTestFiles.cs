using System.Text;
using PodGate.Control.Configuration;
using PodGate.TestKit;

namespace PodGate.Control.Tests.Configuration;

/// <summary>What the tests of this room share: where the repository is, a place for files, and the loader with a still clock.</summary>
internal static class ConfigurationTestFiles
{
    public const string TwoPods =
        """ "Pods": { "pod-a": { "Address": "http://127.0.0.1:9101" }, "pod-b": { "Address": "http://127.0.0.1:9102" } }""";

    public static readonly IReadOnlyDictionary<string, string> NoEnvironment = new Dictionary<string, string>();

    /// <summary>The root of the repository.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>A file with two pods in its first line, and what is given from its second line on.</summary>
    public static string WithTwoPods(string more) => "{" + TwoPods + ",\n" + more + "\n}";

    public static LoadedConfiguration Load(string json, IReadOnlyDictionary<string, string>? environment = null, string path = "/etc/podgate/podgate.json") =>
        Load(Encoding.UTF8.GetBytes(json), environment, path);

    public static LoadedConfiguration Load(byte[] bytes, IReadOnlyDictionary<string, string>? environment = null, string path = "/etc/podgate/podgate.json") =>
        new ConfigurationLoader(new ManualTime()).Load(bytes, path, environment ?? NoEnvironment);

    /// <summary>Loads what must be right.</summary>
    public static GateConfiguration LoadGood(string json, IReadOnlyDictionary<string, string>? environment = null)
    {
        var loaded = Load(json, environment);
        ConfigurationText.Describe(loaded).Should().BeEmpty();
        return loaded.Configuration!;
    }

    private static string FindRoot()
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(Path.Combine(directory.FullName, "PodGate.sln")))
                return directory.FullName;
        }

        throw new InvalidOperationException("PodGate.sln is in no directory above the tests");
    }
}
