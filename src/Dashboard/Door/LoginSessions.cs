using System.Buffers.Text;
using System.Security.Cryptography;
using Orchestrator.Machine.Hosting;

namespace Orchestrator.Dashboard.Door;

/// <summary>Sessions of logged-in browsers. A signed cookie has all of a session, so that it survives a restart of the server.</summary>
/// <param name="tokens">Tokens with which users and programs log in.</param>
/// <param name="time">Clock.</param>
internal sealed class LoginSessions(WebTokens tokens, TimeProvider time)
{
    private const string Purpose = "session";

    /// <summary>Number of failed logins after which further attempts have to wait.</summary>
    private const int MostFailures = 10;

    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(30);
    private static readonly TimeSpan Refusal = TimeSpan.FromMinutes(1);

    private readonly WebSessionKey _key = new(tokens.Folder);
    private readonly Lock _failing = new();
    private int _failures;
    private DateTimeOffset _failingSince;

    /// <summary>Finds the token of a secret. A correct secret is never refused because of failed attempts by others, since its 192 random
    /// bits can't be guessed at any speed.</summary>
    /// <param name="given">The secret.</param>
    /// <param name="from">Browser and address.</param>
    /// <returns>The token, or null for a wrong secret, and true if too many secrets were wrong in the last minute.</returns>
    public (WebToken? Token, bool IsSlowed) Check(string? given, string from)
    {
        if (tokens.Find(given) is { } token)
        {
            return (token, false);
        }
        lock (_failing)
        {
            var now = time.GetUtcNow();
            if (_failures == 0 || now - _failingSince > Refusal)
            {
                (_failures, _failingSince) = (0, now);
            }
            if (++_failures > MostFailures)
            {
                return (null, true);
            }
            WebFailures.Add(tokens.Folder, from, now);
            return (null, false);
        }
    }

    /// <summary>Starts a session.</summary>
    /// <param name="token">The token that began it.</param>
    /// <param name="device">Browser and address.</param>
    /// <returns>The cookie's value.</returns>
    public string Begin(WebToken token, string device)
    {
        var id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        var stored = new SessionCookie(id, device, token.Id, (time.GetUtcNow() + Lifetime).ToUnixTimeSeconds());
        var text = Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(stored, QueryReader.Json));
        return $"{text}.{_key.Sign(Purpose, text)}";
    }

    /// <summary>Returns the session of a cookie, or null if it is forged, was ended or has expired, or if its token was revoked.</summary>
    public LoginSession? Find(string? cookie) =>
        Read(cookie) is { } stored && tokens.FindById(stored.Token) is { } token && !_key.IsEnded(stored.Id)
            ? Of(token, stored.Device, _key.Sign("form", stored.Id))
            : null;

    /// <summary>Returns the session of a program that sends a token with each request.</summary>
    public static LoginSession Of(WebToken token, string device, string formToken = "") =>
        new(token.Name == WebToken.Link ? device : $"{device}, token {token.Name}", formToken, token.Scope);

    /// <summary>Ends a session.</summary>
    public void End(string cookie)
    {
        if (Read(cookie) is { } stored)
        {
            _key.End(stored.Id, DateTimeOffset.FromUnixTimeSeconds(stored.Until), time.GetUtcNow());
        }
    }

    private SessionCookie? Read(string? cookie)
    {
        if (cookie?.Split('.') is not [var text, var signature] || !_key.IsSigned(Purpose, text, signature))
        {
            return null;
        }
        // Signed by us, so it can be read.
        var stored = JsonSerializer.Deserialize<SessionCookie>(Base64Url.DecodeFromChars(text), QueryReader.Json)!;
        return DateTimeOffset.FromUnixTimeSeconds(stored.Until) > time.GetUtcNow() ? stored : null;
    }

    private sealed record SessionCookie(string Id, string Device, string Token, long Until);
}

/// <summary>Session of a logged-in browser, or a request of a program.</summary>
/// <param name="Device">Browser and address, with the token's name, for the record of decisions.</param>
/// <param name="FormToken">Token included in every form of its pages, so that no other page can send a form in the user's name.</param>
/// <param name="Scope">Permitted actions.</param>
internal sealed record LoginSession(string Device, string FormToken, WebScope Scope);
