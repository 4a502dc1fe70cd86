namespace SseFunctions.Benchmarks.Commands;

/// <summary>What the program can do.</summary>
internal static class Usage
{
    public const string Text = """
        dotnet run -c Release --project SseFunctions.Benchmarks -- <command>

          first-byte      how long a client waits for the headers and the first comment
          stop            how long a server with 100 open streams takes to stop, and how they end
          idle [count]    memory of a stream that says nothing, and whether heartbeats are on time (default 5000)
          write           events per second of processor time, against loops written by hand
          encode          time and memory to make an event

        Servers run as child processes on loopback and end with this program. Linux; best on a machine at rest.
        """;
}
