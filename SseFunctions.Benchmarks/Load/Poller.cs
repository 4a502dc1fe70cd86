using System.ComponentModel;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace SseFunctions.Benchmarks.Load;

/// <summary>Finds which of thousands of sockets have something to read. One thread asks the kernel (epoll) and reads
/// the sockets itself, without a task or a queue per socket, because the load shares the processor with the
/// server.</summary>
internal sealed partial class Poller : IDisposable
{
    private const int CloseOnExec = 0x80000;
    private const int AddOperation = 1;
    private const int RemoveOperation = 2;
    private const uint Readable = 0x1;
    private const int Interrupted = 4;
    private const int EventsAtOnce = 1024;

    // struct epoll_event is packed only on x64.
    private static readonly bool IsPacked = RuntimeInformation.ProcessArchitecture == Architecture.X64;
    private static readonly int EventBytes = IsPacked ? 12 : 16;
    private static readonly int DataOffset = IsPacked ? 4 : 8;

    private readonly byte[] _events = new byte[EventsAtOnce * EventBytes];
    private readonly int _epoll;

    public Poller()
    {
        _epoll = Create(CloseOnExec);
        if (_epoll < 0) throw new Win32Exception();
    }

    /// <summary>Watches a socket, until it is closed or removed. <see cref="Number"/> returns
    /// <paramref name="number"/> for this socket.</summary>
    public void Add(Socket socket, int number)
    {
        Span<byte> change = stackalloc byte[EventBytes];
        change.Clear();
        MemoryMarshal.Write(change, Readable);
        MemoryMarshal.Write(change[DataOffset..], number);
        Change(socket, AddOperation, change);
    }

    /// <summary>Stops watching a socket.</summary>
    public void Remove(Socket socket)
    {
        Span<byte> change = stackalloc byte[EventBytes];
        change.Clear();
        Change(socket, RemoveOperation, change);
    }

    /// <summary>Waits until there is something to read.</summary>
    /// <returns>The number of sockets that have something to read. <see cref="Number"/> tells which.</returns>
    public int Wait(int timeoutMilliseconds)
    {
        var count = Wait(_epoll, ref _events[0], EventsAtOnce, timeoutMilliseconds);
        if (count >= 0) return count;
        return Marshal.GetLastPInvokeError() == Interrupted ? 0 : throw new Win32Exception();
    }

    /// <summary>Gets the number of one of the sockets that the last wait found.</summary>
    public int Number(int index) => MemoryMarshal.Read<int>(_events.AsSpan((index * EventBytes) + DataOffset));

    /// <summary>Closes the epoll instance.</summary>
    public void Dispose() => _ = Close(_epoll);

    private void Change(Socket socket, int operation, Span<byte> change)
    {
        if (Control(_epoll, operation, (int)socket.SafeHandle.DangerousGetHandle(), ref change[0]) != 0)
            throw new Win32Exception();
    }

    [LibraryImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    private static partial int Create(int flags);

    [LibraryImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    private static partial int Control(int epoll, int operation, int descriptor, ref byte change);

    [LibraryImport("libc", EntryPoint = "epoll_wait", SetLastError = true)]
    private static partial int Wait(int epoll, ref byte events, int count, int timeoutMilliseconds);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
