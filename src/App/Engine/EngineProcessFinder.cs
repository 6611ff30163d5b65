using System.Net.Sockets;
using Temporal.Server;

namespace Orchestrator.App.Engine;

/// <summary>Finds the process that serves a repository's embedded engine (a Temporal server).</summary>
public static class EngineProcessFinder
{
    /// <summary>Prefix of an engine address that is the path of a Unix socket.</summary>
    public const string SocketPrefix = "unix:";

    /// <summary>Returns the process that currently serves the embedded engine in a folder. Returns null if there is none.</summary>
    public static async Task<EngineProcessRecord?> FindAsync(string folder, CancellationToken stop) =>
        EngineDatabaseLock.ReadOwner(folder) is { } owner && await IsListeningAsync(owner, stop) ? owner : null;

    // If an owner was killed, its address remains in the file. A client would retry that address for seconds.
    private static async Task<bool> IsListeningAsync(EngineProcessRecord owner, CancellationToken stop)
    {
        if (!owner.Address.StartsWith(SocketPrefix, StringComparison.Ordinal))
        {
            return false;
        }
        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await probe.ConnectAsync(new UnixDomainSocketEndPoint(owner.Address[SocketPrefix.Length..]), stop);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
