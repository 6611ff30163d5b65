using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Temporal.Server.Hosting;

/// <summary>
/// Decides which calls are allowed. Callers on the socket file always are. Over TCP, callers must send the API key if one is set.
/// Otherwise, only root and this process's user are allowed, unless the server accepts all users. The check is strict because callers can
/// start workflows and, through them, programs.
/// </summary>
internal sealed class CallerAuthorization
{
    private readonly byte[]? _key;
    private readonly bool _anyUser;
    private readonly uint? _self;

    /// <summary>Creates the check that authorizes calls to a server.</summary>
    /// <param name="apiKey">API key that callers over TCP must send, or null for none.</param>
    /// <param name="anyUser">True to allow every caller if no key is set.</param>
    /// <param name="overTcp">True if the server listens on TCP as well.</param>
    public CallerAuthorization(string? apiKey, bool anyUser, bool overTcp)
    {
        _key = apiKey is null ? null : Encoding.UTF8.GetBytes(apiKey);
        _anyUser = anyUser;
        _self = overTcp ? OwnUserId() : null;
    }

    /// <summary>True if the caller is root or the user of this process. Such a caller needs no key.</summary>
    /// <param name="self">User id of this process, or null if user ids can't be compared.</param>
    /// <param name="peer">User id of the caller, or null if it can't be determined.</param>
    internal static bool IsOwn(uint? self, uint? peer) => self is not null && peer is { } user && (user == self || user == 0);

    /// <summary>Rejects an unauthorized call. Callers on the socket file are authorized by its file permissions.</summary>
    /// <exception cref="RpcException">PERMISSION_DENIED, with advice for the owner of the engine.</exception>
    public void Authorize(IncomingGrpcCall context)
    {
        if (context.RemoteAddress is null)
        {
            return;
        }

        if (_key is not null)
        {
            var given = context.Header("authorization") ?? "";
            given = given.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) ? given["Bearer ".Length..] : given;
            if (!CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(given), _key))
            {
                throw GrpcErrorFactory.Of(StatusCode.PermissionDenied, "Request unauthorized.");
            }
        }
        else if (!_anyUser && !IsOwn(_self, context.PeerUserId))
        {
            throw GrpcErrorFactory.Of(
                StatusCode.PermissionDenied,
                context.PeerUserId is { } user
                    ? string.Create(
                        CultureInfo.InvariantCulture,
                        $"This engine belongs to another user, so user {user} needs a key. Its owner must serve with "
                            + $"--api-key, or with --any-user for all users of the machine."
                    )
                    : "The user of the calling program is unknown (it may run in a container or a sandbox), so it needs a key. The owner "
                        + "must serve with --api-key, or with "
                        + "--any-user for all users."
            );
        }
    }

    /// <summary>
    /// Returns the effective user id of this process, or null if this id may also stand for other users. In a user namespace, all unmapped
    /// users share one id.
    /// </summary>
    private static uint? OwnUserId()
    {
        try
        {
            var line = File.ReadLines("/proc/self/status").First(line => line.StartsWith("Uid:", StringComparison.Ordinal));
            var self = uint.Parse(line.Split('\t', StringSplitOptions.RemoveEmptyEntries)[2], CultureInfo.InvariantCulture);
            var everybodyElse = uint.Parse(File.ReadAllText("/proc/sys/kernel/overflowuid"), CultureInfo.InvariantCulture);
            return self == everybodyElse && !HasAllUsers() ? null : self;
        }
        catch (Exception unknown)
            when (unknown is IOException or UnauthorizedAccessException or FormatException or InvalidOperationException)
        {
            return null;
        }
    }

    private static bool HasAllUsers() =>
        File.ReadAllText("/proc/self/uid_map").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries) is ["0", "0", "4294967295"];
}
