using System.Security.Cryptography;
using System.Text;
using Temporalio.Client;

namespace Orchestrator.App.Engine;

/// <summary>Determines the address of a repository's embedded engine.</summary>
public static class EngineAddress
{
    // The kernel's limit for a socket's path (sun_path), without the final zero.
    private const int MaxBytes = 107;

    /// <summary>
    /// Returns the path of a socket next to the engine file. If that path is too long, the socket is in a folder that only the user may
    /// access. Its name is then a hash of the engine's folder. That folder is the runtime folder, or one created in the temporary folder.
    /// </summary>
    /// <exception cref="UseCaseException">Another user has created that folder.</exception>
    /// <param name="folder">Folder of the engine.</param>
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

    /// <summary>Returns a folder below the temporary folder that only this user may access. A folder of another user is
    /// rejected.</summary>
    private static string OwnFolder()
    {
        if (OperatingSystem.IsWindows())
        {
            throw new PlatformNotSupportedException("The engine's socket needs Unix file permissions.");
        }
        const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        // The check below can't protect root, which may use any folder; so root uses one whose parent is writable for root only.
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
            // Only the owner of a folder may set its mode (chmod(2)).
            if (found.LinkTarget is null && found.Exists && (found.UnixFileMode & ~UnixFileMode.SetGroup) == OwnerOnly)
            {
                File.SetUnixFileMode(folder, OwnerOnly);
                return folder;
            }
        }
        catch (UnauthorizedAccessException)
        {
            // The folder belongs to another user.
        }
        throw new UseCaseException(
            Outcome.Unavailable,
            $"The engine's socket can't be created, because other users can access {folder}.",
            "Remove it, or set XDG_RUNTIME_DIR to a folder that only you can open; or move the repository to a shorter path."
        );
    }

    /// <summary>
    /// Returns the client options for an address, <c>unix:PATH</c> or <c>HOST:PORT</c>. The client core supports a socket only as an HTTP
    /// proxy and requests the connection with CONNECT, which the engine accepts (<c>HttpConnect</c>). Behind such a proxy the host name is
    /// arbitrary.
    /// </summary>
    public static TemporalClientConnectOptions ClientOptions(string address) =>
        address.StartsWith(EngineOwners.SocketPrefix, StringComparison.Ordinal)
            ? new("localhost:7233") { HttpConnectProxy = new HttpConnectProxyOptions(address) }
            : new(address);
}
