using System.Buffers.Text;
using System.Security.Cryptography;
using Orchestrator.App.Access;

namespace Orchestrator.Dashboard.Access;

/// <summary>
/// Manages the sessions of logged-in browsers. A signed cookie contains the complete session, so sessions survive a restart of the server.
/// </summary>
/// <param name="tokens">Tokens with which users and programs log in.</param>
/// <param name="time">Clock.</param>
internal sealed class BrowserLoginSessionManager(WebTokenStore tokens, TimeProvider time)
{
    private const string Purpose = "session";

    /// <summary>
    /// Maximum number of failed logins per minute, counted across all callers. After that, callers with a wrong token are asked to wait.
    /// </summary>
    private const int MostFailures = 10;

    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(30);
    private static readonly TimeSpan Refusal = TimeSpan.FromMinutes(1);

    private readonly WebSessionKey _key = new(tokens.Folder);
    private readonly Lock _failing = new();
    private int _failures;
    private DateTimeOffset _failingSince;

    /// <summary>
    /// Returns the token that has the given secret, or null. The second value is true if too many logins have failed. Earlier failures
    /// never block a correct secret, because its 192 random bits can't be guessed.
    /// </summary>
    /// <param name="given">Secret sent by the caller.</param>
    /// <param name="from">Browser and address.</param>
    /// <returns>The token, or null if the secret is wrong. The second value is true if too many secrets were wrong in the last
    /// minute.</returns>
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
            WebLoginFailures.Add(tokens.Folder, from, now);
            return (null, false);
        }
    }

    /// <summary>Starts a session for a user who has logged in with a token.</summary>
    /// <param name="token">Token with which the user logged in.</param>
    /// <param name="device">Browser and address.</param>
    /// <returns>Value of the session cookie.</returns>
    public string Begin(WebToken token, string device)
    {
        var id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        var stored = new SessionCookie(id, device, token.Id, (time.GetUtcNow() + Lifetime).ToUnixTimeSeconds());
        var text = Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(stored, QueryCoalescer.Json));
        return $"{text}.{_key.Sign(Purpose, text)}";
    }

    /// <summary>
    /// Returns the login session that a cookie contains. Null if the cookie is forged, the session has ended or expired, or the token was
    /// revoked.
    /// </summary>
    public LoginSession? Find(string? cookie) =>
        Read(cookie) is { } stored && tokens.FindById(stored.Token) is { } token && !_key.IsEnded(stored.Id)
            ? Of(token, stored.Device, _key.Sign("form", stored.Id))
            : null;

    /// <summary>
    /// Creates the session for a token. The caller is a program that sends the token with each request, or a browser that has logged in
    /// with the token.
    /// </summary>
    public static LoginSession Of(WebToken token, string device, string formToken = "") =>
        new(token.Name == WebToken.Link ? device : $"{device}, token {token.Name}", formToken, token.Scope);

    /// <summary>Ends the login session that a cookie contains.</summary>
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
        // The cookie can be trusted, because its signature was verified.
        var stored = JsonSerializer.Deserialize<SessionCookie>(Base64Url.DecodeFromChars(text), QueryCoalescer.Json)!;
        return DateTimeOffset.FromUnixTimeSeconds(stored.Until) > time.GetUtcNow() ? stored : null;
    }

    private sealed record SessionCookie(string Id, string Device, string Token, long Until);
}

/// <summary>Session of a logged-in browser, or of a program that sends a token with a request.</summary>
/// <param name="Device">Browser and address, with the token's name, for the record of decisions.</param>
/// <param name="FormToken">Token in every form of the session's pages, so that no other site can submit a form in the user's name.</param>
/// <param name="Scope">Permitted actions.</param>
internal sealed record LoginSession(string Device, string FormToken, WebTokenScope Scope);
