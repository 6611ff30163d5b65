using System.Security.Cryptography;
using System.Text;
using Temporalio.Client;

namespace Orchestrator.App.Engine;

/// <summary>Determines the address of the embedded engine, the Temporal server that serves a repository.</summary>
public static class EngineAddress
{
    // The kernel limits the length of a socket's path (sun_path). The terminating zero is not included here.
    private const int MaxBytes = 107;

    /// <summary>
    /// Returns the path of the engine's Unix socket, which is next to the engine's database file. If that path is too long for a socket,
    /// the socket is in the folder <c>XDG_RUNTIME_DIR</c>, or else in a private folder. The name of the socket then contains a hash of the
    /// path.
    /// </summary>
    /// <exception cref="UseCaseException">Another user has created that folder.</exception>
    /// <param name="folder">Absolute path of the engine's folder.</param>
    /// <param name="environment">Environment variables of the process.</param>
    public static string SocketOf(string folder, IReadOnlyDictionary<string, string> environment)
    {
        var path = Path.Combine(folder, "engine.sock");
        if (Encoding.UTF8.GetByteCount(path) <= MaxBytes)
        {
            return path;
        }
        var runtime = environment.GetValueOrDefault("XDG_RUNTIME_DIR") is { Length: > 0 } set && Directory.Exists(set) ? set : OwnFolder();
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(folder)))[..16];
        return Path.Combine(runtime, $"orchestrate-{hash}.sock");
    }

    /// <summary>
    /// Returns a folder that only this user can access. The folder is in the temporary folder, or <c>/run/orchestrate</c> for root. Throws
    /// if other users can access the folder.
    /// </summary>
    private static string OwnFolder()
    {
        if (OperatingSystem.IsWindows())
        {
            throw new PlatformNotSupportedException("The engine's socket needs Unix file permissions, which Windows does not have.");
        }
        const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        // The check below does not protect root, which can use any folder. For root, the parent folder is therefore one that only root can
        // write to.
        var folder = Environment.IsPrivilegedProcess
            ? "/run/orchestrate"
            : Path.Combine(Path.GetTempPath(), $"orchestrate-{Environment.UserName}");
        if (!Path.Exists(folder))
        {
            Directory.CreateDirectory(folder, OwnerOnly);
        }
        var found = new DirectoryInfo(folder);
        try
        {
            // Only the owner of a folder can change its mode (chmod(2)), so a folder of another user is detected here.
            if (found.LinkTarget is null && found.Exists && (found.UnixFileMode & ~UnixFileMode.SetGroup) == OwnerOnly)
            {
                File.SetUnixFileMode(folder, OwnerOnly);
                return folder;
            }
        }
        catch (UnauthorizedAccessException)
        {
            // Another user owns the folder.
        }
        throw new UseCaseException(
            UseCaseOutcome.Unavailable,
            $"The engine's socket can't be created, because other users can access {folder}.",
            "Remove this folder, set XDG_RUNTIME_DIR to a folder that only you can open, or move the repository to a shorter path."
        );
    }

    /// <summary>
    /// Returns the client options for an address of the form <c>unix:PATH</c> or <c>HOST:PORT</c>. The client's native core can use a Unix
    /// socket only as an HTTP proxy. The engine accepts the resulting CONNECT request (<c>ConnectRequestHandler</c>) and ignores the
    /// requested host name.
    /// </summary>
    public static TemporalClientConnectOptions ClientOptions(string address) =>
        address.StartsWith(EngineProcessFinder.SocketPrefix, StringComparison.Ordinal)
            ? new("localhost:7233") { HttpConnectProxy = new HttpConnectProxyOptions(address) }
            : new(address);
}
