using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Orchestrator.App.Access;

/// <summary>Actions that a web token permits. Each scope includes the previous scopes.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<WebTokenScope>))]
public enum WebTokenScope
{
    /// <summary>The token permits reading only.</summary>
    [JsonStringEnumMemberName("read")]
    Read,

    /// <summary>The token also permits answering open questions of runs.</summary>
    [JsonStringEnumMemberName("answer")]
    Answer,

    /// <summary>The token permits all actions of the user.</summary>
    [JsonStringEnumMemberName("all")]
    All,
}

/// <summary>An access token of the web page, without its secret.</summary>
/// <param name="Name">Name of the token.</param>
/// <param name="Scope">Permitted actions.</param>
/// <param name="CreatedAt">Time at which the token was created.</param>
/// <param name="ExpiresAt">Time from which the token is invalid, or null if it does not expire.</param>
/// <param name="Hash">SHA-256 of the secret, in hexadecimal.</param>
public sealed record WebToken(string Name, WebTokenScope Scope, DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt, string Hash)
{
    /// <summary>Name of the token that is contained in the login link for browsers.</summary>
    public const string Link = "link";

    /// <summary>Id by which sessions refer to the token. A new token with the same name has a different id.</summary>
    [JsonIgnore]
    public string Id => Hash[..16];

    /// <summary>True if the token is valid at a given time.</summary>
    public bool IsValidAt(DateTimeOffset time) => ExpiresAt is not { } end || time < end;
}

/// <summary>
/// Access tokens for the orchestrator's web page, stored in a folder that only the user can read and that is hidden from every sandbox.
/// Only the token of the login link is stored in plain text. All other tokens are stored as hashes.
/// </summary>
/// <param name="folder">Absolute path of the folder.</param>
/// <param name="time">Clock.</param>
public sealed class WebTokenStore(string folder, TimeProvider time)
{
    private const int Bytes = 24;
    private CachedWebTokenList? _read;

    private string LinkFile => Path.Combine(folder, "token");

    private string TokensFile => Path.Combine(folder, "tokens.json");

    /// <summary>Opens a user's token store.</summary>
    /// <param name="environment">Environment variables of the process.</param>
    /// <param name="time">Clock.</param>
    public static WebTokenStore Of(IReadOnlyDictionary<string, string> environment, TimeProvider time) => new(FolderOf(environment), time);

    /// <summary>Returns the path of the folder that contains a user's tokens.</summary>
    /// <param name="environment">Environment variables of the process.</param>
    public static string FolderOf(IReadOnlyDictionary<string, string> environment) =>
        Path.Combine(Gates.UserStateFolder.RootOf(environment), Gates.UserStateFolder.WebFolder);

    /// <summary>Absolute path of the folder.</summary>
    public string Folder => folder;

    /// <summary>Returns the secret of the login link and generates it if it does not exist yet.</summary>
    /// <param name="renew">True to generate a new secret, which invalidates shared links and the sessions that were started with
    /// them.</param>
    public string LinkSecret(bool renew = false)
    {
        if (!renew && DurableFile.TryRead(LinkFile)?.Trim() is { Length: > 0 } kept)
        {
            return kept;
        }
        PrivateFolder.Make(folder);
        var secret = NewSecret();
        DurableFile.Write(LinkFile, secret + "\n");
        return secret;
    }

    /// <summary>Creates a token.</summary>
    /// <param name="name">Name of the token, which must be unique.</param>
    /// <param name="scope">Permitted actions.</param>
    /// <param name="lifetime">Time until the token expires, or null if it does not expire.</param>
    /// <returns>The secret, which is not stored. Null if a token with the same name already exists.</returns>
    public string? Create(string name, WebTokenScope scope, TimeSpan? lifetime)
    {
        var secret = NewSecret();
        var made = new WebToken(name, scope, time.GetUtcNow(), time.GetUtcNow() + lifetime, HashOf(secret));
        return Change(all => name == WebToken.Link || all.Any(token => token.Name == name) ? null : [.. all, made]) ? secret : null;
    }

    /// <summary>Removes a token and ends the sessions that were started with it. Returns false if there is no such token.</summary>
    /// <returns>True if the token was removed. False if it does not exist.</returns>
    public bool Revoke(string name) =>
        Change(all => all.Any(token => token.Name == name) ? [.. all.Where(token => token.Name != name)] : null);

    /// <summary>Returns all tokens except the one of the login link, in the order of their creation, including expired tokens.</summary>
    public IReadOnlyList<WebToken> List()
    {
        var stamp = File.GetLastWriteTimeUtc(TokensFile);
        if (_read is not { } known || known.Stamp != stamp)
        {
            _read = known = new CachedWebTokenList(stamp, Read());
        }
        return known.Tokens;
    }

    /// <summary>Returns the valid token with a given secret, or null if there is none. The comparison takes constant time.</summary>
    public WebToken? Find(string? secret)
    {
        var hash = Encoding.ASCII.GetBytes(HashOf(secret ?? ""));
        return Valid().Aggregate((WebToken?)null, (found, token) => IsSame(hash, token.Hash) ? token : found);
    }

    /// <summary>Returns the valid token with which a session was started, or null if the token was revoked or has expired.</summary>
    /// <param name="id">Identity of the token.</param>
    public WebToken? FindById(string id) => Valid().FirstOrDefault(token => token.Id == id);

    private IEnumerable<WebToken> Valid()
    {
        var now = time.GetUtcNow();
        var link = new WebToken(WebToken.Link, WebTokenScope.All, now, null, HashOf(LinkSecret()));
        return List().Where(token => token.IsValidAt(now)).Prepend(link);
    }

    private IReadOnlyList<WebToken> Read() =>
        DurableFile.TryRead(TokensFile) is { } text
            ? JsonSerializer.Deserialize(text, WebTokenJsonContext.Default.IReadOnlyListWebToken)!
            : [];

    private bool Change(Func<IReadOnlyList<WebToken>, IReadOnlyList<WebToken>?> change)
    {
        PrivateFolder.Make(folder);
        using var alone = InterProcessFileLock.Acquire(TokensFile + ".lock", CancellationToken.None);
        if (change(Read()) is not { } after)
        {
            return false;
        }
        DurableFile.Write(TokensFile, JsonSerializer.Serialize(after, WebTokenJsonContext.Default.IReadOnlyListWebToken));
        return true;
    }

    private static bool IsSame(byte[] hash, string other) => CryptographicOperations.FixedTimeEquals(hash, Encoding.ASCII.GetBytes(other));

    private static string NewSecret() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(Bytes));

    // A class and not a struct, so that concurrent requests always see a consistent state.
    private sealed record CachedWebTokenList(DateTime Stamp, IReadOnlyList<WebToken> Tokens);

    private static string HashOf(string secret) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(secret)));
}

[JsonSerializable(typeof(IReadOnlyList<WebToken>))]
internal sealed partial class WebTokenJsonContext : JsonSerializerContext;
