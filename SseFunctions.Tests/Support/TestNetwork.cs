using System.Diagnostics;

namespace SseFunctions.Tests.Support;

/// <summary>A network of this machine's own: a namespace with one address, and a path to it that can go dead without a word.
/// Needs root and iproute2.</summary>
internal sealed class TestNetwork : IAsyncDisposable
{
    private readonly string _name = $"sse{Random.Shared.Next(1_000_000):D6}";
    private readonly int _subnet = Random.Shared.Next(256);

    private TestNetwork()
    {
    }

    /// <summary>The address at this end.</summary>
    public string Address => $"198.18.{_subnet}.1";

    /// <summary>Makes one, or skips the test that asks for it where that is not possible.</summary>
    public static async Task<TestNetwork> Create()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "Needs root on Linux, to make a network.");
        Assert.SkipUnless(File.Exists("/usr/sbin/ip") || File.Exists("/sbin/ip"), "Needs ip (Debian: apt-get install iproute2).");
        var network = new TestNetwork();
        var (name, inner) = (network._name, $"{network._name}i");
        await Ip($"netns add {name}");
        await Ip($"link add {name} type veth peer name {inner} netns {name}");
        await Ip($"addr add {network.Address}/30 dev {name}");
        await Ip($"link set {name} up");
        await Ip($"-n {name} addr add 198.18.{network._subnet}.2/30 dev {inner}");
        await Ip($"-n {name} link set {inner} up");
        return network;
    }

    /// <summary>Starts a program at the other end.</summary>
    public Process Start(string program, string arguments) => Process.Start(
        new ProcessStartInfo("ip", $"netns exec {_name} {program} {arguments}") { RedirectStandardOutput = true })!;

    /// <summary>From now on nothing comes from the other end any more, and nobody says so.</summary>
    public Task Cut() => Ip($"-n {_name} route add blackhole {Address}/32");

    public async ValueTask DisposeAsync()
    {
        await Ip($"link del {_name}");
        await Ip($"netns del {_name}");
    }

    private static async Task Ip(string arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("ip", arguments) { RedirectStandardError = true })!;
        var error = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        if (process.ExitCode != 0) throw new InvalidOperationException($"ip {arguments}: {error}");
    }
}
