using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Orchestrator.App.Access;

/// <summary>
/// Signs the session cookies of the orchestrator's web page, so that sessions survive a restart of the server. Also records the sessions
/// that users have ended.
/// </summary>
/// <param name="folder">Absolute path of the private folder with the key (<see cref="WebTokenStore.Folder"/>).</param>
public sealed class WebSessionKey(string folder)
{
    private const int KeyBytes = 32;
    private readonly Lazy<byte[]> _key = new(() => ReadOrMake(folder));

    private string EndedFile => Path.Combine(folder, "ended-sessions");

    /// <summary>Signs a string for a purpose. The signature is not valid for any other purpose.</summary>
    /// <returns>The signature, in hexadecimal.</returns>
    public string Sign(string purpose, string text) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(_key.Value, Encoding.UTF8.GetBytes($"{purpose}\n{text}")));

    /// <summary>True if the signature was made with this key for this purpose and string. The comparison takes constant time.</summary>
    public bool IsSigned(string purpose, string text, string signature) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(Sign(purpose, text)), Encoding.UTF8.GetBytes(signature));

    /// <summary>Ends a session of the web page permanently.</summary>
    /// <param name="id">Id of the session.</param>
    /// <param name="until">Time at which the session expires.</param>
    /// <param name="now">The current time.</param>
    public void End(string id, DateTimeOffset until, DateTimeOffset now)
    {
        using var alone = InterProcessFileLock.Acquire(EndedFile + ".lock", CancellationToken.None);
        var others = Ended().Where(ended => ended.Until > now && ended.Id != id).Append((Id: id, Until: until));
        DurableFile.Write(
            EndedFile,
            string.Concat(
                others.Select(ended => string.Create(CultureInfo.InvariantCulture, $"{ended.Id} {ended.Until.ToUnixTimeSeconds()}\n"))
            )
        );
    }

    /// <summary>True if a user has ended this session of the web page.</summary>
    /// <param name="id">Id of the session.</param>
    public bool IsEnded(string id) => Ended().Any(ended => ended.Id == id);

    private IEnumerable<(string Id, DateTimeOffset Until)> Ended() =>
        (DurableFile.TryRead(EndedFile) ?? "")
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split(' '))
            .Where(parts => parts.Length == 2 && long.TryParse(parts[1], out _))
            .Select(parts => (parts[0], DateTimeOffset.FromUnixTimeSeconds(long.Parse(parts[1], CultureInfo.InvariantCulture))));

    private static byte[] ReadOrMake(string folder)
    {
        PrivateFolder.Make(folder);
        var file = Path.Combine(folder, "session-key");
        DurableFile.TryCreate(file, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(KeyBytes)) + "\n");
        return Convert.FromHexString(DurableFile.TryRead(file)!.Trim());
    }
}
