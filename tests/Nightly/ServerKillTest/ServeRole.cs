using System.Runtime.InteropServices;
using Orchestrator.ServerKillTest.PowerLoss;
using Temporal.Server;

namespace Orchestrator.ServerKillTest;

/// <summary>The role of the process that is killed: serves a file on a socket and says when it listens.</summary>
internal static class ServeRole
{
    /// <summary>Serves until SIGTERM.</summary>
    /// <param name="database">The file.</param>
    /// <param name="socket">The socket.</param>
    /// <param name="operations">Writes and syncs after which the process kills itself in the middle of the next; 0 for never.</param>
    public static async Task<int> RunAsync(string database, string socket, int operations)
    {
        var stopped = new TaskCompletionSource();
        using var terminate = PosixSignalRegistration.Create(
            PosixSignal.SIGTERM,
            context =>
            {
                context.Cancel = true;
                stopped.TrySetResult();
            }
        );
        if (operations > 0)
        {
            ShimVfs.Watch(new DyingDisk(Path.GetDirectoryName(database)!, operations));
        }
        await using var server = new TemporalServer(new TemporalServerOptions { DatabasePath = database, SocketPath = socket });
        await server.StartAsync();
        Console.WriteLine("ready");
        await stopped.Task;
        return 0;
    }
}
