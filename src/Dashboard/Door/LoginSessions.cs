using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace Orchestrator.Dashboard.Door;

/// <summary>Sessions of logged-in browsers, held in memory. After a restart users log in again with the same link.</summary>
/// <param name="token">Secret required to log in.</param>
/// <param name="time">Clock.</param>
internal sealed class LoginSessions(string token, TimeProvider time)
{
    private const int SecretBytes = 32;

    /// <summary>Number of failed logins after which further attempts have to wait.</summary>
    private const int MostFailures = 10;

    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(30);
    private static readonly TimeSpan Refusal = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, LoginSession> _sessions = new(StringComparer.Ordinal);
    private readonly Lock _failing = new();
    private int _failures;
    private DateTimeOffset _failingSince;

    /// <summary>True if a text is the token. The comparison takes constant time. The correct token is never refused because of failed
    /// attempts by others, since its 192 random bits can't be guessed at any speed.</summary>
    /// <returns>True or false, or null for a wrong token after too many failures in the last minute.</returns>
    public bool? IsToken(string? given)
    {
        if (
            CryptographicOperations.FixedTimeEquals(
                SHA256.HashData(Encoding.UTF8.GetBytes(given ?? "")),
                SHA256.HashData(Encoding.UTF8.GetBytes(token))
            )
        )
        {
            return true;
        }
        lock (_failing)
        {
            var now = time.GetUtcNow();
            if (_failures == 0 || now - _failingSince > Refusal)
            {
                (_failures, _failingSince) = (0, now);
            }
            return ++_failures > MostFailures ? null : false;
        }
    }

    /// <summary>Starts a session.</summary>
    /// <param name="device">Browser and address.</param>
    /// <returns>Secret of the session, for a cookie.</returns>
    public string Begin(string device)
    {
        foreach (var old in _sessions.Where(session => session.Value.Until < time.GetUtcNow()))
        {
            _sessions.TryRemove(old);
        }
        var secret = Secret();
        _sessions[secret] = new LoginSession(device, Secret(), time.GetUtcNow() + Lifetime);
        return secret;
    }

    /// <summary>Returns the session of a cookie, or null if it does not exist or has expired.</summary>
    public LoginSession? Find(string? secret) =>
        secret is { Length: > 0 } && _sessions.TryGetValue(secret, out var found) && found.Until > time.GetUtcNow() ? found : null;

    /// <summary>Ends a session.</summary>
    public void End(string secret) => _sessions.TryRemove(secret, out _);

    private static string Secret() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(SecretBytes));
}

/// <summary>Session of a logged-in browser.</summary>
/// <param name="Device">Browser and address.</param>
/// <param name="FormToken">Token included in every form of its pages, so that no other page can send a form in the user's name.</param>
/// <param name="Until">Time at which the session expires.</param>
internal sealed record LoginSession(string Device, string FormToken, DateTimeOffset Until);
