using System.Security.Cryptography;
using System.Text;
using Temporalio.Client;

namespace Orchestrator.Cli.Engine;

/// <summary>The address of a repository's embedded engine.</summary>
internal static class EngineAddress
{
    // The system's limit on the path of a socket, less the final zero.
    private const int MaxBytes = 107;

    /// <summary>
    /// A socket beside the engine file, or, where that path is too long, one in the user's runtime folder named by its hash.
    /// </summary>
    /// <param name="folder">The engine's folder.</param>
    /// <param name="environment">Variables of the process.</param>
    public static string SocketOf(string folder, IReadOnlyDictionary<string, string> environment)
    {
        var path = Path.Combine(folder, "engine.sock");
        if (Encoding.UTF8.GetByteCount(path) <= MaxBytes)
        {
            return path;
        }
        var runtime =
            environment.GetValueOrDefault("XDG_RUNTIME_DIR") is { Length: > 0 } set && Directory.Exists(set) ? set : Path.GetTempPath();
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(folder)))[..16];
        return Path.Combine(runtime, $"orchestrate-{hash}.sock");
    }

    /// <summary>
    /// How a client reaches an address, <c>unix:PATH</c> or <c>HOST:PORT</c>. The client core knows a socket only as an HTTP proxy: it
    /// asks for the connection by CONNECT, which the engine grants (<c>HttpConnect</c>). The host behind such a proxy is a name only.
    /// </summary>
    public static TemporalClientConnectOptions ClientOptions(string address) =>
        address.StartsWith(EngineOwners.SocketPrefix, StringComparison.Ordinal)
            ? new("localhost:7233") { HttpConnectProxy = new HttpConnectProxyOptions(address) }
            : new(address);
}
