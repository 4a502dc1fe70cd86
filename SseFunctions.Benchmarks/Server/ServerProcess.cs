using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Runtime.InteropServices;
using System.Threading.Channels;

namespace SseFunctions.Benchmarks.Server;

/// <summary>A server in a child process, so that its processor time and memory can be measured apart. It ends when this
/// object is disposed or this process ends.</summary>
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

    /// <summary>The address on which the server listens.</summary>
    public IPEndPoint Address { get; private set; } = new(IPAddress.Loopback, 0);

    public int Id => _process.Id;

    /// <summary>The processor time of the process, user and system.</summary>
    public TimeSpan ProcessorTime => _process.TotalProcessorTime;

    public ProcessMemory Memory => ProcessMemory.Of(_process.Id);

    /// <summary>Starts a server and waits until it listens.</summary>
    /// <param name="variant">What the child process runs.</param>
    /// <param name="settings">Its settings, with the names of environment variables.</param>
    /// <param name="cancellationToken">Cancels the wait, and ends the server.</param>
    /// <param name="port">The port on which it listens; 0: any free port. Only LocalHost supports another
    /// value.</param>
    /// <exception cref="InvalidOperationException">The server did not start.</exception>
    public static async Task<ServerProcess> StartAsync(
        ServerVariant variant,
        IReadOnlyDictionary<string, string> settings,
        CancellationToken cancellationToken,
        int port = 0)
    {
        var program = Environment.ProcessPath ?? throw new InvalidOperationException("No ProcessPath.");
        var start = new ProcessStartInfo(program)
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
        var server =
            new ServerProcess(Process.Start(start) ?? throw new InvalidOperationException("No server process."));
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

    /// <summary>Makes the server collect garbage and return memory to the system.</summary>
    /// <returns>The number of bytes of the heap that are still in use.</returns>
    public async Task<long> CollectAsync(CancellationToken cancellationToken)
    {
        await _process.StandardInput.WriteLineAsync(ServerProgram.Collect.AsMemory(), cancellationToken);
        await _process.StandardInput.FlushAsync(cancellationToken);
        return await _answers.Reader.ReadAsync(cancellationToken);
    }

    /// <summary>Asks the server to stop with SIGTERM, as platforms do.</summary>
    /// <returns>The time until the process had ended.</returns>
    public async Task<TimeSpan> TerminateAsync(CancellationToken cancellationToken)
    {
        var asked = Stopwatch.GetTimestamp();
        if (Kill(_process.Id, TerminationSignal) != 0)
            throw new InvalidOperationException("The server has already ended.");
        await _process.WaitForExitAsync(cancellationToken);
        return Stopwatch.GetElapsedTime(asked);
    }

    /// <summary>Kills the process, like a crash.</summary>
    public async Task KillAsync(CancellationToken cancellationToken)
    {
        _process.Kill();
        await _process.WaitForExitAsync(cancellationToken);
        await DisposeAsync();
    }

    /// <summary>Ends the process, by force if it does not stop when asked.</summary>
    public async ValueTask DisposeAsync()
    {
        using var limit = new CancellationTokenSource(EndLimit);
        _process.StandardInput.Close();
        await _process.WaitForExitAsync(limit.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!_process.HasExited) _process.Kill();
        await _listening;
        _process.Dispose();
    }

    // Reads to the end. Otherwise the pipe would fill up and the server would block when it writes. A line that is not
    // an answer is a warning.
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
