using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using SseFunctions.Tests.Telemetry;

namespace SseFunctions.Tests.Support;

/// <summary>A minimal Functions host: starts the published function app with its real worker, talks to the worker over
/// gRPC, and forwards requests to it over HTTP. The field numbers are those of the host's FunctionRpc.proto.</summary>
internal sealed class FunctionsHost : IAsyncDisposable
{
    private const string InvocationHeader = "x-ms-invocation-id";
    private const int MaxMessageBytes = 16 * 1024 * 1024;

    private readonly WebApplication _application;
    private readonly Channel<byte[]> _toWorker = Channel.CreateUnbounded<byte[]>();
    private readonly ConcurrentDictionary<string, string> _functions = new();
    private readonly ConcurrentDictionary<string, TaskCompletionSource<Protobuf>> _responses = new();
    private readonly ConcurrentQueue<string> _logs = new();
    private readonly StringBuilder _output = new();
    private readonly TaskCompletionSource<Uri> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly string _folder;
    private Process? _worker;
    private Uri? _workerUrl;
    private int _awaited;

    private FunctionsHost(string folder)
    {
        _folder = folder;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2);
        });
        _application = builder.Build();
        _application.Run(ConverseAsync);
    }

    /// <summary>The URL at which the worker accepts requests.</summary>
    public Uri WorkerUrl => _workerUrl!;

    /// <summary>The log lines that the worker has sent to the host.</summary>
    public IReadOnlyCollection<string> Logs => _logs;

    /// <summary>The output of the worker's process.</summary>
    public string Output
    {
        get
        {
            lock (_output) return _output.ToString();
        }
    }

    /// <summary>Starts the app in this folder, and waits until all its functions are loaded.</summary>
    public static async Task<FunctionsHost> Start(string folder, params (string Name, string Value)[] environment)
    {
        var host = new FunctionsHost(folder);
        await host._application.StartAsync(TestContext.Current.CancellationToken);
        host.StartWorker(environment);
        host._workerUrl = await host._ready.Task.Within("worker that has loaded its functions");
        await host.ListensAsync().Within("worker that takes requests");
        return host;
    }

    /// <summary>Invokes a function like the Functions host does: sends the invocation to the worker, and forwards the
    /// request.</summary>
    /// <remarks>The invocation contains the values of the route's parameters.</remarks>
    public async Task<RawClient> Invoke(
        string function, string method, string target, string headers =
            "", string body = "", params (string Name, string Value)[] route)
    {
        var invocation = Guid.NewGuid().ToString();
        var http = new ProtobufMessage()
            .Bytes(1, "request"u8.ToArray()).Bytes(2, new ProtobufMessage().Bytes(5, []).ToArray());
        // The host's own span, and its tags about the request.
        var trace = new ProtobufMessage()
            .Text(1, $"00-{ActivityTraceId.CreateRandom()}-{ActivitySpanId.CreateRandom()}-01")
            .Bytes(3, new ProtobufMessage().Text(1, "url.full").Text(2, $"https://host{target}").ToArray());
        var message = new ProtobufMessage().Text(1, invocation).Text(2, _functions[function]).Bytes(3, http.ToArray());
        foreach (var (name, value) in route)
            message.Bytes(
                4,
                new ProtobufMessage().Text(1, name).Bytes(2, new ProtobufMessage().Text(1, value).ToArray()).ToArray());
        Send(4, message.Bytes(5, trace.ToArray()));
        if (body.Length > 0 && !headers.Contains("Content-Type", StringComparison.Ordinal))
            headers += "Content-Type: application/x-www-form-urlencoded\r\n";
        if (body.Length > 0) headers += $"Content-Length: {Encoding.UTF8.GetByteCount(body)}\r\n";
        return await RawClient.Get(
            WorkerUrl, $"{headers}{InvocationHeader}: {invocation}\r\n", method, target, body: body);
    }

    /// <summary>Invokes a function whose trigger is a queue, and waits until it has ended.</summary>
    /// <exception cref="InvalidOperationException">The function has failed.</exception>
    public async Task InvokeQueue(string function, string text)
    {
        const int Success = 1;
        var invocation = Guid.NewGuid().ToString();
        var response = _responses[invocation] = new(TaskCreationOptions.RunContinuationsAsynchronously);
        var message = new ProtobufMessage().Text(1, "message").Bytes(2, new ProtobufMessage().Text(1, text).ToArray());
        var trace = new ProtobufMessage()
            .Text(1, $"00-{ActivityTraceId.CreateRandom()}-{ActivitySpanId.CreateRandom()}-01");
        Send(
            4,
            new ProtobufMessage().Text(1, invocation).Text(2, _functions[function]).Bytes(3, message.ToArray())
                .Bytes(5, trace.ToArray()));
        var result = (await response.Task.Within($"end of {function}")).Messages(3).First();
        if (result.Number(4) == Success) return;
        var exception = result.Messages(2).FirstOrDefault();
        throw new InvalidOperationException($"{exception?.Text(1)} {exception?.Text(2)} {exception?.Text(3)}");
    }

    /// <summary>Stops the worker cleanly, so that it exports its remaining telemetry.</summary>
    public async Task StopWorker()
    {
        using var kill = Process.Start("kill", $"-TERM {_worker!.Id}");
        await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
        await _worker.WaitForExitAsync(TestContext.Current.CancellationToken).Within($"end of the worker: {Output}");
    }

    public async ValueTask DisposeAsync()
    {
        if (_worker is { HasExited: false }) _worker.Kill();
        _worker?.Dispose();
        _toWorker.Writer.TryComplete();
        await _application.DisposeAsync();
    }

    private void StartWorker((string Name, string Value)[] environment)
    {
        // Starts the program that the app's worker.config.json names, like the host does.
        using var worker = JsonDocument.Parse(File.ReadAllText(Path.Combine(_folder, "worker.config.json")));
        var program = worker.RootElement.GetProperty("description").GetProperty("defaultWorkerPath").GetString()!;
        var start = new ProcessStartInfo("dotnet", Path.Combine(_folder, program))
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = _folder,
        };
        foreach (var (name, value) in ((string, string)[])
            [
                ("Functions__Worker__HostEndpoint", _application.Urls.First()),
                ("Functions__Worker__WorkerId", Guid.NewGuid().ToString()),
                ("Functions__Worker__RequestId", Guid.NewGuid().ToString()),
                ("Functions__Worker__GrpcMaxMessageLength", $"{MaxMessageBytes}"),
                ("FUNCTIONS_APPLICATION_DIRECTORY", _folder),
                ("FUNCTIONS_WORKER_RUNTIME", "dotnet-isolated"),
                .. environment,
            ])
            start.Environment[name] = value;
        _worker = new Process { StartInfo = start };
        _worker.OutputDataReceived += OnLine;
        _worker.ErrorDataReceived += OnLine;
        _worker.Start();
        _worker.BeginOutputReadLine();
        _worker.BeginErrorReadLine();
    }

    // Waits, because the functions can be loaded before the worker listens.
    private async Task ListensAsync()
    {
        while (true)
        {
            try
            {
                using var tcp = new TcpClient();
                await tcp.ConnectAsync(WorkerUrl.Host, WorkerUrl.Port, TestContext.Current.CancellationToken);
                return;
            }
            catch (SocketException)
            {
                Assert.False(_worker!.HasExited, Output);
                await Task.Delay(TimeSpan.FromMilliseconds(20), TestContext.Current.CancellationToken);
            }
        }
    }

    private void OnLine(object sender, DataReceivedEventArgs line)
    {
        lock (_output) _output.AppendLine(line.Data);
    }

    private void Send(int content, ProtobufMessage message) =>
        _toWorker.Writer.TryWrite(new ProtobufMessage().Bytes(content, message.ToArray()).ToArray());

    // One gRPC call that stays open while the worker runs. It carries messages in both directions, each after its
    // length.
    private async Task ConverseAsync(HttpContext context)
    {
        context.Response.ContentType = "application/grpc";
        context.Response.DeclareTrailer("grpc-status");
        await context.Response.StartAsync(context.RequestAborted);
        var writing = WriteAsync(context);
        try
        {
            var prefix = new byte[5];
            while (true)
            {
                await context.Request.Body.ReadExactlyAsync(prefix, context.RequestAborted);
                var message = new byte[BinaryPrimitives.ReadUInt32BigEndian(prefix.AsSpan(1))];
                await context.Request.Body.ReadExactlyAsync(message, context.RequestAborted);
                OnMessage(new Protobuf(message));
            }
        }
        catch (Exception exception) when (
            exception is IOException or OperationCanceledException or Microsoft.AspNetCore.Http.BadHttpRequestException)
        {
            // The worker has ended.
            _toWorker.Writer.TryComplete();
        }
        await writing;
        context.Response.AppendTrailer("grpc-status", "0");
    }

    private async Task WriteAsync(HttpContext context)
    {
        await foreach (var message in _toWorker.Reader.ReadAllAsync())
        {
            var prefix = new byte[5];
            BinaryPrimitives.WriteUInt32BigEndian(prefix.AsSpan(1), (uint)message.Length);
            await context.Response.Body.WriteAsync(prefix, CancellationToken.None);
            await context.Response.Body.WriteAsync(message, CancellationToken.None);
            await context.Response.Body.FlushAsync(CancellationToken.None);
        }
    }

    private void OnMessage(Protobuf message)
    {
        // The worker has connected.
        if (message.Messages(20).Any())
            Send(17, new ProtobufMessage().Text(1, "4.1037.0").Text(4, _folder).Text(5, _folder));
        foreach (var initialized in message.Messages(16))
        {
            _workerUrl = new Uri(initialized.Messages(2).First(capability => capability.Text(1) == "HttpUri").Text(2));
            Send(29, new ProtobufMessage().Text(1, _folder));
        }
        foreach (var found in message.Messages(30))
        {
            var functions = found.Bytes(1).ToArray();
            _awaited = functions.Length;
            foreach (var function in functions)
            {
                var metadata = new Protobuf(function);
                _functions[metadata.Text(4)] = metadata.Text(13);
                Send(8, new ProtobufMessage().Text(1, metadata.Text(13)).Bytes(2, function.ToArray()));
            }
        }
        foreach (var _ in message.Messages(9))
        {
            if (Interlocked.Decrement(ref _awaited) == 0) _ready.TrySetResult(_workerUrl!);
        }
        foreach (var response in message.Messages(5))
        {
            if (_responses.TryRemove(response.Text(1), out var awaited)) awaited.TrySetResult(response);
        }
        foreach (var log in message.Bytes(2)) _logs.Enqueue(Encoding.UTF8.GetString(log.Span));
    }
}
