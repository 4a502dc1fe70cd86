using System.Diagnostics;
using System.Net;

namespace SseFunctions.Tests.Support;

/// <summary>A network between this machine and a network namespace (ip-netns(8)), which acts as a second machine. The
/// link between them can be cut. Needs root.</summary>
internal sealed class NetworkNamespace : IAsyncDisposable
{
    private static int _last;

    private readonly string _name;
    private readonly string _near;
    private readonly string _far;

    private NetworkNamespace(int number)
    {
        _name = $"sse{Environment.ProcessId}n{number}";
        // The name of an interface has at most 15 characters.
        _near = $"sse{Environment.ProcessId}h{number}";
        _far = $"sse{Environment.ProcessId}f{number}";
        // Addresses for network tests (RFC 2544), four for each pair.
        var pair = ((Environment.ProcessId % 1000) * 16) + number;
        Here = new IPAddress([198, 18, (byte)(pair / 64), (byte)((pair % 64 * 4) + 1)]);
        There = new IPAddress([198, 18, (byte)(pair / 64), (byte)((pair % 64 * 4) + 2)]);
    }

    /// <summary>This machine's address.</summary>
    public IPAddress Here { get; }

    private IPAddress There { get; }

    /// <summary>Creates the network. Skips the test if that is not possible.</summary>
    public static async Task<NetworkNamespace> Create()
    {
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess || !HasIp)
            Assert.Skip("This needs Linux, root and ip (Debian: apt-get install iproute2).");
        var network = new NetworkNamespace(Interlocked.Increment(ref _last));
        try
        {
            if (!await Ip($"netns add {network._name}")) Assert.Skip("This system makes no network namespaces.");
            await Must($"link add {network._near} type veth peer name {network._far} netns {network._name}");
            await Must($"addr add {network.Here}/30 dev {network._near}");
            await Must($"link set {network._near} up");
            await Must($"-n {network._name} addr add {network.There}/30 dev {network._far}");
            await network.Mend();
            return network;
        }
        catch
        {
            await network.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts a client on the other machine that requests this URL.</summary>
    public Client Get(Uri url) => new(_name, url);

    /// <summary>Cuts the link: packets are lost, and neither side is told.</summary>
    public Task Cut() => Must($"-n {_name} link set {_far} down");

    /// <summary>Restores the link.</summary>
    public Task Mend() => Must($"-n {_name} link set {_far} up");

    public async ValueTask DisposeAsync()
    {
        await Ip($"link del {_near}");
        await Ip($"netns del {_name}");
    }

    private static bool HasIp => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Any(folder => File.Exists(Path.Combine(folder, "ip")));

    private static async Task Must(string command)
    {
        if (!await Ip(command)) throw new InvalidOperationException($"ip {command} failed.");
    }

    private static async Task<bool> Ip(string command)
    {
        var start = new ProcessStartInfo("ip", command) { RedirectStandardError = true };
        using var process = Process.Start(start)!;
        await process.StandardError.ReadToEndAsync(CancellationToken.None);
        await process.WaitForExitAsync(CancellationToken.None);
        return process.ExitCode == 0;
    }

    /// <summary>A client that reads the lines of a stream.</summary>
    internal sealed class Client : IDisposable
    {
        private readonly Process _process;

        public Client(string name, Uri url)
        {
            var start = new ProcessStartInfo("ip") { RedirectStandardOutput = true };
            var request = $"GET {url.PathAndQuery} HTTP/1.1\\r\\nHost: {url.Authority}\\r\\n\\r\\n";
            var script = $"exec 3<>/dev/tcp/{url.Host}/{url.Port}; printf '{request}' >&3; cat <&3";
            foreach (var argument in (string[])["netns", "exec", name, "bash", "-c", script])
                start.ArgumentList.Add(argument);
            _process = Process.Start(start)!;
        }

        /// <summary>Reads lines until one contains this text.</summary>
        public async Task Until(string text)
        {
            while (true)
            {
                var line = await _process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken)
                    .AsTask().Within($"'{text}'");
                if (line is null) throw new EndOfStreamException($"The connection ended without '{text}'.");
                if (line.Contains(text, StringComparison.Ordinal)) return;
            }
        }

        public void Dispose()
        {
            _process.Kill(entireProcessTree: true);
            _process.Dispose();
        }
    }
}
