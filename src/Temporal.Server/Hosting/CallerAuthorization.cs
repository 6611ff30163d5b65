using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Temporal.Server.Hosting;

/// <summary>
/// Who may call: whoever may open the socket file; over TCP who sends the key, or, where none is set, the user of this process and root. A
/// caller starts workflows, and with them programs.
/// </summary>
internal sealed class CallerAuthorization
{
    private readonly byte[]? _key;
    private readonly bool _anyUser;
    private readonly uint? _self;

    /// <summary>Decides for a server.</summary>
    /// <param name="apiKey">The key that callers over TCP must send; null for none.</param>
    /// <param name="anyUser">Without a key everybody is let in.</param>
    /// <param name="overTcp">It listens on more than a socket file.</param>
    public CallerAuthorization(string? apiKey, bool anyUser, bool overTcp)
    {
        _key = apiKey is null ? null : Encoding.UTF8.GetBytes(apiKey);
        _anyUser = anyUser;
        _self = overTcp ? OwnUserId() : null;
    }

    /// <summary>True where a caller of this user is let in without a key.</summary>
    /// <param name="self">The user of this process; null where ids of users can't be compared.</param>
    /// <param name="peer">The caller's; null where it can't be known.</param>
    internal static bool IsOwn(uint? self, uint? peer) => self is not null && peer is { } user && (user == self || user == 0);

    /// <summary>Refuses a call that may not be made; whoever may open the socket file may call.</summary>
    /// <exception cref="RpcException">PERMISSION_DENIED, with what its owner can do.</exception>
    public void Demand(RpcCall context)
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
                throw RpcErrors.Of(StatusCode.PermissionDenied, "Request unauthorized.");
            }
        }
        else if (!_anyUser && !IsOwn(_self, context.PeerUserId))
        {
            throw RpcErrors.Of(
                StatusCode.PermissionDenied,
                context.PeerUserId is { } user
                    ? string.Create(
                        CultureInfo.InvariantCulture,
                        $"This engine belongs to another user: callers of user {user} need a key. Its owner serves with "
                            + $"--api-key, or with --any-user for everybody on the machine."
                    )
                    : "It can't be known whose program calls (in a container, a sandbox, or elsewhere), so a key is needed: its owner "
                        + "serves with --api-key, or with "
                        + "--any-user for everybody."
            );
        }
    }

    /// <summary>
    /// The effective user of this process; null where other users may look the same: in a user namespace all that are not part of it have
    /// one id.
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
