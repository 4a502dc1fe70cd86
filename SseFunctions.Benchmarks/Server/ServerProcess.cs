using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Runtime.InteropServices;
using System.Threading.Channels;

namespace SseFunctions.Benchmarks.Server;

/// <summary>A server in a process of its own, so that its processor time and memory are nobody else's. It ends with its
/// disposal, and by itself should this process end before.</summary>
internal sealed partial class ServerProcess : IAsyncDisposable
{
    private const int TerminationSignal = 15;

    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(10);

    private readonly Process _process;
    private readonly Channel<long> _answers = Channel.CreateUnbounded<long>();
    private readonly Task _listening;

    private ServerProcess(Process process)
    {
        _process = process;
        _listening = ListenAsync();
    }

    /// <summary>Where it listens.</summary>
    public IPEndPoint Address { get; private set; } = new(IPAddress.Loopback, 0);

    /// <summary>Its number.</summary>
    public int Id => _process.Id;

    /// <summary>The processor time it has used, user and system.</summary>
    public TimeSpan ProcessorTime => _process.TotalProcessorTime;

    /// <summary>The memory it has.</summary>
    public ProcessMemory Memory => ProcessMemory.Of(_process.Id);

    /// <summary>Starts one and waits until it listens.</summary>
    /// <param name="variant">Which.</param>
    /// <param name="settings">Its settings, named as environment variables are.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <param name="port">Where it listens; 0: wherever there is room. For the local host only.</param>
    /// <exception cref="InvalidOperationException">It did not start.</exception>
    public static async Task<ServerProcess> StartAsync(
        ServerVariant variant,
        IReadOnlyDictionary<string, string> settings,
        CancellationToken cancellationToken,
        int port = 0)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath ?? throw new InvalidOperationException("No own path."))
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        var isRunByDotnet = Path.GetFileNameWithoutExtension(start.FileName) == "dotnet";
        if (isRunByDotnet) start.ArgumentList.Add(typeof(ServerProcess).Assembly.Location);
        start.ArgumentList.Add("serve");
        start.ArgumentList.Add(variant.ToString());
        start.ArgumentList.Add(port.ToString(CultureInfo.InvariantCulture));
        foreach (var (name, value) in settings) start.Environment[name] = value;
        var server = new ServerProcess(Process.Start(start) ?? throw new InvalidOperationException("No new process."));
        try
        {
            var answer = await server._answers.Reader.ReadAsync(cancellationToken);
            server.Address = new IPEndPoint(IPAddress.Loopback, (int)answer);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Lets it collect its garbage and give back what it can.</summary>
    /// <returns>How many bytes of the heap are still in use.</returns>
    public async Task<long> CollectAsync(CancellationToken cancellationToken)
    {
        await _process.StandardInput.WriteLineAsync(ServerProgram.Collect.AsMemory(), cancellationToken);
        await _process.StandardInput.FlushAsync(cancellationToken);
        return await _answers.Reader.ReadAsync(cancellationToken);
    }

    /// <summary>Asks it to stop, as platforms do.</summary>
    /// <returns>How long it took until the process was gone.</returns>
    public async Task<TimeSpan> TerminateAsync(CancellationToken cancellationToken)
    {
        var asked = Stopwatch.GetTimestamp();
        if (Kill(_process.Id, TerminationSignal) != 0)
            throw new InvalidOperationException("The server is gone already.");
        await _process.WaitForExitAsync(cancellationToken);
        return Stopwatch.GetElapsedTime(asked);
    }

    /// <summary>Ends it without a word, as a crash would.</summary>
    public async Task KillAsync(CancellationToken cancellationToken)
    {
        _process.Kill();
        await _process.WaitForExitAsync(cancellationToken);
        await DisposeAsync();
    }

    /// <summary>Ends it, by force if it does not stop by itself.</summary>
    public async ValueTask DisposeAsync()
    {
        using var limit = new CancellationTokenSource(EndLimit);
        _process.StandardInput.Close();
        await _process.WaitForExitAsync(limit.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!_process.HasExited) _process.Kill();
        await _listening;
        _process.Dispose();
    }

    // To the end, or the server would wait for somebody to take what it writes. What is no answer is a warning.
    private async Task ListenAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (!line.StartsWith(ServerProgram.Answer, StringComparison.Ordinal))
            {
                await Console.Error.WriteLineAsync(line);
                continue;
            }
            var answer = line.AsSpan(ServerProgram.Answer.Length);
            _answers.Writer.TryWrite(long.Parse(answer, CultureInfo.InvariantCulture));
        }
        _answers.Writer.TryComplete(new InvalidOperationException("The server ended."));
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int processId, int signal);
}
