using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace Orchestrator.Dashboard.Door;

/// <summary>The one who is logged in. Sessions live in memory: after a restart people log in again with the same link.</summary>
/// <param name="token">What a person has to know.</param>
/// <param name="time">The clock.</param>
internal sealed class LoginSessions(string token, TimeProvider time)
{
    private const int SecretBytes = 32;

    /// <summary>Logins that may fail before whoever tries further is told to wait.</summary>
    private const int MostFailures = 10;

    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(30);
    private static readonly TimeSpan Refusal = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, LoginSession> _sessions = new(StringComparer.Ordinal);
    private readonly Lock _failing = new();
    private int _failures;
    private DateTimeOffset _failingSince;

    /// <summary>True if a text is the token. Takes as long for a wrong one as for the right one, which is never refused for what others
    /// tried: its 192 random bits are not guessed at any speed.</summary>
    /// <returns>Null where it is a wrong one, and too many of those came in the last minute.</returns>
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

    /// <summary>Begins a session.</summary>
    /// <param name="device">From where: browser and address.</param>
    /// <returns>Its secret, for a cookie.</returns>
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

    /// <summary>The session of a cookie; null: there is none, or it is over.</summary>
    public LoginSession? Find(string? secret) =>
        secret is { Length: > 0 } && _sessions.TryGetValue(secret, out var found) && found.Until > time.GetUtcNow() ? found : null;

    /// <summary>Ends a session.</summary>
    public void End(string secret) => _sessions.TryRemove(secret, out _);

    private static string Secret() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(SecretBytes));
}

/// <summary>A logged-in browser.</summary>
/// <param name="Device">Browser and address.</param>
/// <param name="FormToken">Stands in every form of its pages, so that no other page can send one in its name.</param>
/// <param name="Until">When it ends.</param>
internal sealed record LoginSession(string Device, string FormToken, DateTimeOffset Until);
