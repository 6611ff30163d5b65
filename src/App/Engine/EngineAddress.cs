using System.Security.Cryptography;
using System.Text;
using Temporalio.Client;

namespace Orchestrator.App.Engine;

/// <summary>The address of a repository's embedded engine.</summary>
public static class EngineAddress
{
    // The system's limit on the path of a socket, less the final zero.
    private const int MaxBytes = 107;

    /// <summary>
    /// A socket beside the engine file, or, where that path is too long, one in a folder of the user's alone named by its hash: the runtime
    /// folder, or one that is made where temporary files are.
    /// </summary>
    /// <exception cref="UseCaseException">Somebody else has made that folder.</exception>
    /// <param name="folder">The engine's folder.</param>
    /// <param name="environment">Variables of the process.</param>
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

    /// <summary>A folder below the temporary one, for this user alone. A name that somebody else has taken is not used.</summary>
    private static string OwnFolder()
    {
        if (OperatingSystem.IsWindows())
        {
            throw new PlatformNotSupportedException("The engine's socket needs the modes of Unix files.");
        }
        const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        // Root may use anybody's folder, so it needs one where nobody else can make any.
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
            // Only a folder's owner may set its mode (chmod(2)).
            if (found.LinkTarget is null && found.Exists && (found.UnixFileMode & ~UnixFileMode.SetGroup) == OwnerOnly)
            {
                File.SetUnixFileMode(folder, OwnerOnly);
                return folder;
            }
        }
        catch (UnauthorizedAccessException)
        {
            // Another user's.
        }
        throw new UseCaseException(
            Outcome.Unavailable,
            $"The engine's socket can't be made: {folder} is not a folder of yours alone.",
            "Remove it, or set XDG_RUNTIME_DIR to a folder that only you can open; or move the repository to a shorter path."
        );
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
