using System.Globalization;
using System.Net;

namespace SelfMonitoringPod;

/// <summary>The command line.</summary>
internal sealed record PodOptions(string Name, int Port, IPAddress Address, bool StopWithStdin, string? OrdersFile = null, string? Certificate = null)
{
    public const string Usage = "usage: SelfMonitoringPod [--name pod-a] [--port 9101] [--address 127.0.0.1] [--orders-file FILE] [--certificate FILE.pem] [--stop-with-stdin]   (port 0: any free one)";

    /// <summary>Null when it makes no sense; <paramref name="error"/> says why.</summary>
    public static PodOptions? Parse(string[] arguments, out string error)
    {
        var options = new PodOptions("pod-a", 9101, IPAddress.Loopback, false);
        error = "";
        for (var i = 0; i < arguments.Length; i++)
        {
            var (word, value) = (arguments[i], i + 1 < arguments.Length ? arguments[i + 1] : null);
            switch (word)
            {
                case "--stop-with-stdin":
                    options = options with { StopWithStdin = true };
                    continue;
                case "--orders-file" when value is { Length: > 0 }:
                    options = options with { OrdersFile = value };
                    break;
                case "--certificate" when value is { Length: > 0 }:
                    options = options with { Certificate = value };
                    break;
                case "--name" when value is { Length: > 0 and <= 63 }:
                    options = options with { Name = value };
                    break;
                case "--port" when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port <= 65535:
                    options = options with { Port = port };
                    break;
                case "--address" when IPAddress.TryParse(value, out var address):
                    options = options with { Address = address };
                    break;
                default:
                    error = $"{word} {value}: not understood";
                    return null;
            }

            i++;
        }

        return options;
    }
}
