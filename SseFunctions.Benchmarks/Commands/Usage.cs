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
          match           time to find out whom an update concerns
          append          time and memory to append to the log
          redis-append <server>
                          appends/s to the log in a Redis that is running, by 1000 publishers at once
          hub-idle [count]
                          as idle, of the hub's streams: of one topic, and of a topic each (default 20000)

        Loads: every subscriber gets each update once, in one order, under one id, or the exit code is 1.

          load <url>      a server that is running: GET subscribes, POST publishes
                            --subscribers 1000  --topic T  --publishers 4  --seconds 10
                            --rate R            updates a second; without it, as fast as answers come
                            --updates N         stop after so many
                            --data 100          bytes of an update
                            --drops D           connections a second that are broken off and resumed
                            --stalled N         more subscribers that read nothing
                            --token T, --key K  a token, or a key to make one with (HS256)
                            --pid P[,P]         the server's processes, for processor time and memory
                            --in-flight N       updates on the way at most: published, not yet delivered to all
                            --ids yes           the answer to a post is the id of the update
                            --publish-url U     post to another address
                            --raw yes           post the data alone, not a form; subscribe to the URL as it is
          fan-out         1000 and 5000 subscribers, 10 updates/s: the hub beside broadcasters written by hand, in turns
                            --subscribers --publishers --rate --seconds 5 --rounds 5 --servers ours,queue,ring
          closed-loop     the same with 1000 subscribers: 16 publishers as fast as answers come, then one publisher
                          with 16 updates on the way to the subscribers
          gather          the hub with different values of Hub:Gather: one publisher with 16 updates on the way, then
                          100 updates/s; options as above, ours:10 is the hub with 10 ms
          publish-cost    a publish without subscribers, and with 20000 of other topics
                            --subscribers --publishers 4 --seconds 3 --rounds 5
          stalled         what a subscriber that reads nothing does to the others
                            --subscribers 50 --stalled 1 --rate 100 --data 16384 --seconds 5 --rounds 3 --server ours
          deliveries      1000000 deliveries while connections break and resume, each also before the first update
                            --subscribers 500 --updates 2000 --publishers 8 --rate 100 --drops 100 --server ours
                            --early-cuts yes
          instances       1000000 deliveries by instances with a Redis between them, while one after the other is
                          killed and started again, and who was there goes on at the next; needs redis-server
                            --instances 3 --kill-every 5 --subscribers 500 --updates 2000 --publishers 8
                            --rate 40 --drops 10 --early-cuts yes
          reconnect       5000 subscribers whose server is killed and started again: how many come back in the same
                          second, each with the retry of its stream, and all with the same
                            --subscribers 5000
          instances-load  1, 2 and 3 instances with a Redis, beside one with its log in memory, in turns: at a rate,
                          for the latency, then as fast as answers come; needs redis-server
                            --instances 1,2,3 --subscribers 50 --publishers 4 --rate 50
                            --fast-subscribers 300 --fast-publishers 16 --seconds 5 --rounds 3

        Servers run as child processes on loopback and end with this program. Linux; best on a machine at rest.
        """;
}
